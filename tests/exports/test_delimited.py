"""The register as one table of text: complete, aligned, and safe to open."""

import csv
import io

import pytest

from compliance.exports.delimited import headings, write_csv
from compliance.exports.entries import RegisterEntry
from compliance.exports.lexicon import Lexicon
from compliance.register.documents import Activity, Purpose
from compliance.support.documents import KEY, specs_of
from compliance.support.reports.delimited import unprotect
from tests.exports.makers import entry, kept, make_frame, many, payroll


def table(*entries: RegisterEntry, language: str = "fr") -> list[dict[str, str]]:
    content = kept(write_csv, iter(entries), make_frame(language=language))
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_field_has_one_heading_of_its_own(language: str) -> None:
    named = headings(Lexicon(language, lambda vocabulary, code: code))
    inner = sum(
        len([s for s in specs_of(spec.row).values() if s.kind != KEY]) if spec.row else 1
        for spec in specs_of(Activity).values()
    )
    assert len(named) == 7 + inner
    assert len(set(named)) == len(named)
    assert all(named)


def test_each_record_is_one_row() -> None:
    assert [row["Référence"] for row in table(*many(3))] == ["RH-00001", "RH-00002", "RH-00003"]


def test_lines_of_the_columns_of_one_list_pair_up() -> None:
    row = table(entry(payroll()))[0]
    words = Lexicon("fr", lambda vocabulary, code: code)
    said = {
        name: row[f"{words.field('purposes')} – {words.field(f'purposes.{name}')}"]
        for name in ("label", "law_reference", "kind")
    }
    assert said["label"].split("\n") == ["Établir la paie", "Verser les salaires"]
    assert said["law_reference"].split("\n") == ["C. trav. L3243-2", ""]
    assert said["kind"] == ""


def test_a_line_break_inside_a_row_does_not_make_a_row() -> None:
    row = table(entry(Activity(name="A", purposes=(Purpose("p1", "a", interest="un\ndeux"), Purpose("p2", "b")))))[0]
    words = Lexicon("fr", lambda vocabulary, code: code)
    assert row[f"{words.field('purposes')} – {words.field('purposes.interest')}"].split("\n") == ["un deux", ""]


def test_a_plain_no_is_said_and_silence_is_not() -> None:
    words = Lexicon("en", lambda vocabulary, code: code)
    row = table(entry(payroll(large_scale=False)), language="en")[0]
    assert row[words.field("large_scale")] == "No"
    assert row[words.field("outside_eea")] == "Yes"
    assert row[words.field("occasional")] == ""


def test_a_formula_is_protected_and_comes_back() -> None:
    formula = '=HYPERLINK("http://x")'
    row = table(entry(payroll(name=formula, purposes=(Purpose("p1", formula), Purpose("p2", "+b")))))[0]
    words = Lexicon("fr", lambda vocabulary, code: code)
    assert row[words.field("name")] == f"'{formula}"
    assert unprotect(row[f"{words.field('purposes')} – {words.field('purposes.label')}"]).split("\n") == [formula, "+b"]


def test_days_are_written_so_that_they_sort() -> None:
    words = Lexicon("fr", lambda vocabulary, code: code)
    row = table(entry(payroll()))[0]
    assert row[words.field("started_on")] == "2019-01-01"
    assert row["Approuvée le"] == "2026-09-12"


def test_progress_ends_with_the_last_record() -> None:
    seen: list[tuple[int, int]] = []
    kept(write_csv, many(450), make_frame(total=450), lambda done, total: seen.append((done, total)))
    assert seen == [(200, 450), (400, 450), (450, 450)]


def test_records_are_asked_for_one_at_a_time() -> None:
    def endless_source() -> object:
        yield from many(2)
        raise RuntimeError("asked for a third")

    out = io.BytesIO()
    with pytest.raises(RuntimeError, match="third"):
        write_csv(out, endless_source(), make_frame())  # type: ignore[arg-type]
