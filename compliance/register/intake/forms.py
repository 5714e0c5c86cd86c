"""Vertical forms: labels down the side, answers beside them, sections whose rows have several cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from compliance.register.intake.data import pattern, wording
from compliance.register.intake.drafts import Answer
from compliance.register.intake.headings import ENOUGH, HeadingMatch, Headings, bare
from compliance.register.intake.values import Lists
from compliance.register.intake.words import tidy
from compliance.support.tables.workbook import Position, Sheet

_DATA = ("data", "data.sensitive")
_SIDE_SHARE = 0.5
#: What a form must say, one of them at least, to be more than a blank form.
_SUBSTANCE = {
    "name",
    "purposes",
    "purposes.with_basis",
    "people",
    "data",
    "recipients",
    "processors",
    "measures",
    "description",
    "transfers.row",
}


@dataclass(slots=True)
class FormReading:
    """The answers of a form; which cells are its own words; which are prompts or could not be placed."""

    answers: list[Answer] = field(default_factory=list)
    labels: set[Position] = field(default_factory=set)
    prompts: set[Position] = field(default_factory=set)
    unplaced: set[Position] = field(default_factory=set)
    is_example: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nobody filled it in."""
        return not any(answer.target in _SUBSTANCE for answer in self.answers)


@dataclass(slots=True)
class _Section:
    target: str = ""
    roles: dict[int, str] = field(default_factory=dict)


def is_prompt(text: str) -> bool:
    """Whether a cell is a form's word to its reader."""
    return bool(pattern("prompts", "cells", "prompts").search(text.strip()))


def announces_example(text: str) -> bool:
    """Whether a title, name or reference says that what follows is an example."""
    return bool(pattern("prompts", "cells", "example").search(text.strip().replace("_", " ")))


def read_form(sheet: Sheet, headings: Headings, lists: Lists) -> FormReading:
    """Read one form. Every cell ends as answer, label, prompt or unplaced."""
    return _FormReader(sheet, headings, lists).read()


