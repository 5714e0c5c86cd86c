"""The register as a workbook: every row of every list is there, and nothing typed becomes a formula."""

import datetime
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from compliance.exports.entries import OpenFinding, RegisterEntry
from compliance.exports.lexicon import Lexicon
from compliance.exports.spreadsheet import LISTS, write_xlsx
from compliance.register.documents import Activity, Purpose
from compliance.register.intake.layout import understand
from compliance.register.intake.proposal import propose
from compliance.regulation.reference import reference
from compliance.support.documents import ROWS, specs_of
from compliance.support.tables.reading import read
from tests.exports.makers import acknowledged, entry, hosting, kept, make_frame, many, payroll


def book(*entries: RegisterEntry, language: str = "fr") -> Any:
    content = kept(write_xlsx, iter(entries), make_frame(language=language, total=len(entries)))
    return openpyxl.load_workbook(io.BytesIO(content))


def record(sheet: Any, row: int = 2) -> dict[str, Any]:
    """The first values under the headings; a heading that comes twice keeps its first."""
    pairs = zip([c.value for c in sheet[1]], [c.value for c in sheet[row]], strict=True)
    return dict(reversed(list(pairs)))


def test_every_list_of_a_record_has_its_sheet() -> None:
    lists = {name for name, spec in specs_of(Activity).items() if spec.kind == ROWS}
    assert set(LISTS) == lists
    assert len(book(entry(payroll())).sheetnames) == 3 + len(lists)  # the cover, the register, and the findings


def test_open_critical_findings_have_a_sheet_with_who_answers_for_each() -> None:
    bare = replace(acknowledged(), acknowledged_by="", acknowledged_on="", reason="", due_on="")
    made = book(entry(payroll(), "A", findings=(acknowledged(), bare)), entry(hosting(), "B"))
    sheet = made["Constats critiques"]
    assert sheet.max_row == 3
    said = record(sheet)
    assert said["Référence"] == "A"
    assert said["Ce qui est relevé"] == "PaySoft : aucun contrat de sous-traitance (art. 28(3))"
    assert said["Constat vu par"] == "Anaïs Güneş"
    assert said["Échéance de l’action"] == datetime.datetime.fromisoformat("2027-01-31")
    assert record(sheet, 3)["Constat vu par"] is None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_row_of_every_list_is_there_with_its_record(language: str) -> None:
    words = Lexicon(language, lambda vocabulary, code: code)
    made = book(entry(payroll(), "A"), entry(hosting(), "B"), entry(payroll(name="Autre"), "C"), language=language)
    for name in LISTS:
        sheet = made[words.field(name)[:31]]
        rows = [(sheet.cell(r, 1).value, sheet.cell(r, 2).value) for r in range(2, sheet.max_row + 1)]
        expected = [
            (reference, document.name)
            for reference, document in (("A", payroll()), ("B", hosting()), ("C", payroll(name="Autre")))
            for _ in getattr(document, name)
        ]
        assert rows == expected


def test_the_register_says_on_one_row_what_the_record_says() -> None:
    said = record(book(entry(payroll())).worksheets[1])
    assert said["Référence"] == "RH-01"
    assert said["État"] == "Approuvée"
    assert said["Approuvée le"] == datetime.datetime.fromisoformat("2026-09-12")
    assert said["Finalités"] == "Établir la paie\nVerser les salaires"
    assert said["Destinataires internes"] == "Comptabilité"
    assert said["Destinataires externes"] == "Urssaf (France)"
    assert said["Données sensibles et infractions"] == "Données de santé"
    assert "versement" in said["Catégories de données"]
    assert "31 janv. 2027" in said["Mesures"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_findings_are_no_answers_when_the_workbook_is_read_again(language: str, tmp_path: Path) -> None:
    def read_again(*findings: OpenFinding) -> str:
        file = tmp_path / "register.xlsx"
        frame = make_frame(language=language, total=1)
        file.write_bytes(kept(write_xlsx, iter([entry(payroll(), findings=findings)]), frame))
        (activity,) = propose(understand(read(file, file.name), reference()), key=lambda: "key").activities
        return str(activity.document)

    assert read_again(acknowledged()) == read_again()


def test_no_heading_of_the_register_stands_twice() -> None:
    for language in ("fr", "en"):
        headings = [cell.value for cell in book(entry(payroll()), language=language).worksheets[1][1]]
        assert None not in headings
        assert len(set(headings)) == len(headings)


def test_a_formula_that_somebody_typed_is_text_everywhere() -> None:
    formula = '=HYPERLINK("http://x")'
    made = book(entry(payroll(name=formula, description=formula, purposes=(Purpose("p1", formula),))))
    cells = [cell for sheet in made for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert sum(cell.value == formula for cell in cells) > 10
    assert {cell.data_type for cell in cells if cell.value == formula} == {"s"}
    assert not any(cell.data_type == "f" for cell in cells)


def test_a_plain_no_is_said_and_silence_is_not() -> None:
    made = book(entry(payroll(large_scale=False, profiling=None)))
    said = record(made.worksheets[1])
    words = Lexicon("fr", lambda vocabulary, code: code)
    assert said[words.field("large_scale")] == "Non"
    assert said[words.field("profiling")] is None
    measures = made[words.field("measures")]
    assert [measures.cell(row, 5).value for row in (2, 3)] == ["Oui", "Non"]


def test_own_entries_of_a_list_are_shown_in_the_words_of_the_organisation() -> None:
    own = Activity(name="A", purposes=(Purpose("p1", "x", "own-1"),))
    frame = make_frame(labels=lambda vocabulary, code: f"Notre {code} de {vocabulary}")
    made = openpyxl.load_workbook(io.BytesIO(kept(write_xlsx, iter([entry(own)]), frame)))
    assert made["Finalités"]["D2"].value == "Notre own-1 de purpose_kinds"


def test_the_cover_counts_what_was_written() -> None:
    content = kept(write_xlsx, many(3), make_frame(total=3))
    cover = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    said = {row[0]: row[1] for row in cover.iter_rows(values_only=True)}
    assert said["Nombre de fiches"] == "3"
    assert said["Organisme"] == "Manufacture du Chêne\nSAS"


def test_a_record_kept_before_a_field_existed_can_still_be_exported() -> None:
    made = book(RegisterEntry("OLD-1", "archived", {"name": "Ancienne"}))
    assert record(made.worksheets[1])["Référence"] == "OLD-1"


def test_the_same_register_has_the_same_bytes() -> None:
    assert kept(write_xlsx, many(5), make_frame()) == kept(write_xlsx, many(5), make_frame())
