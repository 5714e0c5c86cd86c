"""Jobs: each is done once, by one worker at a time; a person sees how far it is, stops it, reads why it failed."""

import datetime
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from compliance.support import celery, clock, jobs, transactions
from compliance.support.db import db
from compliance.support.errors import RuleBroken
from compliance.support.jobs import CANCELLED, DONE, FAILED, LEASE, MOST_ATTEMPTS, RUNNING, WAITING, Job, Progress
from tests.conftest import MORNING
from tests.helpers.makers import make_organisation, make_record

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def works() -> Iterator[dict[str, Any]]:
    """The works that a test enters are forgotten at its end."""
    before = dict(jobs._works)
    yield jobs._works
    jobs._works.clear()
    jobs._works.update(before)


def enter(name: str, function: Any, *, reads: bool = False) -> None:
    """Enter a work that does not care in which organisation it is done."""

    def work(*, organisation_id: int | None, **arguments: Any) -> dict[str, Any]:
        return dict(function(**arguments))

    jobs.work(name, reads=reads)(work)


def waiting(name: str = "test", **arguments: Any) -> int:
    job = jobs.enqueue(name, organisation_id=None, **arguments)
    number = job.id
    transactions.commit()
    return number


def state(number: int) -> Job:
    """The job as it stands; the session lets go of the database at once."""
    db.session.rollback()
    job = db.session.get_one(Job, number, populate_existing=True)
    db.session.expunge(job)
    db.session.rollback()
    return job


def due() -> list[int]:
    found = jobs.due()
    db.session.rollback()
    return found


def test_a_job_is_done_with_its_arguments_and_leaves_its_result(context: Flask) -> None:
    enter("test", lambda *, number, progress: {"twice": 2 * number})
    job = waiting(number=21)

    assert jobs.run(job) == DONE
    assert (state(job).state, state(job).result, state(job).attempts) == (DONE, {"twice": 42}, 1)
    assert state(job).finished_at is not None
    assert jobs.run(job) == "taken"


def test_a_job_of_a_dropped_transaction_was_never_there(context: Flask) -> None:
    rung: list[int] = []
    context.extensions["doorbell"], bell = rung.append, context.extensions["doorbell"]
    try:
        jobs.enqueue("test", organisation_id=None)
        transactions.rollback()
        assert (due(), rung) == ([], [])

        number = jobs.enqueue("test", organisation_id=None).id
        assert rung == [], "the bell rings when the row can be read"
        transactions.commit()
        assert rung == [number]
    finally:
        context.extensions["doorbell"] = bell


def test_a_silent_broker_loses_no_job(context: Flask) -> None:
    def broken(_number: int) -> None:
        raise OSError("nobody there")

    enter("test", lambda *, progress: {})
    context.extensions["doorbell"], bell = broken, context.extensions["doorbell"]
    try:
        job = waiting()
    finally:
        context.extensions["doorbell"] = bell

    assert jobs.run_due() == 1
    assert state(job).state == DONE


def test_two_workers_at_once_do_a_job_once(context: Flask) -> None:
    done, ends, gate = [], [], threading.Barrier(2)

    def once(*, progress: Progress) -> dict[str, Any]:
        done.append(1)
        return {}

    enter("test", once)
    job = waiting()

    def worker() -> None:
        with context.app_context():
            gate.wait()
            ends.append(jobs.run(job))
            db.session.remove()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(ends) == [DONE, "taken"]
    assert done == [1]


def test_a_job_whose_worker_went_silent_is_anybodys_again(context: Flask) -> None:
    enter("test", lambda *, progress: {})
    with clock.frozen(MORNING):
        job = waiting()
        assert jobs._claim(job)
        assert due() == []
        assert jobs.run(job) == "taken"
        db.session.rollback()
    with clock.frozen(MORNING + LEASE + datetime.timedelta(seconds=1)):
        assert due() == [job]
        db.session.rollback()
        assert jobs.run(job) == DONE
        assert state(job).attempts == 2


