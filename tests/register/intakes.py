"""Files of other people for the tests of the intake, and short ways to ask what became of them."""

import itertools
from collections.abc import Collection, Mapping
from typing import Any

from compliance.register.documents import Activity
from compliance.register.intake.layout import SheetChoice, understand
from compliance.register.intake.proposal import ActivityProposal, Proposal, propose
from compliance.register.intake.values import Corrections
from compliance.regulation.reference import reference
from compliance.support.documents import to_json
from compliance.support.tables.reading import read
from tests.support.spreadsheets import Rows, ods, ods_cell

HEAD = "Réf;Activité;Finalité;Base légale;Personnes;Données;Durée;Destinataires;Sous-traitants;Hors UE;Sécurité"


def proposal_of(
    data: bytes,
    name: str = "f.csv",
    *,
    corrections: Corrections | None = None,
    choices: Mapping[str, SheetChoice] | None = None,
    known: Collection[str] = (),
) -> Proposal:
    keys = (f"k{number}" for number in itertools.count(1))
    return propose(
        understand(read(data, name), reference(), corrections, choices), known.__contains__, lambda: next(keys)
    )


def activities_of(data: bytes | str, name: str = "f.csv", **options: Any) -> list[ActivityProposal]:
    return proposal_of(data.encode() if isinstance(data, str) else data, name, **options).activities


def one(row: str, head: str = HEAD) -> ActivityProposal:
    """The activity of a table with one row."""
    return activities_of(f"{head}\n{row}\n")[0]


def said(document: Activity) -> dict[str, Any]:
    """The answered part of a document, without keys and defaults."""
    plain = to_json(document)
    lists = {
        name: [_answered(row) for row in rows]
        for name, rows in plain.items()
        if isinstance(rows, list) and rows and isinstance(rows[0], dict)
    }
    return {**{name: value for name, value in plain.items() if value not in (None, "", [])}, **lists}


def _answered(row: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if value not in (None, "", []) and name != "key"}
    return {name: value["name"] if isinstance(value, dict) else value for name, value in kept.items()}


def row_of(activity: ActivityProposal, rows: str, index: int = 0) -> dict[str, Any]:
    """One row of a list of the document, as answered."""
    found: dict[str, Any] = said(activity.document)[rows][index]
    return found


def codes_of(activity: ActivityProposal) -> list[str]:
    return [problem.code for problem in activity.problems]


def reasons_of(proposal: Proposal) -> dict[str, str]:
    """Cell → why it became nothing; with the sheet before an exclamation mark when there are several."""
    several = len({entry.sheet for entry in proposal.not_understood}) > 1
    return {(f"{entry.sheet}!" if several else "") + entry.cell: entry.reason for entry in proposal.not_understood}


PICK = "Choisissez une valeur dans la liste ►"