class _FormReader:
    def __init__(self, sheet: Sheet, headings: Headings, lists: Lists) -> None:
        self._sheet, self._headings, self._lists = sheet, headings, lists
        self._reading = FormReading()
        self._section = _Section()
        self._last: str = ""
        self._label_column = self._find_labels()

    def _find_labels(self) -> int:
        counts: dict[int, int] = {}
        for (_, column), text in self._sheet.cells.items():
            if column < 6 and self._match(text):
                counts[column] = counts.get(column, 0) + 1
        return max(counts, key=lambda column: (counts[column], -column), default=0)

    def _match(self, text: str) -> HeadingMatch | None:
        match = self._headings.match(text) if len(text) <= 250 else None
        return match if match and match.score >= ENOUGH else None

    def read(self) -> FormReading:
        side = self._side_columns()
        if announces_example(self._sheet.name):
            self._reading.is_example = True
        for row, cells in self._sheet.by_row().items():
            label = cells.get(self._label_column, "")
            answers = {}
            for column, text in cells.items():
                if column in side or is_prompt(text) or column < self._label_column:
                    self._reading.prompts.add((row, column))
                elif column != self._label_column:
                    answers[column] = tidy(text)
            if (row, self._label_column) not in self._reading.prompts:
                self._read_row(row, label, answers)
        return self._reading

    def _side_columns(self) -> set[int]:
        """Columns of links and advice beside the form: mostly prompts."""
        texts: dict[int, list[bool]] = {}
        for (_, column), text in self._sheet.cells.items():
            texts.setdefault(column, []).append(is_prompt(text))
        return {c for c, seen in texts.items() if len(seen) >= 3 and sum(seen) / len(seen) >= _SIDE_SHARE}

    def _read_row(self, row: int, label: str, answers: Mapping[int, str]) -> None:
        place = (row, self._label_column)
        if not label:
            self._continue(row, answers)
            return
        match = self._match(label)
        if not answers and self._take_inline(place, label):
            return
        if self._opens_section(match, answers):
            self._reading.labels |= {place, *((row, column) for column in answers)}
        elif self._is_data_row(label, match):
            self._data_row(row, label, answers)
        elif match:
            self._reading.labels.add(place)
            self._last = match.target
            if not answers:
                self._section = self._section if self._section.roles else _Section(match.target)
            self._answer(row, match.target, label, answers)
        else:
            self._unknown(row, label, answers)

    def _opens_section(self, match: HeadingMatch | None, answers: Mapping[int, str]) -> bool:
        sections = wording("forms")["sections"]
        target = match.target if match else ""
        if target not in sections or not answers:
            return False
        known = {bare(words): role for role, listed in sections[target].items() for words in listed}
        if not all(bare(text) in known for text in answers.values()):
            return False
        self._section = _Section(target, {column: known[bare(text)] for column, text in answers.items()})
        self._last = ""
        return True

    def _is_data_row(self, label: str, match: HeadingMatch | None) -> bool:
        if self._section.target not in _DATA or not self._section.roles:
            return False
        return (
            match is None
            or match.target in _DATA
            or match.score < 100
            or bool(self._lists.match("data_categories", label))
        )

    def _data_row(self, row: int, label: str, answers: Mapping[int, str]) -> None:
        self._reading.labels.add((row, self._label_column))
        parts = self._by_role(row, answers)
        text = parts.pop("text", "")
        if text or parts.get("retention"):
            self._reading.answers.append(self._made("data", text, label, row, answers, {"category": label, **parts}))

    def _by_role(self, row: int, answers: Mapping[int, str]) -> dict[str, str]:
        parts: dict[str, str] = {}
        for column, text in answers.items():
            role = self._section.roles.get(column, "")
            if not role:
                self._reading.unplaced.add((row, column))
            else:
                parts[role] = f"{parts[role]}, {text}" if role in parts else text
        return parts

    def _made(
        self,
        target: str,
        text: str,
        label: str,
        row: int,
        answers: Mapping[int, str],
        parts: Mapping[str, str] | None = None,
    ) -> Answer:
        places = tuple((row, column) for column in answers if (row, column) not in self._reading.unplaced)
        column = places[0][1] if places else self._label_column
        return Answer(target, text, label, self._sheet.name, row, column, parts or {}, places)

    def _answer(self, row: int, target: str, label: str, answers: Mapping[int, str]) -> None:
        if not answers:
            return
        if self._section.roles and target == "organisation":
            self._add_each(row, target, label, answers)
        elif self._section.roles and _belongs(target, self._section.target):
            self._section_row(row, target, label, answers)
        else:
            self._section = _Section() if self._section.target not in ("", target) else self._section
            self._add_each(row, target, label, answers)

    def _section_row(self, row: int, target: str, label: str, answers: Mapping[int, str]) -> None:
        if target == "joint_controllers":
            first = min(answers)
            self._add_each(row, target, label, {first: answers[first]})
            self._add_each(row, "organisation", label, {c: t for c, t in answers.items() if c != first})
            return
        parts = self._by_role(row, answers)
        text = parts.pop("text", "")
        if self._section.target == "outside_eea":
            target = "transfers.row"
        elif not text and "kind" not in parts:
            text = parts.pop("detail", "")
        if text or parts:
            self._reading.answers.append(self._made(target, text, label, row, answers, parts))

    def _add_each(self, row: int, target: str, label: str, answers: Mapping[int, str]) -> None:
        for column, text in answers.items():
            self._reading.answers.append(
                Answer(target, text, label, self._sheet.name, row, column, {}, ((row, column),))
            )

    def _continue(self, row: int, answers: Mapping[int, str]) -> None:
        """A row without a label goes on with the one above, when that one takes several answers."""
        if not answers:
            return
        if self._last and self._section.roles:
            self._answer(row, self._last, "", answers)
        elif self._last in wording("headings") and wording("headings")[self._last].get("list"):
            self._add_each(row, self._last, "", answers)
        else:
            self._reading.unplaced |= {(row, column) for column in answers}

    def _take_inline(self, place: Position, label: str) -> bool:
        """A label and its answer in one cell, on either side of a colon."""
        before, mark, after = label.partition(":")
        match = self._match(before) if mark and after.strip() and not is_prompt(after) else None
        if not match:
            return False
        self._last = match.target
        self._reading.answers.append(Answer(match.target, tidy(after), before, self._sheet.name, *place, {}, (place,)))
        return True

    def _unknown(self, row: int, label: str, answers: Mapping[int, str]) -> None:
        place = (row, self._label_column)
        self._last = ""
        if announces_example(label) and row < 5:
            self._reading.is_example = True
        self._reading.unplaced |= {place, *((row, column) for column in answers)}


def _belongs(target: str, section: str) -> bool:
    if section == "outside_eea":
        return target in ("outside_eea", "transfers.recipient", "recipients")
    if section == "organisation":
        return target == "joint_controllers"
    return target.partition(".")[0] == section


def cells_of(reading: FormReading) -> Iterator[Position]:
    """Every cell that became an answer."""
    for answer in reading.answers:
        yield from answer.places or ((answer.row, answer.column),)
