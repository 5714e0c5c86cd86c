"""The library of common activities: to start a record from, or to lay beside one that exists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compliance.records.actor import Actor
from compliance.records.models import Record
from compliance.register.services import activities
from compliance.regulation.reference import reference
from compliance.regulation.starters import starter_document
from compliance.support.documents import Json
from compliance.support.errors import NotFound
from compliance.support.i18n import _
from compliance.support.text import fold

#: The lists that are compared, each with the field by which a row of one is the same as a row of the other.
COMPARED = {
    "purposes": "kind",
    "people": "category",
    "data": "category",
    "recipients": "kind",
    "measures": "category",
}


@dataclass(frozen=True, slots=True)
class Beside:
    """One list of a record beside the library's: rows of both, rows that one of them alone has."""

    name: str
    shared: Sequence[tuple[Json, Json]]
    only_library: Sequence[Json]
    only_record: Sequence[Json]


def starter(code: str) -> Mapping[str, Any]:
    """An activity of the library, or NotFound."""
    found = next((one for one in reference().starters if one["code"] == code), None)
    if found is None:
        raise NotFound(_("There is no such activity in the library."))
    return found


def start_from(code: str, language: str, *, actor: Actor, department: Json | None = None) -> Record:
    """Add a common activity of the library as a draft, to be checked and completed."""
    answers = {**starter_document(starter(code), language), "department": department}
    return activities.add(answers, actor=actor, reason=_("From the library of common activities"))


def nearest(record: Record, language: str) -> str:
    """The code of the activity of the library whose name shares most words with the record's, else the first."""
    words = set(fold(record.name).split())

    def shared(one: Mapping[str, Any]) -> int:
        return len(words & set(fold(one["name"][language]).split()))

    return str(max(reference().starters, key=shared)["code"])


def beside(document: Json, code: str, language: str) -> list[Beside]:
    """What the record and the library's activity say alike, and what only one of them says, list by list."""
    theirs = starter_document(starter(code), language)
    return [
        _beside(name, by, document.get(name) or [], theirs.get(name) or [])
        for name, by in COMPARED.items()
        if document.get(name) or theirs.get(name)
    ]


def _beside(name: str, by: str, mine: Sequence[Json], theirs: Sequence[Json]) -> Beside:
    def identity(row: Json) -> str:
        return str(row.get(by) or fold(row.get("label") or row.get("name") or ""))

    here, there = {identity(row): row for row in mine}, {identity(row): row for row in theirs}
    return Beside(
        name,
        [(here[key], there[key]) for key in here if key in there],
        [row for key, row in there.items() if key not in here],
        [row for key, row in here.items() if key not in there],
    )
