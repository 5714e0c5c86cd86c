"""Letters that are to leave: rows written in the transaction that causes them, delivered by a job, never lost."""

import datetime
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import ForeignKey, Index, String, Text, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from compliance.support import jobs, mail
from compliance.support.clock import now
from compliance.support.db import Base, db, reading

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
    organisation_id: int | None = None, leaves: bool = True,
) -> Letter:  # fmt: skip
    """Put a letter in the post: a row, and the job that delivers it. The same `key` is the same letter.

    One that does not leave is put in a folder even where there is a mail server.
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
    jobs.enqueue("deliver", organisation_id=organisation_id, letter=letter.id, leaves=leaves)
    return letter


def give_up(*, letter: int, **_rest: Any) -> None:
    """Nobody will try again: the letter is dead, and the administrator sees it."""
    _mark(letter, state=DEAD, error="given-up")


@jobs.work("deliver", reads=True, given_up=give_up)
def deliver(*, letter: int, leaves: bool, progress: jobs.Progress, **_rest: Any) -> dict[str, Any]:
    """Deliver a letter, unless it was; refused for now, it is tried again later, refused for good, it is dead.

    Between the server's word that it has the letter and ours that it was sent stands one statement: whoever dies
    there sends the letter once more, under the same Message-ID.
    """
    found = db.session.get(Letter, letter, populate_existing=True)
    if found is None or found.state != WAITING:
        return {}
    tried = found.attempts + 1
    try:
        _leave(found, leaves, progress)
    except mail.Refused as refused:
        return _refused(letter, tried, refused)
    return {}


def _leave(letter: Letter, leaves: bool, progress: jobs.Progress) -> None:
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
    was_down = _down_since()
    try:
        with mail.line_to(server, name=config["MAIL_HOST"]) as line:
            # From here on nobody else may have the letter until each answer could have come.
            progress(0, 1, datetime.timedelta(seconds=30 + 5 * server.timeout))
            mail.hand_over(line, message, sender=sender.addr_spec, recipient=recipient)
            _mark(number, state=SENT, sent_at=now(), error="")
    except mail.LineDown as down:
        moment = now()
        pulse(LINE, error=down.error, since=was_down or moment.isoformat(), until=(moment + PAUSE).isoformat())
        raise
    if was_down:
        pulse(LINE)


def _down_since() -> str:
    """Since when the mail server cannot be reached, nothing when it can; refuses while it need not be asked again."""
    with db.engine.connect() as connection:
        said = connection.scalar(select(Heartbeat.said).where(Heartbeat.name == LINE)) or {}
    if said and datetime.datetime.fromisoformat(said["until"]) > now():
        raise mail.LineDown(*said["error"].split(": ", 1))
    return str(said.get("since", ""))


def _refused(number: int, tried: int, refused: mail.Refused) -> dict[str, Any]:
    """Die, or wait longer than the time before; a little by chance, so that what failed together comes apart."""
    reason = refused.error.partition(":")[0]
    if refused.for_good or tried >= MOST_TRIES:
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
    jobs.enqueue("deliver", organisation_id=letter.organisation_id, letter=letter.id, leaves=leaves)


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
