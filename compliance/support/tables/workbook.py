"""What a file of tables becomes: sheets of text, cell by cell, sparse, with what was noticed while reading."""

import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Position = tuple[int, int]

#: Blanks that nobody typed: reading them would take the square of their number.
_VOID = re.compile(r"\s{100,}")
_HALF_LETTERS = re.compile(r"[\ud800-\udfff]")


class UnreadableFile(Exception):
    """The file cannot be read; `code` and `params` name the sentence that says why (see the intake messages)."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = {name: str(value) for name, value in params.items()}


class OwnExport(UnreadableFile):
    """A JSON file that this product wrote: it has its own reader, which loses nothing."""

    def __init__(self) -> None:
        super().__init__("own_export")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold. Sizes in bytes, the rest are counts of what is not empty."""

    file_bytes: int = 25_000_000
    unpacked_bytes: int = 250_000_000
    entries: int = 2_000
    sheets: int = 250
    rows: int = 20_000
    columns: int = 2_000
    cells: int = 500_000
    cell_characters: int = 50_000


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know about how the file was read."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    """One sheet. Rows and columns count from zero; `cells` holds only what is not blank.

    `merged` gives each merged area as (top, left, bottom, right); `formulas` the formulas that the file holds
    without their result; `comments` how many notes hang on cells (they are not cells, nobody reads them as data).
    """

    name: str
    cells: dict[Position, str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    formulas: dict[Position, str] = field(default_factory=dict)
    comments: int = 0
    hidden: bool = False

    def text(self, row: int, column: int) -> str:
        """What stands in a cell; empty when nothing does."""
        return self.cells.get((row, column), "")

    def row_numbers(self) -> list[int]:
        """The rows in which something stands, in order."""
        return sorted({row for row, _ in self.cells})

    def by_row(self) -> dict[int, dict[int, str]]:
        """Row number → column number → text, in reading order."""
        rows: dict[int, dict[int, str]] = {}
        for (row, column), value in sorted(self.cells.items()):
            rows.setdefault(row, {})[column] = value
        return rows

    def merge_over(self, row: int, column: int) -> tuple[int, int, int, int] | None:
        """The merged area to which a cell belongs, if any."""
        inside = (a for a in self.merged if a[0] <= row <= a[2] and a[1] <= column <= a[3])
        return next(inside, None)

    def transposed(self) -> "Sheet":
        """The same sheet with rows and columns exchanged."""
        return dataclasses.replace(
            self,
            cells={(column, row): value for (row, column), value in self.cells.items()},
            merged=[(left, top, right, bottom) for top, left, bottom, right in self.merged],
            formulas={(column, row): value for (row, column), value in self.formulas.items()},
        )


@dataclass(slots=True)
class Workbook:
    """A file that was read: its sheets, and in which encoding and with which separator when it is plain text."""

    file: str
    kind: str
    sheets: list[Sheet] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""
    notes: list[Note] = field(default_factory=list)

    def positions(self) -> Iterator[tuple[Sheet, Position]]:
        """Every cell that is not blank."""
        for sheet in self.sheets:
            for position in sheet.cells:
                yield sheet, position


@functools.lru_cache(maxsize=2048)
def column_name(column: int) -> str:
    """The letters of a column: 0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """The name of a cell as a spreadsheet shows it: (0, 0) → A1."""
    return f"{column_name(column)}{row + 1}"


class Filler:
    """Fills sheets and stops, with a sentence, at the first limit that is passed."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._cells = 0
        self._rows = 0
        self._row: tuple[str, int] | None = None

    def put(self, sheet: Sheet, row: int, column: int, value: str) -> None:
        """Write one cell; blank text is not kept."""
        if not value or value.isspace():
            return
        if len(value) > self.limits.cell_characters:
            raise UnreadableFile(
                "cell_too_long", sheet=sheet.name, cell=cell_name(row, column), limit=self.limits.cell_characters
            )
        if column >= self.limits.columns:
            raise UnreadableFile(
                "too_many_columns", sheet=sheet.name, cell=cell_name(row, column), limit=self.limits.columns
            )
        if self._row != (sheet.name, row):
            self._row = (sheet.name, row)
            self._rows += 1
        self._cells += 1
        if self._rows > self.limits.rows:
            raise UnreadableFile("too_many_rows", limit=self.limits.rows)
        if self._cells > self.limits.cells:
            raise UnreadableFile("too_many_cells", limit=self.limits.cells)
        sheet.cells[row, column] = _HALF_LETTERS.sub("\ufffd", _VOID.sub(_short, value))


def _short(blanks: re.Match[str]) -> str:
    return "\n" if "\n" in blanks[0] else " "
