"""Whom a rule is asked of, where, when, and how grave its answer is: the refinements, one by one."""

import datetime
from typing import Any

import pytest

from compliance.accounts.documents import Organisation
from compliance.register.rules import blockers, packs_of
from tests.register.test_rules_each import CAMERAS, CONSENT, DEROGATION, EXPLICIT, HEALTH, HIGH_RISK, INTEREST, STAFF
from tests.register.xray import LAW, SOFT, findings, found

CHILD_ONLINE = {"subject": {"category": "minor"}, "purpose": CONSENT, "online_service": True}

#: (rule, changes, severity of the finding).
SEVERITIES: list[tuple[str, dict[str, Any], str]] = [
    ("R005", {"purpose": {"label": "Gestion"}}, "info"),
    ("R008", {"recipient": []}, "blocker"),
    ("R009", {"datum": {"active_value": None}}, "error"),
    ("R009", {"datum": {"active_value": None}, "retention_absence": "Depends on a trial"}, "info"),
    ("R016", {"purpose": {"legal_basis": ""}}, "critical"),
    ("R020", {"purpose": INTEREST, "organisation": {"public_authority": True}}, "warning"),
    ("R020", {"purpose": {**INTEREST, "in_public_task": True}, "organisation": {"public_authority": True}}, "error"),
    ("R029", {"datum": HEALTH}, "critical"),
    ("R034", {"datum": {"category": "criminal"}}, "critical"),
    ("R040", {"recipient": {"kind": "group_entity", "country": "US"}}, "critical"),
    ("R040", {"recipient": {"kind": "", "country": "US"}}, "warning"),
    ("R041", {"transfer": {"tool": ""}}, "critical"),
    ("R042", {"transfer": {"tool": "adequacy"}}, "error"),
    ("R042", {"transfer": {"tool": "adequacy", "country": "JP"}}, "warning"),
    ("R044", {"transfer": {"tool": "dpf", "country": "US"}}, "info"),
    ("R045", {"transfer": {"tia_on": ""}}, "error"),
    ("R045", {"transfer": {"tia_on": "2025-10-01"}}, "warning"),
    ("R049", {"transfer": {**DEROGATION, "frequency": "repeated"}}, "error"),
    ("R049", {"transfer": {**DEROGATION, "frequency": "", "tool": "derog_compelling"}}, "error"),
    ("R049", {"transfer": {**DEROGATION, "frequency": "repeated", "tool": "derog_d"}}, "warning"),
    ("R052", {"processor": {"contract": ""}}, "critical"),
    ("R053", {"processor": {"contract_until": "2026-11-22"}}, "error"),
    ("R053", {"processor": {"contract_until": "2026-11-23"}}, "warning"),
    ("R059", {"notice": ""}, "error"),
    ("R059", {"notice": "", "last_reviewed_on": None}, "warning"),
    ("R064", {"automated_decision": True}, "critical"),
    ("R080", {"rights": ("access",)}, "warning"),
    (
        "R080",
        {"rights": ("access", "rectification", "erasure", "restriction", "portability", "objection")},
        "info",
    ),
    ("R089", HIGH_RISK, "warning"),
    ("R089", {**HIGH_RISK, "today": datetime.date(2027, 12, 2)}, "error"),
    ("R090", {"purpose": CAMERAS, "subject": STAFF}, "error"),
    ("R092", {"processor": {}, "party": {"access_countries": ("IN",)}}, "warning"),
    ("R092", {"processor": {}, "party": {"hosting_countries": ("IN",)}}, "critical"),
    ("R093", {"role": "joint"}, "blocker"),
]


@pytest.mark.parametrize(("rule", "changes", "severity"), SEVERITIES)
def test_a_finding_is_as_grave_as_the_case(rule: str, changes: dict[str, Any], severity: str) -> None:
    finding = found(rule, **changes)

    assert finding
    assert finding.severity == severity


SPARED = [
    "R004",
    "R005",
    "R006",
    "R007",
    "R008",
    "R009",
    "R010",
    "R016",
    "R018",
    "R019",
    "R020",
    "R021",
    "R022",
    "R023",
    "R024",
    "R025",
    "R026",
    "R027",
    "R028",
    "R029",
    "R030",
    "R031",
    "R032",
    "R033",
    "R059",
    "R060",
    "R061",
    "R062",
    "R063",
    "R067",
    "R068",
    "R069",
    "R070",
    "R071",
    "R072",
    "R073",
    "R074",
]
ASKED = [
    "R001",
    "R002",
    "R003",
    "R014",
    "R040",
    "R041",
    "R042",
    "R043",
    "R044",
    "R045",
    "R046",
    "R047",
    "R048",
    "R049",
    "R050",
    "R051",
    "R052",
    "R053",
    "R054",
    "R055",
    "R056",
    "R087",
]


