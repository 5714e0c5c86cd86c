"""Work that outlives a request: one row a job, written in the transaction that causes it.

The row is the only truth. The broker is a doorbell: a message says "look", and a sweep rings again, so that a
lost message loses no work. A worker claims a row by a conditional UPDATE and holds it by a lease that it renews;
a row whose lease ran out is anybody's, up to `MOST_ATTEMPTS` times. Work that cannot be done yet is put off (`Later`).
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from compliance.support import transactions
from compliance.support.clock import now
from compliance.support.db import Base, across_organisations, db, enter, random_token, reading
from compliance.support.errors import Refusal, RuleBroken
from compliance.support.i18n import _

log = structlog.get_logger()

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
LEASE = datetime.timedelta(seconds=60)
MOST_ATTEMPTS = 4


class Job(Base):
    """A piece of work, how far it is, and what came of it."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_waiting", "state", "lease_until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True, default=random_token)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(64))
    arguments: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16), default=WAITING)
    lease_until: Mapped[datetime.datetime | None]
    not_before: Mapped[datetime.datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    put_off: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime.datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime.datetime | None]


class Cancelled(Exception):
    """Somebody stopped the job while it ran."""


class Later(Exception):
    """The work cannot be done yet: nobody is to take it up before that moment."""

    def __init__(self, not_before: datetime.datetime) -> None:
        super().__init__(not_before.isoformat())
        self.not_before = not_before


@dataclass(frozen=True, slots=True)
class Progress:
    """How a running job says how far it is; it also renews the lease and learns of a cancellation.

    `attempt` tells this worker from the one that took the job over after this one had been silent for too long.
    """

    job_id: int
    attempt: int

    def __call__(self, done: int, total: int, lease: datetime.timedelta | None = None) -> None:
        """Tell how much is done of how much; raises Cancelled when the person gave up or the job is another's.

        `lease` is for how long nothing more will be heard, where that may be long.
        """
        with db.engine.begin() as connection:
            told = connection.execute(
                update(Job)
                .where(Job.id == self.job_id, Job.state == RUNNING, Job.attempts == self.attempt)
                .values(done=done, total=total, lease_until=now() + (lease or LEASE))
            )
        if told.rowcount == 0:
            raise Cancelled


Work = Callable[..., dict[str, Any]]
GivenUp = Callable[..., None]
_works: dict[str, tuple[Work, bool, GivenUp | None]] = {}


def work(name: str, *, reads: bool = False, given_up: GivenUp | None = None) -> Callable[[Work], Work]:
    """Enter a function as the work of that name: it takes the job's arguments, `organisation_id` and
    `progress`, and returns the result.

    One that only `reads` takes no write lock on the embedded database; one that writes commits in small batches.
    `given_up` hears, with the job's arguments, that nobody will try again.
    """

    def enter_work(function: Work) -> Work:
        _works[name] = function, reads, given_up
        return function

    return enter_work


def enqueue(name: str, *, organisation_id: int | None, person_id: int | None = None, **arguments: Any) -> Job:
    """Write a job down; the doorbell rings when the transaction is kept."""
    job = Job(name=name, organisation_id=organisation_id, person_id=person_id, arguments=arguments)
    db.session.add(job)
    db.session.flush()
    job_id = job.id
    transactions.after_commit(lambda: ring(job_id))
    return job


def ring(job_id: int) -> None:
    """Tell a worker to look at a job. When the broker does not answer, the sweep will ring again."""
    bell = current_app.extensions.get("doorbell")
    if bell is None:
        return
    try:
        bell(job_id)
    except OSError as error:
        log.warning("doorbell_silent", job=job_id, error=type(error).__name__)


def find(token: str, organisation_id: int | None) -> Job | None:
    """A job by its token, within one organisation."""
    return db.session.scalar(select(Job).where(Job.token == token, Job.organisation_id == organisation_id))


