"""Semicolon-separated tables that spreadsheets open with their accents, and in which no cell can run as a formula."""

import csv
import io
import re
from collections.abc import Iterable
from typing import BinaryIO

#: A cell that a spreadsheet would compute, or one that already wears the apostrophe this module puts on.
_RISKY = re.compile(r"'*(?:\s*[=+\-@]|[\t\r])")


def protect(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula, so that it stays text."""
    return f"'{text}" if _RISKY.match(text) else text


def unprotect(text: str) -> str:
    """Take the apostrophe of `protect` off again; any other text comes back as it is."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text


def write_delimited(out: BinaryIO, rows: Iterable[Iterable[str]]) -> None:
    """Write rows as UTF-8 with a byte-order mark, one at a time; the first row is the headings. `out` stays open."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    # Nearly every cell is empty or begins with a letter or a digit: it needs no closer look.
    writer.writerows([cell if not cell or cell[0].isalnum() else protect(cell) for cell in row] for row in rows)
    text.flush()
    text.detach()
