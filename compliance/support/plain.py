"""The short way through a schema: a document that is complete and plainly right is cleaned without asking marshmallow.

A record has hundreds of fields, most of them empty. Whatever is not plainly right is `Doubtful`; the schema then
decides, and names the faults. Where this answers at all, it answers what the schema would.
"""

import datetime
import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

from compliance.support import documents as d
from compliance.support.text import printable

CODE = re.compile(r"[\w:.\-]{0,64}\Z")
MOST_ROWS = 500
MOST_COUNTED = 2_000_000_000
LONGEST_KIND, LONGEST_REFERENCE, LONGEST_LINK, LONGEST_KEY = 32, 255, 500, 16

Clean = Callable[[Any], Any]
_EMPTY = {d.TEXT: "", d.LONG_TEXT: "", d.CODE: "", d.DAY: "", d.COUNT: None, d.FLAG: None, d.LINK: None}
_NEVER = object()


class Doubtful(Exception):
    """The schema has to look at it."""


def cleaned(document: type, data: Any, only: frozenset[str] | None = None) -> d.Json:
    """The clean JSON of a complete document or row (or of all the fields named), or Doubtful."""
    ways = _ways(document)
    if only is not None:
        ways = {name: ways[name] for name in ways if name in only}
    if type(data) is not dict or data.keys() != ways.keys():
        raise Doubtful
    return {
        name: value if (value := data[name]) is empty else way(value)  # most are
        for name, (empty, way) in ways.items()
    }


@functools.cache
def _ways(document: type) -> Mapping[str, tuple[Any, Clean]]:
    """By field: what nothing answered is, where that needs no cleaning, and how to clean what was."""
    return {name: (_EMPTY.get(spec.kind, _NEVER), _way(spec)) for name, spec in d.specs_of(document).items()}


def _way(spec: d.Spec) -> Clean:
    if spec.row is not None:
        return functools.partial(_rows, spec.row)
    if spec.kind in (d.TEXT, d.LONG_TEXT):
        return functools.partial(_text, spec.max_length)
    return {
        d.CODE: _code, d.CODES: _codes, d.DAY: _day, d.COUNT: _count, d.FLAG: _flag, d.LINK: _link, d.KEY: _key,
    }[spec.kind]  # fmt: skip


def clean_words(text: str) -> str:
    """Words as they are kept: one kind of line end, no control characters, no blanks around."""
    return text.strip() if text.isprintable() else printable(text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _sure(is_right: bool) -> None:
    if not is_right:
        raise Doubtful


def _text(longest: int, value: Any) -> str:
    if value == "":
        return ""
    _sure(type(value) is str)
    text = clean_words(value)
    _sure(len(text) <= longest)
    return text


def _code(value: Any) -> str:
    _sure(value == "" or (type(value) is str and CODE.match(value) is not None))
    return str(value)


def _codes(value: Any) -> list[str]:
    _sure(type(value) is list)
    return [_code(code) for code in value] if value else []


def _day(value: Any) -> str:
    if value == "":
        return ""
    try:
        _sure(type(value) is str and datetime.date.fromisoformat(value).isoformat() == value)
    except ValueError:
        raise Doubtful from None
    return str(value)


def _count(value: Any) -> int | None:
    _sure(value is None or (type(value) is int and 0 <= value <= MOST_COUNTED))
    return None if value is None else int(value)


def _flag(value: Any) -> bool | None:
    _sure(value is None or value is True or value is False)
    return None if value is None else bool(value)


def _link(value: Any) -> d.Json | None:
    if value is None:
        return None
    _sure(type(value) is dict and value.keys() == {"kind", "reference", "name"})
    kind, reference = value["kind"], value["reference"]
    _sure(type(kind) is str and 0 < len(kind) <= LONGEST_KIND)
    _sure(type(reference) is str and len(reference) <= LONGEST_REFERENCE)
    return {"kind": kind, "reference": reference, "name": _text(LONGEST_LINK, value["name"])}


def _key(value: Any) -> str:
    _sure(type(value) is str and 0 < len(value) <= LONGEST_KEY)
    return str(value)


def _rows(row: type, value: Any) -> list[d.Json]:
    _sure(type(value) is list and len(value) <= MOST_ROWS)
    return [cleaned(row, item) for item in value] if value else []
