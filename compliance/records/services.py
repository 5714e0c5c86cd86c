"""What can be done to any record: keep, find, submit, approve, refuse, archive, restore, tell."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select
from sqlalchemy.orm import load_only

from compliance.records import chain, projections, search
from compliance.records.actor import APPROVED as APPROVED_FACE
from compliance.records.actor import WORKING, Actor
from compliance.records.kinds import FACES, Faces, Kind, kind_of
from compliance.records.models import (
    APPROVED,
    ARCHIVED,
    DRAFT,
    SUBMITTED,
    Fact,
    JournalEntry,
    Record,
    RecordLink,
    Revision,
)
from compliance.records.numbering import counter_of
from compliance.support.clock import now
from compliance.support.db import Audited, claim, db
from compliance.support.documents import Json
from compliance.support.errors import NotFound, RuleBroken
from compliance.support.i18n import _

#: The links of a record as they stand; made once, because every save asks.
_LINKS = (
    select(RecordLink.id, RecordLink.role, Record.kind, Record.reference)
    .join(Record, Record.id == RecordLink.to_id)
    .where(RecordLink.from_id == bindparam("of"))
)


def keep(
    record: Record, tag: str, *, actor: Actor, document: Json | None = None, reason: str = "", **details: Any
) -> Revision:
    """Keep a change: the one call that writes revision, journal entry, search index, links and projections."""
    is_other = document is not None and document != record.document
    revision = _revise(record, tag, actor, document, reason, details)
    claim(record)
    refresh(record)
    if is_other and not kind_of(record.kind).needs_approval:
        _refresh_linked(record)
    return revision


def _revise(
    record: Record, tag: str, actor: Actor, document: Json | None, reason: str, details: dict[str, Any]
) -> Revision:
    if document is not None:
        with db.session.no_autoflush:  # one UPDATE, not one before the card is asked and one after
            record.document = document
            _refresh_card(record, kind_of(record.kind))
    record.version = (record.version or 0) + 1
    record.updated_at = now()
    db.session.add(record)
    db.session.flush()
    revision = Revision(
        organisation_id=record.organisation_id,
        record_id=record.id,
        number=record.version,
        tag=tag,
        state=record.state,
        edition=record.edition,
        document=record.document,
        digest=chain.digest_of(record.document),
        reason=reason,
        actor_id=actor.user_id,
        actor_name=actor.name,
        at=record.updated_at,
    )
    db.session.add(revision)
    db.session.flush()
    chain.queue(chain.Waiting(record.organisation_id, tag, actor, record, revision, record.reference, details))
    return revision


def refresh(record: Record, faces: Faces = FACES) -> None:
    """Rebuild what is derived from these faces of a record: search, links, and whatever its domain shows of it."""
    search.index([(record, face, document_of(record, face)) for face in faces])
    _relink(record)
    kind_of(record.kind).project(record, faces)


def document_of(record: Record, face: str) -> Json | None:
    """The document of one face of a record, if that face exists now."""
    if face == APPROVED_FACE:
        return approved_document(record)
    return None if record.state == ARCHIVED else record.document


def _refresh_linked(record: Record) -> None:
    """Show anew the records that name this one: what it says is part of what they are examined with."""
    naming = select(RecordLink.from_id).where(RecordLink.to_id == record.id, RecordLink.from_id != record.id)
    chosen = select(Record).where(Record.id.in_(naming), Record.state != ARCHIVED).order_by(Record.id)
    for other in db.session.scalars(chosen.execution_options(yield_per=200)):
        kind_of(other.kind).project(other, FACES)


def note(
    tag: str,
    *,
    actor: Actor,
    changed: Iterable[Audited] = (),
    record: Record | None = None,
    subject: str = "",
    **details: Any,
) -> None:
    """Enter in the journal what has no document of its own, and answer for the rows it changed."""
    for row in changed:
        claim(row)
    organisation_id = actor.organisation_id or chain.INSTALLATION
    chain.queue(chain.Waiting(organisation_id, tag, actor, record, None, subject, details))


def _refresh_card(record: Record, kind: Kind) -> None:
    document = record.document
    record.name = str(document.get("name", ""))[:255]
    record.common = not kind.departmental
    if kind.departmental:
        record.department_id = department_id_of(kind.department_of(document))
        record.owner_email = kind.owner_of(document)


def department_id_of(reference: str) -> int | None:
    """The id of a department named in a document; None when it names none, or one that is gone."""
    table = Record.metadata.tables["departments"]
    chosen = select(table.c.id).where(
        table.c.organisation_id == db.session.info["organisation_id"], table.c.reference == reference
    )
    return db.session.scalar(chosen) if reference else None


def _relink(record: Record) -> None:
    named = {(role, item["kind"], item["reference"]) for role, item in links_in(record.document)}
    standing = db.session.connection().execute(_LINKS, {"of": record.id})
    known = {(role, kind, ref): link for link, role, kind, ref in standing}
    if named == known.keys():
        return
    for link in [link for place, link in known.items() if place not in named]:
        db.session.delete(db.session.get_one(RecordLink, link))
    wanted = named - known.keys()
    references = {ref for _role, _kind, ref in wanted}
    chosen = select(Record.kind, Record.reference, Record.id).where(Record.reference.in_(references))
    ids = {(kind, ref): number for kind, ref, number in db.session.execute(chosen)} if wanted else {}
    for role, kind, reference in sorted(wanted):
        if to := ids.get((kind, reference)):
            db.session.add(RecordLink(organisation_id=record.organisation_id, from_id=record.id, role=role, to_id=to))


def links_in(document: Json) -> Iterator[tuple[str, Json]]:
    """Every link to another record that a document holds, with the field or list in which it stands."""
    for name, value in document.items():
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, dict):
                found = [link for link in (item, *item.values()) if isinstance(link, dict)]
                yield from ((name, link) for link in found if _is_link(link))


def _is_link(value: Json) -> bool:
    return bool(value.get("reference")) and "kind" in value and value["kind"] not in ("department", "person")


def next_reference(prefix: str) -> str:
    """The next free reference of that prefix in this organisation, such as PA-0042; a number is never given twice."""
    counter = counter_of(prefix)
    while True:
        counter.last += 1
        reference = f"{prefix}-{counter.last:04d}"
        if db.session.scalar(select(func.count()).where(Record.reference == reference)) == 0:
            db.session.flush()
            return reference


def create(kind_name: str, document: Json, *, actor: Actor, tag: str, reference: str = "", reason: str = "") -> Record:
    """A new record of that kind, kept as a draft (or at once as approved, where the kind asks no approval)."""
    kind = kind_of(kind_name)
    if reference and exists(kind_name, reference):
        raise RuleBroken(_("The reference %(reference)s is already used.", reference=reference), field="reference")
    record = Record(
        organisation_id=actor.organisation_id,
        kind=kind_name,
        reference=reference or next_reference(kind.prefix),
        state=DRAFT if kind.needs_approval else APPROVED,
        edition=0,
    )
    keep(record, tag, actor=actor, document=document, reason=reason)
    return record


def exists(kind: str, reference: str) -> bool:
    """Whether the organisation has used that reference, whoever may see it."""
    table = Record.__table__
    chosen = select(table.c.id).where(
        table.c.organisation_id == db.session.info["organisation_id"],
        table.c.kind == kind,
        table.c.reference == reference,
    )
    return db.session.scalar(chosen) is not None


def find(kind: str, reference: str) -> Record:
    """The record this person may see under that reference, or NotFound: out of scope and absent look alike."""
    record = db.session.scalar(select(Record).where(Record.kind == kind, Record.reference == reference))
    if record is None:
        raise NotFound(_("There is nothing here under this reference."))
    return record


def find_for(actor: Actor, kind: str, reference: str) -> Record:
    """As `find`, for somebody who may only see what was approved."""
    record = find(kind, reference)
    if kind_of(kind).needs_approval and WORKING not in actor.faces and approved_revision(record) is None:
        raise NotFound(_("There is nothing here under this reference."))
    return record


def document_for(actor: Actor, record: Record) -> Json:
    """The face of the record that this person sees by default."""
    if WORKING in actor.faces or not kind_of(record.kind).needs_approval:
        return record.document
    return approved_document(record) or {}


def approved_revision(record: Record) -> Revision | None:
    """The revision that stands in the register, if one does."""
    if record.approved_revision_id is None or record.state == ARCHIVED:
        return None
    return db.session.get(Revision, record.approved_revision_id)


def approved_document(record: Record) -> Json | None:
    """The document that stands in the register, if one does."""
    revision = approved_revision(record)
    return revision.document if revision else None


def revisions_of(record: Record) -> Sequence[Revision]:
    """All revisions, the newest first."""
    chosen = select(Revision).where(Revision.record_id == record.id).order_by(Revision.number.desc())
    return db.session.scalars(chosen).all()


def revision(record: Record, number: int) -> Revision:
    """One revision by its number, or NotFound."""
    chosen = select(Revision).where(Revision.record_id == record.id, Revision.number == number)
    if not 0 < number <= record.version or (found := db.session.scalar(chosen)) is None:
        raise NotFound(_("This version does not exist."))
    return found


def as_of(record_id: int, moment: datetime.datetime) -> Revision | None:
    """The last revision kept before that instant."""
    chosen = select(Revision).where(Revision.record_id == record_id, Revision.at < moment)
    return db.session.scalar(chosen.order_by(Revision.number.desc()).limit(1))


def journal_of(record: Record) -> Sequence[JournalEntry]:
    """What the journal says of a record, the newest first."""
    here = JournalEntry.chain == record.organisation_id
    chosen = select(JournalEntry).where(here, JournalEntry.record_id == record.id)
    return db.session.scalars(chosen.order_by(JournalEntry.sequence.desc())).all()


def change(record: Record, document: Json, tag: str, *, actor: Actor, reason: str = "") -> Revision | None:
    """Keep a new working document. What was submitted or approved is a draft again; the register keeps its version.

    Nothing is kept when nothing changed.
    """
    if document == record.document:
        return None
    if record.state == ARCHIVED:
        raise RuleBroken(_("This record is archived: restore it before changing it."))
    if not kind_of(record.kind).needs_approval:
        return keep(record, tag, actor=actor, document=document, reason=reason)
    department_id = record.department_id
    record.state = DRAFT
    record.submitted_at = record.submitted_by_id = None
    kept = _revise(record, tag, actor, document, reason, {})
    claim(record)
    # What stands in the register is as it was, but for who may see it when the record went to another department.
    refresh(record, (WORKING,) if record.department_id == department_id else FACES)
    return kept


def submit(record: Record, tag: str, *, actor: Actor, reason: str = "") -> None:
    """Ask for approval of the working document."""
    if record.state != DRAFT:
        raise RuleBroken(_("Only a draft can be submitted."))
    record.state, record.submitted_at, record.submitted_by_id = SUBMITTED, now(), actor.user_id
    keep(record, tag, actor=actor, reason=reason)


def approve(record: Record, tag: str, *, actor: Actor, reason: str = "", **details: Any) -> Revision:
    """Make the working document the one that stands in the register."""
    if record.state not in (DRAFT, SUBMITTED):
        raise RuleBroken(_("There is nothing to approve: this version is already in the register."))
    record.state, record.approved_at, record.approved_by = APPROVED, now(), actor.name
    record.edition += 1
    kept = _revise(record, tag, actor, None, reason, details)
    record.approved_revision_id = kept.id
    claim(record)
    refresh(record)
    return kept


def refuse(record: Record, tag: str, *, actor: Actor, reason: str) -> None:
    """Give a submitted record back as a draft, with the reason."""
    if record.state != SUBMITTED:
        raise RuleBroken(_("Only a submitted record can be refused."))
    if not reason:
        raise RuleBroken(_("Say why, so that the author knows what to change."), field="reason")
    record.state, record.submitted_at, record.submitted_by_id = DRAFT, None, None
    keep(record, tag, actor=actor, reason=reason)


def archive(record: Record, tag: str, *, actor: Actor, reason: str = "") -> None:
    """Take a record out of the lists and the register; its history stays."""
    if record.state == ARCHIVED:
        return
    record.state = ARCHIVED
    keep(record, tag, actor=actor, reason=reason)


def restore(record: Record, tag: str, *, actor: Actor, number: int | None = None) -> None:
    """Bring back an archived record, or an earlier revision, as the working copy.

    What was approved word for word needs no second approval.
    """
    document = revision(record, number).document if number else record.document
    approved = db.session.get(Revision, record.approved_revision_id) if record.approved_revision_id else None
    stands = approved is not None and approved.document == document
    record.state = APPROVED if stands or not kind_of(record.kind).needs_approval else DRAFT
    record.submitted_at = record.submitted_by_id = None
    reason = _("Version %(number)s restored", number=number) if number else ""
    keep(record, tag, actor=actor, document=document, reason=reason)


def tell(record: Record, subject: str, name: str, value: Json | None) -> bool:
    """Write down a fact that an upper storey knows; None ends it. Answers whether anything changed."""
    same = (Fact.record_id == record.id, Fact.subject == subject, Fact.name == name)
    current = db.session.scalar(select(Fact).where(*same, Fact.until.is_(None)))
    if current is not None and current.value == value:
        return False
    if current is not None:
        current.until = now()
    if value is not None:
        db.session.add(Fact(record_id=record.id, subject=subject, name=name, value=value, since=now()))
    return current is not None or value is not None


def facts_of(record_id: int, moment: datetime.datetime | None = None) -> dict[tuple[str, str], Json]:
    """The facts that hold now, or that held at that instant, by (subject, name)."""
    rows = projections.read(Fact, record_id, "subject", "name", "value", "since", "until")
    return {
        (subject, name): value
        for subject, name, value, since, until in rows
        if (until is None if moment is None else since < moment and (until is None or until >= moment))
    }


def links_of(record: Record) -> list[tuple[str, str, Record]]:
    """What this record points to and what points to it, as (direction, role, the other record)."""
    card = load_only(Record.kind, Record.reference, Record.name, Record.state, Record.department_id)
    goes_out = RecordLink.from_id == record.id
    other_end = case((goes_out, RecordLink.to_id), else_=RecordLink.from_id)
    chosen = select(RecordLink.from_id, RecordLink.role, Record).options(card).join(Record, Record.id == other_end)
    rows = db.session.execute(chosen.where(or_(goes_out, RecordLink.to_id == record.id)).order_by(Record.reference))
    found = [("out" if start == record.id else "in", role, other) for start, role, other in rows]
    return sorted(found, key=lambda link: link[0] == "in")
