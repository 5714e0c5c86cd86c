"""Vertical forms, alone or beside a list of activities: sections, prompts, examples, blank forms."""

import pytest

from compliance.register.intake.layout import FORM, OTHER, TABLE, VALUES, understand
from compliance.regulation.reference import reference
from compliance.support.tables.reading import read
from tests.register.intakes import (
    FILLED,
    PICK,
    activities_of,
    codes_of,
    form_rows,
    model_file,
    proposal_of,
    reasons_of,
    said,
)
from tests.support.spreadsheets import ods, xlsx


def test_each_sheet_of_a_model_is_told_apart() -> None:
    book = read(model_file({"Modèle": form_rows("Modèle", {}), "Fiche 1": form_rows("Fiche", FILLED)}), "model.ods")
    kinds = {reading.name: reading.kind for reading in understand(book, reference()).sheets}
    assert kinds == {
        "Mode d'emploi": OTHER,
        "Liste des traitements": TABLE,
        "Modèle": FORM,
        "Fiche 1": FORM,
        "Listes": VALUES,
    }


def test_a_filled_form_is_an_activity_with_everything_it_says() -> None:
    activity = activities_of(model_file({"Fiche 1": form_rows("Fiche de registre", FILLED)}), "model.ods")[0]
    document = said(activity.document)
    assert (activity.reference, activity.name, activity.action) == ("V-7", "Accueil des visiteurs", "create")
    assert document["purposes"] == [{"label": "Savoir qui entre"}, {"label": "Remettre un badge"}]
    assert document["data"] == [
        {
            "category": "civil_status",
            "label": "Nom, prénom",
            "active_value": 3,
            "active_unit": "months",
            "active_start": "la visite",
        },
        {"category": "health", "label": "Allergies", "active_value": 1, "active_unit": "months"},
    ]
    assert document["people"] == [{"category": "visitor", "label": "Visiteurs – du site de Brume"}]
    assert document["recipients"] == [{"kind": "internal_department", "name": "Gardiens"}]
    assert document["processors"] == [{"party": "Badgeo"}]
    assert document["joint_controllers"] == [{"party": "Port de Brume"}]
    assert document["measures"] == [{"category": "encryption", "label": "du disque"}]
    assert document["transfers"] == [
        {"recipient": "Badgeo Inc.", "country": "US", "tool": "scc_com", "safeguards": "contrat du 3 mai 2023"}
    ]
    assert document["outside_eea"] is True
    assert document["notes"] == "Date de création du traitement : 02/01/2024"


def test_the_addresses_of_a_form_are_listed_for_the_settings_of_the_organisation() -> None:
    reasons = reasons_of(proposal_of(model_file({"Fiche 1": form_rows("Fiche", FILLED)}), "model.ods"))
    assert [reasons[f"Fiche 1!{cell}"] for cell in ("B9", "C9", "C10")] == ["organisation"] * 3


def test_a_blank_form_is_no_activity_and_its_prompts_are_no_data() -> None:
    proposal = proposal_of(model_file({"Modèle": form_rows("Modèle à compléter", {"ref": "ref-000"})}), "model.ods")
    assert proposal.activities == []
    texts = {entry.text: entry.reason for entry in proposal.not_understood if entry.sheet == "Modèle"}
    assert texts[PICK] == "prompt"
    assert texts["► La finalité"] == "prompt"
    assert "ref-000" in texts


@pytest.mark.parametrize(
    ("sheet", "title"),
    [("Exemple de fiche", "Fiche"), ("4_-_Exemple", "Fiche"), ("Fiche 1", "Exemple de fiche remplie")],
)
def test_a_form_that_says_it_is_an_example_is_skipped_beside_real_ones(sheet: str, title: str) -> None:
    real = form_rows("Fiche", {**FILLED})
    proposal = proposal_of(model_file({sheet: form_rows(title, FILLED), "Fiche 2": real}), "model.ods")
    assert sorted((activity.action, activity.is_example) for activity in proposal.activities) == [
        ("create", False),
        ("skip", True),
    ]
    assert "example_form" in codes_of(next(a for a in proposal.activities if a.is_example))


