"""Every rule fires where it should and keeps silent just beside."""

import datetime
from typing import Any

import pytest

from compliance.register.rules import book
from compliance.support.documents import Link
from tests.register.xray import SOFT, certificate, findings, found

INTEREST = {
    "legal_basis": "legitimate_interests", "interest": "Fewer thefts", "lia_balance": "Weighed",
    "lia_safeguards": "Blurred faces",
}  # fmt: skip
CONSENT = {
    "legal_basis": "consent", "consent_collection": "Box", "consent_evidence": "Log", "consent_withdrawal": "Link",
}  # fmt: skip
HEALTH = {"category": "health"}
EXPLICIT = {**CONSENT, "special_condition": "9_2_a", "explicit_consent": "Signed form"}
CHILD = {"category": "minor"}
STAFF = {"category": "employee"}
CAMERAS = {**INTEREST, "kind": "video_surveillance", "label": "Protecting the building"}
MAIL = {"kind": "direct_marketing", "marketing_opt_out": "Link in each message", "marketing_channels": ("email",)}
CALLS = {**MAIL, "marketing_channels": ("telephone",)}
US_FRAMEWORK = {"country": "US", "tool": "dpf", "dpf_checked_on": "2026-09-01", "fallback": "Clauses", "tia_on": ""}
DEROGATION = {"tool": "derog_b", "justification": "One trip", "frequency": "occasional"}
COMPELLING = {
    "tool": "derog_compelling", "justification": "One case", "frequency": "occasional", "safeguards": "Encrypted",
    "authority_informed_on": "2026-10-01", "people_informed": True,
}  # fmt: skip
EXEMPT = {"exemption_claimed": True, "occasional": True, "risk_likely": False}
MACHINE = {
    "automated_decision": True, "automated_ground": "contract", "automated_logic": "Score", "automated_contest": "Call",
}  # fmt: skip
HIGH_RISK = {"ai_used": True, "ai_role": "deployer", "ai_risk_class": "high_annex3", "ai_annex3_point": "5(b)"}
HOSTED = {"party": {"hosting_countries": ("FR",)}, "processor": {}, "datum": HEALTH, "purpose": EXPLICIT}
OUTSIDE = {"eea_established": False, "targets_eea": True}

