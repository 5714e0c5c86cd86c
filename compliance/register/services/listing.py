"""The list of the register: what is asked of it, one page of it, its total and the counts beside its filters."""

import base64
import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from compliance.records import search
from compliance.records.actor import WORKING, Actor
from compliance.records.remembering import remembered
from compliance.register.models import NO_REVIEW, RegisterEntry, RegisterFacet
from compliance.register.services.xray import KIND
from compliance.support.db import db
from compliance.support.errors import RuleBroken
from compliance.support.i18n import _
from compliance.support.text import printable

PAGE = 50
FACETS = ("state", "department", "role", "basis", "special", "transfers", "finding", "owner", "phase")
REVIEW = ("overdue", "soon", "later", "none")
SOON_DAYS = 30
SORTS: Mapping[str, Any] = {
    "reference": RegisterEntry.reference,
    "name": RegisterEntry.name_key,
    "department": RegisterEntry.department_name,
    "updated": RegisterEntry.updated_at,
    "review": RegisterEntry.review_key,
    "findings": RegisterEntry.weight,
}
#: What a line of the list shows, and what its place in the list follows from.
LINE = (
    RegisterEntry.record_id, RegisterEntry.reference, RegisterEntry.name, RegisterEntry.name_key, RegisterEntry.state,
    RegisterEntry.edition, RegisterEntry.role, RegisterEntry.department_name, RegisterEntry.owner_email,
    RegisterEntry.owner_name, RegisterEntry.legal_bases, RegisterEntry.special, RegisterEntry.criminal,
    RegisterEntry.transfers, RegisterEntry.blockers, RegisterEntry.criticals, RegisterEntry.errors,
    RegisterEntry.warnings, RegisterEntry.weight, RegisterEntry.answered, RegisterEntry.asked,
    RegisterEntry.review_due_on, RegisterEntry.review_key, RegisterEntry.updated_at,
)  # fmt: skip


@dataclass(frozen=True)
class Query:
    """What somebody asks of the list; the address of the page says all of it."""

    face: str = WORKING
    words: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    review: tuple[str, ...] = ()
    sort: str = "reference"
    descending: bool = False
    after: str = ""
    before: str = ""
    last: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the face narrows the list."""
        return bool(self.words or self.review or any(self.filters.values()))

    def without(self, facet: str) -> "Query":
        """The same question with one filter lifted, for counting what that filter could choose."""
        if facet == "review":
            return replace(self, review=())
        return replace(self, filters={name: values for name, values in self.filters.items() if name != facet})

    def key(self) -> str:
        """The part of the question on which totals and counts depend."""
        return orjson.dumps(
            [self.face, self.words, sorted((k, sorted(v)) for k, v in self.filters.items() if v), sorted(self.review)]
        ).decode()


def query_from(values: Mapping[str, Sequence[str]], actor: Actor) -> Query:
    """Read the question from the address of the page; what nobody could ask is left out."""
    values = {name: [printable(value) for value in given] for name, given in values.items()}

    def one(name: str, default: str = "") -> str:
        return (values.get(name) or [default])[0]

    face = one("face", actor.faces[0])
    sort = one("sort", "reference")
    return Query(
        face=face if face in actor.faces else actor.faces[0],
        words=one("q")[:200].strip(),
        filters={name: tuple(v for v in values.get(name, ()) if v) for name in FACETS if values.get(name)},
        review=tuple(v for v in values.get("review", ()) if v in REVIEW),
        sort=sort if sort in SORTS else "reference",
        descending=one("order") == "desc",
        after=one("after"),
        before=one("before"),
        last=one("page") == "last",
    )


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, and how to go on from it."""

    entries: Sequence[Any]
    total: int
    after: str
    before: str


def page(query: Query, actor: Actor, today: datetime.date) -> Page:
    """One page of at most fifty lines, found by key and not by counting from the start."""
    column = SORTS[query.sort]
    backwards = bool(query.before) or query.last
    falling = query.descending != backwards
    wanted = select(*LINE).where(*_conditions(query, today))
    if cursor := query.before or query.after:
        value, record_id = _read_cursor(cursor, query.sort)
        wanted = wanted.where(_beyond(column, value, record_id, falling))
    order = (column.desc(), RegisterEntry.record_id.desc()) if falling else (column, RegisterEntry.record_id)
    rows = list(db.session.execute(wanted.order_by(*order).limit(PAGE + 1)))
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    has_next = (more and not backwards) or bool(query.before)
    has_previous = (more and backwards) or bool(query.after)
    return Page(
        rows,
        total(query, actor, today),
        _cursor(rows[-1], query.sort) if rows and has_next else "",
        _cursor(rows[0], query.sort) if rows and has_previous else "",
    )