def under_way(name: str, organisation_id: int | None) -> Job | None:
    """The job of that name that waits or runs for an organisation, if there is one: asked twice, it is done once."""
    chosen = select(Job).where(Job.name == name, Job.organisation_id == organisation_id)
    return db.session.scalar(chosen.where(Job.state.in_((WAITING, RUNNING))).order_by(Job.id).limit(1))


def cancel(job: Job) -> None:
    """Stop a job that has not ended; a running one learns of it at its next progress."""
    if job.state in (WAITING, RUNNING):
        job.state, job.finished_at = CANCELLED, now()


def _is_to_be_had() -> ColumnElement[bool]:
    """Of a job: it waits and its time has come, or its worker went silent."""
    moment = now()
    has_come = or_(Job.not_before.is_(None), Job.not_before <= moment)
    return or_((Job.state == WAITING) & has_come, (Job.state == RUNNING) & (Job.lease_until < moment))


def due() -> list[int]:
    """The jobs that can be done now, the oldest first."""
    return list(db.session.scalars(select(Job.id).where(_is_to_be_had()).order_by(Job.id).limit(100)))


def _claim(job_id: int) -> int:
    """Take a job; answers which attempt this is, 0 when it is not to be had."""
    with db.engine.begin() as connection:
        claimed = connection.execute(
            update(Job)
            .where(Job.id == job_id, _is_to_be_had())
            .values(state=RUNNING, lease_until=now() + LEASE, attempts=Job.attempts + 1)
        )
        if not claimed.rowcount:
            return 0
        return connection.scalar(select(Job.attempts).where(Job.id == job_id)) or 0


def run(job_id: int) -> str:
    """Do a job if it is still to be done. Answers the state it ended in, or "taken" when it is not to be had."""
    attempt = _claim(job_id)
    if not attempt:
        return "taken"
    job = db.session.get_one(Job, job_id, populate_existing=True)
    enter(job.organisation_id)
    name, arguments, organisation_id, begun = job.name, dict(job.arguments), job.organisation_id, attempt - job.put_off
    db.session.commit()
    function, reads, given_up = _works[name]
    before = reading.set(reads)
    try:
        if begun > MOST_ATTEMPTS:
            raise RuleBroken(_("It was begun several times and never came to its end."))
        result = function(**arguments, organisation_id=organisation_id, progress=Progress(job_id, attempt))
        transactions.commit()
    except Cancelled:
        transactions.rollback()
        return CANCELLED
    except Later as later:
        transactions.rollback()
        return _put_off(job_id, attempt, later.not_before)
    except Exception as error:
        transactions.rollback()
        if not isinstance(error, Refusal):
            log.exception("job_failed", job=job_id, work=name)
        if given_up is not None:  # before the job ends: killed in between, it is begun and given up once more
            given_up(**arguments)
        return _finish(job_id, attempt, FAILED, {}, str(error.message) if isinstance(error, Refusal) else "")
    finally:
        reading.reset(before)
    return _finish(job_id, attempt, DONE, result, "")


def _put_off(job_id: int, attempt: int, not_before: datetime.datetime) -> str:
    """Let go of a job until then. `attempts` is never set back: it tells a worker from the one that came after it."""
    with db.engine.begin() as connection:
        connection.execute(
            update(Job)
            .where(Job.id == job_id, Job.state == RUNNING, Job.attempts == attempt)
            .values(state=WAITING, not_before=not_before, put_off=Job.put_off + 1, lease_until=None)
        )
    return WAITING


def _finish(job_id: int, attempt: int, state: str, result: dict[str, Any], error: str) -> str:
    with db.engine.begin() as connection:
        connection.execute(
            update(Job)
            .where(Job.id == job_id, Job.state == RUNNING, Job.attempts == attempt)
            .values(state=state, result=result, error=error, finished_at=now(), lease_until=None)
        )
    return state


def run_due() -> int:
    """Do what is due, here and now; answers how many jobs ran."""
    with across_organisations():
        ids = due()
    db.session.commit()
    return sum(run(job_id) != "taken" for job_id in ids)
