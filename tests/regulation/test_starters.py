"""The starter library: twenty-five common activities, in two languages, that read back as documents."""

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from compliance.accounts.documents import Organisation
from compliance.register.documents import Activity
from compliance.register.rules import Context, examine
from compliance.regulation.reference import reference
from compliance.regulation.rulebook import BLOCKER, CRITICAL
from compliance.regulation.starters import starter_document
from compliance.support.documents import (
    CODE,
    CODES,
    COUNT,
    FLAG,
    LONG_TEXT,
    ROWS,
    TEXT,
    from_json,
    parts_of,
    specs_of,
    to_json,
)

LANGUAGES = ("en", "fr")
STARTERS = {starter["code"]: starter for starter in reference().starters}
#: A French sign without its no-break space; the colon of a web address needs none.
BAD_FRENCH = re.compile(r"(?<![\u00a0\u202f])(?:[;?!»]|:(?!//))|«(?![\u00a0\u202f])")

each_starter = pytest.mark.parametrize("code", STARTERS)
each_language = pytest.mark.parametrize("language", LANGUAGES)


def activity(code: str, language: str = "en") -> Activity:
    return from_json(Activity, starter_document(STARTERS[code], language))


def words_of(value: Any) -> Iterator[Mapping[str, str]]:
    if isinstance(value, Mapping):
        if value.keys() & set(LANGUAGES):
            yield value
        else:
            for inner in value.values():
                yield from words_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words_of(inner)


def test_there_are_twenty_five_starters_each_with_its_own_code_and_name() -> None:
    assert len(reference().starters) == 25
    assert len(STARTERS) == 25
    for language in LANGUAGES:
        assert len({starter["name"][language] for starter in STARTERS.values()}) == 25


def test_both_sectors_have_starters() -> None:
    for starter in STARTERS.values():
        assert set(starter["sector"]) <= {"private", "public"}
    for sector in ("private", "public"):
        assert sum(sector in starter["sector"] for starter in STARTERS.values()) >= 15


@each_starter
def test_every_word_is_said_in_both_languages(code: str) -> None:
    for words in words_of(STARTERS[code]):
        assert set(words) == set(LANGUAGES)
        assert all(words[language].strip() for language in LANGUAGES)


@each_starter
def test_french_has_its_no_break_spaces_and_apostrophes(code: str) -> None:
    french = [words["fr"] for words in words_of(STARTERS[code])]
    assert [words for words in french if BAD_FRENCH.search(words) or "'" in words] == []


@each_starter
@each_language
def test_a_starter_reads_back_as_an_activity_and_nothing_is_lost(code: str, language: str) -> None:
    draft = starter_document(STARTERS[code], language)
    kept = to_json(from_json(Activity, draft))
    for field, value in draft.items():
        if specs_of(Activity)[field].kind == ROWS:
            assert [{name: row[name] for name in given} for given, row in zip(value, kept[field], strict=True)] == value
        else:
            assert kept[field] == value


@each_starter
def test_every_answer_is_of_the_kind_its_field_takes(code: str) -> None:
    kinds: dict[str, type | tuple[type, ...]] = {TEXT: str, LONG_TEXT: str, CODE: str, CODES: tuple, COUNT: int}
    for part, _, _ in parts_of(activity(code)):
        for name, spec in specs_of(type(part)).items():
            value = getattr(part, name)
            if spec.kind in (TEXT, LONG_TEXT):
                assert len(value) <= spec.max_length
            if spec.kind == FLAG:
                assert value in (True, False, None)
            elif spec.kind in kinds and value is not None:
                assert isinstance(value, kinds[spec.kind])


@each_starter
def test_both_languages_say_the_same_and_differ_only_in_words(code: str) -> None:
    english, french = (list(parts_of(activity(code, language))) for language in LANGUAGES)
    for (one, *place), (other, *same_place) in zip(english, french, strict=True):
        assert place == same_place
        for name, spec in specs_of(type(one)).items():
            if spec.kind in (TEXT, LONG_TEXT):
                assert bool(getattr(one, name)) == bool(getattr(other, name))
            elif spec.kind != ROWS:
                assert getattr(one, name) == getattr(other, name)


@each_starter
def test_rows_have_the_same_keys_each_time(code: str) -> None:
    keys = [key for _, _, key in parts_of(activity(code)) if key]
    assert keys == [f"s{number:02d}" for number in range(1, len(keys) + 1)]
    assert activity(code) == activity(code)