@pytest.mark.parametrize("rule", SPARED)
def test_a_processor_is_spared_the_duties_of_a_controller(rule: str) -> None:
    assert "processor" not in LAW.rules[rule].applies_to
    assert "controller" in LAW.rules[rule].applies_to


@pytest.mark.parametrize("rule", ASKED)
def test_a_processor_is_asked_what_article_30_2_and_28_ask(rule: str) -> None:
    assert "processor" in LAW.rules[rule].applies_to


def test_an_empty_record_of_a_processor_is_not_asked_for_purposes() -> None:
    blank = findings(role="processor", purpose=[], subject=[], datum=[], recipient=[], measure=[])

    assert {finding.rule for finding in blank} == {"R087", "R014"}


def test_a_sub_processor_needs_a_contract_too() -> None:
    assert found("R052", role="processor", client={}, processor={"contract": ""})


def test_only_a_joint_record_is_asked_for_the_other_controller() -> None:
    assert LAW.rules["R093"].applies_to == ("joint",)
    assert LAW.rules["R087"].applies_to == ("processor",)


FRENCH = ("R035", "R077", "R078", "R090", "R091")


def test_the_rules_of_french_law_are_the_french_pack() -> None:
    assert tuple(name for name, text in LAW.rules.items() if text.pack == "fr") == tuple(
        sorted(FRENCH, key=list(LAW.rules).index)
    )


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("R035", {"datum": {"category": "nir"}}),
        ("R078", {"trackers": True}),
        ("R090", {"purpose": CAMERAS, "subject": STAFF}),
    ],
)
def test_french_rules_are_asked_in_france_only(rule: str, changes: dict[str, Any]) -> None:
    assert found(rule, **changes)
    assert found(rule, **changes, organisation={"country": "BE"}) is None


def test_the_french_pack_reaches_the_french_outermost_regions() -> None:
    assert "fr" in packs_of(Organisation("Mairie", country="RE"), LAW)
    assert "fr" not in packs_of(Organisation("Gemeente", country="NL"), LAW)


def test_constant_monitoring_is_asked_everywhere() -> None:
    assert found("R096", purpose=CAMERAS, subject=STAFF, organisation={"country": "BE"})


def test_the_social_committee_is_named_in_the_public_sector() -> None:
    private = found("R090", purpose=CAMERAS, subject=STAFF)
    public = found("R090", purpose=CAMERAS, subject=STAFF, organisation={"public_authority": True})

    assert private
    assert public
    assert (private.params["body"], public.params["body"]) == ("CSE", "CST")


def test_cameras_are_recognised_by_the_name_of_the_record() -> None:
    unsaid = {"purpose": {**INTEREST, "kind": "", "label": "=HYPERLINK(1)"}, "subject": STAFF}

    assert found("R096", name="Vidéosurveillance", **unsaid)
    assert found("R090", name="Vidéosurveillance", **unsaid)
    assert found("R096", name="Fournitures", **unsaid) is None


@pytest.mark.parametrize("rule", ["R030", "R081", "R088"])
def test_three_rules_stay_hidden_until_asked(rule: str) -> None:
    changes: dict[str, Any] = {"purpose": EXPLICIT, "datum": {"free_text": True}, "ai_used": True}

    assert rule in {finding.rule for finding in findings(everything=True, **changes)}
    assert rule not in {finding.rule for finding in findings(everything=False, **changes)}


def test_short_names_are_fine_purposes() -> None:
    assert all(
        found("R005", purpose={"label": label}) is None for label in ("Paie", "Recrutement", "Gestion de la paie")
    )


@pytest.mark.parametrize("kind", ["data_subject", "internal_department", "public"])
def test_people_staff_and_publication_abroad_are_no_transfers(kind: str) -> None:
    assert found("R040", recipient={"kind": kind, "country": "US"}) is None


@pytest.mark.parametrize("country", ["BL", "PM", "WF", "PF", "NC", "TF"])
def test_the_place_of_a_french_territory_is_a_question(country: str) -> None:
    direct = found("R040", recipient={"kind": "group_entity", "country": country})
    through = found("R092", processor={}, party={"country": country})

    assert direct
    assert through
    assert (direct.severity, through.severity) == ("info", "info")


@pytest.mark.parametrize("country", ["AX", "RE", "IS"])
def test_some_territories_are_inside(country: str) -> None:
    assert found("R040", recipient={"kind": "group_entity", "country": country}) is None


