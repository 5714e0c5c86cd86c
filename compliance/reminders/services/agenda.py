"""The agenda: what is asked of it, one page of it, its counts, a month of it, what falls due of one record."""

import calendar
import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_

from compliance.records import search
from compliance.records.actor import Actor
from compliance.records.remembering import remembered
from compliance.reminders.models import DONE, OPEN, SNOOZED, DueDate
from compliance.reminders.rules import told_on
from compliance.reminders.services.pacing import Paces, kinds
from compliance.support.db import db
from compliance.support.errors import RuleBroken
from compliance.support.i18n import _
from compliance.support.text import printable

PAGE = 50
#: What was done longer ago than this is history, which the journal tells.
RECENT = datetime.timedelta(days=90)
STATES = (OPEN, SNOOZED, DONE)
WEEK, OWNER = GROUPS = ("week", "owner")
KIND, DEPARTMENT = "kind", "department"
FACETS = (KIND, OWNER, DEPARTMENT)
#: In an address: whoever reads it; nobody, or no department.
MINE, NONE = "mine", "none"
LINE = (
    DueDate.id, DueDate.kind, DueDate.risk, DueDate.reference, DueDate.title, DueDate.endpoint, DueDate.place,
    DueDate.due_on, DueDate.owner_email, DueDate.state, DueDate.snoozed_until, DueDate.reason, DueDate.department_id,
    DueDate.done_on,
)  # fmt: skip


class Count(NamedTuple):
    """How many due dates are alike in all that the agenda narrows by."""

    state: str
    is_late: int
    kind: str
    owner: str
    department: int | None
    number: int


@dataclass(frozen=True)
class Query:
    """What somebody asks of the agenda; the address of the page says all of it."""

    words: str = ""
    kinds: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    state: str = OPEN
    group: str = WEEK
    day: datetime.date | None = None
    after: str = ""
    before: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the state narrows the list."""
        return bool(self.words or self.kinds or self.owners or self.departments or self.day)

    def chosen(self, facet: str) -> tuple[str, ...]:
        """The values by which a facet narrows, as the address has them."""
        return {KIND: self.kinds, OWNER: self.owners, DEPARTMENT: self.departments}[facet]


def query_from(values: Mapping[str, Sequence[str]]) -> Query:
    """Read the question from the address of the page; what nobody could ask is left out."""
    values = {name: tuple(printable(value)[:255] for value in given if value) for name, given in values.items()}

    def one(name: str, among: Sequence[str]) -> str:
        given = (values.get(name) or ("",))[0]
        return given if given in among else among[0]

    return Query(
        words=(values.get("q") or ("",))[0][:200].strip(),
        kinds=tuple(kind for kind in values.get(KIND, ()) if kind in kinds()),
        owners=values.get(OWNER, ()),
        departments=values.get(DEPARTMENT, ()),
        state=one("state", STATES),
        group=one("group", GROUPS),
        day=_day((values.get("day") or ("",))[0]),
        after=(values.get("after") or ("",))[0],
        before=(values.get("before") or ("",))[0],
    )


def _day(written: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(written)
    except ValueError:
        return None


class Asked:
    """A question, who asks it and on which day: what it narrows by, in SQL and over the counts."""

    def __init__(self, query: Query, actor: Actor, today: datetime.date, places: Mapping[str, int]) -> None:
        self.query, self.actor, self.today = query, actor, today
        mine = {MINE: actor.email, NONE: ""}
        self.values: dict[str, set[Any]] = {
            KIND: set(query.kinds),
            OWNER: {mine.get(owner, owner) for owner in query.owners},
            DEPARTMENT: {None if place == NONE else places.get(place, 0) for place in query.departments},
        }

    def counts(self) -> Sequence[Count]:
        """How many there are of each sort, whatever narrows by kind, owner and department."""
        parts = (self.today, self.query.words, self.query.day)
        return remembered("agenda:counts", self.actor, parts, self._count)

    def _count(self) -> Sequence[Count]:
        late = case((DueDate.due_on < self.today, 1), else_=0)
        by = (DueDate.state, late, DueDate.kind, DueDate.owner_email, DueDate.department_id)
        chosen = select(*by, func.count()).where(self._is_shown(), *self._worded()).group_by(*by)
        return [Count(*row) for row in db.session.execute(chosen)]

    def matching(self, counts: Sequence[Count], *, without: str = "", state: str = "") -> list[Count]:
        """The counts of what the question finds; with one facet lifted, for counting what that facet could choose."""
        wanted = [(name, values) for name, values in self.values.items() if values and name != without]
        state = state or self.query.state
        return [c for c in counts if c.state == state and all(getattr(c, name) in values for name, values in wanted)]

    def conditions(self, *, any_state: bool = False) -> list[ColumnElement[bool]]:
        """What narrows the list."""
        found = [*self._worded()] if any_state else [DueDate.state == self.query.state, *self._worded()]
        if self.query.state == DONE and not any_state:
            found.append(DueDate.done_on >= self.today - RECENT)
        if self.values[KIND]:
            found.append(DueDate.kind.in_(sorted(self.values[KIND])))
        if self.values[OWNER]:
            found.append(DueDate.owner_email.in_(sorted(self.values[OWNER])))
        if places := self.values[DEPARTMENT]:
            inside = DueDate.department_id.in_([place for place in places if place is not None])
            found.append(or_(inside, DueDate.department_id.is_(None)) if None in places else inside)
        return found

    def _is_shown(self) -> ColumnElement[bool]:
        recently = and_(DueDate.state == DONE, DueDate.done_on >= self.today - RECENT)
        return and_(DueDate.state.in_(STATES), or_(DueDate.state != DONE, recently))

    def _worded(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [DueDate.due_on == self.query.day] if self.query.day else []
        if words := self.query.words:
            named = or_(
                DueDate.title.icontains(words, autoescape=True), DueDate.reference.icontains(words, autoescape=True)
            )
            records = search.found(words, self.actor.faces[0])
            found.append(named if records is None else or_(named, DueDate.record_id.in_(records)))
        return found


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the agenda, and how to go on from it."""

    rows: Sequence[Any]
    after: str
    before: str


