"""Many new records written at once with all that ever happened to them: one statement a table instead of ten a change.

For filling an organisation from elsewhere. What stands afterwards is what the verbs of `services` would have left:
revisions, chain, search, links, projections.
"""

import datetime
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from compliance.records import chain, projections, search
from compliance.records.actor import APPROVED as APPROVED_FACE
from compliance.records.actor import WORKING, Actor
from compliance.records.kinds import kind_of
from compliance.records.models import APPROVED, ARCHIVED, DRAFT, SUBMITTED, Record, RecordLink, Revision
from compliance.records.numbering import counter_of
from compliance.records.services import links_in
from compliance.support.db import db
from compliance.support.documents import Json

Faces = list[tuple[str, Json]]
Shown = Callable[[Record, Faces], projections.Rows]


@dataclass(frozen=True, slots=True)
class Step:
    """One kept change: what the record was afterwards, who made it, when and why."""

    tag: str
    at: datetime.datetime
    actor: Actor
    document: Json
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """All that happened to one record, in order; `editions` are those approved before, elsewhere."""

    kind: str
    reference: str
    steps: Sequence[Step]
    reviewed_on: datetime.date | None = None
    review_due_on: datetime.date | None = None
    editions: int = 0
    approved_at: datetime.datetime | None = None
    approved_by: str = ""


def write(histories: Sequence[History], organisation_id: int, shown: Shown | None = None) -> list[Record]:
    """Write records that do not exist yet, and answer them; `shown` gives what their domain derives from faces."""
    if not histories:
        return []
    departments = _departments(organisation_id)
    records = [_record(history, organisation_id, departments) for history in histories]
    _give_ids(Record, records)
    revisions = [list(_revisions(record, history)) for record, history in zip(records, histories, strict=True)]
    _give_ids(Revision, [revision for own in revisions for revision in own])
    approvals = [_approval(own) for own in revisions]
    _point_at_approvals(records, approvals)
    for record, history, own in zip(records, histories, revisions, strict=True):
        for step, revision in zip(history.steps, own, strict=True):
            chain.queue(
                chain.Waiting(organisation_id, step.tag, step.actor, record, revision, record.reference, at=step.at)
            )
    faces = [_faces(record, approved) for record, approved in zip(records, approvals, strict=True)]
    search.index((record, face, document) for record, own in zip(records, faces, strict=True) for face, document in own)
    _link(records)
    if shown:
        projections.write((record, shown(record, own)) for record, own in zip(records, faces, strict=True))
    return records


def _departments(organisation_id: int) -> dict[str, int]:
    table = Record.metadata.tables["departments"]
    chosen = select(table.c.reference, table.c.id).where(table.c.organisation_id == organisation_id)
    return dict(db.session.execute(chosen).all())


def _record(history: History, organisation_id: int, departments: dict[str, int]) -> Record:
    kind, last = kind_of(history.kind), history.steps[-1]
    approvals = [step for step in history.steps if step.state == APPROVED and kind.needs_approval]
    asked = _asked(history.steps)
    return Record(
        organisation_id=organisation_id,
        kind=history.kind,
        reference=history.reference,
        name=str(last.document.get("name", ""))[:255],
        document=last.document,
        state=last.state,
        version=len(history.steps),
        edition=history.editions + len(approvals) if approvals else 0,
        department_id=departments.get(kind.department_of(last.document)) if kind.departmental else None,
        common=not kind.departmental,
        owner_email=kind.owner_of(last.document),
        created_at=history.steps[0].at,
        updated_at=last.at,
        submitted_at=asked.at if asked else None,
        submitted_by_id=asked.actor.user_id if asked else None,
        approved_at=(history.approved_at or approvals[-1].at) if approvals else None,
        approved_by=(history.approved_by or approvals[-1].actor.name) if approvals else "",
        approved_revision_id=None,
        reviewed_on=history.reviewed_on,
        review_due_on=history.review_due_on,
    )


