"""The access log: who read or took away what, added to after the answer, sealed day by day, never in the way."""

import datetime
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from compliance.accounts.models import Organisation
from compliance.records import access, chain, verifying
from compliance.records.actor import Actor
from compliance.records.models import AccessEntry, JournalEntry
from compliance.support import clock, transactions
from compliance.support.db import db, reading
from tests.helpers.makers import make_organisation

pytestmark = pytest.mark.database

COLUMNS = "chain, at, tag, actor_name"
MONDAY = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def own(context: Flask) -> Iterator[Organisation]:
    with clock.frozen(MONDAY):
        yield make_organisation()


def look(own: Organisation, subject: str, at: datetime.datetime = MONDAY, person: int = 7) -> None:
    with clock.frozen(at):
        access.trace("record:read", actor=Actor(person, f"Person {person}", organisation_id=own.id), subject=subject)
        transactions.commit()


def seal(own: Organisation, at: datetime.datetime) -> bool:
    with clock.frozen(at):
        done = access.seal(own.id)
        transactions.commit()
        return done


def subjects(own: Organisation) -> list[str]:
    return [line.subject for line in access.lines(own.id)]


def test_a_line_is_written_once_the_request_has_succeeded_and_not_otherwise(own: Organisation) -> None:
    reader = Actor(7, "Ann", organisation_id=own.id)
    access.trace("record:read", actor=reader, subject="lost")
    transactions.rollback()
    access.trace("record:read", actor=reader, subject="kept")
    assert subjects(own) == []
    transactions.commit()

    line = access.lines(own.id)[0]
    assert (line.tag, line.subject, line.actor_id, line.actor_name, line.at) == (
        "record:read", "kept", 7, "Ann", MONDAY,
    )  # fmt: skip


def test_a_line_is_written_after_a_page_that_was_only_read(own: Organisation) -> None:
    token = reading.set(True)
    try:
        look(own, "PA-0001")
    finally:
        reading.reset(token)

    assert subjects(own) == ["PA-0001"]


def test_a_line_that_cannot_be_written_is_told_to_the_administrator_and_takes_nothing_away(
    own: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_table: object) -> None:
        raise OperationalError("INSERT", {}, Exception("the disk is full"))

    number = own.id
    monkeypatch.setattr(access, "insert", refuse)
    with capture_logs() as logged:
        look(own, "PA-0001")
    monkeypatch.undo()

    assert [(entry["event"], entry["log_level"]) for entry in logged] == [("access_not_logged", "error")]
    assert "Person 7" not in str(logged)
    assert access.lines(number) == []


def test_the_days_that_are_over_are_sealed_once(own: Organisation) -> None:
    look(own, "a")
    assert not seal(own, MONDAY + datetime.timedelta(hours=14)), "the day is not over"
    assert seal(own, MONDAY + DAY)
    assert not seal(own, MONDAY + DAY), "it is sealed already"
    look(own, "b", MONDAY + DAY)
    assert seal(own, MONDAY + 5 * DAY), "a task that was late seals all that waits"

    seals = db.session.scalars(
        select(JournalEntry).where(JournalEntry.tag == access.SEALED).order_by(JournalEntry.sequence)
    ).all()
    assert [(entry.details["lines"], entry.subject) for entry in seals] == [(1, "2026-11-24"), (1, "2026-11-28")]
    assert [entry.details["since"][:10] for entry in seals] == ["", "2026-11-24"]
    assert verifying.verify(own.id).broken_at is None


def test_a_day_without_lines_leaves_no_seal(own: Organisation) -> None:
    before = chain.head_of(own.id)
    assert not seal(own, MONDAY + DAY)
    assert chain.head_of(own.id) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access_log SET actor_name = 'Nobody' WHERE subject = 'a'",
        "UPDATE access_log SET subject = 'c' WHERE subject = 'a'",
        "UPDATE access_log SET at = '2026-11-23 08:00:00' WHERE subject = 'a'",
        "DELETE FROM access_log WHERE subject = 'a'",
        f"INSERT INTO access_log ({COLUMNS}, subject) SELECT {COLUMNS}, 'c' FROM access_log WHERE subject = 'a'",
    ],
)
def test_a_sealed_line_that_was_rewritten_is_found(own: Organisation, statement: str) -> None:
    for subject in ("a", "b"):
        look(own, subject)
    seal(own, MONDAY + DAY)
    number = own.id
    db.session.commit()
    with db.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount == 1

    verdict = verifying.verify(number)
    assert "the access log sealed on 2026-11-24 was rewritten" in verdict.why
    assert (verdict.subject, verdict.broken_at) == ("2026-11-24", chain.head_of(number))


def test_lines_are_asked_by_person_by_time_and_page_by_page(own: Organisation) -> None:
    for number, (subject, person) in enumerate((("a", 7), ("b", 8), ("c", 7))):
        look(own, subject, MONDAY + number * DAY, person)

    assert subjects(own) == ["c", "b", "a"]
    assert [line.subject for line in access.lines(own.id, person=7)] == ["c", "a"]
    tuesday = access.lines(own.id, since=MONDAY + DAY, until=MONDAY + 2 * DAY)
    assert [line.subject for line in tuesday] == ["b"]
    first = access.lines(own.id, most=2)
    assert [line.subject for line in access.lines(own.id, before=first[-1].id)] == ["a"]
    assert access.people(own.id) == [(7, "Person 7"), (8, "Person 8")]


def test_no_organisation_sees_the_lines_of_another(own: Organisation) -> None:
    other = make_organisation("Elsewhere")
    look(other, "a")

    assert subjects(own) == []
    assert access.people(own.id) == []
    assert db.session.scalars(select(AccessEntry)).one().chain == other.id
