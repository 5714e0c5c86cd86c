"""Tables of text: nothing in them can run, and nothing is lost by saying so."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.support.reports.delimited import protect, unprotect, write_delimited


@pytest.mark.parametrize(
    "text", ["=1+1", "+33 4 72", "-5", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@x", "\u00a0=1", "'=1"]
)
def test_what_a_spreadsheet_would_compute_wears_an_apostrophe(text: str) -> None:
    assert protect(text) == f"'{text}"
    assert unprotect(protect(text)) == text


@pytest.mark.parametrize("text", ["", "Paie", "l’âge", "'cité'", "5 = 5", "a\t=1"])
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert protect(text) == text
    assert unprotect(text) == text


@given(st.text(alphabet="'=+-@ \t\r\nab"))
def test_protection_can_always_be_taken_off(text: str) -> None:
    assert unprotect(protect(text)) == text


def test_rows_come_back_with_accents_quotes_semicolons_and_lines() -> None:
    rows = [["Référence", "Texte"], ["RH-01", 'un "mot" ; deux\nlignes'], ["RH-02", "=2*3"]]
    out = io.BytesIO()
    write_delimited(out, rows)
    assert out.getvalue().startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline=""), delimiter=";"))
    assert read[2] == ["RH-02", "'=2*3"]
    assert [[unprotect(cell) for cell in row] for row in read] == rows


def test_the_file_stays_open_for_whoever_gave_it() -> None:
    out = io.BytesIO()
    write_delimited(out, [["a"]])
    assert not out.closed
