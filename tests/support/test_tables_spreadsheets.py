"""Reading XLSX and ODS: what cells hold, merged areas, repeated blanks, limits and hostile packages."""

import datetime
import io
import zipfile
from typing import Any

import pytest

from compliance.support.tables.reading import read
from compliance.support.tables.workbook import Limits, Sheet, UnreadableFile, cell_name
from tests.support.spreadsheets import changed, ods, ods_cell, package, xlsx


def only(data: bytes, **options: Any) -> Sheet:
    return read(data, "f", **options).sheets[0]


def test_a_cell_is_text_as_a_person_would_write_it() -> None:
    def dress(book: Any, sheets: dict[str, Any]) -> None:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        half = book.add_format({"num_format": "0%"})
        sheet = sheets["S"]
        sheet.write_datetime(0, 0, datetime.date(2024, 3, 5), day)
        sheet.write_number(0, 1, 0.5, half)
        sheet.write_number(0, 2, 75001)
        sheet.write_boolean(0, 3, True)
        sheet.write_formula(0, 4, "=FALSE()", None, False)
        sheet.write_formula(0, 5, '="a"&"b"', None, "ab")
        sheet.write_rich_string(0, 6, "très ", book.add_format({"bold": True}), "gras")
        sheet.write_number(0, 7, 45356 + 14.5 / 24, day)
        sheet.write_string(0, 8, "=1+1")
        sheet.write_number(0, 9, 1.5)

    sheet = only(xlsx({"S": []}, dress))
    assert [sheet.text(0, column) for column in range(10)] == [
        "2024-03-05", "50 %", "75001", "TRUE", "FALSE", "ab", "très gras", "2024-03-05 14:30", "=1+1", "1.5",
    ]  # fmt: skip


def test_a_long_number_keeps_its_end() -> None:
    data = changed(
        xlsx({"S": [[7]]}), "xl/worksheets/sheet1.xml", lambda xml: xml.replace("<v>7</v>", "<v>12345678901234567</v>")
    )
    assert only(data).text(0, 0) == "12345678901234567"


def test_a_formula_without_its_result_is_known_of() -> None:
    data = xlsx({"S": [["a"]]}, lambda book, sheets: sheets["S"].write_formula(1, 1, "=A1", None, ""))
    data = changed(data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace("<v></v>", ""))
    assert only(data).formulas == {(1, 1): "=A1"}


def test_escaped_characters_and_lines_are_text() -> None:
    assert only(xlsx({"S": [["une\nligne"]]})).text(0, 0) == "une\nligne"
    data = changed(xlsx({"S": [["mark"]]}), "xl/sharedStrings.xml", lambda xml: xml.replace("mark", "a_x000D_b"))
    assert only(data).text(0, 0) == "a\rb"


def test_merged_areas_hidden_sheets_and_comments_are_known_of() -> None:
    def dress(book: Any, sheets: dict[str, Any]) -> None:
        sheets["S"].merge_range("A2:A4", "Paie")
        sheets["S"].write_comment("A1", "a remark")
        sheets["H"].hide()

    book = read(xlsx({"S": [["Nom"]], "H": [["x"]]}, dress), "f.xlsx")
    assert book.sheets[0].merged == [(1, 0, 3, 0)]
    assert [(note.code, note.params["sheet"]) for note in book.notes] == [("comments", "S"), ("hidden_sheet", "H")]