@each_starter
def test_every_code_stands_in_its_reference_list(code: str) -> None:
    strange = [
        (spec.vocabulary, answer)
        for part, _, _ in parts_of(activity(code))
        for name, spec in specs_of(type(part)).items()
        if spec.vocabulary
        for answer in (getattr(part, name) if spec.kind == CODES else [getattr(part, name)])
        if answer and not reference().term(spec.vocabulary, answer)
    ]
    assert strange == []


@each_starter
def test_a_starter_says_what_article_30_asks(code: str) -> None:
    draft = activity(code)
    assert draft.name
    assert draft.description
    assert draft.purposes
    assert all(purpose.label and purpose.legal_basis and purpose.kind for purpose in draft.purposes)
    assert draft.people
    assert all(people.category for people in draft.people)
    assert draft.data
    assert all(data.category and data.label for data in draft.data)
    assert draft.recipients
    assert all(recipient.kind and recipient.name for recipient in draft.recipients)
    assert len({measure.category for measure in draft.measures}) >= 2
    assert draft.collection


@each_starter
def test_each_kind_of_data_has_a_period_that_starts_somewhere_or_a_criterion_and_an_end(code: str) -> None:
    for data in activity(code).data:
        assert bool(data.active_value) == bool(data.active_unit) == bool(data.active_start), data.label
        assert data.active_value or data.active_criterion, data.label
        assert bool(data.archive_value) == bool(data.archive_unit) == bool(data.archive_reference), data.label
        assert bool(data.archive_value) == bool(data.archive_reason), data.label
        assert data.disposal, data.label


@each_starter
def test_the_basis_of_each_purpose_is_backed(code: str) -> None:
    for purpose in activity(code).purposes:
        if purpose.legal_basis in {"legal_obligation", "public_task"}:
            assert re.search(r"\bart\. \w|\bbook |Decree \d", purpose.law_reference), purpose.label
        if purpose.legal_basis == "legitimate_interests":
            assert purpose.interest
        if purpose.legal_basis == "consent":
            assert purpose.consent_collection
            assert purpose.consent_evidence
            assert purpose.consent_withdrawal


@each_starter
def test_protected_data_come_with_the_text_or_condition_that_allows_them(code: str) -> None:
    draft = activity(code)
    categories = reference().vocabularies["data_categories"]
    if any(categories[data.category].extra["special"] for data in draft.data):
        assert any(purpose.special_condition for purpose in draft.purposes)
    for data in draft.data:
        if data.category in {"nir", "criminal"}:
            assert data.law_reference
    if any(data.category == "criminal" for data in draft.data):
        assert any(purpose.criminal_authorisation for purpose in draft.purposes)


@each_starter
def test_the_x_ray_finds_nothing_grave_in_a_starter(code: str) -> None:
    public = "private" not in STARTERS[code]["sector"]
    organisation = Organisation("Clairmont", address="1, place Haute", email="a@example.org", public_authority=public)
    context = Context(activity(code), organisation, reference(), datetime.date(2026, 11, 23))
    findings = examine(context.document, context)
    assert [finding.rule for finding in findings if finding.severity in {BLOCKER, CRITICAL}] == []
    assert {finding.rule for finding in findings if finding.rows in {"data", "recipients", "transfers"}} == set()


@each_starter
def test_what_only_the_organisation_knows_is_left_unanswered(code: str) -> None:
    draft = activity(code)
    assert draft.department is None
    assert draft.owner is None
    assert draft.outside_eea is None
    assert not draft.processors
    assert draft.processors_none is None
    assert all(measure.in_place is None for measure in draft.measures)
    assert all(recipient.party is None for recipient in draft.recipients)


@each_starter
def test_an_unchecked_starter_says_so_with_its_source(code: str) -> None:
    starter = STARTERS[code]
    assert starter["source"]
    assert starter["checked_on"]
    assert starter["checked"] is False
    assert "checked" in activity(code).notes
    assert "vérifier" in activity(code, "fr").notes


@pytest.mark.parametrize(("code", "value", "unit"), [("recruitment", 2, "years"), ("video_surveillance", 1, "months")])
def test_well_known_periods_are_there(code: str, value: int, unit: str) -> None:
    assert {(data.active_value, data.active_unit) for data in activity(code).data} >= {(value, unit)}
