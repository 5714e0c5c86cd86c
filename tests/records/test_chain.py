"""The chain of the journal: a rewritten past is named, link by link."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from compliance.accounts.models import Organisation
from compliance.records import chain, verifying
from compliance.records import services as records
from compliance.records.actor import system
from compliance.records.models import Record
from compliance.support import transactions
from compliance.support.db import db, enter
from tests.helpers.makers import make_organisation, make_record

pytestmark = pytest.mark.database


@pytest.fixture
def own(context: Flask) -> Organisation:
    """An organisation with a record in three versions."""
    made = make_organisation()
    record = make_record(name="Paie")
    for name in ("Paye", "La paye"):
        change(record, name)
    return made


def change(record: Record, name: str) -> None:
    actor = system(record.organisation_id, "tests")
    records.change(record, {**record.document, "name": name}, "register:record:change", actor=actor, reason="why")
    transactions.commit()


def tamper(statement: str, **values: object) -> None:
    with db.engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount == 1


def last_link() -> int:
    return int(db.session.scalar(text("SELECT max(sequence) FROM journal")) or 0)


def test_a_chain_that_nobody_touched_holds_to_its_head(own: Organisation) -> None:
    verdict = verifying.verify(own.id)

    assert (verdict.broken_at, verdict.why, verdict.links) == (None, "", chain.head_of(own.id))
    assert verdict.links == last_link()


def test_each_organisation_has_a_chain_of_its_own(own: Organisation) -> None:
    before = chain.head_of(own.id)
    other = make_organisation("Elsewhere")
    make_record()

    assert chain.head_of(own.id) == before
    assert (verifying.verify(other.id).broken_at, verifying.verify(own.id).broken_at) == (None, None)


def test_entries_and_heads_are_dropped_with_their_transaction(own: Organisation) -> None:
    before = chain.head_of(own.id)
    records.note("x:y", actor=system(own.id), subject="lost")
    transactions.rollback()
    records.note("x:y", actor=system(own.id), subject="kept")
    transactions.commit()

    assert chain.head_of(own.id) == before + 1
    assert verifying.verify(own.id).broken_at is None


REWRITE = "WHERE number = 2 AND record_id = (SELECT id FROM records WHERE kind = 'activity')"
LATER = "WHERE sequence = (SELECT max(sequence) - 1 FROM journal)"


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (f'UPDATE revisions SET document = \'{{"name": "Other"}}\' {REWRITE}', "revision 2 of record"),
        (f"UPDATE revisions SET reason = 'because' {REWRITE}", "what it says was rewritten"),
        (f"UPDATE revisions SET actor_name = 'Nobody' {REWRITE}", "what it says was rewritten"),
        (f"UPDATE revisions SET state = 'approved' {REWRITE}", "what it says was rewritten"),
        (f"UPDATE revisions SET at = '2020-01-01 00:00:00' {REWRITE}", "what it says was rewritten"),
        (f"UPDATE journal SET details = '{{\"a\": 1}}' {LATER}", "what it says was rewritten"),
        (f"UPDATE journal SET actor_name = 'Nobody' {LATER}", "its digest does not match"),
        (f"UPDATE journal SET tag = 'x' {LATER}", "its digest does not match"),
        (f"UPDATE journal SET revision_id = NULL {LATER}", "what it says was rewritten"),
        (f"UPDATE journal SET previous = digest {LATER}", "it does not continue the link before it"),
        (f"DELETE FROM journal {LATER}", "is missing"),
        ("DELETE FROM journal WHERE sequence = (SELECT max(sequence) FROM journal)", "links are missing"),
    ],
)
def test_a_rewritten_past_is_named(own: Organisation, statement: str, why: str) -> None:
    number = own.id
    db.session.commit()
    tamper(statement)

    verdict = verifying.verify(number)
    assert verdict.broken_at in (last_link() - 1, last_link(), last_link() + 1)
    assert why in verdict.why


WORKING = "WHERE kind = 'activity'"
ALONE = "UPDATE records SET"
OTHER = "SELECT r.id FROM revisions r JOIN records o ON o.id = r.record_id WHERE o.kind = 'organisation'"


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (f'{ALONE} document = \'{{"name": "Other"}}\' {WORKING}', "the working document of {} is not"),
        (f"{ALONE} state = 'archived' {WORKING}", "the state of {} is not"),
        (f"{ALONE} version = 3 {WORKING}", "the state of {} is not"),
        (f"{ALONE} edition = 0 {WORKING}", "the state of {} is not"),
        (f"{ALONE} approved_revision_id = NULL {WORKING}", "the approved version of {} is not"),
        (
            f"{ALONE} approved_revision_id = (SELECT id FROM revisions WHERE number = 3) {WORKING}",
            "the approved version",
        ),
        (
            f"{ALONE} approved_revision_id = (SELECT id FROM revisions WHERE number = 4) {WORKING}",
            "the approved version",
        ),
        (f"{ALONE} approved_revision_id = ({OTHER}) {WORKING}", "the approved version of {} is not"),
    ],
)
def test_a_record_that_says_something_else_than_its_history_is_named(
    own: Organisation, statement: str, why: str
) -> None:
    record = records.find("activity", "PA-0001")
    for name in ("Paie", "Paie et primes"):
        records.approve(record, "register:record:approve", actor=system(own.id))
        change(record, name)
    assert verifying.verify(own.id).broken_at is None
    number, reference = own.id, record.reference
    db.session.commit()
    tamper(statement)

    verdict = verifying.verify(number)
    assert why.format(reference) in verdict.why
    assert verdict.subject == reference
    assert 0 < (verdict.broken_at or 0) <= last_link()


def test_what_was_approved_and_then_given_up_holds(own: Organisation) -> None:
    record, actor = records.find("activity", "PA-0001"), system(own.id)
    records.approve(record, "register:record:approve", actor=actor)
    change(record, "Given up")
    records.restore(record, "register:record:restore", actor=actor, number=4)
    records.archive(record, "register:record:archive", actor=actor)
    transactions.commit()

    assert verifying.verify(own.id).broken_at is None


def test_what_is_kept_during_the_walk_does_not_break_it(own: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    number = own.id
    known = (chain.head_of(number), str(db.session.scalar(text("SELECT digest FROM journal ORDER BY sequence DESC"))))
    make_record()
    heads = iter([known, verifying._head(number)])
    monkeypatch.setattr(verifying, "_head", lambda _chain: next(heads))

    assert verifying.verify(number).broken_at is None


def test_a_revision_that_no_link_names_is_found(own: Organisation) -> None:
    tamper(
        "INSERT INTO revisions (organisation_id, record_id, number, tag, state, edition, document, digest, reason,"
        " actor_name, at) SELECT organisation_id, record_id, 99, tag, state, edition, document, digest, reason,"
        " actor_name, at FROM revisions WHERE number = 3"
    )

    assert "is in no link" in verifying.verify(own.id).why


def test_a_chain_without_its_head_does_not_hold(own: Organisation) -> None:
    number = own.id
    db.session.commit()
    tamper("DELETE FROM chain_heads WHERE chain = :chain", chain=number)

    assert verifying.verify(own.id).broken_at is not None


def test_a_chain_that_was_emptied_does_not_hold(own: Organisation) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM journal"))
        connection.execute(text("DELETE FROM chain_heads"))

    assert verifying.verify(own.id).broken_at is not None


def at_once(app: Flask, *works: Callable[[], None]) -> list[BaseException]:
    """Do these at the same moment, each with a session of its own; answers what was raised."""
    gate, raised = threading.Barrier(len(works)), []

    def run(work: Callable[[], None]) -> None:
        with app.app_context():
            gate.wait()
            try:
                work()
            except BaseException as problem:
                raised.append(problem)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


def test_writers_at_the_same_moment_make_one_chain(own: Organisation, context: Flask) -> None:
    number, before = own.id, chain.head_of(own.id)
    db.session.commit()

    def write() -> None:
        enter(number)
        for _ in range(5):
            records.note("x:y", actor=system(number))
            transactions.commit()

    assert at_once(context, *[write] * 4) == []
    assert chain.head_of(number) == before + 20
    assert verifying.verify(number).broken_at is None


def test_the_first_two_records_of_a_kind_may_be_made_at_once(context: Flask) -> None:
    number = make_organisation().id
    db.session.commit()
    drawn = []

    def draw() -> None:
        enter(number)
        drawn.append(records.next_reference("XX"))
        transactions.commit()

    assert at_once(context, *[draw] * 4) == []
    assert sorted(drawn) == ["XX-0001", "XX-0002", "XX-0003", "XX-0004"]
