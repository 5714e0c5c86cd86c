"""What a sheet is: a table of activities, a form, a list of values, or something else; and what its columns say."""

import dataclasses
import heapq
import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from compliance.register.intake.data import pattern
from compliance.register.intake.headings import CHOSEN, ENOUGH, HeadingMatch, Headings
from compliance.register.intake.targets import targets
from compliance.register.intake.values import Corrections, Lists
from compliance.register.intake.words import fold, one_line
from compliance.regulation.reference import Reference
from compliance.support.tables.workbook import Sheet, Workbook, column_name

TABLE, FORM, VALUES, OTHER = "table", "form", "values", "other"
BY_ROW, BY_COLUMN = "rows", "columns"
_HEADER_DEPTH, _LABEL_DEPTH, _HEADER_WIDTH = 40, 3, 200
_IDENTITY = {"name", "reference", "purposes", "purposes.with_basis", "description"}
_FRENCH = frozenset(
    {
        "de",
        "la",
        "le",
        "les",
        "des",
        "du",
        "et",
        "ou",
        "pour",
        "est",
        "dans",
        "une",
        "aux",
        "sur",
        "par",
        "donnees",
        "traitement",
    }
)
_ENGLISH = frozenset(
    {"of", "the", "and", "or", "for", "is", "in", "to", "with", "by", "data", "processing", "on", "from"}
)


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """What a person decided about a sheet; the rest stays as understood. Rows and columns count from zero."""

    kind: str = ""
    header_row: int | None = None
    orientation: str = ""
    columns: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its heading, the field it fills, how surely (0 to 100) and why."""

    number: int
    heading: str
    target: str
    score: int
    why: str
    samples: tuple[str, ...] = ()

    @property
    def letters(self) -> str:
        """The column's name in a spreadsheet."""
        return column_name(self.number)


@dataclass(slots=True)
class SheetReading:
    """What was understood of a sheet. `sheet` is turned when the table runs by column."""

    sheet: Sheet
    kind: str
    orientation: str = BY_ROW
    header_row: int = -1
    group_row: int = -1
    columns: list[Column] = field(default_factory=list)
    activities: int = 0

    @property
    def name(self) -> str:
        """The name of the sheet."""
        return self.sheet.name


@dataclass(slots=True)
class Understanding:
    """What was understood of a file."""

    workbook: Workbook
    sheets: list[SheetReading]
    language: str
    headings: Headings
    lists: Lists


@dataclass(slots=True)
class _Header:
    row: int = -1
    matches: dict[int, HeadingMatch] = field(default_factory=dict)

    @property
    def strength(self) -> int:
        return len({match.target for match in self.matches.values()})


def understand(
    workbook: Workbook,
    law: Reference,
    corrections: Corrections | None = None,
    choices: Mapping[str, SheetChoice] | None = None,
) -> Understanding:
    """Say what each sheet is and what its columns mean. `choices`, by sheet name, overrule what is understood."""
    headings = Headings(law, corrections)
    readings = []
    for sheet in workbook.sheets:
        choice = (choices or {}).get(sheet.name, SheetChoice())
        readings.append(_read_sheet(sheet, headings, choice, law, alone=len(workbook.sheets) == 1))
    return Understanding(workbook, readings, language_of(workbook), headings, Lists(law, corrections))


def _read_sheet(sheet: Sheet, headings: Headings, choice: SheetChoice, law: Reference, *, alone: bool) -> SheetReading:
    turned = sheet.transposed()
    across, down = _header(sheet, headings, _HEADER_DEPTH), _header(turned, headings, _LABEL_DEPTH)
    kind, orientation = _kind(sheet, turned, across, down, alone=alone)
    kind, orientation = choice.kind or kind, choice.orientation or orientation
    if choice.columns or choice.header_row is not None:
        kind = choice.kind or TABLE
    if kind != TABLE:
        return SheetReading(sheet, kind)
    seen, header = (turned, down) if orientation == BY_COLUMN else (sheet, across)
    row = header.row if choice.header_row is None else choice.header_row
    if row < 0:
        row = min(seen.row_numbers(), default=-1)
    reading = SheetReading(seen, TABLE, orientation, row)
    _read_columns(reading, headings, choice, law)
    return reading


def _header(sheet: Sheet, headings: Headings, depth: int) -> _Header:
    best = _Header()
    first = heapq.nsmallest(depth, {row for row, _ in sheet.cells})
    rows: dict[int, dict[int, str]] = {row: {} for row in first}
    for (row, column), text in sheet.cells.items():
        if row <= first[-1]:
            rows[row][column] = text
    for row, cells in rows.items():
        found = {
            column: match
            for column, text in sorted(cells.items())[:_HEADER_WIDTH]
            if len(text) <= 250 and (match := headings.match(text)) and match.score >= ENOUGH
        }
        header = _Header(row, found)
        if header.strength > best.strength:
            best = header
    return best


