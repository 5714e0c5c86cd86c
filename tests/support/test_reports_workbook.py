"""Workbooks: what somebody typed stays text, whatever it looks like."""

import datetime
import io
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from compliance.support.reports import workbook
from compliance.support.reports.workbook import Cell, TooManyRowsError, Workbook

CREATED = datetime.datetime(2026, 11, 23, 8, 0, tzinfo=datetime.UTC)


def written(*rows: list[Cell]) -> bytes:
    out = io.BytesIO()
    with Workbook(out, title="Essai", author="Chêne", created=CREATED) as book:
        cover = book.cover("Couverture")
        sheet = book.sheet("Données", ["Un", "Deux"], [10, 20])
        for row in rows:
            sheet.append(row)
        cover.fill("Essai <b>", [("Nom", "<r>Chêne</r>")])
    return out.getvalue()


def cells(content: bytes, sheet: int = 1) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(sheet).to_python()


HOSTILE = [
    '=HYPERLINK("http://x")', "+1", "-1", "@x", "http://example.org", "<r>gras</r>", "<t>&amp;</t>", "_x0041_",
    " espace ", "deux\nlignes", "2026-01-01", "007", "é€≥→✓ 漢字 😀",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_text_comes_back_letter_for_letter_and_is_no_formula(text: str) -> None:
    content = written([text, "b"])
    assert cells(content)[1][0] == text
    cell = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]["A2"]
    assert cell.data_type != "f"
    assert cell.hyperlink is None


def test_control_characters_are_left_out_and_the_rest_kept() -> None:
    assert cells(written(["a\x00b\x0bc\ud800\ufffe", "x"]))[1][0] == "abc"


def test_days_are_days_and_numbers_are_numbers() -> None:
    rows = cells(written([datetime.date(2026, 2, 28), 180], [datetime.date(1899, 5, 1), 0]))
    assert rows[1] == [datetime.date(2026, 2, 28), 180]
    assert rows[2] == ["1899-05-01", 0]


def test_an_empty_answer_leaves_an_empty_cell() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(written([None, "x"], ["", "y"]))).worksheets[1]
    assert [sheet["A2"].value, sheet["A3"].value] == [None, None]


def test_text_longer_than_a_cell_says_that_it_goes_on() -> None:
    text = cells(written(["x" * 40_000, "y"]))[1][0]
    assert isinstance(text, str)
    assert len(text) == workbook.MAX_CHARACTERS
    assert text.endswith("…")


def test_heads_are_frozen_filtered_and_wrapped() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(written(["a", "b"], ["c", "d"]))).worksheets[1]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet.column_dimensions["B"].width == pytest.approx(20, abs=1)
    assert sheet["A2"].alignment.wrap_text


def test_a_printed_sheet_repeats_its_heads_and_numbers_its_pages() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(written(["a", "b"], ["c", "d"]))).worksheets[1]
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.oddFooter.left.text, sheet.oddFooter.right.text) == ("&A", "&P / &N")


def test_the_cover_says_whose_it_is() -> None:
    content = written(["a", "b"])
    assert [row for row in cells(content, 0) if any(row)] == [["Essai <b>", ""], ["Nom", "<r>Chêne</r>"]]
    properties = openpyxl.load_workbook(io.BytesIO(content)).properties
    assert (properties.title, properties.creator) == ("Essai", "Chêne")


def test_names_of_sheets_are_shortened_cleaned_and_kept_apart() -> None:
    out = io.BytesIO()
    with Workbook(out, title="", author="", created=CREATED) as book:
        for _ in range(2):
            book.sheet("Données : [tout] ce qui est conservé/écrit", ["a"], [10]).append(["x"])
    names = CalamineWorkbook.from_filelike(io.BytesIO(out.getvalue())).sheet_names
    assert len(set(names)) == 2
    assert all(len(name) <= 31 and not set("[]:*?/\\") & set(name) for name in names)


def test_a_sheet_that_is_full_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    with pytest.raises(TooManyRowsError):
        written(["1", ""], ["2", ""], ["3", ""])


def test_a_row_of_the_wrong_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        written(["one"])


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    assert written(["a", "b"]) == written(["a", "b"])
