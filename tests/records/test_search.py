"""Finding by words: the same answers on both databases, whatever is typed."""

import pytest
from flask import Flask
from sqlalchemy import select

from compliance.accounts.models import Organisation
from compliance.records import search
from compliance.records import services as records
from compliance.records.actor import APPROVED, WORKING, Actor, system
from compliance.records.models import Record, SearchEntry
from compliance.support import transactions
from compliance.support.db import db
from tests.helpers.makers import actor_of, make_department, make_organisation, make_person, make_record

pytestmark = pytest.mark.database

NAMES = {
    "oeuvre": "Prestations de l’Œuvre sociale",
    "payroll": "Paie — C. trav. L3243-2",
    "visit": "Accueil, aujourd'hui et demain : les visiteurs",
    "mail": "Courriel jean_dupont@exemple.fr",
    "number": "Marché 2026/1500 - lot n° 12, 1e5 lignes",
    "greek": "Straße Ωμέγα ﬁchier Żółć",
    "asian": "個人情報 données",
    "long": "x" * 240,
}

ANSWERS = {
    "œuvre": {"oeuvre"},
    "OEUVRE": {"oeuvre"},
    "l'œuv": {"oeuvre"},
    "l’Œuvre": {"oeuvre"},
    "euvre": set(),
    "L3243-2": {"payroll"},
    "l3243": {"payroll"},
    "L3243 2": {"payroll"},
    "3243": set(),
    "trav paie": {"payroll"},
    "paie visiteurs": set(),
    "aujourd'hui": {"visit"},
    "aujourd’hui": {"visit"},
    "dupont": {"mail"},
    "jean_dupont": {"mail"},
    "jean dup": {"mail"},
    "exemple.fr": {"mail"},
    "2026/1500": {"number"},
    "1e": {"number"},
    "1e5": {"number"},
    "12": {"number"},
    "strasse": {"greek"},
    "ωμεγα": {"greek"},
    "fichier": {"greek"},
    "zolc": {"greek"},
    "個人": {"asian"},
    "donnees": {"asian"},
    "DONNÉES": {"asian"},
    "x" * 60: {"long"},
    "": set(),
    "   ": set(),
    "—": set(),
    "🙂": set(),
}

HOSTILE = [
    '"', "'", "''", '"paie', 'paie"', "*", "pai*", ":", "paie:*", "&", "paie & trav", "|", "paie | visiteurs", "!",
    "!paie", "(", "paie)", "<->", "a <-> b", "\\", "%", "_", "NEAR(paie trav)", "paie AND NOT trav", "name:paie",
    "^paie", "{paie}",
    "\0", "paie\0", "-paie", "paie -trav", "; DROP TABLE records; --", "' OR 1=1", "x" * 5000, "a " * 500, "\u202epaie",
    "\ud800", "é" * 200, "+", "@@", "1e999", "0x1F", "-1",
]  # fmt: skip


@pytest.fixture
def found(context: Flask) -> dict[str, Record]:
    """Records by the word that calls them here."""
    make_organisation()
    return {key: make_record(name=name) for key, name in NAMES.items()}


def ids(words: str, face: str = WORKING) -> set[int]:
    chosen = search.found(words, face, "activity")
    return set() if chosen is None else set(db.session.scalars(chosen))


def test_each_query_gives_its_answers(found: dict[str, Record]) -> None:
    called = {record.id: key for key, record in found.items()}

    assert {query: {called[number] for number in ids(query)} for query in ANSWERS} == ANSWERS


@pytest.mark.parametrize("query", HOSTILE, ids=repr)
def test_no_query_breaks_the_search(query: str, found: dict[str, Record]) -> None:
    reader = Actor(1, "x", organisation_id=1, permissions=frozenset({"register:working"}))

    assert ids(query) <= {record.id for record in found.values()}
    assert len(search.suggest(query, reader)) <= search.MOST_SUGGESTIONS


def test_words_anywhere_in_the_document_are_found_and_forgotten_when_they_go(context: Flask) -> None:
    make_organisation()
    record = make_record(purposes=[{"key": "p", "label": "Établir les bulletins"}])
    assert ids("bulletin etablir") == {record.id}

    actor = system(record.organisation_id)
    records.change(record, {**record.document, "purposes": []}, "x:change", actor=actor)
    transactions.commit()

    assert ids("bulletin") == set()
    assert ids(record.reference) == {record.id}


def test_each_face_is_found_by_its_own_words(context: Flask) -> None:
    make_organisation()
    record = make_record(name="Paie")
    actor = system(record.organisation_id)
    records.approve(record, "x:approve", actor=actor)
    records.change(record, {**record.document, "name": "Salaires"}, "x:change", actor=actor)
    transactions.commit()

    assert (ids("paie", APPROVED), ids("salaires", APPROVED)) == ({record.id}, set())
    assert (ids("paie"), ids("salaires")) == (set(), {record.id})


def test_suggestions_are_at_most_ten_and_of_what_the_person_may_see(context: Flask) -> None:
    own: Organisation = make_organisation()
    department = make_department()
    place = {"kind": "department", "reference": department.reference, "name": department.name}
    for number in range(12):
        make_record(name=f"Paie {number}", department=place if number < 2 else None)
    head = actor_of(make_person("department_head", organisation=own, department=department.reference), own)
    assert len(search.suggest("paie", head)) == 2
    dpo = actor_of(make_person("dpo", organisation=own), own)
    assert len(search.suggest("paie", dpo)) == 10
    auditor = actor_of(make_person("auditor", organisation=own), own)
    assert search.suggest("paie", auditor) == []


def test_a_very_long_document_is_kept_and_found(context: Flask) -> None:
    make_organisation()
    text = " ".join(f"mot{number}" for number in range(1000))
    rows = [{"key": f"r{n}", "label": f"r{n}", "justification": text.replace("mot", f"m{n}")} for n in range(200)]

    record = make_record(name="Immense", purposes=rows)

    assert ids("immense") == {record.id}
    assert db.session.scalars(select(SearchEntry).where(SearchEntry.record_id == record.id)).one()
