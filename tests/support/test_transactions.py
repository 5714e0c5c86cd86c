"""A request is a transaction: kept below 400, dropped from there on, and what waits for the commit happens after it."""

import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from compliance.accounts.models import Organisation
from compliance.records import drafts as kept_drafts
from compliance.records import services as records
from compliance.records.models import Draft, Record
from compliance.register.services import activities
from compliance.support import transactions
from compliance.support.db import Moment, db, enter, reading
from tests.helpers.client import PageClient
from tests.helpers.makers import make_organisation, make_record
from tests.register.desk import Desk
from tests.register.records import make_team

pytestmark = pytest.mark.database


def number_of(model: Any) -> int:
    return db.session.scalar(select(func.count(model.id))) or 0


def test_what_waits_for_the_commit_happens_once_and_after_it(context: Flask) -> None:
    seen: list[Any] = []
    make_organisation()
    transactions.after_commit(lambda: seen.append(db.session().in_transaction()))
    assert seen == []

    transactions.commit()
    transactions.commit()

    assert seen == [False]


def test_what_waits_for_a_commit_that_never_comes_does_not_happen(context: Flask) -> None:
    seen: list[Any] = []
    transactions.after_commit(lambda: seen.append(1))
    transactions.rollback()
    transactions.commit()

    organisation = make_organisation()
    transactions.after_commit(lambda: seen.append(2))
    organisation.name = "changed by nobody"
    with pytest.raises(RuntimeError):
        transactions.commit()
    transactions.rollback()
    transactions.commit()

    assert seen == []


@pytest.mark.parametrize(("name", "status", "kept"), [("Paye", 303, True), ("", 422, False), ("x" * 300, 422, False)])
def test_a_request_that_is_refused_keeps_nothing(
    name: str, status: int, kept: bool, context: Flask, client: PageClient
) -> None:
    desk = Desk(client, make_team())
    record = make_record(name="Paie")

    desk.save(record, "identity", {**desk.form(record, "identity"), "name": name}, status)

    assert (desk.stored(record).name == name) is kept
    assert desk.stored(record).version == 1 + kept


def test_a_request_that_breaks_keeps_nothing_and_says_a_number_to_report(
    context: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(client, make_team())
    record = make_record(name="Paie")
    sent = {**desk.form(record, "identity"), "name": "Paye"}

    def breaks(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(kept_drafts, "drop_draft", breaks)  # the last thing that a save does
    page = desk.sent("edit", sent, 500, reference=record.reference, section="identity")

    assert "number" in page.text
    assert "ZeroDivision" not in page.text
    assert desk.stored(record).name == "Paie"


def test_a_change_that_nobody_claimed_ends_the_request_with_nothing_kept(
    context: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(client, make_team())
    record = make_record(name="Paie")
    sent = {**desk.form(record, "identity"), "name": "Paye"}

    def careless(found: Record, *_: Any, **__: Any) -> None:
        found.name = "behind your back"

    monkeypatch.setattr(activities, "save_section", careless)
    context.testing = False
    try:
        desk.send("edit", sent, 500, reference=record.reference, section="identity")
    finally:
        context.testing = True

    assert desk.stored(record).name == "Paie"


def test_who_saves_at_the_same_moment_as_another_is_told_to_try_again(
    context: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(client, make_team())
    record = make_record(name="Paie")
    sent = {**desk.form(record, "identity"), "name": "Paye"}
    change = records.change

    def beaten(found: Record, *args: Any, **kwargs: Any) -> Any:
        table = Record.__table__
        db.session.connection().execute(table.update().where(table.c.id == found.id).values(version=9))
        return change(found, *args, **kwargs)

    monkeypatch.setattr(records, "change", beaten)
    page = desk.sent("edit", sent, 409, reference=record.reference, section="identity")

    assert "same moment" in page.text
    assert (desk.stored(record).name, record.version) == ("Paie", 1)


def test_a_get_takes_no_lock_and_a_post_does(context: Flask) -> None:
    for method, lets in (("GET", True), ("HEAD", True), ("POST", False), ("DELETE", False)):
        with context.test_request_context(method=method):
            transactions._begin()
            assert reading.get() is lets


def test_two_sessions_keep_their_organisations_apart(context: Flask) -> None:
    one = make_organisation("One")
    make_record()
    enter(one.id)
    db.session.commit()
    with context.app_context():
        assert number_of(Record) == 0
        db.session.commit()
    assert number_of(Record) == 2


def test_an_instant_is_given_back_with_its_zone_and_refused_without(context: Flask) -> None:
    moment = datetime.datetime(2026, 11, 23, 9, 30, 15, 123456, datetime.timezone(datetime.timedelta(hours=5)))
    made = make_organisation()
    with db.engine.begin() as connection:
        connection.execute(Organisation.__table__.update().values(created_at=moment))
    db.session.expire_all()

    assert made.created_at == moment
    assert made.created_at.tzinfo is datetime.UTC
    with pytest.raises(ValueError, match="zone"):
        Moment().process_bind_param(moment.replace(tzinfo=None), db.engine.dialect)
    assert Moment().process_bind_param(None, db.engine.dialect) is None


def test_a_draft_that_two_requests_keep_at_once_is_kept(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    team = make_team()
    record, actor = make_record(), team.actor("dpo")
    kept_drafts.save_draft(actor, "activity", record.reference, "identity", 1, {"name": ["first"]})
    transactions.commit()
    monkeypatch.setattr(kept_drafts, "find_draft", lambda *_: None)  # read before the other one was kept

    kept_drafts.save_draft(actor, "activity", record.reference, "identity", 1, {"name": ["second"]})
    transactions.commit()

    assert number_of(Draft) == 1
