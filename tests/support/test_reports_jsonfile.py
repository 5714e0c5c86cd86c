"""JSON item by item is the same JSON."""

import io
import json
from collections.abc import Iterator

from compliance.support.reports.jsonfile import write_json


def written(head: dict[str, object], lists: dict[str, object]) -> bytes:
    out = io.BytesIO()
    write_json(out, head, lists)  # type: ignore[arg-type]
    return out.getvalue()


def test_what_is_written_is_read_back_equal() -> None:
    head = {"format": "x", "version": 1, "organisation": {"name": "Chêne", "n": None}}
    items = [{"b": [1, 2], "a": "é\n"}, {"c": True}]
    assert json.loads(written(head, {"items": items, "none": []})) == {**head, "items": items, "none": []}


def test_the_order_of_keys_makes_no_difference() -> None:
    assert written({}, {"items": [{"a": 1, "b": 2}]}) == written({}, {"items": [{"b": 2, "a": 1}]})


def test_each_item_stands_on_its_own_line() -> None:
    assert written({"v": 1}, {"items": [{"a": 1}, {"a": 2}]}).splitlines() == [
        b"{", b'"v": 1,', b'"items": [', b'{"a":1},', b'{"a":2}', b"]", b"}",
    ]  # fmt: skip


def test_items_are_asked_for_one_at_a_time() -> None:
    taken = []

    class Watched(io.BytesIO):
        def write(self, data: object) -> int:
            taken.append(data)
            return super().write(data)  # type: ignore[arg-type]

    def items() -> Iterator[int]:
        for number in range(3):
            assert sum(1 for data in taken if data in (b"0", b"1", b"2")) == number
            yield number

    write_json(Watched(), {}, {"items": items()})
    assert b"2" in taken
