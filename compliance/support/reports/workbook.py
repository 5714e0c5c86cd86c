"""Workbooks written row by row: frozen heads, filters, wrapped words, and never a formula made of what somebody typed.

The library does all but the rows: cell by cell it needs four times as long, and in its streaming mode it takes
words that look like its own markup for markup. So the XML of a row is made here and put where the library puts its own.
"""

import datetime
import functools
import re
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, Self

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from compliance.support.text import printable

Cell = str | int | datetime.date | None

#: The limits of the format: beyond them a cell or a row would be dropped without a word.
MAX_ROWS, MAX_CHARACTERS = 1_048_576, 32_767
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
#: What a cell cannot hold as it is: markup, control characters, and the format's own way of writing those.
_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_AT_ONCE = 50  # rows
_A, _B = '<c r="A', '<c r="B'
_DAY_NOUGHT, _FIRST_DAY = datetime.date(1899, 12, 30), datetime.date(1900, 3, 1)


class TooManyRowsError(ValueError):
    """A sheet holds no more rows than the format allows; another format has to be chosen."""


class Workbook:
    """A workbook streamed to a file; rows of several sheets may be added in turn. Leaving `with` closes it."""

    def __init__(
        self, out: BinaryIO, *, title: str, author: str, created: datetime.datetime, comments: str = ""
    ) -> None:
        self._book = xlsxwriter.Workbook(
            out,
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self._book.set_properties(
            {"title": title, "author": author, "company": author, "comments": comments, "created": _naive(created)}
        )
        base = {"valign": "top", "text_wrap": True}
        self._body = self._book.add_format(base)
        self._day = self._book.add_format({**base, "num_format": "yyyy-mm-dd", "align": "left"})
        self._head = self._book.add_format(
            {**base, "bold": True, "bottom": 1, "bg_color": "#E9ECF8", "font_color": "#1A2233"}
        )
        self._title = self._book.add_format({"bold": True, "font_size": 18, "font_color": "#1A2233"})
        self._label = self._book.add_format({**base, "font_color": "#51596B"})
        self._names: set[str] = set()
        self._sheets: list[Sheet] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for sheet in self._sheets:
            sheet.close()
        self._book.close()

    def sheet(self, name: str, headings: Sequence[str], widths: Sequence[int]) -> "Sheet":
        """Add a table sheet; `widths` are in characters, one for each heading."""
        sheet = self._book.add_worksheet(self._free_name(name), worksheet_class=_Streamed)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width, self._body)
        sheet.write_row(0, 0, headings, self._head)
        sheet.freeze_panes(1, min(2, len(headings)))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0)
        sheet.set_footer("&L&A&R&P / &N")  # which list, and which page of how many
        self._sheets.append(Sheet(sheet, len(headings), self._body, self._day))
        return self._sheets[-1]

    def cover(self, name: str) -> "Cover":
        """Add a sheet of names and values, to be filled when they are known."""
        sheet = self._book.add_worksheet(self._free_name(name), worksheet_class=_Streamed)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 80)
        sheet.hide_gridlines(2)
        return Cover(sheet, self._title, self._label, self._body)

    def _free_name(self, name: str) -> str:
        stem = _FORBIDDEN_IN_NAMES.sub(" ", name).strip("' ")[:31].rstrip()
        free, number = stem, 2
        while free.lower() in self._names:
            free, number = f"{stem[:28]} {number}", number + 1
        self._names.add(free.lower())
        return free


class _Streamed(Worksheet):
    """A worksheet of the library to which rows are added as XML, after its headings."""

    def reaches(self, columns: int) -> None:
        """Say how wide the sheet is when it has no headings of the library's own."""
        self._check_dimensions(0, 0)
        self._check_dimensions(0, columns - 1)

    def stream(self, row: int, xml: str) -> None:
        """Add the XML of rows up to this one, which must come after those added before."""
        if self.table:
            self._write_single_row(row)
        self.fh.write(xml)
        self.dim_rowmax = row


class Sheet:
    """One table; rows are added from the top to the bottom."""

    def __init__(self, sheet: _Streamed, columns: int, body: Any, day: Any) -> None:
        self._sheet, self._row = sheet, 0
        self._columns = [f'<c r="{xl_col_to_name(column)}' for column in range(columns)]
        self._styles = body._get_xf_index(), day._get_xf_index()
        self._waiting: list[str] = []

    def append(self, cells: Iterable[Cell]) -> None:
        """Add a row; empty text and None leave the cell empty. Text too long for a cell ends in an ellipsis."""
        self._row += 1
        if self._row >= MAX_ROWS:
            raise TooManyRowsError(f"more than {MAX_ROWS - 1} rows")
        number, (body, day) = self._row + 1, self._styles
        parts = [f'<row r="{number}">']
        for start, cell in zip(self._columns, cells, strict=True):
            if cell is None or cell == "":
                continue
            if isinstance(cell, str):
                parts.append(_words(start, number, body, cell))
            elif not isinstance(cell, datetime.date):
                parts.append(f'{start}{number}" s="{body}"><v>{cell}</v></c>')
            elif cell >= _FIRST_DAY:
                parts.append(f'{start}{number}" s="{day}"><v>{(cell - _DAY_NOUGHT).days}</v></c>')
            else:
                parts.append(_words(start, number, body, cell.isoformat()))
        parts.append("</row>")
        self._waiting.append("".join(parts))
        if len(self._waiting) == _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._sheet.stream(self._row, "".join(self._waiting))
            self._waiting.clear()

    def close(self) -> None:
        """Put the filter on what has been written; nothing is added afterwards."""
        self._flush()
        self._sheet.autofilter(0, 0, self._row, len(self._columns) - 1)


class Cover:
    """The sheet that says whose workbook this is."""

    def __init__(self, sheet: _Streamed, title: Any, label: Any, body: Any) -> None:
        self._sheet, self._styles = sheet, (title, label, body)

    def fill(self, title: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Write the title and under it each name with its value."""
        head, label, body = (style._get_xf_index() for style in self._styles)
        self._sheet.reaches(2)
        self._sheet.stream(1, f'<row r="2">{_words(_A, 2, head, title)}</row>')
        for number, (name, value) in enumerate(pairs, start=4):
            cells = _words(_A, number, label, name) + _words(_B, number, body, value)
            self._sheet.stream(number - 1, f'<row r="{number}">{cells}</row>')


def _words(start: str, row: int, style: int, text: str) -> str:
    """The XML of a cell of words; `start` is its beginning up to the letters of its column."""
    words = _short(text) if len(text) < _SHORT else _fit(text)
    return f'{start}{row}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>'


def _fit(text: str) -> str:
    return escaped(text) if len(text) > MAX_CHARACTERS or _SPECIAL.search(text) else text


#: Short words come back again and again: names of lists, of places, of people.
_SHORT = 60
_short = functools.lru_cache(maxsize=8192)(_fit)


def _storable(text: str) -> str:
    text = printable(text).replace("\ufffe", "").replace("\uffff", "")
    return text if len(text) <= MAX_CHARACTERS else text[: MAX_CHARACTERS - 1] + "…"


def escaped(text: str) -> str:
    """Text as a cell can hold it: no control characters, at most 32,767 characters, markup and escapes written out."""
    text = _ESCAPED.sub("_x005F_", _storable(text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _naive(moment: datetime.datetime) -> datetime.datetime:
    return moment.astimezone(datetime.UTC).replace(tzinfo=None) if moment.tzinfo else moment
