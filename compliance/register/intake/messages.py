"""What the intake tells people, in words: problems of a row, cells not understood, files that cannot be read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from compliance.register.intake.data import wording
from compliance.support.tables.workbook import Note, UnreadableFile

Param = str | Mapping[str, str]
NO_PARAMS: Mapping[str, Param] = MappingProxyType({})

#: A problem asks for a decision; a check says how something was read, so that a person can look at it.
PROBLEM, CHECK = "problem", "check"


def _sentence(group: str, code: str, params: Mapping[str, Param], language: str) -> str:
    words = str(wording("messages")[group][code]["fr" if language == "fr" else "en"])
    return words.format_map({name: _said(value, language) for name, value in params.items()})


def _said(value: Param, language: str) -> str:
    return value if isinstance(value, str) else value["fr" if language == "fr" else "en"]


class Problem(NamedTuple):
    """Something about one field of one activity; `cell` is where it comes from."""

    field: str
    code: str
    params: Mapping[str, Param] = NO_PARAMS
    cell: str = ""
    level: str = PROBLEM

    def message(self, language: str) -> str:
        """The problem in one sentence."""
        return _sentence("problems", self.code, self.params, language)


class NotUnderstood(NamedTuple):
    """A cell, or a piece of one, that became nothing, and why."""

    sheet: str
    cell: str
    text: str
    reason: str
    params: Mapping[str, Param] = NO_PARAMS

    def message(self, language: str) -> str:
        """Why the cell became nothing, in one sentence."""
        return _sentence("not_understood", self.reason, self.params, language)


def refusal(problem: UnreadableFile, language: str) -> str:
    """Why a file cannot be read, and what to do instead."""
    return _sentence("refusals", problem.code, problem.params, language)


def remark(note: Note, language: str) -> str:
    """What was noticed while the file was read."""
    return _sentence("notes", note.code, note.params, language)
