"""Registers made for the tests of exports: one of payroll, one very long, one kept as a processor."""

import datetime
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from compliance.accounts.documents import Organisation
from compliance.exports.entries import Frame, OpenFinding, RegisterEntry
from compliance.register.documents import (
    Activity,
    Client,
    DataCategory,
    DataSubjects,
    JointController,
    Measure,
    ProcessorUse,
    Purpose,
    Recipient,
    SystemUse,
    Transfer,
)
from compliance.support.documents import Link, to_json

AS_OF = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))

ORGANISATION = Organisation(
    name="Manufacture du Chêne",
    legal_form="SAS",
    identifier="552 100 554",
    address="12 rue de l’Œuvre\n69003 Lyon",
    email="contact@chene.example",
    phone="+33 4 72 00 00 00",
    legal_representative="Zoé Lefèvre",
    dpo_name="Anaïs Güneş",
    dpo_contact="dpo@chene.example",
)


def make_frame(**changes: Any) -> Frame:
    """The frame of an export in French, of approved records."""
    frame = Frame("Registre des traitements", ORGANISATION, "fr", AS_OF, 1)
    return replace(frame, **changes)


def payroll(**changes: Any) -> Activity:
    """A record that answers every letter of Art. 30(1)."""
    activity = Activity(
        name="Paie du personnel",
        description="Établissement des bulletins de salaire.",
        department=Link("department", "DEP-1", "Ressources humaines"),
        owner=Link("person", "PER-1", "Hélène Dupré"),
        started_on="2019-01-01",
        purposes=(
            Purpose("p1", "Établir la paie", "", "legal_obligation", law_reference="C. trav. L3243-2"),
            Purpose("p2", "Verser les salaires", "", "contract"),
        ),
        people=(DataSubjects("s1", "employee", "Salariés en poste", 180),),
        data=(
            DataCategory(
                "d1", "civil_status", "Nom, prénom", active_value=5, active_unit="years", active_start="versement",
                disposal="delete",
            ),
            DataCategory(
                "d2", "nir", "Numéro de sécurité sociale", active_value=1, active_unit="months",
                active_start="paie close", archive_value=5, archive_unit="years", archive_reason="legal_obligation",
                disposal="delete",
            ),
            DataCategory("d3", "health", "Arrêts de travail", active_criterion="jusqu’à la reprise"),
        ),
        recipients=(
            Recipient("r1", "tax_social_body", "Urssaf", None, "FR", "Cotisations"),
            Recipient("r2", "internal_department", "Comptabilité"),
        ),
        processors=(ProcessorUse("q1", Link("party", "ORG-1", "PaySoft"), "Calcul de la paie", "CT-2025-4"),),
        systems=(SystemUse("y1", Link("system", "SYS-1", "SIRH Étoile")),),
        outside_eea=True,
        transfers=(Transfer("t1", "PaySoft Inc.", country="US", tool="scc_com"),),
        measures=(
            Measure("m1", "encryption", "Chiffrement des bulletins", True),
            Measure("m2", "access_control", "Revue des habilitations", False, "2027-01-31"),
        ),
        collection="direct",
        notice="Note remise à l’embauche",
        notes="Note que personne ne doit lire dehors",
    )  # fmt: skip
    return replace(activity, **changes)


def hosting() -> Activity:
    """A record kept as a processor, Art. 30(2)."""
    return Activity(
        name="Hébergement pour les communes",
        role="processor",
        clients=(
            Client(
                "c1", Link("party", "ORG-7", "Commune de Nîmes"), "mairie@nimes.example", "", "dpo@nimes.example",
                "Hébergement et sauvegarde des dossiers",
            ),
        ),
        outside_eea=False,
        measures=(Measure("m1", "backup", "Sauvegarde quotidienne", True),),
    )  # fmt: skip


def endless() -> Activity:
    """A record with long words, long texts, long lists."""
    sentence = "La conservation répond à une obligation précise du responsable, rappelée à chaque réunion de service. "
    return payroll(
        name="Traitement automatisé de gestion des candidatures, des entretiens et des évaluations du personnel " * 2,
        description=sentence * 90,
        purposes=tuple(
            Purpose(f"p{n}", f"Finalité {n} : {sentence * 4}"[:490], "", "legitimate_interests", interest=sentence * 20)
            for n in range(12)
        ),
        data=tuple(
            DataCategory(f"d{n}", "contact", "x" * 120 + " " + sentence, active_criterion=sentence * 3)
            for n in range(60)
        ),
        recipients=tuple(Recipient(f"r{n}", "public_authority", f"Autorité {n}", use=sentence) for n in range(130)),
        joint_controllers=(JointController("j1", Link("party", "ORG-2", "Groupe Noël"), sentence * 50),),
    )


def entry(activity: Activity, reference: str = "RH-01", **changes: Any) -> RegisterEntry:
    """An approved entry of the register."""
    base = RegisterEntry(
        reference, "approved", to_json(activity), 3, "2026-09-12", "Zoé Lefèvre", "2019-02-01", "2026-09-10"
    )
    return replace(base, **changes)


def acknowledged() -> OpenFinding:
    """A critical finding that stands, acknowledged with a dated action."""
    return OpenFinding(
        "28(3)",
        "PaySoft : aucun contrat de sous-traitance",
        "Anaïs Güneş",
        "2026-11-20",
        "négociation en cours",
        "2027-01-31",
    )


def many(count: int) -> Iterator[RegisterEntry]:
    """A register of ordinary records, one after the other."""
    stored = to_json(payroll())
    for number in range(1, count + 1):
        yield RegisterEntry(f"RH-{number:05}", "approved", stored | {"name": f"Fiche {number}"}, 1, "2026-09-12", "Zoé")


def kept(write: Any, *args: Any) -> bytes:
    """What a writer writes."""
    out = io.BytesIO()
    write(out, *args)
    return out.getvalue()
