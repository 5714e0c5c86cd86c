"""What the reference lists promise to rules, forms and imports."""

import dataclasses
import datetime
import re
from collections.abc import Iterator
from typing import Any

import pytest

from compliance.accounts.documents import Organisation
from compliance.parties.documents import Party, System
from compliance.register.documents import Activity
from compliance.regulation.reference import DATA, PENDING, Term, _vocabulary, reference
from compliance.support.documents import specs_of
from compliance.support.text import fold

LISTS = {path.stem: _vocabulary(path) for path in sorted((DATA / "vocabularies").glob("*.toml"))}
PARAMETERS = _vocabulary(DATA / "parameters.toml")
EVERY_LIST = {**LISTS, "parameters": PARAMETERS}
MEMBER_STATES = {
    *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE"),
    *("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
}
ADEQUATE = {"AD", "AR", "BR", "CA", "CH", "FO", "GB", "GG", "IL", "IM", "JE", "JP", "KR", "NZ", "US", "UY"}
LEGAL_BASES = ("consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests")
#: Not lists to choose from: tables about entries of other lists, in which the same words may come back.
TABLES = {"rights_matrix"}


def _fields(document: type) -> Iterator[tuple[str, str, Any]]:
    declared = {field.name: field for field in dataclasses.fields(document)}
    for spec in specs_of(document).values():
        if spec.vocabulary:
            yield (
                f"{document.__name__}.{spec.name}",
                spec.vocabulary,
                declared[spec.name],
            )
        if spec.row:
            yield from _fields(spec.row)


FIELDS = [field for document in (Activity, Party, System, Organisation) for field in _fields(document)]


def _flagged(vocabulary: str, flag: str) -> set[str]:
    return {code for code, term in LISTS[vocabulary].items() if term.extra.get(flag)}


def _french(term: Term) -> Iterator[str]:
    yield term.fr
    yield from (value for name, value in term.extra.items() if name.endswith("_fr") and isinstance(value, str))


@pytest.mark.parametrize(("field", "vocabulary", "declared"), FIELDS, ids=[name for name, _, _ in FIELDS])
def test_a_field_with_a_list_finds_its_list_and_its_default(field: str, vocabulary: str, declared: Any) -> None:
    assert vocabulary in LISTS, field
    if isinstance(declared.default, str) and declared.default:
        assert declared.default in LISTS[vocabulary]


def test_the_shipped_reference_loads_with_every_list() -> None:
    law = reference()
    assert set(law.vocabularies) == set(LISTS)
    assert law.label("legal_bases", "legal_obligation", "fr") == "Obligation légale"
    assert law.parameter("art30_5_threshold") == 250


@pytest.mark.parametrize("name", EVERY_LIST)
def test_each_entry_speaks_both_languages_and_says_where_it_comes_from(name: str) -> None:
    assert EVERY_LIST[name]
    for code, term in EVERY_LIST[name].items():
        assert term.en.strip() == term.en != "", code
        assert term.fr.strip() == term.fr != "", code
        assert term.provenance.source, code
        assert term.provenance.checked_on == datetime.date(2026, 11, 23), code


def test_nothing_is_given_as_checked_against_an_official_text() -> None:
    assert not [(name, code) for name, terms in EVERY_LIST.items() for code, t in terms.items() if t.provenance.checked]


@pytest.mark.parametrize("name", EVERY_LIST)
def test_french_keeps_its_punctuation_on_the_line(name: str) -> None:
    for term in EVERY_LIST[name].values():
        for words in _french(term):
            assert not re.search(r" [:;?!»]|« |[^\s\u00a0][?!;»]", words), words


@pytest.mark.parametrize("name", sorted(set(LISTS) - TABLES))
def test_no_word_stands_for_two_entries_of_a_list(name: str) -> None:
    meaning: dict[str, str] = {}
    for code, term in LISTS[name].items():
        for word in {fold(word) for word in (term.en, term.fr, *term.aliases)}:
            assert meaning.setdefault(word, code) == code, word


@pytest.mark.parametrize("name", LISTS)
def test_other_words_are_written_once_in_lower_case(name: str) -> None:
    for term in LISTS[name].values():
        for alias in term.aliases:
            assert alias == " ".join(alias.lower().split()) != "", alias
        assert len(set(term.aliases)) == len(term.aliases), term.code


@pytest.mark.parametrize(
    ("vocabulary", "words", "code"),
    [
        ("legal_bases", "Obligation légale", "legal_obligation"),
        ("legal_bases", "intérêt légitime", "legitimate_interests"),
        ("data_subjects", "Salariés", "employee"),
        ("data_subjects", "Candidats", "job_applicant"),
        ("data_subjects", "Abonnés", "subscriber"),
        ("data_categories", "RIB", "bank"),
        ("data_categories", "NIR", "nir"),
        ("data_categories", "CV", "professional_life"),
        ("data_categories", "courriel", "contact"),
        ("data_categories", "images", "civil_status"),
        ("recipient_kinds", "Urssaf", "tax_social_body"),
        ("recipient_kinds", "DGFiP", "tax_social_body"),
        ("recipient_kinds", "Direction", "internal_department"),
        ("security_measures", "habilitations", "access_control"),
        ("security_measures", "chiffrement", "encryption"),
        ("transfer_tools", "DPF", "dpf"),
        ("transfer_tools", "CCT", "scc_com"),
        ("countries", "Etats-Unis", "US"),
        ("countries", "USA", "US"),
        ("countries", "UK", "GB"),
        ("start_events", "versement", "payment"),
        ("time_units", "ans", "years"),
        ("purpose_kinds", "Vidéosurveillance", "video_surveillance"),
        ("vague_purposes", "gestion", "management"),
    ],
)
def test_words_of_ordinary_spreadsheets_are_recognised(vocabulary: str, words: str, code: str) -> None:
    term = LISTS[vocabulary][code]
    assert fold(words) in {fold(known) for known in (term.en, term.fr, *term.aliases)}


def test_fine_short_purposes_are_not_called_vague() -> None:
    vague = {fold(word) for term in LISTS["vague_purposes"].values() for word in (term.en, term.fr, *term.aliases)}
    assert vague.isdisjoint({"paie", "recrutement", "facturation", "payroll", "recruitment"})


def test_the_economic_area_is_thirty_states_and_their_regions() -> None:
    inside = _flagged("countries", "eea")
    regions = {code for code in inside if "within" in LISTS["countries"][code].extra}
    assert inside - regions == MEMBER_STATES | {"IS", "LI", "NO"}
    assert regions == {"AX", "GP", "MQ", "GF", "RE", "YT", "MF"}


@pytest.mark.parametrize("code", ["GB", "CH", "US", "GL", "FO", "MC", "SM", "VA", "XK", "HK", "PR"])
def test_third_countries_are_outside_and_need_no_review(code: str) -> None:
    country = LISTS["countries"][code]
    assert country.extra["eea"] is False
    assert "review" not in country.extra


def test_territories_of_uncertain_place_are_questions_outside_the_area() -> None:
    uncertain = _flagged("countries", "review")
    assert {"BL", "PM", "WF", "PF", "NC", "TF"} <= uncertain
    assert uncertain.isdisjoint(_flagged("countries", "eea"))


def test_every_country_of_the_standard_is_there() -> None:
    assert len(LISTS["countries"]) == 250
    assert all(re.fullmatch("[A-Z]{2}", code) for code in LISTS["countries"])


def test_adequacy_is_about_known_third_countries_and_one_organisation() -> None:
    countries = set(LISTS["adequacy"]) - _flagged("adequacy", "organisation")
    assert countries == ADEQUATE
    assert all(LISTS["countries"][code].extra["eea"] is False for code in countries)
    assert _flagged("adequacy", "organisation") == {"EPO"}


def test_only_the_united_states_depend_on_a_certificate() -> None:
    assert _flagged("adequacy", "dpf_only") == {"US"}
    assert {"CA", "JP", "KR", "US"} <= _flagged("adequacy", "partial")
    assert all(term.extra.get("scope_fr") for term in LISTS["adequacy"].values() if term.extra["partial"])


def test_the_british_decision_ends_and_the_swiss_one_does_not() -> None:
    british, swiss = (LISTS["adequacy"][code].provenance for code in ("GB", "CH"))
    assert british.valid_to == datetime.date(2031, 12, 27)
    assert british.holds_on(datetime.date(2031, 12, 27))
    assert not british.holds_on(datetime.date(2031, 12, 28))
    assert swiss.valid_to is None


def test_brazil_was_not_adequate_before_its_decision() -> None:
    brazil = LISTS["adequacy"]["BR"].provenance
    assert not brazil.holds_on(datetime.date(2026, 1, 27))
    assert brazil.holds_on(datetime.date(2026, 11, 23))


def test_the_ten_conditions_for_special_data_are_there_and_five_rest_on_a_law() -> None:
    assert list(LISTS["special_conditions"]) == [f"9_2_{letter}" for letter in "abcdefghij"]
    assert _flagged("special_conditions", "needs_law") == {f"9_2_{letter}" for letter in "bghij"}
    assert _flagged("special_conditions", "agreement_serves") == {"9_2_b", "9_2_h"}


def test_a_law_is_asked_for_legal_obligations_and_public_tasks_only() -> None:
    assert tuple(LISTS["legal_bases"]) == LEGAL_BASES
    assert [term.article for term in LISTS["legal_bases"].values()] == [f"6(1)({letter})" for letter in "abcdef"]
    assert _flagged("legal_bases", "needs_law") == {"legal_obligation", "public_task"}


def test_special_data_are_those_of_article_nine() -> None:
    assert _flagged("data_categories", "special") == {
        "racial_ethnic",
        "political",
        "religious_philosophical",
        "trade_union",
        "genetic",
        "health",
        "sex_life",
        "sexual_orientation",
    }
    assert _flagged("data_categories", "special_when_identifying") == {"biometric"}
    kinds = {"common", "highly_personal", "perceived_sensitive", "special", "criminal"}
    assert {term.extra["kind"] for term in LISTS["data_categories"].values()} == kinds


def test_staff_and_children_are_presumed_vulnerable_and_customers_are_not() -> None:
    vulnerable = _flagged("data_subjects", "vulnerable")
    assert {"employee", "job_applicant", "patient", "minor", "student_pupil", "asylum_seeker"} <= vulnerable
    assert vulnerable.isdisjoint({"customer", "prospect", "visitor", "supplier_contact"})
    assert _flagged("data_subjects", "minor") == {"minor"}


def test_only_departments_the_person_and_the_public_are_not_separate_recipients() -> None:
    separate = _flagged("recipient_kinds", "separate")
    assert set(LISTS["recipient_kinds"]) - separate == {"internal_department", "data_subject", "public"}
    assert _flagged("recipient_kinds", "internal") == {"internal_department"}


def test_safeguards_need_an_assessment_and_two_an_authorisation() -> None:
    tools = LISTS["transfer_tools"]
    assert _flagged("transfer_tools", "needs_tia") == {c for c, t in tools.items() if t.extra["family"] == "safeguard"}
    assert _flagged("transfer_tools", "needs_authorisation") == {"adhoc", "admin_arr"}
    assert {c for c, t in tools.items() if t.extra["family"] == "derogation"} == {
        *(f"derog_{letter}" for letter in "abcdefg"),
        "derog_compelling",
    }
    assert all(term.article for term in tools.values())


def test_a_module_follows_from_the_two_roles() -> None:
    roles = {(t.extra["exporter"], t.extra["importer"]): code for code, t in LISTS["scc_modules"].items()}
    assert roles == {
        ("controller", "controller"): "1",
        ("controller", "processor"): "2",
        ("processor", "processor"): "3",
        ("processor", "controller"): "4",
    }


def test_the_old_clauses_hold_no_longer() -> None:
    today = datetime.date(2026, 11, 23)
    assert not LISTS["scc_sets"]["pre_2021"].provenance.holds_on(today)
    assert LISTS["scc_sets"]["2021_914"].provenance.holds_on(today)


def test_each_measure_of_the_authority_s_catalogue_has_one_entry() -> None:
    slugs = [term.extra["pia"] for term in LISTS["security_measures"].values() if "pia" in term.extra]
    assert len(slugs) == len(set(slugs)) == 28
    assert {t.extra["group"] for t in LISTS["security_measures"].values()} == {"data", "general", "governance"}


def test_the_matrix_answers_for_each_right_under_each_basis() -> None:
    matrix = LISTS["rights_matrix"]
    assert set(matrix) == set(LISTS["rights"])
    assert {term.extra[basis] for term in matrix.values() for basis in LEGAL_BASES} == {"yes", "no", "conditional"}


@pytest.mark.parametrize(
    ("right", "answers"),
    [
        ("portability", ["yes", "yes", "no", "no", "no", "no"]),
        ("withdrawal", ["yes", "no", "no", "no", "no", "no"]),
        ("objection", ["no", "no", "no", "no", "yes", "yes"]),
        ("erasure", ["yes", "yes", "conditional", "yes", "conditional", "yes"]),
        ("objection_marketing", ["yes"] * 6),
        ("automated_decision", ["conditional"] * 6),
    ],
)
def test_rights_depend_on_the_basis(right: str, answers: list[str]) -> None:
    assert [LISTS["rights_matrix"][right].extra[basis] for basis in LEGAL_BASES] == answers


def test_a_right_that_depends_on_something_says_on_what() -> None:
    for term in LISTS["rights_matrix"].values():
        if "conditional" in term.extra.values():
            assert term.extra["note_en"], term.code
            assert term.extra["note_fr"], term.code


def test_reference_periods_speak_of_known_kinds_data_and_units() -> None:
    for code, mark in LISTS["retention_marks"].items():
        assert mark.extra["purpose_kinds"], code
        assert set(mark.extra["purpose_kinds"]) <= set(LISTS["purpose_kinds"]), code
        assert set(mark.extra["data_categories"]) <= set(LISTS["data_categories"]), code
        assert mark.extra["unit"] in LISTS["time_units"], code
        assert mark.extra["covers"] in ("active", "whole"), code
        assert mark.extra["value"] > 0, code


@pytest.mark.parametrize(
    ("mark", "value", "unit"),
    [
        ("electronic_payslip", 50, "years"),
        ("working_time", 5, "years"),
        ("online_consumer_contract", 10, "years"),
        ("unsuccessful_applicant", 2, "years"),
        ("video_surveillance", 1, "months"),
        ("card_payment", 13, "months"),
    ],
)
def test_reference_periods_are_those_that_people_quote(mark: str, value: int, unit: str) -> None:
    period = LISTS["retention_marks"][mark].extra
    assert (period["value"], period["unit"]) == (value, unit)


def test_the_periods_of_audience_measurement_bind_only_where_no_consent_is_asked() -> None:
    assert _flagged("retention_marks", "consent_exempt_only") == {"tracker_lifetime", "audience_data"}


@pytest.mark.parametrize(("country", "age"), [("FR", 15), ("BE", 13), ("DE", 16), ("default", 16)])
def test_children_consent_from_the_age_of_their_country(country: str, age: int) -> None:
    assert LISTS["child_consent_age"][country].extra["value"] == age


def test_a_pending_figure_is_never_law() -> None:
    pending = {code: term for code, term in PARAMETERS.items() if term.provenance.status == PENDING}
    assert pending["art30_5_threshold_pending"].extra["value"] == 1000
    assert not any(term.provenance.holds_on(datetime.date(2030, 1, 1)) for term in pending.values())


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("adequacy_warning_days", 180),
        ("tia_months", 12),
        ("review_months", 12),
        ("review_months_high", 6),
        ("contract_warning_days", 90),
        ("dpia_review_months", 36),
        ("scc_old_void_on", datetime.date(2022, 12, 27)),
        ("ai_annex3_applies_on", datetime.date(2027, 12, 2)),
    ],
)
def test_figures_have_the_value_that_the_rules_expect(code: str, value: object) -> None:
    assert PARAMETERS[code].extra["value"] == value