def test_a_stray_cell_at_the_bottom_costs_nothing() -> None:
    rows = [[f"x{row}-{column}" for column in range(11)] for row in range(37)]
    data = xlsx({"S": rows}, lambda book, sheets: sheets["S"].write(1_048_575, 16_000 // 100, "x"))
    sheet = only(data)
    assert len(sheet.cells) == 37 * 11 + 1
    assert cell_name(max(sheet.cells)[0], 0) == "A1048576"


def test_the_rows_of_an_ods_are_repeated_only_when_they_hold_something() -> None:
    rows = (
        '<table:table-row table:number-rows-repeated="2">' + ods_cell("même")
        + ods_cell("x", 'table:number-columns-repeated="2"')
        + '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
        "<table:table-row>" + ods_cell("fin") + "</table:table-row>"
    )  # fmt: skip
    sheet = only(ods({"S": rows}))
    assert sheet.cells == {
        (0, 0): "même",
        (0, 1): "x",
        (0, 2): "x",
        (1, 0): "même",
        (1, 1): "x",
        (1, 2): "x",
        (1_048_002, 0): "fin",
    }


def test_an_ods_cell_is_text_as_a_person_would_write_it() -> None:
    rows = (
        "<table:table-row>"
        + ods_cell("05/03/2024", 'office:value-type="date" office:date-value="2024-03-05"')
        + ods_cell("FAUX", 'office:value-type="boolean" office:boolean-value="false"')
        + ods_cell("75 001,00", 'office:value-type="float" office:value="75001"')
        + ods_cell("50 %", 'office:value-type="percentage" office:value="0.5"')
        + ods_cell("deux\nlignes", comment="not data")
        + '<table:table-cell office:value-type="string"><text:p>un<text:s text:c="2"/>lien'
        + " <text:a>ici</text:a></text:p></table:table-cell>"
        + "<table:covered-table-cell><text:p>caché</text:p></table:covered-table-cell>"
        + '<table:table-cell table:formula="of:=[.A1]"/>'
        + "</table:table-row>"
    )
    sheet = only(ods({"S": rows}))
    shown = [sheet.text(0, column) for column in range(7)]
    assert shown == ["2024-03-05", "FALSE", "75001", "50 %", "deux\nlignes", "un  lien ici", "caché"]
    assert sheet.comments == 1
    assert sheet.formulas == {(0, 7): "=[.A1]"}


def test_merged_areas_of_an_ods_are_known_of() -> None:
    rows = (
        "<table:table-row>"
        + ods_cell("A", 'table:number-columns-spanned="3" table:number-rows-spanned="2"')
        + "</table:table-row>"
    )
    assert only(ods({"S": rows})).merged == [(0, 0, 1, 2)]


@pytest.mark.parametrize(
    "declaration",
    ['<!DOCTYPE x [<!ENTITY a "b">]>', "<!DOCTYPE x>", '<!DOCTYPE x SYSTEM "http://example.invalid/x.dtd">'],
)
def test_declared_entities_are_refused(declaration: str) -> None:
    for data, part in (
        (xlsx({"S": [["a"]]}), "xl/workbook.xml"),
        (xlsx({"S": [["a"]]}), "docProps/core.xml"),
        (ods({"S": [["a"]]}), "content.xml"),
    ):
        hostile = changed(data, part, lambda xml: xml.replace("?>", f"?>{declaration}", 1))
        with pytest.raises(UnreadableFile, match="xml_entities"):
            read(hostile, "f")


def test_entities_declared_in_another_encoding_are_refused() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    with pytest.raises(UnreadableFile, match="xml_entities"):
        read(package({"content.xml": text.encode("utf-16")}), "f.ods")


def test_packages_that_swell_are_refused_before_they_are_opened() -> None:
    data = package({"content.xml": "<a>" + " " * 3_000_000 + "</a>"})
    with pytest.raises(UnreadableFile, match="too_large_unpacked"):
        read(data, "f.ods", Limits(unpacked_bytes=1_000_000))
    with pytest.raises(UnreadableFile, match="too_many_entries"):
        read(package({f"x{number}": "" for number in range(12)} | {"content.xml": "<a/>"}), "f.ods", Limits(entries=11))


def test_a_cell_repeated_without_end_meets_a_limit() -> None:
    wide = "<table:table-row>" + ods_cell("x", 'table:number-columns-repeated="900000"') + "</table:table-row>"
    tall = '<table:table-row table:number-rows-repeated="1048576">' + ods_cell("x") + "</table:table-row>"
    for rows, code in ((wide, "too_many_columns"), (tall, "too_many_rows")):
        with pytest.raises(UnreadableFile, match=code):
            read(ods({"S": rows}), "f.ods")


def test_too_many_sheets_are_refused() -> None:
    sheets = {f"S{number}": [["a"]] for number in range(4)}
    for data in (xlsx(sheets), ods(sheets)):
        with pytest.raises(UnreadableFile, match="too_many_sheets"):
            read(data, "f", Limits(sheets=3))


def test_a_password_gets_its_own_sentence() -> None:
    manifest = '<manifest xmlns:m="x"><m:file-entry><m:encryption-data/></m:file-entry></manifest>'
    with pytest.raises(UnreadableFile, match="encrypted"):
        read(ods({"S": [["a"]]}, manifest), "f.ods")


def test_other_archives_are_named_for_what_they_are() -> None:
    cases = {
        "word_document": {"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"},
        "old_spreadsheet": {"[Content_Types].xml": "<x/>", "xl/workbook.bin": "x"},
        "not_a_spreadsheet": {"readme.txt": "x"},
        "damaged": {"[Content_Types].xml": "<x/>"},
    }
    for code, parts in cases.items():
        with pytest.raises(UnreadableFile, match=code):
            read(package(parts), "f.xlsx")


def test_a_truncated_package_is_refused() -> None:
    data = xlsx({"S": [["a"] * 50] * 50})
    for end in (20, len(data) // 2, len(data) - 10):
        with pytest.raises(UnreadableFile, match="damaged"):
            read(data[:end], "f.xlsx")


def test_broken_xml_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="damaged"):
        read(changed(ods({"S": [["a"]]}), "content.xml", lambda xml: xml[:-20]), "f.ods")


def test_a_zip_that_lies_about_its_sizes_is_not_unpacked_beyond_what_it_says() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", "<a>" + "x" * 2_000_000 + "</a>")
    data = bytearray(out.getvalue())
    size = (2_000_007).to_bytes(4, "little")
    lie = (100).to_bytes(4, "little")
    with pytest.raises(UnreadableFile):
        read(bytes(data).replace(size, lie), "f.ods")
