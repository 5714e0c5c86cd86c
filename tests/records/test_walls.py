"""What a session may see: one organisation, and of it one's departments and what is common."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from compliance.parties import services as parties
from compliance.records import services as records
from compliance.records.models import Record, Revision, SearchEntry
from compliance.register.models import FindingRow, RegisterEntry, RegisterFacet
from compliance.support.db import across_organisations, db, enter
from compliance.support.errors import NotFound
from tests.helpers.makers import (
    actor_of,
    make_department,
    make_organisation,
    make_party,
    make_person,
    make_record,
    make_system,
)

pytestmark = pytest.mark.database

OWNED = (Record, Revision, SearchEntry, RegisterEntry, RegisterFacet, FindingRow)


def number_of(model: type) -> int:
    return len(db.session.scalars(select(model)).all())


def place(department: object) -> dict[str, str]:
    return {"kind": "department", "reference": department.reference, "name": department.name}  # type: ignore[attr-defined]


def test_a_session_without_an_organisation_reads_nothing(context: Flask) -> None:
    make_organisation()
    make_record()
    enter(None)

    assert {model.__name__: number_of(model) for model in OWNED} == {model.__name__: 0 for model in OWNED}
    with across_organisations():
        assert number_of(Record) == 2  # the organisation's own record, and the activity
    assert number_of(Record) == 0


def test_a_foreign_record_is_not_there_by_whatever_way_one_asks(context: Flask) -> None:
    make_organisation("Theirs")
    foreign = make_record(name="Secret")
    number, reference = foreign.id, foreign.reference
    make_organisation("Ours")
    db.session.expunge_all()

    with pytest.raises(NotFound):
        records.find("activity", reference)
    assert db.session.get(Record, number) is None
    assert db.session.scalar(select(func.count(Record.id)).where(Record.kind == "activity")) == 0
    assert db.session.scalar(select(func.max(Record.name)).where(Record.name == "Secret")) is None
    other = aliased(Record)
    joined = select(other.name).join(Revision, Revision.record_id == other.id).where(other.id == number)
    assert db.session.scalar(joined) is None
    assert db.session.scalar(select(Record.id).where(Record.id.in_(select(other.id).where(other.id == number)))) is None
    assert records.as_of(number, records.now()) is None
    assert records.facts_of(number) == {}


def test_a_department_head_sees_their_branch_and_what_is_common(context: Flask) -> None:
    own = make_organisation()
    top = make_department("Human resources")
    below, beside = make_department("Payroll", parent=top.reference), make_department("Sales")
    party, system = make_party(), make_system()
    mine, under = make_record(department=place(top)), make_record(department=place(below))
    theirs, nowhere = make_record(department=place(beside)), make_record()
    head = make_person("department_head", organisation=own, department=top.reference)

    actor = actor_of(head, own)

    seen = set(db.session.scalars(select(Record.reference).where(Record.kind == "activity")))
    assert seen == {mine.reference, under.reference}
    assert number_of(RegisterEntry) == 2
    assert actor.department_ids == {top.id, below.id}
    for record in (theirs, nowhere):
        with pytest.raises(NotFound):
            records.find("activity", record.reference)
    assert [p.reference for p in parties.all_of("party")] == [party.reference]
    assert [s.reference for s in parties.all_of("system")] == [system.reference]


def test_scopes_do_not_leak_from_one_session_to_the_next(context: Flask) -> None:
    own = make_organisation()
    one, two = make_department("One"), make_department("Two")
    first, second = (make_record(department=place(d)).reference for d in (one, two))
    people = [make_person("contributor", organisation=own, department=d.reference) for d in (one, two)]

    seen = []
    for person in [*people, *people]:
        actor_of(person, own)
        seen.append(list(db.session.scalars(select(Record.reference).where(Record.kind == "activity"))))

    assert seen == [[first], [second], [first], [second]]


def test_a_new_row_belongs_to_the_organisation_that_was_entered(context: Flask) -> None:
    make_organisation("Theirs")
    ours = make_organisation("Ours")

    assert make_record().organisation_id == ours.id