def _kind(sheet: Sheet, turned: Sheet, across: _Header, down: _Header, *, alone: bool) -> tuple[str, str]:
    named_list = bool(pattern("prompts", "sheets", "lists").search(sheet.name.replace("_", " ")))
    if down.strength >= 3 and down.strength > across.strength:
        several = _has_several(turned, down)
        return (TABLE, BY_COLUMN) if several else (FORM, BY_ROW)
    found = {match.target for match in across.matches.values()}
    if across.strength < 2 and not (alone and "name" in found):
        return OTHER, BY_ROW
    if not found & _IDENTITY or (named_list and "name" not in found):
        return VALUES, BY_ROW
    return TABLE, BY_ROW


def _has_several(turned: Sheet, down: _Header) -> bool:
    """Whether the line that names the activity is filled more than once: a table on its side, not a form."""
    for wanted in ("name", "reference"):
        for column, match in down.matches.items():
            if match.target == wanted:
                prompts = pattern("prompts", "cells", "prompts")
                values = [
                    v for (r, c), v in turned.cells.items() if c == column and r > down.row and not prompts.search(v)
                ]
                return len(values) > 1
    return False


def _group_of(reading: SheetReading, column: int) -> str:
    """The heading above the heading, when it spans some of the columns but not all of them."""
    sheet, row = reading.sheet, reading.group_row
    if row < 0:
        return ""
    area = sheet.merge_over(row, column)
    if area is None:
        return sheet.text(row, column)
    width = max((c for r, c in sheet.cells if r == reading.header_row), default=0) + 1
    return "" if area[3] - area[1] + 1 >= width else sheet.text(area[0], area[1])


def _read_columns(reading: SheetReading, headings: Headings, choice: SheetChoice, law: Reference) -> None:
    sheet, row = reading.sheet, reading.header_row
    if any(r == row - 1 for r, _ in sheet.cells):
        reading.group_row = row - 1
    numbers = sorted({column for r, column in sheet.cells if r >= row})
    samples: dict[int, list[str]] = {}
    for (r, column), text in sorted(sheet.cells.items()):
        if r > row and len(samples.setdefault(column, [])) < 3:
            samples[column].append(one_line(text)[:120])
    columns = []
    for number in numbers:
        heading, match = _heading(reading, headings, number)
        if number in choice.columns:
            match = HeadingMatch(choice.columns[number], 100, CHOSEN)
        target, score, why = (match.target, match.score, match.why) if match else ("", 0, "")
        columns.append(Column(number, heading, target, score, why, tuple(samples.get(number, ()))))
    reading.columns = _one_each(_number_and_name(columns), law)
    reading.activities = len({r for r, _ in sheet.cells if r > row})


def _number_and_name(columns: list[Column]) -> list[Column]:
    """A heading over two columns, a number then the name: the first is the reference, the second the name."""
    for place, (left, right) in enumerate(itertools.pairwise(columns)):
        numbered = left.target == "name" and left.why != CHOSEN and all(sample.isdigit() for sample in left.samples)
        unnamed = not right.heading and not right.target and right.samples
        if numbered and unnamed and not any(sample.isdigit() for sample in right.samples):
            name = dataclasses.replace(right, heading=left.heading, target="name", score=left.score, why=left.why)
            return [*columns[:place], dataclasses.replace(left, target="reference"), name, *columns[place + 2 :]]
    return columns


def _heading(reading: SheetReading, headings: Headings, column: int) -> tuple[str, HeadingMatch | None]:
    own, group = reading.sheet.text(reading.header_row, column), _group_of(reading, column)
    both = f"{group} {own}".strip()
    found = [
        (text, match)
        for text in (own, both, group)
        if text and (match := headings.match(text)) and match.score >= ENOUGH
    ]
    return found[0] if found else (one_line(own or group), None)


def _one_each(columns: list[Column], law: Reference) -> list[Column]:
    """A field that takes one column gets the surest one; the others are left for a person to decide."""
    choices = targets(law)
    kept: dict[str, int] = {}
    for column in sorted(columns, key=lambda c: (c.why != CHOSEN, -c.score)):
        target = choices.get(column.target)
        if target and not target.many:
            kept.setdefault(column.target, column.number)
    return [
        column
        if column.why == CHOSEN or kept.get(column.target, column.number) == column.number
        else Column(column.number, column.heading, "", 0, "", column.samples)
        for column in columns
    ]


def chosen_headings(understanding: Understanding) -> dict[str, str]:
    """Folded heading → target, for every column that a person mapped: what to remember for the next file."""
    return {
        fold(column.heading): column.target
        for reading in understanding.sheets
        for column in reading.columns
        if column.why == CHOSEN and fold(column.heading)
    }


def language_of(workbook: Workbook) -> str:
    """French or English, by the little words that the file uses."""
    words: Counter[str] = Counter()
    for place, (sheet, position) in enumerate(workbook.positions()):
        words.update(fold(sheet.cells[position][:300]).split())
        if place > 3000:
            break
    french, english = (sum(words[word] for word in listed) for listed in (_FRENCH, _ENGLISH))
    return "en" if english > french else "fr"
