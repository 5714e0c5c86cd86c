"""Proving that nothing was rewritten: the chain is walked, and what stands beside it is compared with what it says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from compliance.records import access
from compliance.records.chain import INSTALLATION, content_digest, digest_of, link_digest
from compliance.records.models import APPROVED, ChainHead, JournalEntry, Record, Revision
from compliance.support.db import across_organisations, db

#: Rows of a long walk that are in memory at a time.
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk found: how many links hold and, if something does not, at which link, what, and why.

    `subject` names the record or the day that was tampered with, where the link itself is sound.
    """

    chain: int
    links: int
    head: str
    broken_at: int | None = None
    why: str = ""
    subject: str = ""


@dataclass
class _Walk:
    """How far the walk has come."""

    chain: int
    told: Callable[[int, int], None]
    sequence: int = 0
    digest: str = ""
    passed: dict[int, str] = field(default_factory=dict)
    seals: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    def broken(self, at: int, why: str, subject: str = "") -> Verdict:
        return Verdict(self.chain, min(self.sequence, at), self.digest, at, why, subject)


def verify(chain: int, told: Callable[[int, int], None] = lambda done, total: None) -> Verdict:
    """Walk a chain from its first link; compare records and access log with it; name the first that does not hold.

    Whoever works meanwhile is not in the way: what is compared comes from one statement, or only grows. `told` learns
    how many links are done, of how many.
    """
    with across_organisations():
        walk, known = _Walk(chain, told), _head(chain)
        return (
            _walked(walk, known)
            or _ended(walk, known)
            or _stray(walk)
            or next(_rewritten_records(walk), None)
            or next(_rewritten_accesses(walk), None)
            or Verdict(chain, walk.sequence, walk.digest)
        )


def _head(chain: int) -> tuple[int, str] | None:
    head = db.session.get(ChainHead, chain, populate_existing=True)
    return (head.sequence, head.digest) if head is not None else None


def _walked(walk: _Walk, known: tuple[int, str] | None) -> Verdict | None:
    chosen = (
        select(JournalEntry, Revision)
        .outerjoin(Revision, Revision.id == JournalEntry.revision_id)
        .where(JournalEntry.chain == walk.chain)
        .order_by(JournalEntry.sequence)
    )
    with db.session.execute(chosen.execution_options(yield_per=AT_A_TIME)) as links:
        for entry, revision in links:
            if why := _fault(entry, revision, walk.digest, walk.sequence + 1):
                return walk.broken(entry.sequence, why)
            walk.sequence, walk.digest = entry.sequence, entry.digest
            if known is not None and entry.sequence == known[0]:
                walk.passed[entry.sequence] = entry.digest
            if walk.sequence % AT_A_TIME == 0:
                walk.told(walk.sequence, max(walk.sequence, known[0] if known else 0))
            if entry.tag == access.SEALED:
                walk.seals.append((entry.sequence, entry.details))
    return None


def _fault(entry: JournalEntry, revision: Revision | None, previous: str, expected: int) -> str:
    if entry.sequence != expected:
        return f"link {expected} is missing"
    if entry.previous != previous:
        return "it does not continue the link before it"
    if entry.revision_id is not None and revision is None:
        return "its revision is gone"
    if revision is not None and digest_of(revision.document) != revision.digest:
        return f"revision {revision.number} of record {revision.record_id} was rewritten"
    if content_digest(entry.details, revision) != entry.content:
        return "what it says was rewritten"
    if link_digest(entry) != entry.digest:
        return "its digest does not match"
    return ""


def _ended(walk: _Walk, known: tuple[int, str] | None) -> Verdict | None:
    """Whether the walk met the head as it was before, and did not go beyond the head as it is now."""
    if known is None:
        is_gone = walk.sequence or walk.chain != INSTALLATION
        return walk.broken(walk.sequence + 1, "the head of the chain is gone") if is_gone else None
    now = _head(walk.chain)
    passed = walk.passed.get(known[0], "") if known[0] else ""
    if passed != known[1] or now is None or now[0] < walk.sequence:
        return walk.broken(walk.sequence + 1, "links are missing after this one")
    return None


def _stray(walk: _Walk) -> Verdict | None:
    if walk.chain == INSTALLATION:
        return None
    told = select(JournalEntry.revision_id).where(JournalEntry.chain == walk.chain)
    told = told.where(JournalEntry.revision_id.is_not(None))
    strays = select(Revision.id).where(Revision.organisation_id == walk.chain, Revision.id.not_in(told))
    stray = db.session.scalar(strays.limit(1))
    return walk.broken(walk.sequence, f"revision {stray} is in no link") if stray is not None else None


def _rewritten_records(walk: _Walk) -> Iterator[Verdict]:
    """Records that do not say what their newest revision says, or whose approved version is not the one approved."""
    newest, approved, other = aliased(Revision), aliased(Revision), aliased(Revision)
    last = select(func.max(other.number)).where(other.record_id == Record.id).correlate(Record).scalar_subquery()
    standing = (approved.record_id, approved.state, approved.edition)
    chosen = (
        select(Record.id, Record.reference, Record.document, Record.state, Record.edition, Record.version)
        .add_columns(newest.id, newest.digest, newest.state, newest.edition, newest.number, *standing)
        .select_from(Record)
        .outerjoin(newest, (newest.record_id == Record.id) & (newest.number == last))
        .outerjoin(approved, approved.id == Record.approved_revision_id)
        .where(Record.organisation_id == walk.chain)
        .order_by(Record.id)
    )
    with db.session.execute(chosen.execution_options(yield_per=AT_A_TIME)) as rows:
        found = next((row for row in rows if _record_fault(row)), None)
    if found is not None:
        at = select(JournalEntry.sequence).where(JournalEntry.chain == walk.chain, JournalEntry.revision_id == found[6])
        yield walk.broken(db.session.scalar(at) or walk.sequence, _record_fault(found), found.reference)


def _record_fault(row: Any) -> str:
    number, reference, document, state, edition, version, _revision, *kept = row
    digest, *lifecycle = kept[:4]
    if digest_of(document) != digest:
        return f"the working document of {reference} is not the one that was kept last"
    if lifecycle != [state, edition, version]:
        return f"the state of {reference} is not the one that was kept last"
    of, *approval = kept[4:]
    if (of, *approval) != ((number, APPROVED, edition) if edition else (None, None, None)):
        return f"the approved version of {reference} is not the one that was approved last"
    return ""


def _rewritten_accesses(walk: _Walk) -> Iterator[Verdict]:
    for sequence, details in walk.seals:
        if access.digest_between(walk.chain, details["since"], details["until"]) != (details["lines"], details["seal"]):
            why = f"the access log sealed on {details['until'][:10]} was rewritten"
            yield walk.broken(sequence, why, details["until"][:10])
