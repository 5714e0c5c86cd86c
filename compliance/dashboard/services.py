"""What needs a person today, read from what the lists show: few statements, remembered until something is kept."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from compliance.records.actor import WORKING, Actor
from compliance.records.models import DRAFT, SUBMITTED, Record, Revision
from compliance.records.remembering import remembered
from compliance.register.models import Action, FindingRow, Opinion, RegisterEntry, RegisterFacet
from compliance.register.services.findings import Health, health
from compliance.register.services.listing import SOON_DAYS
from compliance.reminders.models import OPEN, DueDate
from compliance.support.clock import day_of
from compliance.support.dates import zone
from compliance.support.db import db
from compliance.support.permissions import Permission

#: How many lines a block shows; its total is always said.
SHOWN = 10
NOW, SOON, THEN = URGENCIES = ("now", "soon", "then")
#: The findings that a contract mends: those who keep contracts begin there.
CONTRACT_RULES = ("R052", "R053")
#: Due dates that have blocks of their own.
TOLD_APART = ("action", "activity_review", "approval_waiting", "draft_alone")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do: the record, and what says why it is here."""

    reference: str
    name: str
    department: str = ""
    day: datetime.date | None = None
    words: str = ""
    who: str = ""
    mark: str = ""
    number: int = 0
    kind: str = ""
    endpoint: str = ""
    place: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Block:
    """Things of one sort: how many there are, and the first of them."""

    name: str
    urgency: str
    total: int
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Today:
    """What needs somebody, most urgent first, and how each face of the register that they see stands."""

    blocks: Sequence[Block] = ()
    health: Mapping[str, Health] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many things need them."""
        return sum(block.total for block in self.blocks)


def today(actor: Actor, day: datetime.date) -> Today:
    """What needs this person on that day."""
    if not actor.can(Permission.REGISTER_READ):
        return Today()
    parts = (day, actor.user_id, *sorted(actor.permissions))
    return remembered("dashboard:today", actor, parts, lambda: _today(actor, day))


def _today(actor: Actor, day: datetime.date) -> Today:
    standing = health(actor, day)
    if WORKING not in actor.faces or not standing[WORKING].records:
        return Today((), standing)
    counts = standing[WORKING].waiting
    blocks = [*_deciding(actor, counts), *_watching(actor, counts, day), *_doing(actor, day)]
    shown = [block for block in blocks if block.items]
    return Today(sorted(shown, key=lambda block: URGENCIES.index(block.urgency)), standing)


def _having(facet: str, value: str) -> ColumnElement[bool]:
    chosen = select(RegisterFacet.record_id).where(
        RegisterFacet.face == WORKING, RegisterFacet.facet == facet, RegisterFacet.value == value
    )
    return RegisterEntry.record_id.in_(chosen)


def _entries(*conditions: ColumnElement[bool]) -> Select[RegisterEntry]:
    return select(RegisterEntry).where(RegisterEntry.face == WORKING, *conditions)


def _item(entry: RegisterEntry, **more: Any) -> Item:
    return Item(entry.reference, entry.name, entry.department_name, **more)


def _deciding(actor: Actor, counts: Mapping[str, int]) -> Iterable[Block]:
    """What waits for a decision, or for the opinion without which one decides blindly (Arts 38 and 39)."""
    if not counts["submitted"]:
        return
    if actor.can(Permission.REGISTER_APPROVE):
        rows = db.session.execute(_submitted().limit(SHOWN)).all()
        yield Block("approvals", NOW, counts["submitted"], [_sent(row) for row in rows])
    if actor.can(Permission.REGISTER_ADVISE):
        unsaid = or_(Opinion.id.is_(None), Opinion.given_at < Record.submitted_at)
        rows = db.session.execute(_submitted().where(unsaid).limit(SHOWN)).all()
        yield Block("opinions", NOW, rows[0].total if rows else 0, [_sent(row) for row in rows])


def _sent(row: Any) -> Item:
    return Item(
        row.reference,
        row.name,
        row.department_name,
        day=_day_of(row.submitted_at),
        mark=row.verdict or "",
        who=row.given_by or "",
        words=row.words or "",
    )


def _day_of(moment: datetime.datetime | None) -> datetime.date | None:
    return day_of(moment, zone()) if moment else None


def _submitted() -> Select[*tuple[Any, ...]]:
    """What was sent for approval, the oldest first, each with the latest opinion on it."""
    entry, given = RegisterEntry, aliased(Opinion)
    latest = select(func.max(given.id)).where(given.record_id == entry.record_id).scalar_subquery()
    shown = (entry.reference, entry.name, entry.department_name, Record.submitted_at)
    advice = (Opinion.verdict, Opinion.given_by, Opinion.words)
    chosen = select(*shown, *advice, func.count().over().label("total"))
    chosen = (
        chosen.select_from(entry).join(Record, Record.id == entry.record_id).outerjoin(Opinion, Opinion.id == latest)
    )
    chosen = chosen.where(entry.face == WORKING, _having("state", SUBMITTED))
    return chosen.order_by(Record.submitted_at, Record.id)


def _watching(actor: Actor, counts: Mapping[str, int], day: datetime.date) -> Iterable[Block]:
    """What those who keep the register, or a branch of it, look after."""
    if actor.can(Permission.REGISTER_ADVISE) and counts["blocked"]:
        grave = or_(RegisterEntry.blockers > 0, RegisterEntry.criticals > 0)
        found = db.session.scalars(_entries(grave).order_by(RegisterEntry.weight, RegisterEntry.record_id).limit(SHOWN))
        items = [_item(entry, counts={"blocker": entry.blockers, "critical": entry.criticals}) for entry in found]
        yield Block("blocking", NOW, counts["blocked"], items)
    if actor.can(Permission.PARTIES_WRITE) and not actor.can(Permission.REGISTER_WRITE):
        yield _contracts()
    if not actor.can(Permission.REGISTER_WRITE):
        return
    due, by_day = RegisterEntry.review_due_on, (RegisterEntry.review_key, RegisterEntry.record_id)
    if counts["overdue"]:
        found = db.session.scalars(_entries(due < day).order_by(*by_day).limit(SHOWN))
        yield Block(
            "reviews_overdue", NOW, counts["overdue"], [_item(entry, day=entry.review_due_on) for entry in found]
        )
    if counts["soon"]:
        near = and_(due >= day, due <= day + datetime.timedelta(days=SOON_DAYS))
        found = db.session.scalars(_entries(near).order_by(*by_day).limit(SHOWN))
        yield Block("reviews_soon", SOON, counts["soon"], [_item(entry, day=entry.review_due_on) for entry in found])
    if actor.can(Permission.REGISTER_ADVISE) and counts["unowned"]:
        nobody = _entries(_having("owner", "none"), RegisterEntry.state == DRAFT).order_by(RegisterEntry.record_id)
        yield Block(
            "unowned", THEN, counts["unowned"], [_item(entry) for entry in db.session.scalars(nobody.limit(SHOWN))]
        )


def _contracts() -> Block:
    named = select(FindingRow.record_id).where(
        FindingRow.face == WORKING, FindingRow.rule.in_(CONTRACT_RULES), ~FindingRow.waived
    )
    chosen = (
        _entries(RegisterEntry.record_id.in_(named)).add_columns(func.count().over()).order_by(RegisterEntry.weight)
    )
    rows = db.session.execute(chosen.limit(SHOWN)).all()
    return Block("contracts", NOW, rows[0][1] if rows else 0, [_item(entry) for entry, _total in rows])


def _doing(actor: Actor, day: datetime.date) -> Iterable[Block]:
    """What somebody has promised or begun: actions by their day, drafts, and those that came back refused."""
    yield from _parted(
        db.session.execute(_actions(actor, day).limit(2 * SHOWN)).all(),
        lambda row: ("actions_overdue", NOW) if row.due_on < day else ("actions", SOON),
        lambda row: Item(row.reference, row.name, day=row.due_on, words=row.title, who=row.owner_email, number=row.id),
    )
    if actor.can(Permission.AGENDA_READ):
        yield from _parted(
            db.session.execute(_dates(actor, day).limit(2 * SHOWN)).all(),
            lambda row: ("dates_overdue", NOW) if row.due_on < day else ("dates", SOON),
            lambda row: Item(
                row.reference, row.title, day=row.due_on, kind=row.kind, endpoint=row.endpoint, place=row.place
            ),
        )
    if actor.can(Permission.REGISTER_WRITE):
        yield from _parted(
            db.session.execute(_drafts(actor).limit(2 * SHOWN)).all(),
            lambda row: ("refused", NOW) if row.came_back else ("drafts", THEN),
            lambda row: Item(
                row.reference,
                row.name,
                row.department_name,
                day=_day_of(row.updated_at),
                words=row.reason or "",
                who=row.actor_name or "",
            ),
        )


def _many(part: ColumnElement[Any]) -> Any:
    """How many rows there are of the same sort, whatever the limit."""
    return func.count().over(partition_by=part).label("total")


def _parted(rows: Sequence[Any], block_of: Any, item_of: Any) -> Iterable[Block]:
    """Rows of one statement as blocks; each row says how many its block has in all."""
    parts: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in rows:
        parts[block_of(row)].append(row)
    for (name, urgency), own in parts.items():
        yield Block(name, urgency, own[0].total, [item_of(row) for row in own[:SHOWN]])


def _actions(actor: Actor, day: datetime.date) -> Select[*tuple[Any, ...]]:
    """Open actions: one's own and, for who keeps the register, everybody's that are late."""
    is_late = Action.due_on < day
    is_mine = Action.owner_email == actor.email
    wanted = or_(is_mine, is_late) if actor.can(Permission.REGISTER_ADVISE) else is_mine
    shown = (Action.id, Action.title, Action.due_on, Action.owner_email, Record.reference, Record.name)
    chosen = (
        select(*shown, _many(case((is_late, 1), else_=0)))
        .select_from(Action)
        .join(Record, Record.id == Action.record_id)
        .where(Action.done_on.is_(None), wanted)
    )
    return chosen.order_by(Action.due_on, Action.id)


def _dates(actor: Actor, day: datetime.date) -> Select[*tuple[Any, ...]]:
    """What else is late or soon due: one's own or, for who writes the register, all that they see of it."""
    shown = (DueDate.reference, DueDate.title, DueDate.due_on, DueDate.kind, DueDate.endpoint, DueDate.place)
    chosen = select(*shown, _many(case((DueDate.due_on < day, 1), else_=0)))
    soon = day + datetime.timedelta(days=SOON_DAYS)
    chosen = chosen.where(DueDate.state == OPEN, DueDate.due_on <= soon, DueDate.kind.not_in(TOLD_APART))
    if not actor.can(Permission.REGISTER_WRITE):
        chosen = chosen.where(DueDate.owner_email == actor.email)
    return chosen.order_by(DueDate.due_on, DueDate.id)


def _drafts(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Drafts to go on with: one's own or, for who answers for departments, theirs; a refused one with its refusal."""
    entry = RegisterEntry
    refusal = and_(
        Revision.record_id == Record.id, Revision.number == Record.version, Revision.tag == "register:record:refuse"
    )
    came_back = case((Revision.id.is_not(None), 1), else_=0)
    shown = (entry.reference, entry.name, entry.department_name, entry.updated_at)
    chosen = select(*shown, Revision.actor_name, Revision.reason, came_back.label("came_back"), _many(came_back))
    chosen = chosen.select_from(entry).join(Record, Record.id == entry.record_id).outerjoin(Revision, refusal)
    chosen = chosen.where(entry.face == WORKING, entry.state == DRAFT)
    if actor.department_ids is None:
        chosen = chosen.where(_having("owner", actor.email))
    return chosen.order_by(came_back.desc(), entry.updated_at.desc(), entry.record_id)
