"""Plain text tables: which encoding, which separator, which cells."""

import codecs
import csv
import io
import re
from collections import Counter

from compliance.support.tables.workbook import Filler, Limits, Note, Sheet, UnreadableFile

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
    "latin-1": "ISO-8859-1",
    "mac_roman": "Mac Roman",
    "cp850": "DOS 850",
}
_DELIMITERS = ";,\t|"
_LINE_END = re.compile(r"\r\n|\r|\n")
_USUAL = set("àâäæçéèêëîïôöœùûüÿÀÂÇÉÈÊËÎÏÔŒÙÛÜßáíóúñãõ’‘“”«»…–—€°²§\xa0")


def decode(data: bytes) -> tuple[str, str]:
    """The text of the file and the name of its encoding. A file of one byte per letter is guessed by its accents."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _decoded(data, codec)
    if codec := _wide_without_mark(data):
        return _decoded(data, codec)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        if b"\0" in data:
            raise UnreadableFile("not_text") from None
    return max((_single_byte(data, codec) for codec in ("cp1252", "mac_roman", "cp850")), key=_looks_french)[:2]


def _decoded(data: bytes, codec: str) -> tuple[str, str]:
    try:
        return data.decode(codec), codec
    except UnicodeDecodeError as problem:
        raise UnreadableFile("not_text") from problem


def _wide_without_mark(data: bytes) -> str:
    head = data[:4000]
    if len(head) < 4 or head.count(0) < len(head) // 4:
        return ""
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _single_byte(data: bytes, codec: str) -> tuple[str, str]:
    try:
        return data.decode(codec), codec
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def _looks_french(read: tuple[str, str]) -> int:
    return sum(1 if letter in _USUAL else -1 for letter in read[0] if letter > "\x7f")


def read_text(data: bytes, name: str, limits: Limits) -> tuple[Sheet, str, str, list[Note]]:
    """The one sheet of a text file, the name of its encoding, its separator, and what was noticed."""
    text, codec = decode(data)
    text, announced = _announced(text)
    delimiter = announced or guess_delimiter(text)
    sheet, filler = Sheet(name), Filler(limits)
    rows = _quoted_rows(text, delimiter)
    notes = [] if rows is not None else [Note("unbalanced_quotes")]
    if rows is None:
        rows = [line.split(delimiter) for line in _LINE_END.split(text)]
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            filler.put(sheet, number, column, value.replace("\r\n", "\n"))
    return sheet, NAMES[codec], delimiter, notes


def _quoted_rows(text: str, delimiter: str) -> list[list[str]] | None:
    """The rows, or None when a quotation mark without its pair would swallow the rest of the file into one cell."""
    unpaired = text.count('"') % 2 == 1
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as problem:
        if unpaired:
            return None
        raise UnreadableFile("cell_too_long", sheet="", cell="", limit=csv.field_size_limit()) from problem
    swallowed = unpaired and rows and any("\n" in cell and delimiter in cell for cell in rows[-1])
    return None if swallowed else rows


def _announced(text: str) -> tuple[str, str]:
    first, _, rest = text.partition("\n")
    mark = first.strip().strip('"')
    if len(mark) == 5 and mark.lower().startswith("sep="):
        return rest, mark[4]
    return text, ""


def guess_delimiter(text: str) -> str:
    """The separator that cuts most lines into the same number of cells, more than one."""
    sample = text[:200_000]
    return max(_DELIMITERS, key=lambda delimiter: _regularity(sample, delimiter))


def _regularity(sample: str, delimiter: str) -> tuple[float, int]:
    try:
        rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row]
    except csv.Error:
        rows = [line.split(delimiter) for line in _LINE_END.split(sample) if line]
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0.0, 0
    first = len(rows[0]) if rows else 0
    width, count = max(widths.items(), key=lambda pair: (pair[1] + (pair[0] == first), pair[0]))
    return round((count + (width == first)) / (len(rows) + 1), 1), width
