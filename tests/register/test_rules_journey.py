"""The four records of the first journey, as an import makes them out of a spreadsheet."""

from typing import Any

from compliance.parties.documents import Party
from compliance.register.documents import (
    Activity,
    DataCategory,
    DataSubjects,
    Measure,
    ProcessorUse,
    Purpose,
    Recipient,
    Transfer,
)
from compliance.register.rules import Context, Finding, blockers, examine
from compliance.support.documents import Link
from tests.register.xray import LAW, ORGANISATION, TODAY

PAYSOFT = Link("party", "P-9", "PaySoft")
OWNER = Link("person", "U-1", "A. Martin")

PAYROLL = Activity(
    "Paie",
    owner=OWNER,
    purposes=(Purpose("p", "Paie", "payroll", "legal_obligation", law_reference="C. trav. L3243-2"),),
    people=(DataSubjects("s", "employee", "Salariés"),),
    data=tuple(
        DataCategory(
            f"d{category}", category, label, retention_text="5 ans après le versement", active_value=5,
            active_unit="years", active_start="le versement",
        )
        for category, label in (("civil_status", "état civil"), ("bank", "RIB"), ("nir", "NIR"))
    ),
    recipients=(Recipient("r1", "tax_social_body", "Urssaf"), Recipient("r2", "tax_social_body", "DGFiP")),
    processors=(ProcessorUse("u", PAYSOFT),),
    outside_eea=False,
    measures=(Measure("m1", "access_control", "habilitations"), Measure("m2", "encryption", "chiffrement")),
)  # fmt: skip
RECRUITMENT = Activity(
    "Recrutement",
    purposes=(Purpose("p", "Recrutement", legal_basis="legitimate_interests"),),
    people=(DataSubjects("s", "job_applicant", "Candidats"),),
    data=(DataCategory("d", "professional_life", "CV", retention_text="le temps nécessaire"),),
    recipients=(Recipient("r", "internal_department", "Direction"),),
)
NEWSLETTER = Activity(
    "Lettre d’information",
    purposes=(Purpose("p", "Lettre d’information", legal_basis="consent"),),
    people=(DataSubjects("s", "subscriber", "Abonnés"),),
    data=(DataCategory("d", "contact", "courriel", retention_text="3 ans", active_value=3, active_unit="years"),),
    recipients=(Recipient("r", "third_country_recipient", "Mailing Inc.", country="US"),),
    outside_eea=True,
    transfers=(Transfer("t", "Mailing Inc.", country="US", tool="dpf"),),
    measures=(Measure("m", "access_control", "habilitations"),),
)
CAMERAS = Activity(
    "Vidéosurveillance",
    purposes=(Purpose("p", '=HYPERLINK("x")', legal_basis="legitimate_interests"),),
    people=(DataSubjects("s1", "employee", "Salariés"), DataSubjects("s2", "visitor", "Visiteurs")),
    data=(DataCategory("d", "civil_status", "images", retention_text="30 jours", active_value=30, active_unit="days"),),
)  # fmt: skip


def xray(document: Activity, **facts: Any) -> list[Finding]:
    told = {("P-9", name): value for name, value in facts.items()}
    parties = {"P-9": Party("PaySoft", country="FR")}
    return examine(document, Context(document, ORGANISATION, LAW, TODAY, parties=parties, facts=told))


def rules(document: Activity, **facts: Any) -> set[str]:
    return {finding.rule for finding in xray(document, **facts)}


def test_payroll_lacks_a_decree_and_a_contract() -> None:
    assert {"R035", "R052"} <= rules(PAYROLL)


def test_the_missing_contract_names_the_processor_and_does_not_block_what_is_ongoing() -> None:
    paysoft = next(finding for finding in xray(PAYROLL) if finding.rule == "R052")

    assert (paysoft.severity, paysoft.params["label"]) == ("critical", "PaySoft")
    assert blockers(xray(PAYROLL), "ongoing") == []


def test_a_contract_told_from_above_closes_the_finding() -> None:
    assert "R052" not in rules(PAYROLL, contract="CT-1")


def test_the_number_is_the_only_row_without_its_decree() -> None:
    rows = [finding.row_key for finding in xray(PAYROLL) if finding.rule == "R035"]

    assert rows == ["dnir"]


def test_recruitment_lacks_interest_balance_end_and_security() -> None:
    assert {"R010", "R014", "R018", "R019"} <= rules(RECRUITMENT)
    assert "R009" not in rules(RECRUITMENT)


def test_the_newsletter_lacks_proof_withdrawal_certificate_and_start() -> None:
    assert {"R022", "R023", "R043", "R094"} <= rules(NEWSLETTER)
    assert not rules(NEWSLETTER) & {"R040", "R041", "R042", "R045"}


def test_the_cameras_raise_a_question_and_a_blocker() -> None:
    assert {"R008", "R018", "R090", "R096"} <= rules(CAMERAS)
    assert [finding.rule for finding in blockers(xray(CAMERAS), "ongoing")] == ["R008"]
