"""Keeping a change: revision, journal, search and links in one transaction, and nothing changes unseen."""

import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from compliance.records import chain
from compliance.records import drafts as kept_drafts
from compliance.records import services as records
from compliance.records.actor import system
from compliance.records.models import (
    APPROVED,
    ARCHIVED,
    DRAFT,
    SUBMITTED,
    Draft,
    Fact,
    JournalEntry,
    Record,
    RecordLink,
    Revision,
    SearchEntry,
)
from compliance.register.models import RegisterEntry
from compliance.register.services import activities
from compliance.support import clock, transactions
from compliance.support.db import UnclaimedChange, db
from compliance.support.documents import Json
from compliance.support.errors import NotFound, RuleBroken
from tests.conftest import MORNING
from tests.helpers.makers import actor_of, make_organisation, make_party, make_person, make_record

pytestmark = pytest.mark.database


def number_of(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def product() -> "records.Actor":
    return system(db.session.info["organisation_id"], "tests")


def changed(record: Record, **changes: object) -> Json:
    return {**record.document, **changes}


def link_to(party: Record) -> Json:
    return {"kind": party.kind, "reference": party.reference, "name": party.name}


def use_of(party: Record) -> Json:
    return activities.load(activities.empty() | {"name": "x", "processors": [{"key": "u1", "party": link_to(party)}]})


def test_a_kept_record_has_a_revision_a_journal_entry_words_to_find_it_and_links(context: Flask) -> None:
    make_organisation()
    party = make_party("PaySoft")
    record = make_record(name="Paie", processors=use_of(party)["processors"])

    revision = records.revision(record, 1)
    entry = records.journal_of(record)[0]
    assert (revision.document, revision.digest) == (record.document, chain.digest_of(record.document))
    assert (entry.revision_id, entry.tag, entry.actor_name) == (revision.id, "register:record:add", "tests")
    assert "paysoft" in db.session.scalars(select(SearchEntry.body).where(SearchEntry.record_id == record.id)).one()
    assert [(role, other.reference) for _way, role, other in records.links_of(record)] == [
        ("processors", party.reference)
    ]
    assert [(way, other.reference) for way, _role, other in records.links_of(party)] == [("in", record.reference)]


def test_a_change_that_is_dropped_leaves_nothing_of_all_that(context: Flask) -> None:
    make_organisation()
    party = make_party()
    transactions.commit()
    counted = (Record, Revision, JournalEntry, SearchEntry, RecordLink, RegisterEntry)
    before = {model: number_of(model) for model in counted}

    activities.add({"name": "Paie", "processors": use_of(party)["processors"]}, actor=product())
    transactions.rollback()

    assert {model: number_of(model) for model in counted} == before
    assert not db.session.info.get("journal")


def test_a_link_that_the_document_no_longer_holds_is_gone(context: Flask) -> None:
    make_organisation()
    first, second = make_party(), make_party()
    record = make_record(processors=use_of(first)["processors"])

    records.change(record, changed(record, processors=use_of(second)["processors"]), "x:change", actor=product())
    transactions.commit()

    assert [other.reference for _way, _role, other in records.links_of(record)] == [second.reference]


def test_a_row_changed_by_nobody_stops_the_commit(context: Flask) -> None:
    make_organisation()
    record = make_record(name="Paie")

    record.name = "Paye"

    with pytest.raises(UnclaimedChange, match="Record"):
        transactions.commit()
    transactions.rollback()
    assert records.find("activity", record.reference).name == "Paie"


def test_a_change_before_a_savepoint_that_fails_is_still_unclaimed(context: Flask) -> None:
    make_organisation()
    record = make_record(name="Paie")
    record.name = "Paye"

    with pytest.raises(RuntimeError), db.session.begin_nested():
        raise RuntimeError

    with pytest.raises(UnclaimedChange):
        transactions.commit()
    transactions.rollback()


def test_a_row_added_or_deleted_by_nobody_stops_the_commit(context: Flask) -> None:
    make_organisation()
    record = make_record()
    db.session.add(Record(kind="activity", reference="X-1"))
    with pytest.raises(UnclaimedChange):
        transactions.commit()
    transactions.rollback()

    kept_drafts.drop_draft(product(), "activity", record.reference, "identity")
    transactions.commit()  # what is not audited may go


def test_the_second_of_two_writers_from_one_version_is_told(context: Flask) -> None:
    make_organisation()
    record = make_record()
    assert record.version == 1
    db.session.expunge(record)  # as a request of which the other knows nothing
    db.session.commit()
    with db.engine.begin() as somebody_else:
        somebody_else.execute(Record.__table__.update().where(Record.__table__.c.id == record.id).values(version=2))
    db.session.add(record)

    with pytest.raises(StaleDataError):
        records.change(record, changed(record, description="later"), "x:change", actor=product())
    transactions.rollback()


def test_saying_the_same_again_keeps_nothing(context: Flask) -> None:
    make_organisation()
    record = make_record()

    assert records.change(record, dict(record.document), "x:change", actor=product()) is None
    assert record.version == 1


def test_a_reference_is_never_given_twice_even_when_one_was_chosen_by_hand(context: Flask) -> None:
    make_organisation()
    first = make_record()
    chosen = activities.add({"name": "By hand"}, actor=product(), reference="PA-0002")
    third = make_record()
    records.archive(third, "x:archive", actor=product())
    fourth = make_record()

    assert [r.reference for r in (first, chosen, third, fourth)] == ["PA-0001", "PA-0002", "PA-0003", "PA-0004"]
    with pytest.raises(RuleBroken, match="PA-0002"):
        activities.add({"name": "Again"}, actor=product(), reference="PA-0002")


def test_how_things_stood_on_a_day_is_the_last_revision_before_its_end(context: Flask) -> None:
    make_organisation()
    day = datetime.date(2026, 3, 3)
    midnight = clock.end_of(day, "Europe/Paris")
    with clock.frozen(midnight - datetime.timedelta(seconds=1)):
        record = make_record(name="In the evening")
    with clock.frozen(midnight):
        records.change(record, changed(record, name="After midnight"), "x:change", actor=product())
        transactions.commit()

    stood = records.as_of(record.id, midnight)
    assert stood is not None
    assert stood.document["name"] == "In the evening"
    assert records.as_of(record.id, midnight - datetime.timedelta(days=1)) is None


def test_an_earlier_version_comes_back_as_a_new_one(context: Flask) -> None:
    make_organisation()
    record = make_record(name="First")
    records.change(record, changed(record, name="Second"), "x:change", actor=product())

    records.restore(record, "x:restore", actor=product(), number=1)

    assert (record.name, record.version, record.state) == ("First", 3, DRAFT)
    assert [r.document["name"] for r in records.revisions_of(record)] == ["First", "Second", "First"]


def test_a_version_that_never_was_is_not_found(context: Flask) -> None:
    make_organisation()
    record = make_record()

    for number in (0, 2, 10**12, -1):
        with pytest.raises(NotFound):
            records.revision(record, number)


def test_what_is_archived_is_neither_found_by_words_nor_listed_and_keeps_its_history(context: Flask) -> None:
    make_organisation()
    record = make_record()

    records.archive(record, "x:archive", actor=product())
    transactions.commit()

    assert number_of(RegisterEntry) == 0
    assert list(db.session.scalars(select(SearchEntry).where(SearchEntry.record_id == record.id))) == []
    assert [r.state for r in records.revisions_of(record)] == [ARCHIVED, DRAFT]
    with pytest.raises(RuleBroken, match="archived"):
        records.change(record, changed(record, name="x"), "x:change", actor=product())


def test_a_submission_is_withdrawn_by_a_change_and_the_register_keeps_its_version(context: Flask) -> None:
    make_organisation()
    record = make_record(name="Paie")
    records.submit(record, "x:submit", actor=product())
    records.approve(record, "x:approve", actor=product())
    records.change(record, changed(record, name="Paye"), "x:change", actor=product())
    records.submit(record, "x:submit", actor=product())
    assert record.state == SUBMITTED

    records.change(record, changed(record, name="La paye"), "x:change", actor=product())

    assert (record.state, record.submitted_at, record.edition) == (DRAFT, None, 1)
    assert (records.approved_document(record) or {})["name"] == "Paie"
    records.approve(record, "x:approve", actor=product())
    assert (record.state, record.edition) == (APPROVED, 2)
    assert (records.approved_document(record) or {})["name"] == "La paye"


def test_a_draft_is_its_persons_alone(context: Flask) -> None:
    own = make_organisation()
    one, other = (actor_of(make_person("dpo"), own) for _ in range(2))
    record = make_record()

    kept_drafts.save_draft(one, "activity", record.reference, "identity", 1, {"name": ["<b>"]})
    kept_drafts.save_draft(one, "activity", record.reference, "identity", 1, {"name": ["<i>"]})
    transactions.commit()

    draft = kept_drafts.find_draft(one, "activity", record.reference, "identity")
    assert draft is not None
    assert draft.fields == {"name": ["<i>"]}
    assert kept_drafts.find_draft(other, "activity", record.reference, "identity") is None
    assert kept_drafts.drafts_of(other, "activity", record.reference) == {}
    kept_drafts.drop_draft(other, "activity", record.reference, "identity")
    assert number_of(Draft) == 1


def test_a_fact_holds_from_when_it_was_told_until_it_is_told_otherwise(context: Flask) -> None:
    make_organisation()
    record = make_record()
    hour = datetime.timedelta(hours=1)
    with clock.frozen(MORNING):
        assert records.tell(record, "P-0001", "contract", {"value": "CT-1"})
        assert not records.tell(record, "P-0001", "contract", {"value": "CT-1"})
    with clock.frozen(MORNING + hour):
        assert records.tell(record, "P-0001", "contract", {"value": "CT-2"})
    with clock.frozen(MORNING + 2 * hour):
        assert records.tell(record, "P-0001", "contract", None)
        assert not records.tell(record, "P-0001", "contract", None)
    transactions.commit()

    key = ("P-0001", "contract")
    told = [records.facts_of(record.id, MORNING + n * hour / 2).get(key) for n in (0, 1, 2, 3, 5)]
    assert told == [None, {"value": "CT-1"}, {"value": "CT-1"}, {"value": "CT-2"}, None]
    assert records.facts_of(record.id) == {}
    assert number_of(Fact) == 2


def test_who_only_reads_the_register_does_not_find_what_was_never_approved(context: Flask) -> None:
    own = make_organisation()
    auditor = actor_of(make_person("auditor"), own)
    record = make_record(name="Paie")

    with pytest.raises(NotFound):
        records.find_for(auditor, "activity", record.reference)

    records.approve(record, "x:approve", actor=product())
    records.change(record, changed(record, name="Paye"), "x:change", actor=product())
    assert records.document_for(auditor, records.find_for(auditor, "activity", record.reference))["name"] == "Paie"

    records.archive(record, "x:archive", actor=product())
    with pytest.raises(NotFound):
        records.find_for(auditor, "activity", record.reference)
