"""The one door: bytes in, a workbook of text out, or a sentence that says why not."""

from pathlib import Path

import ftfy

from compliance.support.tables.lists import read_json
from compliance.support.tables.ods import read_ods
from compliance.support.tables.packages import Package
from compliance.support.tables.text import NAMES, read_text
from compliance.support.tables.workbook import Limits, Note, Sheet, UnreadableFile, Workbook
from compliance.support.tables.xlsx import read_xlsx

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_REFUSED = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\0", "picture"),
    (b"MM\0*", "picture"),
    (b"{\\rtf", "word_document"),
)
_TRACES = set("ÃÂâÅË")


def read(source: Path | bytes, filename: str = "", limits: Limits | None = None, *, repair: bool = False) -> Workbook:
    """Read a file of tables. The content decides what it is, not its name.

    `repair` undoes a double encoding ("Ã©" for "é"); without it the damage is only noted. Raises `UnreadableFile`.
    """
    limits = limits or Limits()
    name = filename or (source.name if isinstance(source, Path) else "")
    if isinstance(source, Path):
        if source.stat().st_size > limits.file_bytes:
            raise UnreadableFile("too_large", limit=limits.file_bytes // 1_000_000)
        source = source.read_bytes()
    if len(source) > limits.file_bytes:
        raise UnreadableFile("too_large", limit=limits.file_bytes // 1_000_000)
    workbook = _read(source, name, limits)
    if not any(sheet.cells or sheet.formulas for sheet in workbook.sheets):
        raise UnreadableFile("empty")
    _note_what_shows(workbook)
    _mend(workbook, repair)
    return workbook


def _read(data: bytes, name: str, limits: Limits) -> Workbook:
    if data.startswith(b"PK"):
        return _read_package(data, name, limits)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile("encrypted" if _ENCRYPTED in data else "old_spreadsheet")
    for mark, code in _REFUSED:
        if data.startswith(mark):
            raise UnreadableFile(code)
    head = data[:2000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if head.startswith((b"<?xml", b"<!doctype", b"<html", b"<table", b"<workbook")):
        raise UnreadableFile("markup")
    sheet_name = Path(name).stem or "1"
    if head.startswith((b"{", b"[{", b"[")) and (name.lower().endswith(".json") or _is_json(head)):
        sheet, codec = read_json(data, sheet_name, limits)
        return Workbook(name, "json", [sheet], NAMES[codec])
    sheet, encoding, delimiter, notes = read_text(data, sheet_name, limits)
    return Workbook(name, "csv", [sheet], encoding, delimiter, notes)


def _is_json(head: bytes) -> bool:
    compact = b"".join(head.split())
    return compact.startswith((b'{"', b'[{"'))


def _read_package(data: bytes, name: str, limits: Limits) -> Workbook:
    package = Package(data, limits)
    if "content.xml" in package.names and "[Content_Types].xml" not in package.names:
        return Workbook(name, "ods", read_ods(package, limits))
    if any(part.startswith("word/") for part in package.names):
        raise UnreadableFile("word_document")
    if any(part.endswith("workbook.bin") for part in package.names):
        raise UnreadableFile("old_spreadsheet")
    if "[Content_Types].xml" in package.names:
        return Workbook(name, "xlsx", read_xlsx(package, limits))
    raise UnreadableFile("not_a_spreadsheet")


def _note_what_shows(workbook: Workbook) -> None:
    for sheet in workbook.sheets:
        if sheet.hidden and sheet.cells:
            workbook.notes.append(Note("hidden_sheet", {"sheet": sheet.name}))
        if sheet.comments:
            workbook.notes.append(Note("comments", {"sheet": sheet.name, "count": str(sheet.comments)}))


def _mend(workbook: Workbook, repair: bool) -> None:
    """Find text that was encoded twice; mend it only when asked."""
    found = [
        (sheet, place, value, mended)
        for sheet in workbook.sheets
        for place, value in _suspects(sheet)
        if (mended := ftfy.fix_encoding(value)) != value
    ]
    if found:
        _, _, before, after = found[0]
        code = "repaired" if repair else "garbled"
        params = {"count": str(len(found)), "before": before[:80], "after": after[:80]}
        workbook.notes.append(Note(code, params))
    for sheet, place, _, mended in found if repair else ():
        sheet.cells[place] = mended


def _suspects(sheet: Sheet) -> list[tuple[tuple[int, int], str]]:
    return [(place, value) for place, value in sheet.cells.items() if not _TRACES.isdisjoint(value)]