def test_an_example_alone_in_its_file_is_shown_with_a_question() -> None:
    proposal = proposal_of(model_file({"Exemple de fiche": form_rows("Fiche", FILLED)}), "model.ods")
    assert [(activity.action, activity.is_example) for activity in proposal.activities] == [("create", True)]
    assert "example_alone" in codes_of(proposal.activities[0])


def test_the_list_of_activities_joins_its_forms_and_adds_those_without_one() -> None:
    listed = [
        ["Accueil des visiteurs", "V-7", "02/01/2024", "Savoir qui entre"],
        ["Paie", "P-1", "", "Payer"],
        ["(Exemple) Congés", "X-1", "", "Compter"],
    ]
    proposal = proposal_of(model_file({"Fiche 1": form_rows("Fiche", FILLED)}, listed), "model.ods")
    assert [activity.name for activity in proposal.activities] == ["Accueil des visiteurs", "Paie"]
    assert "listed_too" in codes_of(proposal.activities[0])
    reasons = reasons_of(proposal)
    assert reasons["Liste des traitements!D5"] == "said_in_form"
    assert reasons["Liste des traitements!A7"] == "example_row"
    assert len(proposal.activities[0].document.purposes) == 2


def test_the_side_column_of_advice_is_never_an_answer() -> None:
    proposal = proposal_of(ods({"Fiche": form_rows("Fiche", {**FILLED, "name": ""})}), "f.ods")
    assert "►" not in str(said(proposal.activities[0].document))


def test_a_simple_form_of_labels_and_answers_is_an_activity() -> None:
    rows = [
        ["FICHE DE TRAITEMENT"],
        [],
        ["", "Nom du traitement :", "Paie"],
        ["", "Finalités :", "Payer"],
        ["", "", "Déclarer"],
        ["", "Base légale :", "Obligation légale"],
        ["", "Personnes concernées :", "Salariés", "Stagiaires"],
        ["", "Durée de conservation :", "5 ans"],
        ["", "Données collectées :", "RIB, NIR"],
        ["", "Transfert hors UE :", "Non"],
        ["", "Couleur préférée :", "bleu"],
    ]
    proposal = proposal_of(
        xlsx(
            {
                "Paie": rows,
                "Accueil": [["", "Nom du traitement", "Accueil"], ["", "Finalité", "Recevoir"], ["", "Données", "nom"]],
            }
        ),
        "f.xlsx",
    )
    assert [activity.name for activity in proposal.activities] == ["Paie", "Accueil"]
    document = said(proposal.activities[0].document)
    assert document["purposes"] == [
        {"label": "Payer", "legal_basis": "legal_obligation"},
        {"label": "Déclarer", "legal_basis": "legal_obligation"},
    ]
    assert [row["category"] for row in document["people"]] == ["employee", "trainee_intern"]
    assert [(row["category"], row["active_value"]) for row in document["data"]] == [("bank", 5), ("nir", 5)]
    assert document["outside_eea"] is False
    left = {entry.text for entry in proposal.not_understood}
    assert left == {"FICHE DE TRAITEMENT", "Couleur préférée :", "bleu"}


def test_a_label_and_its_answer_may_share_a_cell() -> None:
    rows = [
        ["Nom du traitement : Paie"],
        ["Finalité : Payer les gens"],
        ["Base légale : Contrat"],
        ["Données", "RIB"],
        ["Service", "Compta"],
    ]
    activity = activities_of(xlsx({"F": rows}), "f.xlsx")[0]
    assert (activity.name, activity.document.purposes[0].label, activity.document.purposes[0].legal_basis) == (
        "Paie",
        "Payer les gens",
        "contract",
    )
