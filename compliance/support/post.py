"""Letters that are to leave: rows written in the transaction that causes them, delivered by a job, never lost."""

import datetime
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import ForeignKey, Index, String, Text, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from compliance.support import jobs, mail
from compliance.support.clock import now
from compliance.support.db import Base, db, reading
from compliance.support.jobs import Job

log = structlog.get_logger()

#: `FILED` is a letter that was put in a folder, because there is no mail server or it is of the sample organisation.
WAITING, SENT, FILED, DEAD = "waiting", "sent", "filed", "dead"
STATES = (WAITING, SENT, FILED, DEAD)
#: The pulses that are kept: of two programs, and of the line to the mail server.
SCHEDULER, WORKER, LINE = "scheduler", "worker", "line"
#: A letter is tried again after a minute, then after twice as long each time, up to four hours: for about a day.
FIRST_WAIT, LONGEST_WAIT, MOST_TRIES = datetime.timedelta(minutes=1), datetime.timedelta(hours=4), 14
#: While the mail server cannot be reached it is asked once in so long, whatever number of letters waits for it.
PAUSE = datetime.timedelta(minutes=1)


class Letter(Base):
    """A letter to one person, as it leaves, and how its delivery goes. `name` is its folder of templates.

    `message_id` is the same however often it is tried, so that a mail server that saw it twice can tell.
    """

    __tablename__ = "letters"
    __table_args__ = (Index("ix_letters_state", "state", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recipient: Mapped[str] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(2))
    name: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    subject: Mapped[str] = mapped_column(String(255), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    unsubscribe: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(16), default=WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime.datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime.datetime | None]


class Heartbeat(Base):
    """When a process that works unseen was last alive, and what it said of itself."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime.datetime]
    said: Mapped[dict[str, Any]] = mapped_column(default=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as it leaves: its words, and the address that stops letters of its kind with one click."""

    subject: str
    text: str
    html: str
    unsubscribe: str = ""


def write(
    name: str, *, recipient: str, language: str, written: Written, key: str, person_id: int | None = None,
    organisation_id: int | None = None, leaves: bool = True, tries: int = MOST_TRIES,
) -> Letter:  # fmt: skip
    """Put a letter in the post: a row, and the job that delivers it. The same `key` is the same letter.

    One that does not leave is put in a folder even where there is a mail server; one that is tried once has its
    answer at once.
    """
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    letter = Letter(
        name=name, recipient=recipient, language=language, person_id=person_id, organisation_id=organisation_id,
        subject=mail.one_line(written.subject)[:255], text=written.text, html=written.html,
        unsubscribe=written.unsubscribe,
        message_id=f"<{digest}@{current_app.config['MAIL_HOST']}>",
    )  # fmt: skip
    db.session.add(letter)
    db.session.flush()
    jobs.enqueue("deliver", organisation_id=organisation_id, letter=letter.id, leaves=leaves, tries=tries)
    return letter


def give_up(*, letter: int, **_rest: Any) -> None:
    """Nobody will try again: the letter is dead, and the administrator sees it."""
    _mark(letter, state=DEAD, error="given-up")


@jobs.work("deliver", reads=True, given_up=give_up)
def deliver(*, letter: int, leaves: bool, tries: int, progress: jobs.Progress, **_rest: Any) -> dict[str, Any]:
    """Deliver a letter, unless it was; refused for now, it is tried again later, refused for good, it is dead.

    Between the server's word that it has the letter and ours that it was sent stands one statement: whoever dies
    there sends the letter once more, under the same Message-ID.
    """
    found = db.session.get(Letter, letter, populate_existing=True)
    if found is None or found.state != WAITING:
        return {}
    tried = found.attempts + 1
    try:
        _leave(found, progress, leaves=leaves, waits=tries > 1)
    except mail.Refused as refused:
        return _refused(letter, tried, refused, is_last=tried >= tries)
    return {}


def _leave(letter: Letter, progress: jobs.Progress, *, leaves: bool, waits: bool) -> None:
    config, number, recipient = current_app.config, letter.id, letter.recipient
    server, sender = config["MAIL_SERVER"], config["MAIL_SENDER"]
    message = mail.message(
        sender=sender, recipient=recipient, subject=letter.subject, text=letter.text, html=letter.html,
        language=letter.language, message_id=letter.message_id, unsubscribe=letter.unsubscribe,
    )  # fmt: skip
    db.session.rollback()  # a mail server may be slow: nothing of the database is held meanwhile
    if server is None or not leaves:
        mail.to_file(message, config["SETTINGS"].var_dir / "letters")
        _mark(number, state=FILED, sent_at=now(), error="")
        return
    was_down = _down_since(asks=not waits)
    try:
        with mail.line_to(server, name=config["MAIL_HOST"]) as line:
            progress(0, 1, _longest(server))
            mail.hand_over(line, message, sender=sender.addr_spec, recipient=recipient)
            _mark(number, state=SENT, sent_at=now(), error="")
    except mail.LineDown as down:
        moment = now()
        pulse(LINE, error=down.error, since=was_down or moment.isoformat(), until=(moment + PAUSE).isoformat())
        raise
    if was_down:
        pulse(LINE)


def _longest(server: mail.Server) -> datetime.timedelta:
    """For how long nobody else may have a letter that is being handed over: until each of five answers has come."""
    return datetime.timedelta(seconds=30 + 5 * server.timeout)


def _down_since(*, asks: bool) -> str:
    """Since when the mail server cannot be reached, nothing when it can; refuses while it need not be asked again."""
    with db.engine.connect() as connection:
        said = connection.scalar(select(Heartbeat.said).where(Heartbeat.name == LINE)) or {}
    if said and not asks and datetime.datetime.fromisoformat(said["until"]) > now():
        raise mail.LineDown(*said["error"].split(": ", 1))
    return str(said.get("since", ""))


def _refused(number: int, tried: int, refused: mail.Refused, *, is_last: bool) -> dict[str, Any]:
    """Die, or wait longer than the time before; a little by chance, so that what failed together comes apart."""
    reason = refused.error.partition(":")[0]
    if refused.for_good or is_last:
        _mark(number, state=DEAD, attempts=tried, error=refused.error)
        log.warning("letter_dead", letter=number, reason=reason, tries=tried)
        return {"error": reason}
    _mark(number, attempts=tried, error=refused.error)
    log.info("letter_waits", letter=number, reason=reason, tries=tried)
    wait = min(FIRST_WAIT * 2 ** (tried - 1), LONGEST_WAIT)
    raise jobs.Later(now() + wait * secrets.SystemRandom().uniform(0.8, 1.2))


def _mark(number: int, **values: Any) -> None:
    """Write down what became of a letter, at once; what was delivered stays so."""
    with db.engine.begin() as connection:
        connection.execute(update(Letter).where(Letter.id == number, Letter.state == WAITING).values(**values))


def try_again(letter: Letter, *, leaves: bool) -> None:
    """Put a dead letter in the post once more."""
    db.session.refresh(letter, with_for_update=True)  # two people who press the button send one letter
    if letter.state != DEAD:
        return
    letter.state, letter.attempts, letter.error = WAITING, 0, ""
    jobs.enqueue("deliver", organisation_id=letter.organisation_id, letter=letter.id, leaves=leaves, tries=MOST_TRIES)


def pulse(name: str, **said: Any) -> None:
    """Leave word that something which works unseen is alive, and what it says of itself."""
    values = {"at": now(), "said": said}
    before = reading.set(False)
    try:
        with db.engine.begin() as connection:
            changed = connection.execute(update(Heartbeat).where(Heartbeat.name == name).values(**values))
            if not changed.rowcount:
                connection.execute(insert(Heartbeat).values(name=name, **values))
    except IntegrityError:
        log.debug("pulse_taken", name=name)  # somebody else left the first word at the same moment
    finally:
        reading.reset(before)


@dataclass(frozen=True, slots=True)
class Health:
    """How what works unseen is doing. `silent` names the programs that should have been heard and were not."""

    silent: tuple[str, ...]
    scheduler_at: datetime.datetime | None
    worker_at: datetime.datetime | None
    waiting_jobs: int
    running_jobs: int
    waiting_letters: int
    oldest_letter: datetime.datetime | None
    dead_letters: int
    line_down_since: datetime.datetime | None
    line_error: str


#: A program that has not been heard for so long is silent: each leaves word every ten seconds.
SILENT_AFTER = datetime.timedelta(minutes=2)


def heard() -> dict[str, datetime.datetime]:
    """When scheduler and worker were last heard. A worker that is long at one job is heard by the lease it renews."""
    found = {row.name: row.at for row in db.session.execute(select(Heartbeat.name, Heartbeat.at))}
    leased = db.session.scalar(select(func.max(Job.lease_until)).where(Job.state == jobs.RUNNING))
    if leased is not None and leased > now():
        found[WORKER] = max(found.get(WORKER, leased), min(leased, now()))
    return found


def silent(moments: Mapping[str, datetime.datetime] | None = None) -> tuple[str, ...]:
    """The programs that should have been heard and were not; none of them just after a start.

    The scheduler wakes the worker: while it is silent, the silence of the worker proves nothing and is not told.
    """
    moments = heard() if moments is None else moments
    last = now() - SILENT_AFTER
    begun: datetime.datetime = current_app.config["STARTED_AT"]
    quiet = [name for name in (SCHEDULER, WORKER) if moments.get(name, begun) < last]
    return tuple(quiet[:1])


def health(organisation_id: int | None = None) -> Health:
    """How the post of an organisation, or of the whole installation, is doing."""
    moments = heard()
    here = () if organisation_id is None else (Letter.organisation_id == organisation_id,)
    letters = select(func.count(), func.min(Letter.created_at)).where(*here)
    waiting, oldest = db.session.execute(letters.where(Letter.state == WAITING)).one()
    dead = db.session.execute(letters.where(Letter.state == DEAD)).one()[0]
    alive = select(Job.state, func.count().label("number")).where(Job.state.in_((jobs.WAITING, jobs.RUNNING)))
    queue = {row.state: row.number for row in db.session.execute(alive.group_by(Job.state))}
    said = db.session.scalar(select(Heartbeat.said).where(Heartbeat.name == LINE)) or {}
    return Health(
        silent(moments), moments.get(SCHEDULER), moments.get(WORKER), queue.get(jobs.WAITING, 0),
        queue.get(jobs.RUNNING, 0), waiting, oldest, dead,
        datetime.datetime.fromisoformat(said["since"]) if said else None, said.get("error", ""),
    )  # fmt: skip