#: (rule, what makes it fire, what is as near as can be and does not).
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("R001", {"organisation": {"name": ""}}, {"organisation": {"address": "", "phone": "01 02 03 04 05"}}),
    ("R001", {"organisation": {"address": ""}}, {}),
    ("R002", {"organisation": {"dpo_contact": ""}}, {}),
    (
        "R002",
        {"organisation": {"dpo_required": False, "dpo_name": ""}},
        {"organisation": {"dpo_required": False, "dpo_designated": False, "dpo_name": ""}},
    ),
    ("R003", {"organisation": OUTSIDE}, {"organisation": {**OUTSIDE, "representative": "R. Dupont, Paris"}}),
    ("R003", {"organisation": OUTSIDE, "occasional": True}, {"organisation": {**OUTSIDE, "public_authority": True}}),
    (
        "R003",
        {"organisation": OUTSIDE, "occasional": True, "risk_likely": False, "datum": HEALTH},
        {"organisation": OUTSIDE, "occasional": True, "risk_likely": False},
    ),
    ("R004", {"purpose": []}, {}),
    ("R005", {"purpose": {"label": "Divers."}}, {"purpose": {"label": "Paie"}}),
    ("R006", {"subject": []}, {}),
    ("R007", {"datum": []}, {}),
    ("R008", {"recipient": []}, {"recipient": [], "recipients_none": True}),
    ("R008", {"recipient": [], "recipients_none": False}, {"recipient": [], "processor": {}}),
    ("R009", {"datum": {"active_value": None}}, {"datum": {"active_value": None, "active_criterion": "The visit"}}),
    (
        "R010",
        {"datum": {"active_value": None, "retention_text": "Le temps nécessaire"}},
        {"datum": {"active_value": None, "retention_text": "Until the end of the visit"}},
    ),
    (
        "R010",
        {"datum": {"active_value": None, "active_criterion": "As long as necessary"}},
        {"datum": {"retention_text": "As long as necessary, 2 years at most"}},
    ),
    ("R011", {"datum": {"archive_value": 5}}, {"datum": {"archive_value": 5, "archive_reason": "limitation_period"}}),
    ("R012", {"datum": {"disposal": ""}}, {"datum": {"disposal": "", "active_value": None}}),
    (
        "R013",
        {"purpose": CAMERAS, "datum": {"active_value": 2, "active_unit": "months"}},
        {"purpose": CAMERAS, "datum": {"active_value": 31, "active_unit": "days"}},
    ),
    ("R014", {"measure": []}, {"measure": [], "measures_absence": "Described in a secret annex"}),
    ("R015", {"datum": {"category": "bank"}, "measure": {"category": "backup"}}, {"datum": {"category": "bank"}}),
    ("R015", {"large_scale": True, "measure": {"in_place": False}}, {"large_scale": True, "measure": []}),
    ("R016", {"purpose": {"legal_basis": ""}}, {}),
    ("R017", {"purpose": {"other_legal_bases": ("consent",)}}, {"purpose": {"other_legal_bases": ("contract",)}}),
    ("R018", {"purpose": {**INTEREST, "interest": ""}}, {"purpose": INTEREST}),
    ("R019", {"purpose": {**INTEREST, "lia_balance": ""}}, {"purpose": INTEREST}),
    (
        "R020",
        {"purpose": {**INTEREST, "in_public_task": True}, "organisation": {"public_authority": True}},
        {"purpose": {**INTEREST, "in_public_task": False}, "organisation": {"public_authority": True}},
    ),
    ("R020", {"purpose": INTEREST, "organisation": {"public_authority": True}}, {"purpose": INTEREST}),
    (
        "R021",
        {"purpose": {"legal_basis": "legal_obligation"}},
        {"purpose": {"legal_basis": "legal_obligation", "law_reference": "C. trav. L3243-2"}},
    ),
    ("R021", {"purpose": {"legal_basis": "public_task"}}, {}),
    ("R022", {"purpose": {**CONSENT, "consent_evidence": ""}}, {"purpose": CONSENT}),
    ("R022", {"purpose": {**CONSENT, "consent_collection": ""}}, {}),
    ("R023", {"purpose": {**CONSENT, "consent_withdrawal": ""}}, {"purpose": CONSENT}),
    ("R024", {"purpose": CONSENT, "subject": STAFF}, {"purpose": CONSENT, "subject": {"category": "job_applicant"}}),
    ("R025", {"purpose": CONSENT, "organisation": {"public_authority": True}}, {"purpose": CONSENT}),
    ("R026", {"subject": {"category": "visitor"}}, {"subject": [{"category": "visitor"}, {"category": "customer"}]}),
    ("R026", {"subject": {"category": "passer_by"}}, {"subject": {"category": "job_applicant"}}),
    ("R027", {"purpose": {"kind": "analytics"}}, {"purpose": {"kind": "analytics", "justification": "The service"}}),
    ("R028", {"purpose": {"legal_basis": "vital_interests"}},
     {"purpose": {"legal_basis": "vital_interests", "justification": "Unconscious people"}}),
    ("R029", {"datum": HEALTH}, {"datum": HEALTH, "purpose": EXPLICIT}),
    ("R029", {"datum": {"category": "biometric", "identifies_uniquely": True}},
     {"datum": {"category": "biometric", "identifies_uniquely": False}}),
    ("R030", {"purpose": EXPLICIT}, {"purpose": EXPLICIT, "datum": HEALTH}),
    ("R031", {"purpose": {"special_condition": "9_2_g"}},
     {"purpose": {"special_condition": "9_2_g", "special_law_reference": "CSP L1110-4"}}),
    ("R031", {"purpose": {"special_condition": "9_2_i", "special_agreement": "Contract"}},
     {"purpose": {"special_condition": "9_2_h", "special_agreement": "Contract with a physician"}}),
    ("R031", {"purpose": {"special_condition": "9_2_j"}},
     {"purpose": {"special_condition": "9_2_b", "special_agreement": "Collective agreement"}}),
    ("R032", {"purpose": {**EXPLICIT, "explicit_consent": ""}}, {"purpose": EXPLICIT}),
    ("R033", {"purpose": {"special_condition": "9_2_d"}},
     {"purpose": {"special_condition": "9_2_d"}, "organisation": {"non_profit": True}}),
    ("R033",
     {"purpose": {"special_condition": "9_2_d"}, "organisation": {"non_profit": True},
      "recipient": {"kind": "independent_controller_partner"}},
     {"purpose": {"special_condition": "9_2_d"}, "organisation": {"non_profit": True},
      "recipient": {"kind": "processor"}}),
    ("R034", {"datum": {"category": "criminal"}},
     {"datum": {"category": "criminal"}, "purpose": {"criminal_authorisation": "Loi 78-17 art. 46"}}),
    ("R035", {"datum": {"category": "nir"}},
     {"datum": {"category": "nir", "law_reference": "Décret 2019-341"}}),
    ("R036", {"datum": {"category": "biometric"}}, {"datum": {"category": "biometric", "identifies_uniquely": True}}),
    ("R036",
     {"datum": {"category": "biometric", "identifies_uniquely": False}, "purpose": {"kind": "premises_access"}},
     {"datum": {"category": "biometric", "identifies_uniquely": False}}),
    ("R037", {"subject": CHILD, "purpose": CONSENT, "online_service": True},
     {"subject": CHILD, "purpose": CONSENT, "online_service": True, "age_check": "Code sent to a parent"}),
    ("R037", {"subject": CHILD, "purpose": CONSENT, "online_service": True},
     {"subject": CHILD, "purpose": INTEREST, "online_service": True}),
    ("R038", {"subject": CHILD, "purpose": {**INTEREST, "lia_safeguards": ""}},
     {"subject": CHILD, "purpose": INTEREST}),
    ("R039", {"subject": CHILD}, {"subject": CHILD, "child_notice": "Comic strip"}),
    ("R040", {"recipient": {"kind": "group_entity", "country": "US"}},
     {"recipient": {"kind": "group_entity", "country": "NO"}}),
    ("R040", {"recipient": {"kind": "group_entity", "name": "Beta", "country": "IN"}, "transfer": {}},
     {"recipient": {"kind": "group_entity", "name": "Acme Ltd", "country": "IN"}, "transfer": {}}),
    ("R041", {"transfer": {"tool": ""}}, {"transfer": {}}),
    ("R041", {"transfer": {"tia_result": "impediment_unmitigated"}},
     {"transfer": {"tia_result": "impediment_mitigated"}}),
    ("R042", {"transfer": {"tool": "adequacy"}}, {"transfer": {"tool": "adequacy", "country": "BR"}}),
    ("R042", {"transfer": {"tool": "adequacy", "country": "US"}}, {"transfer": {"tool": "adequacy", "country": "FO"}}),
    ("R042", {"transfer": {"tool": "adequacy", "country": "CA"}},
     {"transfer": {"tool": "adequacy", "country": "CA", "justification": "Commercial company"}}),
    ("R043", {"transfer": {**US_FRAMEWORK, "dpf_checked_on": ""}}, {"transfer": US_FRAMEWORK}),
    ("R043", {"transfer": {**US_FRAMEWORK, "dpf_coverage": "non_hr"}, "subject": STAFF},
     {"transfer": {**US_FRAMEWORK, "dpf_coverage": "both"}, "subject": STAFF}),
    ("R044", {"transfer": {**US_FRAMEWORK, "fallback": ""}}, {"transfer": US_FRAMEWORK}),
    ("R045", {"transfer": {"tia_on": ""}}, {"transfer": {"tia_on": "2025-11-24"}}),
    ("R045", {"transfer": {"tia_on": "2025-11-23"}}, {"transfer": {"tool": "adequacy", "country": "JP", "tia_on": ""}}),
    ("R046", {"transfer": {"scc_module": ""}}, {"transfer": {}}),
    ("R046", {"transfer": {"scc_module": "1"}}, {"transfer": {"scc_module": "1", "importer_role": "controller"}}),
    ("R046", {"transfer": {}, "role": "processor", "client": {}},
     {"transfer": {"scc_module": "3"}, "role": "processor", "client": {}}),
    ("R047", {"transfer": {"scc_set": "pre_2021"}}, {"transfer": {"scc_set": "2021_914"}}),
    ("R048", {"transfer": {"scc_set": "2021_915"}}, {"transfer": {"scc_set": "2021_915", "country": "JP"}}),
    ("R049", {"transfer": {**DEROGATION, "frequency": "repeated"}}, {"transfer": DEROGATION}),
    ("R049", {"transfer": {**DEROGATION, "justification": ""}}, {"transfer": {"frequency": "repeated"}}),
    ("R049", {"transfer": DEROGATION, "organisation": {"public_authority": True}},
     {"transfer": {**DEROGATION, "tool": "derog_d"}, "organisation": {"public_authority": True}}),
    ("R050", {"transfer": {**COMPELLING, "authority_informed_on": ""}}, {"transfer": COMPELLING}),
    ("R050", {"transfer": {**COMPELLING, "people_informed": None}}, {"transfer": DEROGATION}),
    ("R051", {"transfer": {"tool": "adequacy", "country": "GB"}, "today": datetime.date(2031, 7, 1)},
     {"transfer": {"tool": "adequacy", "country": "GB"}}),
    ("R052", {"processor": {"contract": ""}}, {"processor": {"contract": "", "contract_on": "2025-01-01"}}),
    ("R052", {"processor": {"contract": ""}}, {"processor": {"contract": ""}, "facts": {("P-1", "contract"): True}}),
    ("R053", {"processor": {"contract_until": "2026-11-01"}}, {"processor": {"contract_until": "2027-11-01"}}),
    ("R053", {"processor": {}, "facts": {("P-1", "contract_until"): "2026-12-31"}},
     {"processor": {"contract_until": "2026-11-01"}, "facts": {("P-1", "contract_until"): "2027-12-31"}}),
    ("R055", {"processor": {"guarantees": ""}},
     {"processor": {"guarantees": ""}, "party": {"certifications": certificate("iso27001")}}),
    ("R056", {"processor": {"subprocessors_known": None}}, {"processor": {}}),
    ("R057", {"joint": {"arrangement": ""}}, {"joint": {}}),
    ("R057", {"joint": {"essence_available": None}}, {}),
    ("R058", {"processor": {}, "recipient": {"kind": "bank_insurer", "party": SOFT}},
     {"processor": {}, "recipient": {"kind": "processor", "party": SOFT}}),
    ("R059", {"notice": ""}, {"notice": "", "collection": "indirect", "indirect_exemption": "14(5)(b)"}),
    ("R061", {"collection": "indirect"}, {"collection": "both", "source": "Public register"}),
    ("R062", {"collection": "both"}, {"collection": "both", "indirect_information": "First letter"}),
    ("R064", {**MACHINE, "automated_ground": ""}, MACHINE),
    ("R065", {**MACHINE, "automated_contest": ""}, {**MACHINE, "automated_ground": "law", "automated_contest": ""}),
    ("R065", {**MACHINE, "automated_logic": ""}, MACHINE),
    ("R066", {**MACHINE, "datum": HEALTH, "purpose": {"special_condition": "9_2_f"}},
     {**MACHINE, "datum": HEALTH, "purpose": EXPLICIT}),
    ("R076", {"purpose": {**MAIL, "marketing_opt_out": ""}}, {"purpose": MAIL}),
    ("R076", {"purpose": MAIL, "subject": {"category": "prospect"}},
     {"purpose": {**MAIL, "consent_evidence": "Log"}, "subject": {"category": "prospect"}}),
    ("R076", {"purpose": {**CONSENT, **MAIL, "marketing_opt_out": "", "consent_withdrawal": ""}},
     {"purpose": {**CONSENT, **MAIL, "marketing_opt_out": ""}}),
    ("R077", {"purpose": CALLS}, {"purpose": {**CALLS, "telephone_consent": "Box on the form"}}),
    ("R077", {"purpose": CALLS}, {"purpose": CALLS, "subject": {"category": "supplier_contact"}}),
    ("R077", {"purpose": CALLS, "today": datetime.date(2026, 8, 11)},
     {"purpose": CALLS, "today": datetime.date(2026, 8, 10)}),
    ("R078", {"trackers": True}, {"trackers": True, "trackers_consent": "Exempt measurement"}),
    ("R079", {"purpose": {"further": True}}, {"purpose": {"further": True, "compatibility_test": "Close enough"}}),
    ("R079", {"purpose": {"further": True}}, {"purpose": {**CONSENT, "further": True}}),
    ("R080", {"rights": ("access",)}, {"rights": ()}),
    ("R080", {"rights": ("access", "rectification", "erasure", "restriction", "portability", "objection")}, {}),
    ("R081", {"datum": {"free_text": True}}, {"datum": {"free_text": True, "moderation": "Read each week"}}),
    ("R082", {"last_reviewed_on": datetime.date(2024, 11, 22)}, {"last_reviewed_on": None}),
    (
        "R082",
        {"last_reviewed_on": datetime.date(2026, 5, 1), "review_due_on": datetime.date(2026, 11, 1)},
        {"last_reviewed_on": datetime.date(2024, 1, 1), "review_due_on": datetime.date(2027, 1, 1)},
    ),
    ("R083", {"owner": None}, {}),
    ("R083", {"owner_is_active": False}, {}),
    ("R084", {"phase": "ended"}, {"phase": "ended", "disposed_on": "2026-10-01"}),
    ("R084", {"ended_on": "2026-11-23"}, {"ended_on": "2026-11-24"}),
    ("R086", {**EXEMPT, "organisation": {"employees": 250}}, {**EXEMPT, "organisation": {"employees": 249}}),
    ("R086", {**EXEMPT, "risk_likely": None}, {"risk_likely": None}),
    ("R086", {**EXEMPT, "datum": HEALTH}, EXEMPT),
    ("R087", {"role": "processor"}, {"role": "processor", "client": {}}),
    ("R087", {"role": "processor", "client": {"processing_categories": ""}}, {"processor": {}}),
    ("R088", {"ai_used": True}, {"ai_used": None}),
    ("R089", HIGH_RISK, {**HIGH_RISK, "ai_fria": "In the DPIA"}),
    ("R089", {**HIGH_RISK, "ai_annex3_point": "4(a)", "organisation": {"public_authority": True}},
     {**HIGH_RISK, "ai_annex3_point": "4(a)"}),
    ("R090", {"purpose": CAMERAS, "subject": STAFF},
     {"purpose": CAMERAS, "subject": STAFF, "staff_information": "CSE of 3 March, note to all"}),
    ("R090", {"constant_monitoring": True, "subject": STAFF}, {"constant_monitoring": True}),
    ("R091", HOSTED | {"subject": {"category": "patient"}},
     HOSTED | {"subject": {"category": "patient"},
               "party": {"hosting_countries": ("FR",), "certifications": certificate("hds", "2027-01-01")}}),
    ("R091", HOSTED | {"purpose": {**EXPLICIT, "kind": "health_care"}}, HOSTED | {"subject": STAFF}),
    ("R092", {"processor": {}, "party": {"access_countries": ("IN",)}},
     {"processor": {}, "party": {"access_countries": ("IN",)}, "transfer": {"recipient": "", "party": SOFT}}),
    ("R092", {"processor": {}, "party": {"country": "US"}}, {"processor": {}, "party": {"access_countries": ("DE",)}}),
    ("R093", {"role": "joint"}, {"role": "joint", "joint": {}}),
    ("R093", {"role": "joint", "joint": {"party": None}}, {}),
    ("R094", {"datum": {"active_start": ""}}, {"datum": {"active_start": "", "active_value": None}}),
    ("R095", {"transfer": {"importer_under_gdpr": True}}, {"transfer": {"importer_under_gdpr": None}}),
    ("R096", {"purpose": CAMERAS, "subject": STAFF},
     {"purpose": CAMERAS, "subject": STAFF, "constant_monitoring": False}),
    ("R096", {"datum": {"category": "location"}, "subject": STAFF}, {"datum": {"category": "location"}}),
    ("R096", {"purpose": {"kind": "working_time"}, "subject": STAFF},
     {"purpose": {"kind": "payroll"}, "subject": STAFF}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "fires", "_near"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_fires_where_it_should(rule: str, fires: dict[str, Any], _near: dict[str, Any]) -> None:
    assert found(rule, **fires)


@pytest.mark.parametrize(("rule", "_fires", "near"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_keeps_silent_just_beside(rule: str, _fires: dict[str, Any], near: dict[str, Any]) -> None:
    assert found(rule, **near) is None


def test_every_rule_of_the_book_has_a_case() -> None:
    assert {case[0] for case in CASES} == set(book)


def test_a_complete_record_has_no_findings() -> None:
    assert findings() == []


@pytest.mark.parametrize("role", ["joint", "processor"])
def test_a_complete_record_of_another_role_has_no_findings(role: str) -> None:
    assert findings(role=role, joint={} if role == "joint" else [], client={} if role == "processor" else []) == []


def test_an_empty_record_can_be_examined() -> None:
    nothing: dict[str, Any] = {
        "purpose": [],
        "subject": [],
        "datum": [],
        "recipient": [],
        "measure": [],
        "owner": None,
        "rights": (),
    }
    blank = {rule.rule for rule in findings(**nothing)}

    assert {"R004", "R006", "R007", "R008", "R014", "R083"} <= blank


def test_a_row_that_names_nothing_can_be_examined() -> None:
    assert found("R052", processor={"party": None, "service": "", "contract": ""})
    assert found(
        "R040", recipient={"kind": "group_entity", "name": "", "party": Link("party", "gone"), "country": "US"}
    )
