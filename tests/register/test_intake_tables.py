"""Tables of activities: headings, orientation, groups of headings, rows that go on, rows that are no activity."""

import datetime
import json
from typing import Any

import pytest

from compliance.register.documents import Activity
from compliance.register.intake.layout import SheetChoice, chosen_headings, understand
from compliance.register.intake.targets import targets
from compliance.register.intake.values import Corrections
from compliance.regulation.reference import reference
from compliance.support.documents import specs_of
from compliance.support.tables.reading import read
from tests.register.intakes import HEAD, activities_of, codes_of, one, proposal_of, reasons_of, row_of, said
from tests.support.spreadsheets import xlsx


def mapping_of(data: bytes, name: str = "f.csv", corrections: Corrections | None = None) -> dict[str, str]:
    reading = understand(read(data, name), reference(), corrections).sheets[0]
    return {column.heading: column.target for column in reading.columns}


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("Intitulé du traitement", "name"),
        ("N° fiche", "reference"),
        ("ref_id", "reference"),
        ("Finalités poursuivies", "purposes"),
        ("Base juridique", "purposes.legal_basis"),
        ("Lawful basis", "purposes.legal_basis"),
        ("Categories of individuals", "people"),
        ("personnes_concernees", "people"),
        ("Types de données collectées", "data"),
        ("Durée de conservation (en années)", "data.retention"),
        ("DURÉES DE CONSERVATION :", "data.retention"),
        ("Retention schedule", "data.retention"),
        ("Destinataire 1", "recipients"),
        ("Prestataires", "processors"),
        ("Transferts hors de l'UE", "outside_eea"),
        ("Mesures de sécurité\n(préciser)", "measures"),
        ("Service en charge", "department"),
        ("process owner", "owner"),
        ("dpiaRequired", "dpia_note"),
        ("Logiciel(s) utilisé(s)", "systems"),
        ("Finalite / Base legale", "purposes.with_basis"),
        ("Mesure de securitée", "measures"),
        ("Couleur du dossier", ""),
        ("Montant", ""),
    ],
)
def test_a_heading_is_recognised_by_its_meaning(heading: str, target: str) -> None:
    data = f'Nom du traitement;Observations;"{heading}"\nPaie;x;y\n'.encode()
    if target == "name":
        data = f"Référence;Observations;{heading}\n1;x;y\n".encode()
    assert list(mapping_of(data).values())[2] == target


