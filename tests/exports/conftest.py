"""What tests of exports share."""

from collections.abc import Iterator

import pytest

from compliance.support.presses import presses


@pytest.fixture(scope="session", autouse=True)
def warm_presses() -> Iterator[None]:
    """The presses are started once for all books of these tests."""
    with presses():
        yield