def form_rows(title: str, values: Mapping[str, str], side: bool = True) -> str:
    """A vertical form in the way of an authority's model: sections, sub-headings, prompts, a side column."""
    advice = itertools.cycle(["► La finalité", "► Les destinataires", "► La conservation"])
    lines: list[list[str]] = [
        [title, "", "", "", values.get("ref", "")],
        ["Une fiche par activité. Des commentaires vous aident dans certaines cellules."],
        ["Description de l'activité"],
        ["Nom du traitement", values.get("name", "")],
        ["N° / RÉF", values.get("ref", "")],
        ["Date de création du traitement", values.get("created", "")],
        [],
        ["Acteurs", "Nom", "Adresse", "Téléphone"],
        ["Responsable du traitement", values.get("controller", ""), values.get("address", "")],
        ["Responsable(s) conjoint(s)", values.get("joint", ""), values.get("joint_address", "")],
        [],
        ["Finalité(s) du traitement"],
        ["Finalité principale", values.get("purpose", "")],
        ["Sous-finalité 1", values.get("purpose1", "")],
        ["Sous-finalité 2", values.get("purpose2", "")],
        [],
        ["Catégories de données personnelles", "Description", "Durée de conservation"],
        ["État civil, identité, images", values.get("identity", ""), values.get("identity_kept", "")],
        ["Données de connexion (IP, journaux)", values.get("logs", ""), values.get("logs_kept", "")],
        [],
        ["Données sensibles", "Description", "Durée de conservation"],
        ["Données concernant la santé", values.get("health", ""), values.get("health_kept", "")],
        [],
        ["Catégories de personnes concernées", "Description", "Précisions"],
        ["Catégorie de personnes 1", values.get("people", PICK), values.get("people_detail", "")],
        ["Catégorie de personnes 2"],
        [],
        ["Destinataires", "Type de destinataire", "Précisions"],
        ["Destinataire 1", values.get("recipient_kind", PICK), values.get("recipient", "")],
        ["Destinataire 2", values.get("recipient2_kind", ""), values.get("recipient2", "")],
        [],
        ["Mesures de sécurité", "Type de mesure", "Précisions"],
        ["Mesure de sécurité 1", values.get("measure", PICK), values.get("measure_detail", "")],
        [],
        ["Transferts hors UE", "Destinataire", "Pays", "Type de garanties", "Liens vers la documentation"],
        [
            "Organisme destinataire 1",
            values.get("to", ""),
            values.get("country", PICK),
            values.get("tool", PICK),
            values.get("link", ""),
        ],
    ]
    xml = ""
    for line in lines:
        cells = [ods_cell(cell, comment="une aide" if cell == "Finalité principale" else "") for cell in line]
        cells += ["<table:table-cell/>"] * (7 - len(line)) + ([ods_cell(next(advice))] if side else [])
        xml += "<table:table-row>" + "".join(cells) + "</table:table-row>"
    return xml + '<table:table-row table:number-rows-repeated="1047000"><table:table-cell/></table:table-row>'


FILLED = {
    "name": "Accueil des visiteurs",
    "ref": "V-7",
    "created": "02/01/2024",
    "controller": "Mme Dune",
    "address": "2 quai Neuf",
    "joint": "Port de Brume",
    "joint_address": "3 quai Neuf",
    "purpose": "Savoir qui entre",
    "purpose1": "Remettre un badge",
    "identity": "Nom, prénom",
    "identity_kept": "3 mois après la visite",
    "health": "Allergies",
    "health_kept": "1 mois",
    "people": "Visiteurs",
    "people_detail": "du site de Brume",
    "recipient_kind": "Service interne",
    "recipient": "Gardiens",
    "recipient2_kind": "Sous-traitants",
    "recipient2": "Badgeo",
    "measure": "Chiffrement",
    "measure_detail": "du disque",
    "to": "Badgeo Inc.",
    "country": "États-Unis",
    "tool": "Clauses contractuelles types",
    "link": "contrat du 3 mai 2023",
}


def model_file(forms: Mapping[str, str], listed: Rows = ()) -> bytes:
    """A whole model: guide, list of activities under a block of addresses, forms, lists of values."""
    sheets: dict[str, Rows | str] = {
        "Mode d'emploi": [
            ["Registre : mode d'emploi"],
            ["Remplissez une fiche par activité et listez-les dans la deuxième feuille."],
        ],
        "Liste des traitements": [
            ["Coordonnées du responsable", "Nom :", "", "Adresse :"],
            ["", "Code postal :", "", "Téléphone :"],
            ["Identification du traitement", "", "", "Finalité du traitement"],
            ["Nom du traitement", "N° / RÉF", "Date de création de la fiche"],
            *listed,
        ],
        **forms,
        "Listes": [
            ["Garanties", "Pays", "Catégories de personnes", "Destinataires"],
            ["BCR", "Maroc", "Salariés", "Sous-traitants"],
        ],
    }
    return ods(sheets)
