"""What changed between two documents, by field and by row, down to the word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import Indel

from compliance.support.documents import Json, Spec, specs_of

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs. `field` is the catalogue's key, `row` the words by which a person knows the row."""

    act: str
    path: str
    field: str
    row: str
    before: Any
    after: Any
    spec: Spec


def differences(document: type, before: Json, after: Json) -> list[Change]:
    """Every field that differs, in the order of the document; added and removed rows are told field by field."""
    return list(_differences(document, before, after))


def _differences(document: type, before: Json, after: Json) -> Iterator[Change]:
    for name, spec in specs_of(document).items():
        old, new = before.get(name), after.get(name)
        if spec.row:
            yield from _row_differences(name, spec.row, old or [], new or [])
        elif _plain(old) != _plain(new):
            yield Change(CHANGED, name, name, "", old, new, spec)


def _row_differences(name: str, row: type, before: list[Json], after: list[Json]) -> Iterator[Change]:
    was, now = {r["key"]: r for r in before}, {r["key"]: r for r in after}
    for key in [*was, *(k for k in now if k not in was)]:
        old, new = was.get(key), now.get(key)
        act = CHANGED if old and new else REMOVED if old else ADDED
        called = row_name(new or old or {})
        for field, spec in specs_of(row).items():
            then, since = (old or {}).get(field), (new or {}).get(field)
            if field != "key" and _plain(then) != _plain(since):
                yield Change(act, f"{name}/{key}/{field}", f"{name}.{field}", called, then, since, spec)


def _plain(value: Any) -> Any:
    return None if value in ("", []) else value


def row_name(row: Json) -> str:
    """The words by which a person knows a row: its label or name, else the name of what it links to, else nothing."""
    for name in ("label", "name", "recipient"):
        if row.get(name):
            return str(row[name])
    for name in ("party", "system"):
        if row.get(name):
            return str(row[name]["name"])
    return ""


def word_difference(before: str, after: str) -> list[tuple[str, str]]:
    """Runs of (same | removed | added, words), for showing a changed text with its words struck and underlined."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    runs: list[tuple[str, str]] = []
    gone, come = "", ""
    for code in [*Indel.opcodes(old, new), None]:
        if code is None or code.tag == "equal":  # what went stands before what came in its place
            runs += [(act, words) for act, words in ((REMOVED, gone), (ADDED, come)) if words]
            gone, come = "", ""
        if code is not None and code.tag == "equal":
            runs.append(("same", "".join(old[code.src_start : code.src_end])))
        elif code is not None:
            gone += "".join(old[code.src_start : code.src_end])
            come += "".join(new[code.dest_start : code.dest_end])
    return runs