def chosen(query: Query, today: datetime.date) -> Select[int]:
    """The ids of everything the question finds, for an export of the same list."""
    return select(RegisterEntry.record_id).where(*_conditions(query, today))


def _beyond(column: Any, value: Any, record_id: int, falling: bool) -> ColumnElement[bool]:
    if falling:
        return and_(column <= value, or_(column < value, RegisterEntry.record_id < record_id))
    return and_(column >= value, or_(column > value, RegisterEntry.record_id > record_id))


def _cursor(entry: Any, sort: str) -> str:
    value = getattr(entry, SORTS[sort].key)
    spelled = value.isoformat() if isinstance(value, datetime.datetime) else value
    return base64.urlsafe_b64encode(orjson.dumps([spelled, entry.record_id])).decode().rstrip("=")


def _read_cursor(cursor: str, sort: str) -> tuple[Any, int]:
    try:
        value, record_id = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if sort == "updated":
            value = datetime.datetime.fromisoformat(value).astimezone(datetime.UTC)
        kept: type = {"updated": datetime.datetime, "findings": int}.get(sort, str)
        numbers = [number for number in (value, record_id) if isinstance(number, int)]
        value = printable(value) if isinstance(value, str) else value
        if type(value) is not kept or type(record_id) is not int or any(abs(n) >= 2**31 for n in numbers):
            raise TypeError
    except (ValueError, TypeError, OverflowError) as error:
        raise RuleBroken(_("This page no longer exists: go back to the list.")) from error
    return value, record_id


def _conditions(query: Query, today: datetime.date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [RegisterEntry.face == query.face]
    if query.words:
        narrowed = search.found(query.words, query.face, KIND)
        conditions.append(RegisterEntry.record_id.in_(narrowed) if narrowed is not None else RegisterEntry.id < 0)
    for facet, values in query.filters.items():
        if values:
            conditions.append(RegisterEntry.record_id.in_(_having(query.face, facet, values)))
    if query.review:
        conditions.append(or_(*(_review(state, today) for state in query.review)))
    return conditions


def _having(face: str, facet: str, values: Sequence[str]) -> Select[int]:
    return select(RegisterFacet.record_id).where(
        RegisterFacet.face == face, RegisterFacet.facet == facet, RegisterFacet.value.in_(values)
    )


def _review(state: str, today: datetime.date) -> ColumnElement[bool]:
    due = RegisterEntry.review_key  # as the index has it, which holds all that is counted
    day, soon = today.isoformat(), (today + datetime.timedelta(days=SOON_DAYS)).isoformat()
    return {
        "overdue": due < day,
        "soon": and_(due >= day, due <= soon),
        "later": and_(due > soon, due < NO_REVIEW),
        "none": due == NO_REVIEW,
    }[state]


def total(query: Query, actor: Actor, today: datetime.date) -> int:
    """How many records the question finds, whatever the page."""
    chosen = select(func.count(RegisterEntry.id)).where(*_conditions(query, today))
    parts = (today, query.key())
    return remembered("register:total", actor, parts, lambda: db.session.scalar(chosen) or 0)


def counts(query: Query, actor: Actor, today: datetime.date) -> dict[str, dict[str, int]]:
    """For each filter, how many records each of its values would leave, given the other filters."""
    return remembered("register:counts", actor, (today, query.key()), lambda: _count(query, today))


def _count(query: Query, today: datetime.date) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    narrowing = [name for name, values in query.filters.items() if values]
    for facet, value, count in db.session.execute(_tally(query, today, exclude=narrowing)):
        found[facet][value] = count
    for name in narrowing:
        for facet, value, count in db.session.execute(_tally(query.without(name), today, only=name)):
            found[facet][value] = count
    found["review"] = _count_reviews(query.without("review"), today)
    return dict(found)


def _tally(query: Query, today: datetime.date, *, only: str = "", exclude: Sequence[str] = ()) -> Select[str, str, int]:
    chosen = select(RegisterFacet.facet, RegisterFacet.value, func.count(RegisterFacet.id)).where(
        RegisterFacet.face == query.face
    )
    if only:
        chosen = chosen.where(RegisterFacet.facet == only)
    if exclude:
        chosen = chosen.where(RegisterFacet.facet.not_in(exclude))
    if query.is_narrowed:
        chosen = chosen.where(
            RegisterFacet.record_id.in_(select(RegisterEntry.record_id).where(*_conditions(query, today)))
        )
    return chosen.group_by(RegisterFacet.facet, RegisterFacet.value)


def _count_reviews(query: Query, today: datetime.date) -> dict[str, int]:
    state = case(*((_review(name, today), name) for name in REVIEW), else_="none")
    chosen = select(state, func.count(RegisterEntry.id)).where(*_conditions(query, today)).group_by(state)
    return dict(db.session.execute(chosen).all())
