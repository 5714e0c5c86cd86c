"""Full search ranks: names before references before text, the same on both databases, and says why."""

import pytest
from flask import Flask

from compliance.accounts.models import Organisation
from compliance.records import search, snippets
from compliance.records import services as records
from compliance.records.actor import Actor, system
from compliance.records.kinds import all_kinds
from compliance.register.documents import Activity
from compliance.support import transactions
from compliance.support.db import db
from compliance.support.documents import Json
from tests.helpers.makers import (
    actor_of,
    make_department,
    make_organisation,
    make_party,
    make_person,
    make_record,
    make_system,
)


def names(query: str, actor: Actor, **asked: object) -> list[str]:
    return [hit.name for hit in search.ranked(query, actor, **asked)]


def purpose(words: str) -> list[Json]:
    return [{"key": "p", "label": words}]


@pytest.fixture
def own(context: Flask) -> Organisation:
    return make_organisation()


@pytest.fixture
def reader(own: Organisation) -> Actor:
    return system(own.id)


@pytest.mark.database
def test_a_name_comes_before_a_reference_and_a_reference_before_a_text(own: Organisation, reader: Actor) -> None:
    make_record(name="Only in the text", purposes=purpose("Tenir le pa du personnel"))
    make_record(name="By its reference")
    make_record(name="Un peu de tout, dont le Pa", purposes=purpose("Autre chose " * 30))

    assert names("pa", reader) == ["Un peu de tout, dont le Pa", "By its reference", "Only in the text"]


@pytest.mark.database
def test_all_words_in_the_name_come_before_some_and_some_before_none(own: Organisation, reader: Actor) -> None:
    make_record(name="Ailleurs", purposes=purpose("Gérer la paie des apprentis"))
    make_record(name="Paie", purposes=purpose("Gérer les apprentis"))
    make_record(name="La paie des apprentis")

    assert names("paie apprenti", reader) == ["La paie des apprentis", "Paie", "Ailleurs"]


@pytest.mark.database
def test_signs_in_a_question_stand_for_themselves(own: Organisation, reader: Actor) -> None:
    make_record(name="Export jean_dupont", purposes=purpose("rien"))
    make_record(name="Jeanne", purposes=purpose("Le fichier jean_dupont"))

    assert names("jean_dup", reader) == ["Export jean_dupont", "Jeanne"]
    assert set(names("jean%", reader)) == {"Export jean_dupont", "Jeanne"}


@pytest.mark.database
def test_accents_capitals_and_beginnings_make_no_difference(own: Organisation, reader: Actor) -> None:
    make_record(name="Prestations de l’Œuvre sociale")
    make_record(name="Sociétés", purposes=purpose("Œuvres"))

    for query in ("oeuv", "ŒUVRE", "œuv", "OEUV"):
        assert names(query, reader) == ["Prestations de l’Œuvre sociale", "Sociétés"], query


@pytest.mark.database
def test_every_kind_is_found_and_counted(own: Organisation, reader: Actor) -> None:
    make_record(name="Paie")
    make_party("Paie et Cie")
    make_system("Logiciel de paie")

    assert search.count("paie", reader) == {"activity": 1, "party": 1, "system": 1}
    assert set(names("paie", reader)) == {"Paie", "Paie et Cie", "Logiciel de paie"}
    assert names("paie", reader, kind="party") == ["Paie et Cie"]


@pytest.mark.database
def test_pages_follow_one_another_without_a_gap(own: Organisation, reader: Actor) -> None:
    for number in range(7):
        make_record(name=f"Paie {number}")

    pages = [names("paie", reader, start=start, most=3) for start in (0, 3, 6)]
    assert [name for page in pages for name in page] == [f"Paie {number}" for number in range(7)]


