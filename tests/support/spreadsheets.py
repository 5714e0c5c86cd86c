"""Spreadsheets made for the tests: XLSX by a library, ODS and broken packages by hand."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

Rows = Sequence[Sequence[Any]]

_ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><office:body><office:spreadsheet>'
)
_ODS_FOOT = "</office:spreadsheet></office:body></office:document-content>"


def xlsx(sheets: Mapping[str, Rows], dress: Callable[[Any, dict[str, Any]], None] | None = None) -> bytes:
    """A workbook of the given sheets; `dress` gets the workbook and its sheets, to merge cells or write formulas."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made = {}
    for name, rows in sheets.items():
        made[name] = sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(number, column, value)
    if dress:
        dress(book, made)
    book.close()
    return out.getvalue()


def ods_cell(value: Any, attributes: str = "", comment: str = "") -> str:
    """One cell of text, with lines as paragraphs, and a comment if wanted."""
    if value == "":
        return f"<table:table-cell {attributes}/>"
    note = f"<office:annotation><dc:date>2020-01-01</dc:date><text:p>{escape(comment)}</text:p></office:annotation>"
    paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    kind = "" if "office:value-type" in attributes else 'office:value-type="string"'
    return f"<table:table-cell {kind} {attributes}>{note if comment else ''}{paragraphs}</table:table-cell>"


def ods(sheets: Mapping[str, Rows | str], manifest: str = "", head: str = _ODS_HEAD) -> bytes:
    """An OpenDocument spreadsheet; a sheet is rows of values, or the XML of its rows."""
    body = head
    for name, rows in sheets.items():
        lines = (
            rows
            if isinstance(rows, str)
            else "".join("<table:table-row>" + "".join(map(ods_cell, row)) + "</table:table-row>" for row in rows)
        )
        body += f"<table:table table:name={quoteattr(name)}>{lines}</table:table>"
    parts = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": body + _ODS_FOOT}
    if manifest:
        parts["META-INF/manifest.xml"] = manifest
    return package(parts)


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of the given parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def changed(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The same package with one part rewritten."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    return package(parts)
