"""Tables: which rows are activities, which go on with the one above, which are help, examples or headings again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from compliance.register.intake.data import pattern
from compliance.register.intake.drafts import NO_PARTS, Answer
from compliance.register.intake.forms import announces_example, is_prompt
from compliance.register.intake.layout import BY_COLUMN, Column, SheetReading
from compliance.register.intake.words import fold, tidy
from compliance.support.tables.workbook import Position

_SHARE_OF_HELP = 0.5
_LONGEST_HELP = 400


@dataclass(slots=True)
class TableRow:
    """One row of a table, its answers by column; `aside` says why it is no activity.

    `width` is how many cells it has when those are more than there are headings.
    """

    number: int
    answers: list[Answer] = field(default_factory=list)
    unplaced: list[Position] = field(default_factory=list)
    reference: str = ""
    name: str = ""
    aside: str = ""
    goes_on: bool = False
    merged: bool = False
    width: int = 0


def read_table(reading: SheetReading) -> Iterator[TableRow]:
    """The rows under the header, in order. Positions are those of the file, also when the table runs by column."""
    columns = {column.number: column for column in reading.columns}
    has_identity = any(column.target in ("name", "reference") for column in reading.columns)
    headings = [fold(column.heading) for column in reading.columns if column.heading]
    rows = {number: cells for number, cells in reading.sheet.by_row().items() if number > reading.header_row}
    last = last_heading(reading)
    too_wide = {number for number, cells in rows.items() if max(cells) > last}
    if len(too_wide) * 2 > max(len(rows), 2):  # a column without a heading moves nothing
        too_wide = set()
    for number, cells in rows.items():
        row = _read_row(reading, number, {c: tidy(text) for c, text in cells.items()}, columns)
        row.aside = _aside(reading, row, cells, headings)
        row.width = max(cells) + 1 if number in too_wide else 0
        row.goes_on = has_identity and not row.aside and not row.reference and not row.name
        row.merged = row.goes_on and _is_merged_above(reading, number)
        yield row


def last_heading(reading: SheetReading) -> int:
    """The number of the last column that has a heading."""
    return max((column.number for column in reading.columns if column.heading), default=0)


def _place(reading: SheetReading, row: int, column: int) -> Position:
    return (column, row) if reading.orientation == BY_COLUMN else (row, column)


def _read_row(reading: SheetReading, number: int, cells: Mapping[int, str], columns: Mapping[int, Column]) -> TableRow:
    row = TableRow(number)
    for number_of_column, text in cells.items():
        place = _place(reading, number, number_of_column)
        column = columns.get(number_of_column)
        if column is None or not column.target:
            row.unplaced.append(place)
            continue
        row.answers.append(Answer(column.target, text, column.heading, reading.name, *place, NO_PARTS, (place,)))
        if column.target == "reference" and not row.reference:
            row.reference = text
        elif column.target == "name" and not row.name:
            row.name = text
    return row


def _aside(reading: SheetReading, row: TableRow, cells: Mapping[int, str], headings: list[str]) -> str:
    """Why a row is no activity: an example, help text, the heading again, a banner across the table; or nothing."""
    texts = [text.strip() for text in cells.values()]
    first = texts[0] if texts else ""
    if any(announces_example(text) for text in (row.reference, row.name, first) if text):
        return "example_row"
    if len(texts) > 1 and all(fold(text) in headings for text in texts):
        return "heading_again"
    if _is_help([own for text in cells.values() if (own := tidy(text)) and own != row.reference]):
        return "help_row"
    area = reading.sheet.merge_over(row.number, min(cells, default=0))
    if len(texts) == 1 and area and area[3] - area[1] >= 2 and area[0] == area[2]:
        return "banner"
    return ""


def _is_help(said: list[str]) -> bool:
    """Whether most of what a row says is help; one that says a single thing must prompt."""
    if len(said) == 1:
        return len(said[0]) < _LONGEST_HELP and is_prompt(said[0])
    help_form, wanted = pattern("prompts", "cells", "help"), max(2, len(said) * _SHARE_OF_HELP)
    helpful = 0
    for place, text in enumerate(said):
        if helpful + len(said) - place < wanted:
            return False  # what is left is too little
        helpful += len(text) < _LONGEST_HELP and bool(help_form.search(text) or is_prompt(text))
    return helpful >= wanted


def _is_merged_above(reading: SheetReading, number: int) -> bool:
    for column in reading.columns:
        if column.target in ("name", "reference"):
            area = reading.sheet.merge_over(number, column.number)
            if area and area[0] < number:
                return True
    return False