@pytest.mark.database
def test_each_finds_what_they_may_see(own: Organisation) -> None:
    department = make_department()
    place = {"kind": "department", "reference": department.reference, "name": department.name}
    make_record(name="Paie du service", department=place)
    record = make_record(name="Paie approuvée")
    records.approve(record, "x:approve", actor=system(own.id))
    records.change(record, {**record.document, "name": "Paie en cours"}, "x:change", actor=system(own.id))
    make_party("Paie et Cie")
    transactions.commit()
    people = {
        "department_head": ["Paie du service", "Paie et Cie"],
        "auditor": ["Paie approuvée", "Paie et Cie"],
        "dpo": ["Paie du service", "Paie en cours", "Paie et Cie"],
        "administrator": [],
    }
    for role, seen in people.items():
        place_of = department.reference if role == "department_head" else ""
        actor = actor_of(make_person(role, organisation=own, department=place_of), own)
        assert sorted(names("paie", actor)) == sorted(seen), role
        assert sorted(hit.name for hit in search.suggest("paie", actor)) == sorted(seen), role
        assert sum(search.count("paie", actor).values()) == len(seen), role

    elsewhere = make_organisation("Elsewhere")
    assert names("paie", system(elsewhere.id)) == []


@pytest.mark.database
def test_the_document_of_a_hit_is_the_one_in_which_it_was_found(own: Organisation) -> None:
    record = make_record(name="Paie", purposes=purpose("ancien"))
    records.approve(record, "x:approve", actor=system(own.id))
    records.change(record, {**record.document, "purposes": purpose("nouveau")}, "x:change", actor=system(own.id))
    transactions.commit()
    auditor = actor_of(make_person("auditor", organisation=own), own)

    assert names("nouveau", auditor) == []
    hits = search.ranked("ancien", auditor)
    assert search.documents_of(hits)[record.id]["purposes"][0]["label"] == "ancien"


@pytest.mark.database
def test_no_question_breaks_the_ranking(own: Organisation, reader: Actor) -> None:
    make_record(name="Paie")
    for query in ("", "—", '"', "paie)", "title : paie", "paie:*A", "\0", "' OR 1=1 --", "x " * 300, "NEAR(paie)"):
        assert set(names(query, reader)) <= {"Paie"}, query
        db.session.rollback()


@pytest.mark.parametrize("kind", ["activity", "party", "system", "organisation"])
def test_every_kind_has_a_document_that_can_be_searched_for_reasons(kind: str, app: Flask) -> None:
    document = next(each.document for each in all_kinds() if each.name == kind)
    assert snippets.why(document, {"name": "x"}, ["nothing"], lambda _list, code: code) is None


def told(stored: Json, query: str, known: str = "") -> str:
    found = snippets.why(Activity, stored, search.terms_of(query), lambda _list, code: f"[{code}]", known)
    if found is None:
        return ""
    return f"{found.field}: " + "".join(f"<{text}>" if mark else text for text, mark in found.parts)


def test_a_snippet_says_where_and_marks_the_words() -> None:
    stored = {"name": "Paie", "purposes": purpose("Établir les bulletins de l’Œuvre")}
    assert told(stored, "etab oeuv") == "purposes: <Établir> les bulletins de l’<Œuvre>"


def test_a_snippet_prefers_the_field_that_holds_most() -> None:
    stored = {"description": "Les bulletins", "purposes": purpose("Les bulletins de paie")}
    assert told(stored, "paie bulletins") == "purposes: Les <bulletins> de <paie>"


def test_what_the_name_already_says_needs_no_snippet() -> None:
    stored = {"name": "La paie", "description": "La paie des apprentis"}
    assert told(stored, "paie", known="PA-1 La paie") == ""
    assert told(stored, "paie appr", known="PA-1 La paie") == "description: La <paie> des <apprentis>"


def test_a_long_text_is_cut_between_words() -> None:
    told_of = told({"description": "avant " * 60 + "ici précisément " + "après " * 60}, "precisement")
    assert told_of.startswith("description: …avant avant")
    assert "ici <précisément> après" in told_of
    assert told_of.endswith("après…")
    assert len(told_of) < 300


def test_a_link_and_a_code_are_shown_in_words() -> None:
    link = {"kind": "department", "reference": "rh", "name": "Ressources humaines"}
    assert told({"department": link}, "humaines") == "department: Ressources <humaines> (rh)"
    assert told({"purposes": [{"key": "p", "legal_basis": "consent"}]}, "cons") == "purposes: [<consent>]"
