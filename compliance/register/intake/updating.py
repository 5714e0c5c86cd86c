"""An activity of the file laid over the one in the register: what the file says changes, the rest stays."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from compliance.register.documents import Activity
from compliance.register.intake.messages import CHECK, Problem
from compliance.register.intake.proposal import ActivityProposal
from compliance.register.intake.words import fold
from compliance.support.documents import Link, is_answered, specs_of

#: By which words a row of a list is the same row, in the order in which they are tried.
_IDENTITY = ("label", "name", "recipient", "party", "system", "category", "kind", "country", "tool")


def laid_over(kept: Activity, read: ActivityProposal) -> tuple[Activity, list[Problem]]:
    """The kept document with what the file says, row keys kept, and the rows that only the register has, which stay.

    The same file read twice gives an equal document, so that nothing is then to be updated.
    """
    changes: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, spec in specs_of(Activity).items():
        said = getattr(read.document, name)
        if name not in read.answered or not is_answered(said):
            continue
        if spec.row is None:
            changes[name] = _with_notes(kept.notes, said) if name == "notes" else said
        else:
            rows, alone = _rows(getattr(kept, name), said)
            changes[name] = rows
            problems += [Problem(name, "kept_not_in_file", {"text": _words(row)}, "", CHECK) for row in alone]
    return dataclasses.replace(kept, **changes), problems


def _with_notes(kept: str, said: str) -> str:
    lines = kept.split("\n") if kept else []
    return "\n".join([*lines, *(line for line in said.split("\n") if line not in lines)])


def _rows(kept: tuple[Any, ...], said: tuple[Any, ...]) -> tuple[tuple[Any, ...], list[Any]]:
    waiting = list(kept)
    renewed: dict[str, Any] = {}
    fresh = []
    for row in said:
        twin = next((old for old in waiting if _identity(old) == _identity(row)), None)
        if twin is None:
            fresh.append(row)
        else:
            waiting.remove(twin)
            renewed[twin.key] = _row_over(twin, row)
    return (*(renewed.get(old.key, old) for old in kept), *fresh), waiting


def _row_over(old: Any, new: Any) -> Any:
    said: Mapping[str, Any] = {
        name: value for name in specs_of(type(new)) if name != "key" and is_answered(value := getattr(new, name))
    }
    if isinstance(getattr(old, "party", None), Link) and "party" in said:
        said = {name: value for name, value in said.items() if name != "party"}
    if isinstance(getattr(old, "system", None), Link) and "system" in said:
        said = {name: value for name, value in said.items() if name != "system"}
    return dataclasses.replace(old, **said)


def _identity(row: Any) -> tuple[str, ...]:
    return tuple(_folded(getattr(row, name)) for name in _IDENTITY if hasattr(row, name))


def _folded(value: Any) -> str:
    return fold(value.name) if isinstance(value, Link) else fold(str(value or ""))


def _words(row: Any) -> str:
    for name in _IDENTITY:
        value = getattr(row, name, "")
        if value:
            return value.name if isinstance(value, Link) else str(value)
    return row.key if isinstance(row.key, str) else ""
