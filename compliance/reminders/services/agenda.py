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
    """How many due dates there are of a kind in a state, and how many of them are late."""

    state: str
    kind: str
    number: int
    late: int


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
    asked = {name: tuple(printable(value)[:255] for value in given if value) for name, given in values.items()}

    def one(name: str, among: Sequence[str]) -> str:
        given = (asked.get(name) or ("",))[0]
        return given if given in among else among[0]

    return Query(
        words=(asked.get("q") or ("",))[0][:200].strip(),
        kinds=tuple(kind for kind in asked.get(KIND, ()) if kind in kinds()),
        owners=asked.get(OWNER, ()),
        departments=asked.get(DEPARTMENT, ()),
        state=one("state", STATES),
        group=one("group", GROUPS),
        day=_day((asked.get("day") or ("",))[0]),
        after=(asked.get("after") or ("",))[0],
        before=(asked.get("before") or ("",))[0],
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
        self.owners = {mine.get(owner, owner) for owner in query.owners}
        self.places = [places[place] for place in query.departments if place in places]

    def counts(self) -> Sequence[Count]:
        """How many the question finds, of each kind and state."""
        query = self.query
        if query.words:  # hardly anybody asks for the same words twice
            return self._count()
        parts = (self.today, query.day, self.actor.email, *sorted(query.owners), "in", *query.departments)
        return remembered("agenda:counts", self.actor, parts, self._count)

    def _count(self) -> Sequence[Count]:
        by, late = (DueDate.state, DueDate.kind), func.sum(case((DueDate.due_on < self.today, 1), else_=0))
        chosen = select(*by, func.count(), late).where(self._is_shown(), *self._worded(), *self._placed())
        return [Count(*row) for row in db.session.execute(chosen.group_by(*by))]

    def matching(self, counts: Sequence[Count], *, of_any_kind: bool = False, state: str = "") -> list[Count]:
        """The counts of what the question finds in a state, or of what each kind would leave."""
        kinds_of, state = self.query.kinds, state or self.query.state
        return [c for c in counts if c.state == state and (of_any_kind or not kinds_of or c.kind in kinds_of)]

    def conditions(self, *, any_state: bool = False) -> list[ColumnElement[bool]]:
        """What narrows the list."""
        found = [*self._worded(), *self._placed()]
        if not any_state:
            found.append(DueDate.state == self.query.state)
        if self.query.state == DONE and not any_state:
            found.append(DueDate.done_on >= self.today - RECENT)
        if self.query.kinds:
            found.append(DueDate.kind.in_(sorted(self.query.kinds)))
        return found

    def _placed(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.owners:
            found.append(DueDate.owner_email.in_(sorted(self.owners)))
        if self.query.departments:
            inside = DueDate.department_id.in_(self.places)
            found.append(or_(inside, DueDate.department_id.is_(None)) if NONE in self.query.departments else inside)
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


#: The day by which each list is ordered: when it is due, when it comes back, when it was done.
DAYS = {OPEN: DueDate.due_on, SNOOZED: DueDate.snoozed_until, DONE: DueDate.done_on}


def day_of(row: Any, query: Query) -> datetime.date:
    """The day of a line in the list that was asked for."""
    day: datetime.date = getattr(row, DAYS[query.state].key)
    return day


def _order(query: Query) -> tuple[Any, ...]:
    by_day = (DAYS[query.state], DueDate.id)
    return (DueDate.owner_email, *by_day) if query.group == OWNER else by_day


def _cursor(row: Any, query: Query) -> str:
    return "|".join((row.owner_email if query.group == OWNER else "", day_of(row, query).isoformat(), str(row.id)))


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
