"""The kinds of record there are. Each domain enters its own at start-up; history and search know no other way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from compliance.records.actor import APPROVED, WORKING
from compliance.records.models import Record
from compliance.support.documents import Json

Faces = tuple[str, ...]
#: Both faces that a record can have.
FACES: Faces = (WORKING, APPROVED)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record: its document, its pages, who may, and what its domain does when one is kept."""

    name: str
    document: type
    catalogue: str
    prefix: str
    endpoint: str
    read: str
    write: str
    label: Any
    departmental: bool = False
    needs_approval: bool = False
    sections: Mapping[str, tuple[str, ...]] | None = None
    project: Callable[[Record, Faces], None] = lambda record, faces: None
    department_of: Callable[[Json], str] = lambda document: ""
    owner_of: Callable[[Json], str] = lambda document: ""


_kinds: dict[str, Kind] = {}


def enter_kind(kind: Kind) -> None:
    """Make a kind known; entering it twice replaces it, as a second application in one process does."""
    _kinds[kind.name] = kind


def kind_of(name: str) -> Kind:
    """The kind of that name."""
    return _kinds[name]


def all_kinds() -> tuple[Kind, ...]:
    """Every kind, in the order in which they were entered."""
    return tuple(_kinds.values())
