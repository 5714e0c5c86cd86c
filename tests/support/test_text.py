"""Words folded and cleaned: one answer for every database."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.support.text import fold, printable, slug, words

quick = settings(max_examples=300, deadline=None)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Œuvre", "oeuvre"), ("ŒUVRE", "oeuvre"), ("l’été", "l'ete"), ("STRASSE", "strasse"), ("straße", "strasse"),
        ("Łódź", "lodz"), ("Ærø", "aero"), ("ﬁn", "fin"), ("№ 1", "no 1"), ("e\u0301", "e"), ("ΩΜΈΓΑ", "ωμεγα"),
        ("", ""), ("İstanbul", "istanbul"),
    ],
)  # fmt: skip
def test_what_reads_the_same_folds_the_same(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@quick
@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@quick
@given(st.text())
def test_composed_and_decomposed_letters_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@quick
@given(st.text())
def test_what_is_printable_can_be_stored_and_shown(text: str) -> None:
    clean = printable(text)

    assert "\0" not in clean
    assert clean.encode("utf-8") is not None
    assert printable(clean) == clean


def test_lines_and_tabs_stay_and_control_characters_go() -> None:
    assert printable("a\tb\nc\0\x07\x1b\x7f\x85\ud800é🙂\u200d\u202e") == "a\tb\ncé🙂\u200d\u202e"


def test_words_are_letters_and_digits() -> None:
    assert words("C. trav. L3243-2, l’œuvre_x") == ["c", "trav", "l3243", "2", "l", "oeuvre_x"]


def test_a_slug_is_short_and_never_empty() -> None:
    assert slug("Manufacture du Chêne") == "manufacture-du-chene"
    assert slug("— !", "organisation") == "organisation"
    assert len(slug("x" * 500)) == 60
