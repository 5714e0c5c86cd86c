"""The chain: each entry of a journal is tied by SHA-256 to all that came before, so that a rewritten past shows.

`queue` only notes what to write. The head rows are taken and the links written in `before_commit`, in ascending
order of chain, because a head is the lock that everybody of an organisation waits for.
"""

import datetime
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import bindparam, event, insert, select
from sqlalchemy.orm import Session

from compliance.records.actor import Actor
from compliance.records.models import ChainHead, JournalEntry, Record, Revision
from compliance.support.clock import now
from compliance.support.db import UNOWNED, db

INSTALLATION = 0


def canonical(value: Any) -> bytes:
    """One spelling for equal values: sorted keys, no spaces, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest_of(value: Any) -> str:
    """SHA-256, in hexadecimal, of the canonical spelling."""
    return hashlib.sha256(canonical(value)).hexdigest()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A journal entry that waits for the commit."""

    chain: int
    tag: str
    actor: Actor
    record: Record | None = None
    revision: Revision | None = None
    subject: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    at: datetime.datetime = field(default_factory=now)


def queue(entry: Waiting) -> None:
    """Have an entry written into its chain when the transaction is kept."""
    db.session.info.setdefault("journal", []).append(entry)


#: Asked at every request that remembers: made once.
_SEAL = select(ChainHead.digest).where(ChainHead.chain == bindparam("of")).execution_options(**UNOWNED)
_HEAD = select(ChainHead.sequence).where(ChainHead.chain == bindparam("of")).execution_options(**UNOWNED)


def seal_of(chain: int) -> str:
    """The digest of the last link: it changes whenever anything of the organisation was kept, and never comes back.

    A number would: a database restored from yesterday counts on from there.
    """
    return db.session.scalar(_SEAL, {"of": chain}) or ""


def head_of(chain: int) -> int:
    """The number of the last link."""
    return db.session.scalar(_HEAD, {"of": chain}) or 0


def link_digest(entry: JournalEntry) -> str:
    """What the digest of a link must be, given all that it says and the link before it."""
    return digest_of(
        [
            entry.chain, entry.sequence, entry.at.isoformat(), entry.tag, entry.actor_id, entry.actor_name,
            entry.record_id, entry.revision_id, entry.subject, entry.content, entry.previous,
        ]
    )  # fmt: skip


def content_digest(details: dict[str, Any], revision: Revision | None) -> str:
    """What was kept: the details of the entry and, with a revision, everything the revision says."""
    kept = None
    if revision is not None:
        kept = [revision.record_id, revision.number, revision.tag, revision.state, revision.edition, revision.digest,
                revision.reason, revision.actor_id, revision.actor_name, revision.at.isoformat()]  # fmt: skip
    return digest_of([details, kept])


_TABLE: Any = JournalEntry.__table__
_COLUMNS = [column.key for column in _TABLE.columns if column.key != "id"]
_LINKS = insert(_TABLE)


def _write(session: Session) -> None:
    if session.in_nested_transaction() or not session.info.get("journal"):
        return
    session.flush()
    by_chain: dict[int, list[Waiting]] = defaultdict(list)
    for entry in session.info.pop("journal"):
        by_chain[entry.chain].append(entry)
    for chain in sorted(by_chain):
        head = session.get(ChainHead, chain, with_for_update=True, populate_existing=True)
        if head is None:
            head = ChainHead(chain=chain, sequence=0, digest="")
            session.add(head)
        links = [_link(head, waiting) for waiting in by_chain[chain]]
        session.connection().execute(_LINKS, [{name: getattr(link, name) for name in _COLUMNS} for link in links])


def _link(head: ChainHead, waiting: Waiting) -> JournalEntry:
    entry = JournalEntry(
        chain=head.chain,
        sequence=head.sequence + 1,
        at=waiting.at,
        tag=waiting.tag,
        actor_id=waiting.actor.user_id,
        actor_name=waiting.actor.name,
        record_id=waiting.record.id if waiting.record else None,
        revision_id=waiting.revision.id if waiting.revision else None,
        subject=waiting.subject,
        details=waiting.details,
        content=content_digest(waiting.details, waiting.revision),
        previous=head.digest,
    )
    entry.digest = link_digest(entry)
    head.sequence, head.digest = entry.sequence, entry.digest
    return entry


def _drop(session: Session, previous: Any) -> None:
    if not previous.nested:
        session.info.pop("journal", None)


def listen() -> None:
    """Write the chain at every commit of the application's sessions."""
    event.listen(db.session, "before_commit", _write)
    event.listen(db.session, "after_soft_rollback", _drop)
