"""JSON written item by item: ten thousand documents pass through without ever standing in memory together."""

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

import orjson


def write_json(out: BinaryIO, head: Mapping[str, Any], lists: Mapping[str, Iterable[Any]]) -> None:
    """Write one object: the members of `head`, then each list, an item a line. Keys are sorted: equal is equal."""
    out.write(b"{\n")
    for index, (name, value) in enumerate(head.items()):
        out.write(b",\n" if index else b"")
        out.write(orjson.dumps(name) + b": " + _dumps(value))
    for index, (name, items) in enumerate(lists.items()):
        out.write(b",\n" if index or head else b"")
        out.write(orjson.dumps(name) + b": [")
        for position, item in enumerate(items):
            out.write(b",\n" if position else b"\n")
            out.write(_dumps(item))
        out.write(b"\n]")
    out.write(b"\n}\n")


def _dumps(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