@pytest.mark.parametrize(
    "path", ["recipients", "purposes.law_reference", "large_scale", "collection_methods", "processors.service"]
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_label_of_a_choice_is_itself_a_heading(path: str, language: str) -> None:
    heading = targets(reference())[path].label(language)
    assert mapping_of(f'"{heading}";Réf;Nom\nx;1;y\n'.encode())[heading] == path


def test_a_remembered_heading_wins() -> None:
    corrections = Corrections(headings={"couleur du dossier": "department", "nom": ""})
    found = mapping_of(b"Ref;Nom;Couleur du dossier\n1;a;b\n", corrections=corrections)
    assert found == {"Ref": "reference", "Nom": "", "Couleur du dossier": "department"}


def test_a_person_can_change_the_mapping() -> None:
    data = "Libellé;Machin;Durée\nPaie;RIB;3 ans\n".encode()
    choices = {"f": SheetChoice(columns={1: "data", 2: "notes"})}
    activity = activities_of(data, choices=choices)[0]
    assert row_of(activity, "data") == {"category": "bank", "label": "RIB"}
    assert activity.document.notes == "Durée : 3 ans"


def test_what_a_person_chose_can_be_remembered_for_the_next_file() -> None:
    book, choices = read(b"Nom;Machin\nPaie;RIB\n", "f.csv"), {"f": SheetChoice(columns={1: "data"})}
    remembered = chosen_headings(understand(book, reference(), choices=choices))
    assert remembered == {"machin": "data"}
    assert mapping_of(b"Nom;MACHIN\nPaie;NIR\n", corrections=Corrections(headings=remembered))["MACHIN"] == "data"


def test_a_person_can_show_where_a_table_is() -> None:
    data = b"a;b\nTruc;Muche\nPaie;RIB\n"
    assert proposal_of(data).activities == []
    choices = {"f": SheetChoice(header_row=1, columns={0: "name", 1: "data"})}
    assert [activity.name for activity in activities_of(data, choices=choices)] == ["Paie"]


def test_a_field_that_takes_one_column_leaves_the_second_to_a_person() -> None:
    data = "Nom;Intitulé;Finalité\nPaie;Gestion de la paie;Payer\n".encode()
    proposal = proposal_of(data)
    assert proposal.activities[0].name == "Paie"
    assert reasons_of(proposal) == {"B1": "no_target", "B2": "no_target"}


def test_several_columns_of_recipients_all_count() -> None:
    head = "Réf;Nom;Destinataires internes;Destinataires externes;Sous-traitants;Destinataire 1;Destinataire 2"
    document = said(one("1;Paie;Atelier;Urssaf;PaySoft;Mairie;Lune", head).document)
    assert document["recipients"] == [
        {"name": "Mairie", "kind": "public_authority"},
        {"name": "Lune"},
        {"kind": "internal_department", "name": "Atelier"},
        {"kind": "tax_social_body", "name": "Urssaf"},
    ]
    assert document["processors"] == [{"party": "PaySoft"}]


def test_the_header_may_stand_below_titles() -> None:
    data = "Registre de la société Brume;;\nMis à jour en mai;;\n;;\nNom;Finalité;Durée\nPaie;Payer;5 ans\n".encode()
    proposal = proposal_of(data)
    assert [(a.name, a.row) for a in proposal.activities] == [("Paie", 5)]
    assert reasons_of(proposal) == {"A1": "above_table", "A2": "above_table"}


def test_headings_over_two_rows_are_read_together() -> None:
    def dress(book: Any, sheets: dict[str, Any]) -> None:
        sheets["Registre"].merge_range("A1:B1", "Identification")
        sheets["Registre"].merge_range("C1:D1", "Destinataires")
        sheets["Registre"].merge_range("E1:E2", "Finalité")

    rows = [
        ["", "", "", "", ""],
        ["Réf", "Nom", "internes", "externes", ""],
        ["1", "Paie", "Atelier", "Urssaf", "Payer"],
    ]
    activity = activities_of(xlsx({"Registre": rows}, dress), "f.xlsx")[0]
    assert said(activity.document)["recipients"] == [
        {"kind": "internal_department", "name": "Atelier"},
        {"kind": "tax_social_body", "name": "Urssaf"},
    ]
    assert row_of(activity, "purposes") == {"label": "Payer"}


def test_a_heading_over_a_number_and_a_name_serves_both() -> None:
    activities = activities_of("Activités;;Objectifs\n1;Paie;Payer\n2;Accueil;Recevoir\n")
    assert [(activity.reference, activity.name) for activity in activities] == [("1", "Paie"), ("2", "Accueil")]


def test_a_table_on_its_side_is_turned() -> None:
    lines = [
        "Nom du traitement;Paie;Accueil",
        "Finalité;Payer;Recevoir",
        "Données;RIB;nom",
        "Durée;5 ans;1 an",
        "Couleur;bleu;",
    ]
    data = "\n".join(lines).encode()
    proposal = proposal_of(data)
    assert [(a.name, a.document.data[0].active_value) for a in proposal.activities] == [("Paie", 5), ("Accueil", 1)]
    assert reasons_of(proposal) == {"A5": "no_target", "B5": "no_target"}


def test_what_says_nothing_is_listed_and_not_kept() -> None:
    proposal = proposal_of(f"{HEAD}\nA-1;Accueil;Recevoir;N/A;-;sans objet;;?;;;non renseigné\n".encode())
    document = proposal.activities[0].document
    assert (document.people, document.data, document.recipients, document.measures) == ((), (), (), ())
    assert set(reasons_of(proposal).values()) == {"placeholder"}


def test_an_undefined_retention_is_kept_as_said_and_told() -> None:
    activity = one("A-1;Accueil;Recevoir;;;nom;à définir;;;;")
    assert activity.document.data[0].retention_text == "à définir"
    assert "retention_undefined" in codes_of(activity)


def test_cells_beyond_the_headings_are_listed() -> None:
    assert reasons_of(proposal_of(b"Ref;Nom\n1;Paie;surplus\n")) == {"C2": "no_target"}


def test_a_text_too_long_for_its_field_is_whole_in_the_notes() -> None:
    long = "mot " * 300
    activity = one(f"A-1;Accueil;{long};;;;;;;;")
    assert len(activity.document.purposes[0].label) == specs_of(type(activity.document.purposes[0]))["label"].max_length
    assert activity.document.notes == long.strip()
    assert "too_long" in codes_of(activity)


def test_plain_fields_of_every_kind_are_read() -> None:
    cells = {
        "Réf": "1",
        "Nom": "Paie",
        "Service": "Compta",
        "Référent": "a@ex.fr",
        "Date de début": "01/02/2020",
        "Droits": "accès, effacement",
        "Grande échelle": "Non",
        "Profilage": "Oui, partiel",
        "Rôle": "Sous-traitant",
        "Source": "Les gens",
        "Date de création": "3/4/2021",
        "Statut": "Validé",
        "AIPD requise": "Non",
    }
    document = said(one(";".join(cells.values()), ";".join(cells)).document)
    assert (document["department"]["name"], document["owner"]["name"]) == ("Compta", "a@ex.fr")
    assert (document["started_on"], document["large_scale"], document["profiling"]) == ("2020-02-01", False, True)
    assert (document["role"], document["rights"], document["source"]) == (
        "processor",
        ["access", "erasure"],
        "Les gens",
    )
    assert document["dpia_note"] == "AIPD requise : Non"
    assert document["notes"] == "Date de création : 3/4/2021\nStatut : Validé\nProfilage : Oui, partiel"


def test_values_that_a_field_cannot_take_are_listed() -> None:
    proposal = proposal_of(
        "Réf;Nom;Date de début;Grande échelle;Droits\n1;Paie;au printemps;peut-être;accès, danse\n".encode()
    )
    assert reasons_of(proposal) == {"C2": "value", "D2": "value", "E2": "value"}
    assert [entry.text for entry in proposal.not_understood][-1] == "danse"


def test_columns_on_transfers_are_read_together() -> None:
    head = "Réf;Nom;Hors UE;Pays;Garanties;Organisme destinataire"
    activity = one("1;Paie;Oui;Inde;CCT;Aro Ltd", head)
    assert row_of(activity, "transfers") == {"recipient": "Aro Ltd", "country": "IN", "tool": "scc_com"}
    assert activity.document.outside_eea is True


def test_a_register_of_a_processor_names_its_clients() -> None:
    head = "Réf;Nom;Pour le compte de;Catégories de traitements effectués;Sécurité"
    activity = one("1;Hébergement;Ville de Brume;Stockage des dossiers;sauvegardes", head)
    assert (activity.document.role, codes_of(activity)) == ("processor", ["read_as_processor"])
    assert row_of(activity, "clients") == {"party": "Ville de Brume", "processing_categories": "Stockage des dossiers"}
    assert activity.parties == ["Ville de Brume"]


def test_details_of_the_organisation_are_listed_for_its_settings() -> None:
    proposal = proposal_of("Réf;Nom;DPO;Responsable de traitement\n1;Paie;Mme Dune;Brume SA\n".encode())
    assert reasons_of(proposal) == {"C2": "organisation", "D2": "organisation"}


def test_sheets_that_are_no_registers_are_listed_cell_by_cell() -> None:
    rows = [["Nom", "Finalité"], ["Paie", "Payer"]]
    lists = [["Finalité", "Base légale"], ["Payer", "Contrat"]]
    proposal = proposal_of(xlsx({"Registre": rows, "Listes": lists, "Aide": [["Bonjour"], ["à tous"]]}), "f.xlsx")
    assert [activity.sheet for activity in proposal.activities] == ["Registre"]
    found = reasons_of(proposal)
    assert found["Aide!A2"] == "other_sheet"
    assert [found[f"Listes!{cell}"] for cell in ("A1", "B1", "A2", "B2")] == ["list_sheet"] * 4


def test_two_registers_in_one_file_are_both_read() -> None:
    rows = [["Réf", "Nom"], ["1", "Paie"]]
    other = [["Réf", "Nom"], ["2", "Accueil"]]
    assert [(a.sheet, a.name) for a in activities_of(xlsx({"RH": rows, "Siège": other}), "f.xlsx")] == [
        ("RH", "Paie"),
        ("Siège", "Accueil"),
    ]


def test_booleans_dates_and_formulas_of_a_spreadsheet_become_answers() -> None:
    def dress(book: Any, sheets: dict[str, Any]) -> None:
        sheets["R"].write_formula(1, 3, "=FALSE()", None, False)
        sheets["R"].write_datetime(1, 4, datetime.date(2020, 5, 6), book.add_format({"num_format": "dd/mm/yy"}))
        sheets["R"].write_formula(1, 5, "=B2", None, "Payer")

    rows = [["", "Réf", "Nom", "Grande échelle", "Date de début", "Finalité"], ["", "1", "Paie"]]
    document = activities_of(xlsx({"R": rows}, dress), "f.xlsx")[0].document
    assert (document.large_scale, document.started_on, document.purposes[0].label) == (False, "2020-05-06", "Payer")


def test_a_data_map_in_json_with_a_row_of_labels_is_a_table() -> None:
    rows = [
        {
            "sys.name": "Name of the system",
            "use": "Purpose of Processing",
            "cat": "Categories of Personal Data (taxonomy)",
            "key": "System key",
        },
        {"sys.name": "Sonar", "use": "Measure", "cat": "user.email", "key": "sonar"},
        {"sys.name": "Sonar", "use": "Measure", "cat": "user.device", "key": "sonar"},
        {"sys.name": "Plume", "use": "Write", "cat": "user.email", "key": "plume"},
    ]
    first, second = activities_of(json.dumps(rows), "map.json")
    assert (first.reference, first.name, len(first.document.data)) == ("sonar", "Sonar – Measure", 2)
    assert {"rows_joined", "name_missing"} <= set(codes_of(first))
    assert second.reference == "plume"


def test_our_flat_export_comes_back_as_it_was() -> None:
    law = reference()
    paths = [
        "name",
        "department",
        "purposes",
        "purposes.legal_basis",
        "people",
        "data",
        "recipients",
        "systems",
        "measures",
        "source",
    ]
    for language in ("fr", "en"):
        label = {
            code: law.label(*code, language)
            for code in [
                ("legal_bases", "contract"),
                ("legal_bases", "consent"),
                ("data_subjects", "employee"),
                ("data_categories", "bank"),
                ("security_measures", "backup"),
            ]
        }
        head = [
            "Référence" if language == "fr" else "Reference",
            *(law.fields["activity"][path].label[language] for path in paths),
        ]
        row = [
            "A-1",
            "Paie",
            "Compta",
            "Payer ; Déclarer",
            f"{label['legal_bases', 'contract']} ; {label['legal_bases', 'consent']}",
            label["data_subjects", "employee"],
            label["data_categories", "bank"],
            "Aro ; Bix",
            "Plume",
            label["security_measures", "backup"],
            "'=1+1",
        ]
        text = "\r\n".join(";".join(f'"{cell}"' for cell in line) for line in (head, row))
        document = activities_of(text.encode("utf-8-sig"))[0].document
        assert [(p.label, p.legal_basis) for p in document.purposes] == [("Payer", "contract"), ("Déclarer", "consent")]
        assert (document.people[0].category, document.data[0].category, document.measures[0].category) == (
            "employee",
            "bank",
            "backup",
        )
        assert (document.people[0].label, document.data[0].label) == ("", "")
        assert ([r.name for r in document.recipients], document.source) == (["Aro", "Bix"], "=1+1")


def test_the_language_of_a_file_is_told() -> None:
    law = reference()
    assert (
        understand(read("Nom;Finalité\nPaie;gérer la paie du personnel et des chefs\n".encode(), "f.csv"), law).language
        == "fr"
    )
    assert understand(read(b"Name;Purpose\nPayroll;to pay the people of the company\n", "f.csv"), law).language == "en"


def test_every_choice_of_the_mapping_page_can_be_filled() -> None:
    law = reference()
    for path, target in targets(law).items():
        assert target.label("fr"), target.label("en")
        choices = {"f": SheetChoice(columns={0: "name", 1: path})}
        proposal = proposal_of(b"a;b\nPaie;Oui\n", choices=choices)
        assert len(proposal.activities) == 1, path
        assert isinstance(proposal.activities[0].document, Activity)