def test_progress_renews_the_lease_and_says_how_far_it_is(context: Flask) -> None:
    with clock.frozen(MORNING):
        job = waiting()
        attempt = jobs._claim(job)
    with clock.frozen(MORNING + LEASE / 2):
        Progress(job, attempt)(3, 10)
    assert (state(job).done, state(job).total) == (3, 10)
    with clock.frozen(MORNING + LEASE + datetime.timedelta(seconds=5)):
        assert due() == []


def test_a_worker_that_lost_its_job_to_another_is_stopped_and_changes_nothing(context: Flask) -> None:
    with clock.frozen(MORNING):
        job = waiting()
        first = jobs._claim(job)
    with clock.frozen(MORNING + 2 * LEASE):
        second = jobs._claim(job)
        with pytest.raises(jobs.Cancelled):
            Progress(job, first)(1, 2)
        jobs._finish(job, first, FAILED, {}, "too late")
        assert state(job).state == RUNNING
        jobs._finish(job, second, DONE, {"a": 1}, "")
    assert (state(job).state, state(job).result) == (DONE, {"a": 1})


def test_a_job_is_tried_four_times_and_no_more(context: Flask) -> None:
    tried = []

    def dies(*, progress: Progress) -> dict[str, Any]:
        tried.append(1)
        raise SystemExit  # the worker is killed: nothing is written down

    enter("test", dies)
    at = MORNING
    with clock.frozen(at):
        job = waiting()
    for _ in range(MOST_ATTEMPTS):
        at += 2 * LEASE
        with clock.frozen(at), pytest.raises(SystemExit):
            jobs.run(job)
        db.session.rollback()
    with clock.frozen(at + 2 * LEASE):
        assert jobs.run(job) == FAILED
    assert (len(tried), state(job).state) == (MOST_ATTEMPTS, FAILED)
    assert state(job).error
    assert due() == []


def test_a_waiting_job_that_is_cancelled_is_never_done(context: Flask) -> None:
    enter("test", lambda *, progress: {})
    job = waiting()
    jobs.cancel(db.session.get_one(Job, job))
    transactions.commit()

    assert jobs.run(job) == "taken"
    assert state(job).state == CANCELLED


def test_a_running_job_that_is_cancelled_stops_and_drops_what_it_had_not_kept(context: Flask) -> None:
    organisation = make_organisation()
    before = make_record().version

    def long(*, progress: Progress) -> dict[str, Any]:
        with db.engine.begin() as somebody:
            somebody.execute(text("UPDATE jobs SET state = 'cancelled'"))
        progress(1, 2)
        raise AssertionError("it went on")

    enter("test", long)
    job = jobs.enqueue("test", organisation_id=organisation.id).id
    transactions.commit()

    assert jobs.run(job) == CANCELLED
    assert state(job).state == CANCELLED
    assert before == 1


def test_a_job_that_has_ended_stays_as_it_ended(context: Flask) -> None:
    enter("test", lambda *, progress: {})
    job = waiting()
    jobs.run(job)

    jobs.cancel(db.session.get_one(Job, job))
    transactions.commit()

    assert state(job).state == DONE