def page(asked: Asked) -> Page:
    """One page of at most fifty lines, found by key; what was done last comes first, all else by its day."""
    query, order = asked.query, _order(asked.query)
    falling = (query.state == DONE) != bool(query.before)
    chosen = select(*LINE).where(*asked.conditions())
    if cursor := query.before or query.after:
        place = _place(cursor, query)
        chosen = chosen.where(tuple_(*order) < place if falling else tuple_(*order) > place)
    ordered = chosen.order_by(*(column.desc() if falling else column for column in order))
    rows = list(db.session.execute(ordered.limit(PAGE + 1)))
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if query.before:
        rows.reverse()
    has_next = bool(query.before) or more
    has_previous = more if query.before else bool(query.after)
    return Page(
        rows,
        _cursor(rows[-1], query) if rows and has_next else "",
        _cursor(rows[0], query) if rows and has_previous else "",
    )


def _order(query: Query) -> tuple[Any, ...]:
    by_day = (DueDate.due_on, DueDate.id)
    return (DueDate.owner_email, *by_day) if query.group == OWNER else by_day


def _cursor(row: Any, query: Query) -> str:
    return "|".join((row.owner_email if query.group == OWNER else "", row.due_on.isoformat(), str(row.id)))


def _place(cursor: str, query: Query) -> tuple[Any, ...]:
    owner, day, number = ("||" + cursor).rsplit("|", 2)
    found = _day(day)
    if found is None or not number.isdecimal() or int(number) >= 2**31:
        raise RuleBroken(_("This page no longer exists: go back to the list."))
    place = (found, int(number))
    return (owner.removeprefix("||"), *place) if query.group == OWNER else place


def month(asked: Asked, first: datetime.date) -> Mapping[datetime.date, Sequence[Any]]:
    """What falls due in a month, or comes back in it, by day."""
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    here = or_(
        and_(DueDate.state == OPEN, DueDate.due_on.between(first, last)),
        and_(DueDate.state == SNOOZED, DueDate.snoozed_until.between(first, last)),
    )
    chosen = select(*LINE).where(here, *asked.conditions(any_state=True)).order_by(DueDate.due_on, DueDate.id)
    days: dict[datetime.date, list[Any]] = defaultdict(list)
    for row in db.session.execute(chosen):
        days[row.snoozed_until or row.due_on if row.state == SNOOZED else row.due_on].append(row)
    return days


def next_of(record_id: int, most: int = 5) -> Sequence[Any]:
    """What falls due next of one record."""
    chosen = select(*LINE).where(DueDate.record_id == record_id, DueDate.state.in_((OPEN, SNOOZED)))
    return db.session.execute(chosen.order_by(DueDate.due_on, DueDate.id).limit(most)).all()


def is_statutory(kind: str) -> bool:
    """Whether the law, or a third party, sets the day."""
    return bool(kinds()[kind].extra.get("statutory"))


def is_escalated(row: Any, paces: Paces) -> bool:
    """Whether the day has come on which the data protection officer hears of it."""
    if row.state != OPEN:
        return False
    pace = paces.pace(row.kind, row.risk)
    late = (row.snoozed_until or row.due_on) + datetime.timedelta(days=pace.escalate_after)
    return late <= paces.today and told_on(late, paces.is_worked, is_statutory=pace.is_statutory) <= paces.today
