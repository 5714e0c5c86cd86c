"""No file and no cell breaks an import: what cannot be read is refused in a sentence."""

import functools
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from compliance.register.models import ImportRun
from compliance.support import storage
from tests.helpers.client import PageClient
from tests.register.desk import Desk
from tests.register.imports import number_of, register, table
from tests.register.records import make_team

pytestmark = pytest.mark.database


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
SHEET = "xl/worksheets/sheet1.xml"


def bomb(declared: int = 400_000_000) -> bytes:
    """A workbook with a sheet of 400 MB of blanks: one million of them packed once, and the packed piece repeated."""
    piece = b" " * 1_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = (packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)) * 400 + packer.flush()
    check = functools.reduce(lambda crc, _: zlib.crc32(piece, crc), range(400), 0)
    sizes = struct.pack("<LLL", check, len(packed), declared)
    small = archive(**{"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<x/>", SHEET: b""})
    held = struct.pack("<LLL", 0, len(_packed(b"")), 0)
    local, central = small.index(SHEET.encode()) - 30, small.rindex(SHEET.encode()) - 46
    body = local + 30 + len(SHEET)
    assert small[local + 14 : local + 26] == small[central + 16 : central + 28] == held
    directory = small.index(b"PK\x01\x02")
    head = small[: local + 14] + sizes + small[local + 26 : body] + packed
    entries = small[directory : central + 16] + sizes + small[central + 28 : -22]
    end = small[-22:-6] + struct.pack("<L", len(head)) + small[-2:]
    return head + entries + end


def _packed(content: bytes) -> bytes:
    packer = zlib.compressobj(-1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c SYSTEM "file:///etc/passwd">]><office:document-content xmlns:office="o">&b;&c;</office:document-content>"""

HOSTILE: dict[str, bytes | Callable[[], bytes]] = {
    "nothing.csv": b"",
    "space.csv": b" \r\n\t;;;\n",
    "mark.csv": b"\xef\xbb\xbf",
    "bomb.xlsx": bomb,
    "liar.xlsx": functools.partial(bomb, 10),
    "entities.ods": archive(**{"content.xml": ENTITIES, "mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
    "entities.xlsx": archive(**{"[Content_Types].xml": TYPES, "xl/workbook.xml": ENTITIES}),
    "escape.xlsx": archive(**{"[Content_Types].xml": TYPES, "../../etc/passwd": b"x"}),
    "cut.xlsx": archive(**{"[Content_Types].xml": TYPES})[:60],
    "empty.zip": archive(),
    "letter.docx": archive(**{"[Content_Types].xml": TYPES, "word/document.xml": b"<x/>"}),
    "paper.pdf": b"%PDF-1.7\n%\xe2\xe3",
    "picture.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
    "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "page.html": b"<html><table><tr><td>x",
    "cut.json": b'{"format": "trente-register", "version": 1, "activities": [{"refer',
    "deep.json": b"[" * 100_000,
    "list.json": b"[1, 2]",
    "foreign.json": b'{"version": 7, "activities": []}',
    "wrong.json": b'{"format": "trente-register", "version": 1, "activities": {}}',
    "noise.csv": bytes(range(256)) * 20,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(name: str, context: Flask, client: PageClient) -> None:
    team = make_team()
    desk = Desk(client, team)

    content = HOSTILE[name]
    before = kept_contents()

    page = desk.sent(
        "imports.start", {"file": (io.BytesIO(content if isinstance(content, bytes) else content()), name)}, 422
    )

    (sentence,) = page.find(id="file-error")
    assert len(sentence.text or "") > 15
    assert number_of(ImportRun) == 0
    assert kept_contents() == before, "what is refused is not kept"


def test_the_bomb_is_a_workbook_that_unpacks_to_what_it_declares() -> None:
    with zipfile.ZipFile(io.BytesIO(bomb())) as package:
        with package.open(SHEET) as part:
            assert part.read(10) == b" " * 10
        assert package.getinfo(SHEET).file_size == 400_000_000
        assert package.read("[Content_Types].xml") == TYPES


def kept_contents() -> set[Path]:
    """Everything that lies in the store."""
    return {file for file in storage.path_of("00").parents[1].rglob("*") if file.is_file()}


def test_a_file_of_null_characters_is_a_file_without_activities(context: Flask, client: PageClient) -> None:
    desk = Desk(client, make_team())
    answer = desk.send("imports.start", {"file": (io.BytesIO(b"\0" * 4000), "nulls.csv")})

    assert "No processing activity was found" in client.page(answer.location).text


def test_no_file_or_one_that_is_too_large_is_refused_in_a_sentence(context: Flask, client: PageClient) -> None:
    desk = Desk(client, make_team())

    assert "Choose a file" in desk.sent("imports.start", {}, 422).text
    assert "Choose a file" in desk.sent("imports.start", {"file": (io.BytesIO(b"x"), "")}, 422).text
    answer = desk.client.post(
        desk.client.address("imports.start", organisation=desk.team.organisation.slug),
        data={"file": (io.BytesIO(b"x"), "big.csv")},
        environ_overrides={"CONTENT_LENGTH": "30000000"},
    )
    assert answer.status_code == 413


CELLS = [
    '=HYPERLINK("http://x")', "@SUM(1)", "+1", "-1", "<script>alert(1)</script>", "\u202eabc", "\u200b", "x" * 20_000,
    "'; DROP TABLE records; --", "null", "🙂" * 300, "a\tb", "\ufeff", "${jndi}", "..\\..\\x", "{{ 7777*7777 }}",
    "{% x %}", "%(name)s",
]  # fmt: skip


@pytest.mark.parametrize("cell", CELLS)
def test_no_cell_breaks_a_page(cell: str, context: Flask, client: PageClient) -> None:
    team = make_team()
    desk = Desk(client, team)
    client.checks = cell not in CELLS[-3:]  # what looks like a leftover of a template is here what was typed
    quoted = '"' + cell.replace('"', '""') + '"'
    data = table(*(";".join([f"R{n}", *[quoted if n == m else "x" for m in range(9)]]) for n in range(9)))
    answer = desk.send("imports.start", {"file": (io.BytesIO(data), f"{cell[:40]}.csv")})
    token = answer.location.rpartition("/")[2]
    page = desk.page("imports.show", token=token)
    desk.send("imports.apply", page.form("/apply"), token=token)
    desk.page("imports.show", token=token)
    assert "60481729" not in desk.page("index").text
    team.actor("dpo")
    for reference in list(register()):
        desk.page("show", reference=reference)
        desk.page("history", reference=reference)