def test_a_refusal_is_said_to_the_person_and_a_bug_is_not(context: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    def refuses(*, progress: Progress) -> dict[str, Any]:
        raise RuleBroken("This file is empty.")

    def breaks(*, progress: Progress) -> dict[str, Any]:
        raise KeyError("secret")

    enter("refuses", refuses)
    enter("breaks", breaks)
    refused, broken = waiting("refuses"), waiting("breaks")

    assert jobs.run_due() == 2
    assert (state(refused).state, state(refused).error) == (FAILED, "This file is empty.")
    assert (state(broken).state, state(broken).error) == (FAILED, "")
    assert "secret" in capsys.readouterr().out, "the operator reads it in the log"


def test_what_a_failing_job_had_not_kept_is_dropped(context: Flask) -> None:
    organisation = make_organisation()
    number = organisation.id

    def half(*, progress: Progress) -> dict[str, Any]:
        db.session.add(Job(name="never", arguments={}))
        db.session.flush()
        raise RuleBroken("no")

    enter("test", half)
    job = jobs.enqueue("test", organisation_id=number).id
    transactions.commit()
    jobs.run(job)

    assert db.session.scalar(select(Job.id).where(Job.name == "never")) is None


def test_a_job_is_found_by_its_token_in_its_organisation_alone(context: Flask) -> None:
    organisation = make_organisation()
    job = jobs.enqueue("test", organisation_id=organisation.id)
    transactions.commit()

    assert jobs.find(job.token, organisation.id) is job
    assert jobs.find(job.token, organisation.id + 1) is None
    assert jobs.find(job.token, None) is None
    assert jobs.find("", organisation.id) is None


def test_work_that_only_reads_lets_others_write_meanwhile(context: Flask) -> None:
    make_organisation()

    def reads(*, progress: Progress) -> dict[str, Any]:
        db.session.execute(select(Job)).all()
        progress(1, 1)
        return {}

    enter("test", reads, reads=True)

    assert jobs.run(waiting()) == DONE


def test_work_that_is_put_off_is_taken_up_at_its_time_and_not_before(context: Flask) -> None:
    told = []

    def puts_off(*, progress: Progress) -> dict[str, Any]:
        told.append(1)
        if len(told) <= 2 * MOST_ATTEMPTS:  # being put off is no failed attempt
            raise jobs.Later(clock.now() + datetime.timedelta(minutes=5))
        return {"told": len(told)}

    enter("test", puts_off)
    at = MORNING
    with clock.frozen(at):
        job = waiting()
        assert jobs.run(job) == WAITING
    with clock.frozen(at + datetime.timedelta(minutes=4)):
        assert due() == []
        assert jobs.run(job) == "taken", "a bell that rings too early opens nothing"
    for _ in range(2 * MOST_ATTEMPTS):
        at += datetime.timedelta(minutes=5)
        with clock.frozen(at):
            assert due() == [job]
            ended = jobs.run(job)
    assert (ended, state(job).result) == (DONE, {"told": 2 * MOST_ATTEMPTS + 1})


def test_a_worker_that_was_overtaken_puts_nothing_off(context: Flask) -> None:
    job = 0

    def is_slow(*, progress: Progress) -> dict[str, Any]:
        with clock.frozen(MORNING + 2 * LEASE):
            assert jobs._claim(job)
        raise jobs.Later(MORNING)

    enter("test", is_slow)
    with clock.frozen(MORNING):
        job = waiting()
        jobs.run(job)
    assert (state(job).state, state(job).attempts, state(job).put_off) == (RUNNING, 2, 0)


def test_what_nobody_will_try_again_is_said_to_who_asked_for_it(context: Flask) -> None:
    heard = []

    def breaks(*, number: int, **_rest: Any) -> dict[str, Any]:
        raise RuleBroken("no") if number else SystemExit

    jobs.work("test", given_up=lambda *, number: heard.append(number))(breaks)
    assert jobs.run(waiting(number=3)) == FAILED
    assert heard == [3]
    at = MORNING
    with clock.frozen(at):
        job = waiting(number=0)
    for _ in range(MOST_ATTEMPTS):
        at += 2 * LEASE
        with clock.frozen(at), pytest.raises(SystemExit):
            jobs.run(job)
        db.session.rollback()
    with clock.frozen(at + 2 * LEASE):
        assert jobs.run(job) == FAILED
    assert heard == [3, 0]


@pytest.mark.parametrize("broker", ["redis://127.0.0.1:1/0", "amqp://127.0.0.1:1//"])
def test_a_broker_that_is_away_says_so_as_any_line_does(broker: str, context: Flask, tmp_path: Path) -> None:
    """What its library raises is no OSError: a request would be answered by an error after it was kept."""
    away = Flask("away")
    try:
        celery.init_app(away, broker=broker, var_dir=tmp_path, beat={})
        begun = time.monotonic()
        with pytest.raises(OSError, match="does not answer"):
            away.extensions["doorbell"](1)
        assert time.monotonic() - begun < 3, "somebody waits for the page"
        for _ in range(1000):
            with pytest.raises(OSError, match="did not answer"):
                away.extensions["doorbell"](1)
        assert time.monotonic() - begun < 4
    finally:
        context.extensions["celery"].set_default()
