"""The access log: who read or took away what, where nothing was changed.

A page that is only read writes nothing in its own transaction: a line is added in a short one of its own, once the
answer is decided. Once a day the lines of the days that are over are hashed into the organisation's chain.
"""

import datetime
import hashlib
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from compliance.records import services
from compliance.records.actor import Actor, system
from compliance.records.chain import canonical
from compliance.records.models import AccessEntry, JournalEntry
from compliance.support import transactions
from compliance.support.clock import now
from compliance.support.db import db, reading

log = structlog.get_logger()

#: What the journal calls the seal of a day, or of several days when the task was late.
SEALED = "access:sealed"
#: How long after midnight (UTC) a day is over: no line of it is still on its way.
MARGIN = datetime.timedelta(hours=1)


def trace(tag: str, *, actor: Actor, subject: str = "") -> None:
    """Have it written, if the request succeeds, that this person read or took away something of the organisation."""
    line = {
        "chain": actor.organisation_id,
        "at": now(),
        "tag": tag,
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "subject": subject[:255],
    }
    transactions.after_commit(lambda: _write(line))


def _write(line: dict[str, Any]) -> None:
    """Add a line. Should that fail, the person still gets the answer, and the administrator an error in the log."""
    before = reading.set(False)
    try:
        with db.engine.begin() as connection:
            connection.execute(insert(AccessEntry), [line])
    except SQLAlchemyError as error:
        log.error("access_not_logged", tag=line["tag"], chain=line["chain"], error=type(error).__name__)
    finally:
        reading.reset(before)


def lines(
    organisation_id: int,
    *,
    person: int | None = None,
    since: datetime.datetime | None = None,
    until: datetime.datetime | None = None,
    before: int = 0,
    most: int = 50,
) -> Sequence[AccessEntry]:
    """The lines of an organisation, the latest first; of one person, of a span of time, before a number."""
    chosen = select(AccessEntry).where(AccessEntry.chain == organisation_id)
    if person is not None:
        chosen = chosen.where(AccessEntry.actor_id == person)
    if since is not None and until is not None:
        chosen = chosen.where(AccessEntry.at >= since, AccessEntry.at < until)
    if before:
        chosen = chosen.where(AccessEntry.id < before)
    return db.session.scalars(chosen.order_by(AccessEntry.id.desc()).limit(most)).all()


def people(organisation_id: int) -> list[tuple[int, str]]:
    """Who stands in the log, by number, under the name they bore last."""
    name = func.max(AccessEntry.actor_name)
    chosen = select(AccessEntry.actor_id, name).where(
        AccessEntry.chain == organisation_id, AccessEntry.actor_id.is_not(None)
    )
    found = db.session.execute(chosen.group_by(AccessEntry.actor_id))
    return sorted(((number or 0, known) for number, known in found), key=lambda pair: pair[1].casefold())


def seal(organisation_id: int) -> bool:
    """Hash the lines of the days that are over, since the last seal, into the chain. Answers whether there were any."""
    until = (now() - MARGIN).replace(hour=0, minute=0, second=0, microsecond=0).isoformat()
    since = _sealed_until(organisation_id)
    count, digest = digest_between(organisation_id, since, until)
    if count and since < until:
        services.note(
            "access:sealed", actor=system(organisation_id), subject=until[:10],
            since=since, until=until, lines=count, seal=digest,
        )  # fmt: skip
    return bool(count)


def _sealed_until(organisation_id: int) -> str:
    chosen = select(JournalEntry.details).where(JournalEntry.chain == organisation_id, JournalEntry.tag == SEALED)
    last = db.session.scalar(chosen.order_by(JournalEntry.sequence.desc()).limit(1))
    return str(last["until"]) if last else ""


def digest_between(organisation_id: int, since: str, until: str) -> tuple[int, str]:
    """How many lines were written between two instants, the second excluded, and the digest of all that they say."""
    chosen = select(AccessEntry).where(AccessEntry.chain == organisation_id, AccessEntry.at < _instant(until))
    if since:
        chosen = chosen.where(AccessEntry.at >= _instant(since))
    digest, count = hashlib.sha256(), 0
    for line in db.session.scalars(chosen.order_by(AccessEntry.id).execution_options(yield_per=500)):
        said = [line.id, line.chain, line.at.isoformat(), line.tag, line.actor_id, line.actor_name, line.subject]
        digest.update(canonical(said) + b"\n")
        count += 1
    return count, digest.hexdigest()


def _instant(written: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(written)
