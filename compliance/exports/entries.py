"""What an export is made of: entries of the register one after the other, and the frame they are shown in."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from compliance.accounts.documents import Organisation
from compliance.register.documents import Activity
from compliance.support.documents import Json, from_json

APPROVED, ALL = "approved", "all"


def code_itself(_vocabulary: str, code: str) -> str:
    """The words for a code that no list knows: the code."""
    return code


def nothing_done(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """A critical finding that still stands, in the words of the report's language, and who acknowledged it and why."""

    article: str
    message: str
    acknowledged_by: str = ""
    acknowledged_on: str = ""
    reason: str = ""
    due_on: str = ""


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One record as it stood: its place in the register, and its document as it was kept. Days are ISO strings."""

    reference: str
    state: str
    stored: Json
    edition: int = 0
    approved_on: str = ""
    approved_by: str = ""
    created_on: str = ""
    updated_on: str = ""
    findings: tuple[OpenFinding, ...] = ()

    @property
    def name(self) -> str:
        """The name of the processing activity."""
        return str(self.stored.get("name") or "")

    @property
    def document(self) -> Activity:
        """The document as a typed object; the writers read `stored`, which costs nothing."""
        return from_json(Activity, self.stored)


@dataclass(frozen=True, slots=True)
class Frame:
    """What is said of an export as a whole: whose register, in which words, which records, at which instant.

    `selection` says in words which records were chosen when they are not all: a part must not pass for the whole.
    """

    title: str
    organisation: Organisation
    language: str
    as_of: datetime.datetime
    total: int
    status: str = APPROVED
    labels: Callable[[str, str], str] = code_itself
    selection: str = ""