@pytest.mark.parametrize("country", ["GL", "MC", "SM", "VA", "XK", "HK", "PR"])
def test_some_neighbours_are_third_countries_without_a_decision(country: str) -> None:
    assert found("R040", recipient={"kind": "group_entity", "country": country})
    assert found("R042", transfer={"tool": "adequacy", "country": country})


def test_an_adequate_country_still_needs_its_transfer_recorded() -> None:
    assert found("R040", recipient={"kind": "group_entity", "country": "CH"})


def test_electronic_payslips_may_be_kept_for_fifty_years() -> None:
    payroll = {"kind": "payroll", "label": "Paie"}
    kept = {"active_value": 50, "active_unit": "years"}

    assert found("R013", purpose=payroll, datum={**kept, "label": "Bulletins de paie électroniques"}) is None
    assert found("R013", purpose=payroll, datum={**kept, "label": "Variables"})


def test_audience_measurement_with_consent_has_no_mark() -> None:
    kept = {"category": "internet", "active_value": 30, "active_unit": "months"}

    assert found("R013", purpose={**INTEREST, "kind": "analytics"}, datum=kept)
    assert found("R013", purpose={**CONSENT, "kind": "analytics"}, datum=kept) is None


def test_a_justified_duration_may_exceed_the_mark() -> None:
    kept = {"active_value": 2, "active_unit": "years", "retention_justification": "Order of the prefect"}

    assert found("R013", purpose=CAMERAS, datum=kept) is None


def test_the_archive_counts_where_the_mark_covers_the_whole() -> None:
    kept = {"active_value": 3, "active_unit": "years", "archive_value": 4, "archive_unit": "years"}

    assert found("R013", purpose={"kind": "customer_management"}, datum=kept)
    assert found("R013", purpose={"kind": "direct_marketing"}, datum=kept) is None


def test_the_age_of_consent_is_that_of_the_country() -> None:
    def age(country: str) -> str:
        finding = found("R037", **CHILD_ONLINE, organisation={"country": country})
        return finding.params["age"] if finding else ""

    assert (age("FR"), age("BE"), age("PL")) == ("15", "13", "16")


def test_explicit_consent_is_documented_even_under_consent() -> None:
    assert found("R032", datum=HEALTH, purpose={**EXPLICIT, "explicit_consent": ""})


def test_a_fallen_adequacy_decision_covers_nothing() -> None:
    british = {"tool": "adequacy", "country": "GB"}

    assert found("R042", transfer=british, today=datetime.date(2031, 12, 27)) is None
    assert found("R042", transfer=british, today=datetime.date(2031, 12, 28))


def test_a_certificate_checked_for_the_party_serves_the_transfer() -> None:
    framework = {"country": "US", "tool": "dpf", "party": SOFT, "fallback": "Clauses"}

    assert found("R043", transfer=framework)
    assert found("R043", transfer=framework, party={"dpf_checked_on": "2026-10-01"}) is None


def test_health_data_of_insurers_and_research_need_no_certified_host() -> None:
    hosted = {
        "party": {"hosting_countries": ("FR",)},
        "processor": {},
        "datum": HEALTH,
        "subject": {"category": "patient"},
    }

    assert found("R091", **hosted, purpose={**EXPLICIT, "kind": "scientific_research"}) is None
    assert found("R091", **hosted, purpose={**EXPLICIT, "kind": "insurance"}) is None
    assert found("R091", **hosted, purpose={**EXPLICIT, "kind": "health_care"})


def test_critical_findings_block_what_is_only_planned() -> None:
    blocked = findings(processor={"contract": ""}, subject=[])

    assert {finding.rule for finding in blockers(blocked, "ongoing")} == {"R006"}
    assert {finding.rule for finding in blockers(blocked, "planned")} == {"R006", "R052"}


def test_only_what_article_30_asks_is_a_blocker() -> None:
    names = {name for name, text in LAW.rules.items() if text.severity == "blocker"}

    assert names == {"R001", "R004", "R006", "R007", "R008", "R087", "R093"}


def test_the_critical_rules_are_those_of_the_plan() -> None:
    names = {name for name, text in LAW.rules.items() if text.severity == "critical"}

    assert names == {"R016", "R029", "R034", "R040", "R041", "R052", "R064", "R066", "R069", "R071"}


def test_a_fact_may_be_told_as_it_is_kept() -> None:
    def missing(value: object) -> bool:
        return found("R052", processor={"contract": ""}, facts={("P-1", "contract"): value}) is not None

    assert not missing({"value": True})
    assert not missing({"reference": "CT-1"})
    assert missing({"value": False})
    assert found("R053", processor={}, facts={("P-1", "contract_until"): {"value": "2026-11-01"}})
