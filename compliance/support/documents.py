"""The grammar of documents: a frozen dataclass says, field by field, what a record is made of.

One description serves everybody: the marshmallow schema that validates what comes in, the form that asks
for it, the table that shows it, the difference, the import and the exports. A field is declared with the
functions below; they only fill `dataclasses.field(metadata=…)`.

A document is stored as plain JSON (`to_json`) and read back without validation (`from_json`), because what
is stored was validated when it was kept. Days are ISO strings: they compare and sort as dates do.
"""

import dataclasses
import functools
import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

Json = dict[str, Any]
D = TypeVar("D")
F = TypeVar("F", bound=Callable[..., Any])

TEXT, LONG_TEXT, CODE, CODES, DAY, COUNT, FLAG, LINK, ROWS, KEY = (
    "text", "long_text", "code", "codes", "day", "count", "flag", "link", "rows", "key",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """What a document keeps of another record: enough to find it, and its name as it was when kept."""

    kind: str
    reference: str
    name: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Spec:
    """One field of a document: its name, what kind of answer it takes, and what it may refer to."""

    name: str
    kind: str
    vocabulary: str = ""
    target: str = ""
    max_length: int = 0
    required: bool = False
    row: type | None = None


def _declare(kind: str, default: Any, **meta: Any) -> Any:
    return dataclasses.field(default=default, metadata={"kind": kind, **meta})


def text(max_length: int = 255, *, required: bool = False) -> Any:
    """One line of words."""
    return _declare(TEXT, "", max_length=max_length, required=required)


def long_text(max_length: int = 10_000) -> Any:
    """Words over several lines."""
    return _declare(LONG_TEXT, "", max_length=max_length)


def code(vocabulary: str, default: str = "") -> Any:
    """One entry of a reference list; empty means not answered."""
    return _declare(CODE, default, vocabulary=vocabulary, max_length=64)


def codes(vocabulary: str) -> Any:
    """Several entries of a reference list."""
    return _declare(CODES, (), vocabulary=vocabulary, max_length=64)


def day() -> Any:
    """A calendar date, kept as an ISO string; empty means not answered."""
    return _declare(DAY, "")


def count() -> Any:
    """A whole number, zero or more; None means not answered."""
    return _declare(COUNT, None)


def flag() -> Any:
    """Yes, no, or None: nobody has said. An empty answer is never read as a no."""
    return _declare(FLAG, None)


def link(target: str) -> Any:
    """A reference to another record of kind `target`."""
    return _declare(LINK, None, target=target)


def rows(row: type) -> Any:
    """A list of rows, each with a `key` that stays with it for life."""
    return _declare(ROWS, (), row=row)


def key() -> Any:
    """The name of a row: findings, merges and differences speak of a row by its key, never by its place."""
    return _declare(KEY, "")


def new_key() -> str:
    """A fresh row key: eight characters, random, without meaning."""
    return secrets.token_hex(4)


def _cached(function: F) -> F:
    """`functools.cache` that keeps the signature: mypy does not see that every class is hashable."""
    return cast(F, functools.cache(function))


@_cached
def specs_of(document: type) -> Mapping[str, Spec]:
    """The fields of a document or row class, by name, in the order in which they were declared."""
    return {
        f.name: Spec(
            f.name,
            f.metadata["kind"],
            f.metadata.get("vocabulary", ""),
            f.metadata.get("target", ""),
            f.metadata.get("max_length", 0),
            f.metadata.get("required", False),
            f.metadata.get("row"),
        )
        for f in dataclasses.fields(document)
    }


@_cached
def _row_fields(document: type) -> tuple[tuple[str, type], ...]:
    return tuple((s.name, s.row) for s in specs_of(document).values() if s.row)


@_cached
def _link_fields(document: type) -> tuple[str, ...]:
    return tuple(s.name for s in specs_of(document).values() if s.kind == LINK)


@_cached
def _codes_fields(document: type) -> tuple[str, ...]:
    return tuple(s.name for s in specs_of(document).values() if s.kind == CODES)


def from_json(document: type[D], stored: Mapping[str, Any]) -> D:
    """Read back what was kept. Unknown keys are left out, absent ones take their default: old revisions read."""
    known = specs_of(document)
    values = dict(stored)
    if stored.keys() != known.keys():
        values = {name: value for name, value in stored.items() if name in known}
    for name, row in _row_fields(document):
        if name in values:
            values[name] = tuple([from_json(row, item) for item in values[name]])
    for name in _link_fields(document):
        if values.get(name):
            values[name] = Link(**values[name])
    for name in _codes_fields(document):
        if name in values:
            values[name] = tuple(values[name])
    return document(**values)


def to_json(document: Any) -> Json:
    """Write a document as plain JSON: every field, in the order of its class; equal documents are equal text."""
    kind = type(document)
    stored: Json = {name: getattr(document, name) for name in specs_of(kind)}
    for name, _ in _row_fields(kind):
        stored[name] = [to_json(row) for row in stored[name]]
    for name in _link_fields(kind):
        if stored[name] is not None:
            link: Link = stored[name]
            stored[name] = {"kind": link.kind, "reference": link.reference, "name": link.name}
    for name in _codes_fields(kind):
        stored[name] = list(stored[name])
    return stored


def parts_of(document: Any) -> Iterator[tuple[Any, str, str]]:
    """Walk a document: itself, then each row, as (part, name of its list, key of the row)."""
    yield document, "", ""
    for name, _ in _row_fields(type(document)):
        for row in getattr(document, name):
            yield row, name, row.key


def is_answered(value: Any) -> bool:
    """Whether somebody answered. A plain no is an answer; an empty text, list or None is not."""
    return value is not None and value != "" and value != ()
