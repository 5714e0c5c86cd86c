"""The words of exports: complete in both languages, agreeing in number, never a code where there is a word."""

import datetime
import string

import pytest

from compliance.exports import lexicon
from compliance.exports.lexicon import Lexicon
from compliance.register.documents import SECTIONS, Activity
from compliance.regulation.reference import reference
from compliance.support.documents import KEY, specs_of
from tests.exports.makers import AS_OF


def make(language: str = "fr") -> Lexicon:
    return Lexicon(language, lambda vocabulary, code: f"{vocabulary}/{code}")


def test_every_word_is_in_both_languages_with_the_same_braces() -> None:
    for name, entry in lexicon._words().items():
        braces = [{field for _, field, _, _ in string.Formatter().parse(text) if field} for text in entry.values()]
        assert {"en", "fr"} <= set(entry), name
        assert all(found == braces[0] for found in braces), name


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_field_has_a_name(language: str) -> None:
    words = make(language)
    for field in specs_of(Activity).values():
        assert words.field(field.name)
        for inner in specs_of(field.row).values() if field.row else ():
            assert inner.kind == KEY or words.field(f"{field.name}.{inner.name}")
        assert not field.row or words.field(f"{field.name}.row")
    assert all(words.field(f"sections.{section}") for section in SECTIONS)


@pytest.mark.parametrize(
    ("n", "french", "english"), [(0, "0 an", "0 years"), (1, "1 an", "1 year"), (2, "2 ans", "2 years")]
)
def test_words_agree_with_their_number(n: int, french: str, english: str) -> None:
    assert make("fr").count("period.years", n) == french
    assert make("en").count("period.years", n) == english


def test_every_unit_of_time_can_be_counted() -> None:
    for unit in reference().vocabularies["time_units"]:
        assert make().count(f"period.{unit}", 3)


def test_an_entry_of_a_list_is_said_in_words_and_an_own_one_in_the_words_of_its_owner() -> None:
    assert make("en").code("legal_bases", "consent") == "Consent"
    assert make("fr").code("legal_bases", "consent") == "Consentement"
    assert make().code("legal_bases", "ours") == "legal_bases/ours"
    assert make().code("legal_bases", "") == ""


def test_dates_and_numbers_follow_the_language() -> None:
    assert make("fr").day("2026-11-23") == "23 nov. 2026"
    assert make("en").day("2026-11-23") == "23 Nov 2026"
    assert make("fr").moment(AS_OF) == "23 novembre 2026, 09:00 UTC+01:00"
    assert make("en").moment(AS_OF.astimezone(datetime.UTC)) == "23 November 2026, 08:00 GMT+00:00"
    assert make("fr").number(12345) == "12\u202f345"
    assert make("en").number(12345) == "12,345"


def test_a_word_that_is_missing_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        make().field("purposes.nothing")
