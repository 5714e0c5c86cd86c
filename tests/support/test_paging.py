"""Pages of a list: the last line is on the last page, and a page that does not exist is the nearest that does."""

import pytest

from compliance.support.paging import Window


@pytest.mark.parametrize(
    ("asked", "total", "number", "lines", "previous", "following"),
    [
        (1, 0, 1, (0, 0), None, None),
        (1, 50, 1, (0, 50), None, None),
        (1, 51, 1, (0, 50), None, 2),
        (2, 51, 2, (50, 51), 1, None),
        (99, 51, 2, (50, 51), 1, None),
        (-3, 51, 1, (0, 50), None, 2),
    ],
)
def test_a_page_shows_its_part_of_the_list(
    asked: int, total: int, number: int, lines: tuple[int, int], previous: int | None, following: int | None
) -> None:
    window = Window(asked, total)
    assert (window.number, (window.start, window.end)) == (number, lines)
    assert (window.previous, window.following) == (previous, following)
