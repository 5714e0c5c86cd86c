"""Rows of a table: which are activities, which go on with the one above, which are help, examples or headings again."""

from typing import Any

import pytest

from tests.register.intakes import HEAD, activities_of, codes_of, one, proposal_of, reasons_of, row_of
from tests.support.spreadsheets import xlsx


def test_an_activity_over_merged_rows_is_one_and_each_period_stays_with_its_data() -> None:
    def dress(book: Any, sheets: dict[str, Any]) -> None:
        sheets["R"].merge_range("A2:A3", "P-1")
        sheets["R"].merge_range("B2:B3", "Paie")

    rows = [
        ["Réf", "Nom", "Données", "Durée"],
        ["", "", "RIB", "5 ans"],
        ["", "", "photo", "1 an"],
        ["P-2", "Accueil", "nom", "2 ans"],
    ]
    first, second = activities_of(xlsx({"R": rows}, dress), "f.xlsx")
    assert [(row.label, row.active_value) for row in first.document.data] == [("RIB", 5), ("photo", 1)]
    assert first.rows == (2, 3)
    assert "row_continued" not in codes_of(first)
    assert second.name == "Accueil"


def test_a_row_without_name_or_reference_goes_on_with_the_one_above_and_says_so() -> None:
    activity = activities_of("Réf;Nom;Données;Durée\nP-1;Paie;RIB;5 ans\n;;photo;1 an\n")[0]
    assert [(row.label, row.active_value) for row in activity.document.data] == [("RIB", 5), ("photo", 1)]
    assert codes_of(activity) == ["row_continued"]


def test_rows_of_one_reference_are_one_activity_and_say_so() -> None:
    text = "Réf;Nom;Finalité;Données\nP-1;Paie;Payer;RIB\nP-2;Accueil;Recevoir;nom\nP-1;Paie;Déclarer;RIB\n"
    activities = activities_of(text)
    assert [activity.reference for activity in activities] == ["P-1", "P-2"]
    assert [purpose.label for purpose in activities[0].document.purposes] == ["Payer", "Déclarer"]
    assert len(activities[0].document.data) == 1
    assert codes_of(activities[0]) == ["rows_joined"]


def test_a_reference_used_under_two_names_is_not_merged() -> None:
    first, second = activities_of("Réf;Nom;Finalité\nP-1;Paie;Payer\nP-1;Accueil;Recevoir\n")
    assert (first.reference, second.reference) == ("P-1", "")
    assert "reference_twice" in codes_of(second)


def test_two_rows_of_one_name_without_reference_stay_two() -> None:
    second = activities_of("Nom;Finalité\nPaie;Payer\nPaie;Payer autrement\n")[1]
    assert codes_of(second) == ["name_twice"]


def test_a_second_value_for_one_field_is_listed() -> None:
    proposal = proposal_of("Réf;Nom;Service\nP-1;Paie;Compta\nP-1;Paie;Atelier\n".encode())
    assert proposal.activities[0].document.department.name == "Compta"  # type: ignore[union-attr]
    assert reasons_of(proposal) == {"C3": "second_value"}


@pytest.mark.parametrize(
    "row",
    [
        "Exemple :;x;y;z",
        "Ex : 12;Paie;Payer;x",
        "1;(exemple) Paie;Payer;RIB",
        "0;Qui fait quoi;Pourquoi on le fait;Combien de temps ?",
        "9;Indiquez le nom;Décrivez le but;À compléter",
        "1;What you do;Why you do it;How long",
        "Réf;Nom;Finalité;Durée",
    ],
)
def test_rows_of_help_examples_and_repeated_headings_are_no_activities(row: str) -> None:
    proposal = proposal_of(f"Réf;Nom;Finalité;Durée\n{row}\nP-1;Paie;Payer;5 ans\n".encode())
    assert [activity.name for activity in proposal.activities] == ["Paie"]
    assert len(reasons_of(proposal)) == 4


@pytest.mark.parametrize(
    "name",
    ["Exemplaires de contrats", "Quick Response", "Qualité", "Commentaires des clients", "Préparation des examens"],
)
def test_names_that_only_look_like_prompts_are_activities(name: str) -> None:
    assert [a.name for a in activities_of(f"Réf;Nom;Finalité\n1;{name};Payer\n")] == [name]


def test_a_banner_across_the_table_is_no_activity() -> None:
    def dress(book: Any, sheets: dict[str, Any]) -> None:
        sheets["R"].merge_range("A2:C2", "Ressources humaines")

    rows = [["Réf", "Nom", "Finalité"], [], ["1", "Paie", "Payer"]]
    proposal = proposal_of(xlsx({"R": rows}, dress), "f.xlsx")
    assert [activity.name for activity in proposal.activities] == ["Paie"]
    assert reasons_of(proposal) == {"A2": "banner"}


def test_a_missing_name_is_replaced_and_said() -> None:
    activity = one("Recevoir;nom", "Finalité;Données")
    assert (activity.name, "name_missing" in codes_of(activity)) == ("Recevoir", True)


def test_a_row_with_more_cells_than_headings_is_left_out_unless_somebody_looks() -> None:
    rows = [
        "1;Paie;Verser les salaires;Contrat;Salariés;Nom;5 ans;Urssaf;;Non;Mots de passe",
        "2;Recrutement;Choisir ; recruter;Contrat;Candidats;CV;2 ans;;;Non;Badges",
        "3;Badges;Ouvrir les portes;Contrat;Salariés;Nom;3 mois;;;Non;Mots de passe",
    ]
    found = activities_of("\n".join([HEAD, *rows]))
    assert [activity.action for activity in found] == ["create", "skip", "create"]
    sentences = [problem.message("fr") for problem in found[1].problems]
    assert any("12 cellules pour 11 en-têtes" in sentence for sentence in sentences)


def test_a_column_without_a_heading_moves_nothing() -> None:
    rows = [f"{n};Paie {n};Verser;Contrat;Salariés;Nom;5 ans;Urssaf;;Non;Badges;remarque" for n in range(3)]
    assert [activity.action for activity in activities_of("\n".join([HEAD, *rows]))] == ["create"] * 3


def test_a_legal_basis_that_was_read_as_another_keeps_its_own_words() -> None:
    for words in ("consentement et intérêt légitime (clients)", "art. 6.1.c et 9.2.h"):
        purpose = row_of(one(f"1;Paie;Verser les salaires;{words};Salariés;Nom;5 ans;Urssaf;;Non;Badges"), "purposes")
        assert purpose["justification"] == words
    assert "justification" not in row_of(one("1;Paie;Verser;Contrat;Salariés;Nom;5 ans;;;Non;x"), "purposes")
