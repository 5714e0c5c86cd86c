"""The first journey of the product: a Windows-1252 file of four activities and one row of help text."""

import pytest

from compliance.register.intake.proposal import ActivityProposal, Proposal
from tests.register.intakes import proposal_of, reasons_of, row_of, said

FORMULA = '=HYPERLINK("http://example.invalid/a";"ici")'
QUOTED = FORMULA.replace('"', '""')
ROWS = [
    [
        "Réf",
        "Activité",
        "Finalité / base légale",
        "Personnes",
        "Données",
        "Durée",
        "Destinataires",
        "Hors UE",
        "Sécurité",
    ],
    [
        "Exemple :",
        "Adhésions",
        "À quoi cela sert",
        "Les gens",
        "Les données",
        "La durée",
        "Qui reçoit",
        "Oui ou non",
        "Les mesures",
    ],
    [
        *(
            "RH-01",
            "Paie",
            "Obligation légale – C. trav. L3243-2",
            "Salariés",
            "état civil, RIB, NIR",
            "5 ans après le versement",
        ),
        *("Urssaf, DGFiP, PaySoft (sous-traitant)", "Non", "habilitations, chiffrement"),
    ],
    ["RH-02", "Recrutement", "Intérêt légitime", "Candidats", "CV", "le temps nécessaire", "Direction", "", ""],
    [
        *("COM-01", "Lettre d’information", "Consentement", "Abonnés", "courriel", "3 ans"),
        *("Mailing Inc. (États-Unis)", "DPF", "habilitations"),
    ],
    [
        "SG-01",
        "Vidéosurveillance",
        f'"{QUOTED} / Intérêt légitime"',
        "Salariés, visiteurs",
        "images",
        "30 jours",
        "",
        "",
        "",
    ],
]
FRENCH = "\n".join(";".join(row) for row in ROWS)
ENGLISH_HEAD = "Ref;Activity;Purpose / basis;People;Data;Retention;Recipients;Outside EU;Security"


@pytest.fixture(scope="module", params=["français", "english"])
def proposal(request: pytest.FixtureRequest) -> Proposal:
    text = FRENCH if request.param == "français" else "\n".join([ENGLISH_HEAD, *FRENCH.splitlines()[1:]])
    return proposal_of(text.encode("cp1252"), "register.csv")


@pytest.fixture
def activities(proposal: Proposal) -> dict[str, ActivityProposal]:
    return {activity.reference: activity for activity in proposal.activities}


def test_four_activities_would_be_created_and_one_row_is_help_text(proposal: Proposal) -> None:
    assert (proposal.count("create"), proposal.count("update"), proposal.count("skip")) == (4, 0, 0)
    assert [activity.name for activity in proposal.activities] == [
        "Paie",
        "Recrutement",
        "Lettre d’information",
        "Vidéosurveillance",
    ]
    assert {cell[1:] for cell in reasons_of(proposal)} == {"2"}
    assert set(reasons_of(proposal).values()) == {"example_row"}


def test_the_retention_of_payroll_runs_five_years_from_payment(activities: dict[str, ActivityProposal]) -> None:
    for row in activities["RH-01"].document.data:
        assert (row.active_value, row.active_unit, row.active_start, row.retention_text) == (
            5,
            "years",
            "le versement",
            "",
        )
    check = next(problem for problem in activities["RH-01"].problems if problem.code == "retention_read")
    assert (
        check.message("fr")
        == "Ligne 3\u00a0: «\u00a05 ans après le versement\u00a0» lu comme 5 ans à compter de\u00a0: le versement"
        " — à vérifier"
    )
    assert check.message("en") == "Row 3: “5 ans après le versement” read as 5 years from: le versement — check"


def test_the_data_of_payroll_are_categories_with_the_words_of_the_file(activities: dict[str, ActivityProposal]) -> None:
    assert [(row.category, row.label) for row in activities["RH-01"].document.data] == [
        ("civil_status", "état civil"), ("bank", "RIB"), ("nir", "NIR"),
    ]  # fmt: skip


def test_a_legal_obligation_is_parted_from_its_text_of_law(activities: dict[str, ActivityProposal]) -> None:
    purpose = activities["RH-01"].document.purposes[0]
    assert (purpose.legal_basis, purpose.law_reference) == ("legal_obligation", "C. trav. L3243-2")


def test_a_purpose_that_the_file_does_not_give_is_the_name_and_says_so(activities: dict[str, ActivityProposal]) -> None:
    assert activities["RH-02"].document.purposes[0].label == "Recrutement"
    assert "purpose_from_name" in [problem.code for problem in activities["RH-02"].problems]


def test_recipients_are_typed_and_the_processor_stands_apart(activities: dict[str, ActivityProposal]) -> None:
    payroll = said(activities["RH-01"].document)
    assert payroll["recipients"] == [
        {"kind": "tax_social_body", "name": "Urssaf"},
        {"kind": "tax_social_body", "name": "DGFiP"},
    ]
    assert payroll["processors"] == [{"party": "PaySoft"}]
    assert activities["RH-01"].parties == ["PaySoft"]
    assert row_of(activities["RH-02"], "recipients") == {"kind": "internal_department", "name": "Direction"}


def test_an_empty_answer_on_transfers_is_unknown_and_a_no_is_a_no(activities: dict[str, ActivityProposal]) -> None:
    assert activities["RH-01"].document.outside_eea is False
    assert activities["RH-02"].document.outside_eea is None
    assert activities["SG-01"].document.outside_eea is None


def test_a_framework_named_in_the_transfer_column_is_a_transfer_to_the_recipient_abroad(
    activities: dict[str, ActivityProposal],
) -> None:
    letter = activities["COM-01"]
    assert letter.document.outside_eea is True
    assert row_of(letter, "recipients") == {"name": "Mailing Inc.", "country": "US"}
    assert row_of(letter, "transfers") == {"recipient": "Mailing Inc.", "country": "US", "tool": "dpf"}


def test_retentions_without_a_start_or_without_a_figure_stay_what_they_are(
    activities: dict[str, ActivityProposal],
) -> None:
    assert row_of(activities["RH-02"], "data") == {
        "category": "professional_life",
        "label": "CV",
        "retention_text": "le temps nécessaire",
    }
    assert row_of(activities["SG-01"], "data")["active_value"] == 30
    assert "active_start" not in row_of(activities["SG-01"], "data")
    assert row_of(activities["COM-01"], "data")["active_unit"] == "years"


def test_a_formula_stays_text_and_parts_from_the_legal_basis(activities: dict[str, ActivityProposal]) -> None:
    assert row_of(activities["SG-01"], "purposes") == {"label": FORMULA, "legal_basis": "legitimate_interests"}


def test_the_same_references_again_are_updates() -> None:
    again = proposal_of(FRENCH.encode("cp1252"), known=["RH-01", "RH-02", "COM-01", "SG-01"])
    assert (again.count("create"), again.count("update")) == (0, 4)


def test_what_the_command_line_prints_has_its_documented_form(proposal: Proposal) -> None:
    printed = proposal.as_json("fr")
    assert set(printed) == {"file", "activities", "not_understood", "created", "updated", "skipped"}
    assert printed["file"] == "register.csv"
    assert printed["activities"][0]["source"] == {"sheet": "register", "row": 3}
    assert printed["activities"][0]["document"]["name"] == "Paie"
    assert {"field", "message"} <= set(printed["activities"][0]["problems"][0])
    assert {"sheet", "cell", "text"} <= set(printed["not_understood"][0])
