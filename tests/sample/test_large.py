"""A large organisation: the same each time, whole, and written as the ordinary verbs would have written it."""

import datetime
import statistics

import pytest
from flask import Flask
from sqlalchemy import func, select

from compliance.accounts.models import Department, Membership
from compliance.parties import services as parties
from compliance.records import histories, search, verifying
from compliance.records.actor import system
from compliance.records.models import Record, RecordLink, Revision, SearchEntry
from compliance.register.documents import Activity
from compliance.register.models import FindingRow, RegisterEntry, RegisterFacet
from compliance.register.services import activities, xray
from compliance.sample import large
from compliance.support import schemas, transactions
from compliance.support.db import db

RECORDS = 80


def count(model: type, *conditions: object) -> int:
    return db.session.scalar(select(func.count(model.id)).where(*conditions)) or 0  # type: ignore[attr-defined]


@pytest.mark.database
def test_a_large_organisation_is_whole(context: Flask, morning: datetime.datetime) -> None:
    told: list[int] = []
    made = large.load(RECORDS, told=told.append)
    verdict = verifying.verify(made.id)
    assert (verdict.why, told) == ("", [RECORDS])
    assert count(Record, Record.kind == xray.KIND) == count(RegisterEntry, RegisterEntry.face == "working") == RECORDS
    assert count(RegisterEntry, RegisterEntry.face == "approved") == count(
        Record, Record.approved_revision_id.is_not(None)
    )
    assert 40 <= count(Department) <= 50
    assert count(Membership) == large.OWNERS
    assert count(Record, Record.kind == parties.PARTY) == large.PARTIES
    assert count(FindingRow, FindingRow.face == "approved", FindingRow.severity == "blocker") == 0
    assert count(Revision) > count(Record)


def test_records_drawn_by_lot_are_documents_of_the_promised_size(context: Flask, morning: datetime.datetime) -> None:
    large.load(RECORDS)
    documents = db.session.scalars(select(Record.document).where(Record.kind == xray.KIND)).all()
    wanted = {"purposes": 3, "data": 6, "recipients": 4, "transfers": 2, "measures": 8}
    assert {name: statistics.median(len(d[name]) for d in documents) for name in wanted} == wanted
    for document in documents:
        assert schemas.load(Activity, document) == document
        keys = [row["key"] for name in wanted for row in document[name]]
        assert len(set(keys)) == len(keys)


def test_the_same_records_are_drawn_each_time(context: Flask, morning: datetime.datetime) -> None:
    first, second = (_documents(large.load(5, name=name).id) for name in ("Une", "Deux"))
    assert [document["name"] for document in first] == [document["name"] for document in second]
    assert [document["purposes"] for document in first] == [document["purposes"] for document in second]


def _documents(organisation_id: int) -> list[dict[str, object]]:
    chosen = select(Record.document).where(Record.kind == xray.KIND, Record.organisation_id == organisation_id)
    return list(db.session.scalars(chosen.order_by(Record.reference)))


def test_what_is_written_at_once_is_what_the_verbs_would_have_left(context: Flask, morning: datetime.datetime) -> None:
    """Keep each record again through the ordinary verb: nothing that is derived from it may change."""
    made = large.load(25)
    before = _derived()
    for record in db.session.scalars(select(Record).where(Record.kind == xray.KIND)).all():
        xray.project(record)
        search.index([(record, "working", record.document)])
    db.session.flush()
    assert _derived() == before
    record = activities.find("PA-0001")
    activities.save_section(
        record,
        "recipients",
        {"recipients": [], "recipients_none": True},
        base_version=record.version,
        actor=system(made.id),
    )
    transactions.commit()
    assert activities.find("PA-0001").document["recipients"] == []
    assert histories.reserve("PA", 1) == ["PA-0026"]


def _derived() -> list[list[tuple[object, ...]]]:
    columns = [
        (RegisterEntry.record_id, RegisterEntry.face, RegisterEntry.weight, RegisterEntry.answered),
        (RegisterFacet.record_id, RegisterFacet.face, RegisterFacet.facet, RegisterFacet.value),
        (FindingRow.record_id, FindingRow.face, FindingRow.rule, FindingRow.row_key, FindingRow.severity),
        (SearchEntry.record_id, SearchEntry.face, SearchEntry.body),
        (RecordLink.from_id, RecordLink.role, RecordLink.to_id),
    ]  # fmt: skip
    return [sorted(tuple(row) for row in db.session.execute(select(*names))) for names in columns]