def _asked(steps: Sequence[Step]) -> Step | None:
    """The submission that still holds: a change since would have made the record a draft again."""
    since = max((number for number, step in enumerate(steps) if step.state == DRAFT), default=-1)
    return next((step for step in steps[since + 1 :] if step.state == SUBMITTED), None)


def _revisions(record: Record, history: History) -> Iterable[Revision]:
    edition = 0
    for number, step in enumerate(history.steps, start=1):
        if step.state == APPROVED and kind_of(record.kind).needs_approval:
            edition = max(edition, history.editions) + 1
        yield Revision(
            organisation_id=record.organisation_id,
            record_id=record.id,
            number=number,
            tag=step.tag,
            state=step.state,
            edition=edition,
            document=step.document,
            digest=chain.digest_of(step.document),
            reason=step.reason,
            actor_id=step.actor.user_id,
            actor_name=step.actor.name,
            at=step.at,
        )


def _give_ids(model: Any, rows: Sequence[Any]) -> None:
    """Insert, and let each row know its number; the rows stay outside the session, which has nothing to do for them."""
    columns = [column.key for column in model.__table__.columns if column.key != "id"]
    values = [{name: getattr(row, name) for name in columns} for row in rows]
    statement = insert(model.__table__).returning(model.__table__.c.id, sort_by_parameter_order=True)
    for row, number in zip(rows, db.session.connection().scalars(statement, values), strict=True):
        row.id = number


def _approval(revisions: Sequence[Revision]) -> Revision | None:
    return next((revision for revision in reversed(revisions) if revision.edition and revision.state == APPROVED), None)


def _point_at_approvals(records: Sequence[Record], approvals: Sequence[Revision | None]) -> None:
    pairs = [(record, approved) for record, approved in zip(records, approvals, strict=True) if approved is not None]
    for record, approved in pairs:
        record.approved_revision_id = approved.id
    table = Record.metadata.tables[Record.__tablename__]
    pointing = update(table).where(table.c.id == bindparam("of")).values(approved_revision_id=bindparam("approved"))
    if pairs:
        db.session.connection().execute(pointing, [{"of": r.id, "approved": a.id} for r, a in pairs])


def _faces(record: Record, approved: Revision | None) -> Faces:
    if record.state == ARCHIVED:
        return []
    working = [(WORKING, record.document)]
    return [*working, (APPROVED_FACE, approved.document)] if approved else working


def _link(records: Sequence[Record]) -> None:
    named = {(r.id, role, item["kind"], item["reference"]) for r in records for role, item in links_in(r.document)}
    chosen = select(Record.id, Record.kind, Record.reference).where(Record.reference.in_({name[3] for name in named}))
    found = db.session.execute(chosen) if named else ()
    ids = {(kind, reference): number for number, kind, reference in found}
    rows = [
        {"organisation_id": records[0].organisation_id, "from_id": origin, "role": role, "to_id": ids[kind, reference]}
        for origin, role, kind, reference in sorted(named)
        if (kind, reference) in ids
    ]
    if rows:
        db.session.connection().execute(insert(RecordLink.__table__), rows)  # type: ignore[arg-type]


def used(references: Collection[str], kind: str = "") -> set[str]:
    """Those of these references that the organisation has used (for that kind), whoever may see their records."""
    table = Record.metadata.tables[Record.__tablename__]
    chosen = select(table.c.reference).where(
        table.c.organisation_id == db.session.info["organisation_id"], table.c.reference.in_(references)
    )
    chosen = chosen.where(table.c.kind == kind) if kind else chosen
    return set(db.session.scalars(chosen)) if references else set()


def reserve(prefix: str, count: int, besides: Collection[str] = ()) -> list[str]:
    """That many new references of a prefix, in order: none that is used already or stands in `besides`."""
    counter = counter_of(prefix)
    found: list[str] = []
    while missing := count - len(found):
        first, counter.last = counter.last + 1, counter.last + missing
        drawn = [f"{prefix}-{number:04d}" for number in range(first, first + missing)]
        gone = used(drawn).union(besides)
        found += [reference for reference in drawn if reference not in gone]
    db.session.flush()
    return found
