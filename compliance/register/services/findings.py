"""All that the X-ray found, across the register: counted, filtered, grouped; and how complete the register is."""

import datetime
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from compliance.accounts.models import Department
from compliance.records import search
from compliance.records.actor import WORKING, Actor
from compliance.records.models import DRAFT, SUBMITTED
from compliance.records.remembering import remembered
from compliance.register.models import FindingRow, RegisterEntry, RegisterFacet, Waiver
from compliance.register.services.listing import SOON_DAYS
from compliance.register.services.xray import KIND
from compliance.regulation.reference import reference
from compliance.regulation.rulebook import SEVERITIES
from compliance.support.dates import as_day
from compliance.support.db import db
from compliance.support.paging import Window
from compliance.support.text import fold

SEVERITY, RULE, DEPARTMENT, OWNER = GROUPS = ("severity", "rule", "department", "owner")
#: In a message, what stands for the name of a row when no row is meant.
SOMETHING = "…"

_A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Words:
    """A finding in words: what was found, what to do about it, the article."""

    what: str
    why: str
    article: str


class _Open(dict[str, str]):
    """Parameters of a message; one that is not known is left open."""

    def __missing__(self, name: str) -> str:
        return SOMETHING


def in_words(rule: str, path: str, params: Mapping[str, str], language: str, label: Callable[[str, str], str]) -> Words:
    """The words of a finding. A row without a name is called what it is; `label` gives the words of a code."""
    law = reference()
    text, name = law.rules[rule], params.get("label", "")
    if params.get("label_vocabulary"):
        name = label(params["label_vocabulary"], name)
    if not name and "/" in path and (one := law.fields[KIND].get(f"{path.split('/', 1)[0]}.row")):
        name = one.label[language]
    return Words(
        text.message(language).format_map(_Open({**_readable(params), "label": name})),
        text.remedy(language),
        text.article,
    )


def _readable(params: Mapping[str, str]) -> dict[str, str]:
    """What a finding holds, its days written as people read them."""
    return {name: as_day(value) if _A_DAY.fullmatch(value) else value for name, value in params.items()}


def rule_in_words(rule: str, language: str) -> Words:
    """What a rule finds, of no row in particular."""
    return in_words(rule, "", {"label": SOMETHING}, language, lambda _vocabulary, code: code)


@dataclass(frozen=True, slots=True)
class Health:
    """How one face of the register stands: records, what Art. 30 asks of them and gets, what stands, what waits."""

    records: int = 0
    answered: int = 0
    asked: int = 0
    findings: Mapping[str, int] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)

    @property
    def share(self) -> int:
        """Of what Art. 30 asks, the whole per cent that is answered; a register that lacks anything is not at 100."""
        return 100 * self.answered // self.asked if self.asked else 0

    @property
    def is_blocked(self) -> bool:
        """Whether a finding stands that forbids approval, or that makes a processing unlawful."""
        return bool(self.findings.get("blocker") or self.findings.get("critical"))


def health(actor: Actor, day: datetime.date) -> dict[str, Health]:
    """How each face that this person sees stands on that day: one pass over the lines of the register."""
    return remembered("findings:health", actor, (day, *actor.faces), lambda: _health(actor, day))


def _health(actor: Actor, day: datetime.date) -> dict[str, Health]:
    entry, waiting = RegisterEntry, _waiting(day)
    sums = (entry.answered, entry.asked, entry.blockers, entry.criticals, entry.errors, entry.warnings, entry.infos)
    tallies = (func.sum(case((condition, 1), else_=0)) for condition in waiting.values())
    chosen = select(entry.face, func.count(entry.id), *(func.sum(column) for column in sums), *tallies)
    faces = {face: Health() for face in actor.faces}
    for face, *found in db.session.execute(chosen.where(entry.face.in_(actor.faces)).group_by(entry.face)):
        count, answered, asked, *rest = (int(number) for number in found)
        standing = dict(zip(SEVERITIES, rest, strict=False))
        faces[face] = Health(count, answered, asked, standing, dict(zip(waiting, rest[len(SEVERITIES) :], strict=True)))
    return faces


def _waiting(day: datetime.date) -> dict[str, ColumnElement[bool]]:
    """What waits for somebody, of one line of the register."""
    entry, due, soon = RegisterEntry, RegisterEntry.review_due_on, day + datetime.timedelta(days=SOON_DAYS)
    return {
        "submitted": entry.state == SUBMITTED,
        "blocked": or_(entry.blockers > 0, entry.criticals > 0),
        "overdue": due < day,
        "soon": and_(due >= day, due <= soon),
        "unowned": and_(entry.state == DRAFT, entry.owner_email == ""),
    }


@dataclass(frozen=True)
class Query:
    """What somebody asks of the findings; the address of the page says all of it."""

    face: str = WORKING
    group: str = SEVERITY
    words: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    waived: bool = False
    page: int = 1


def query_from(values: Mapping[str, Sequence[str]], actor: Actor) -> Query:
    """Read the question from the address of the page; what nobody could ask is left out."""

    def one(name: str) -> str:
        return (values.get(name) or [""])[0]

    face, page = one("face"), one("page")
    return Query(
        face=face if face in actor.faces else actor.faces[0],
        group=one("group") if one("group") in GROUPS else SEVERITY,
        words=one("q")[:200].strip(),
        filters={name: tuple(values[name]) for name in GROUPS if values.get(name)},
        waived=one("waived") == "yes",
        page=int(page) if page.isdecimal() and len(page) < 7 else 1,
    )


@dataclass(frozen=True, slots=True)
class Count:
    """How many findings share all these marks; `department` is a reference, empty where there is none."""

    severity: str
    rule: str
    department: str
    waived: bool
    number: int

    def fits(self, filters: Mapping[str, tuple[str, ...]], *, but: str = "") -> bool:
        """Whether these findings pass the filters, one of them lifted; that by owner was passed before counting."""
        return all(getattr(self, name) in values for name, values in filters.items() if name not in (but, OWNER))


def tally(query: Query, actor: Actor, day: datetime.date) -> list[Count]:
    """The findings of a face, of the owners asked for, counted by their marks: all totals of the page add them up."""
    parts = (day, query.face, query.words, *query.filters.get(OWNER, ("*",)))
    return remembered("findings:tally", actor, parts, lambda: _tally(query))


def _tally(query: Query) -> list[Count]:
    places = _places()
    marks = (FindingRow.severity, FindingRow.rule, FindingRow.department_id, FindingRow.waived)
    chosen = select(*marks, func.count(FindingRow.id)).where(*_narrowed(query))
    if OWNER in query.filters:
        chosen = chosen.join(RegisterEntry, _SAME).where(_among(OWNER, query.filters[OWNER], {}))
    return [
        Count(severity, rule, places.get(place or 0, ""), waived, number)
        for severity, rule, place, waived, number in db.session.execute(chosen.group_by(*marks))
    ]


def _places() -> dict[int, str]:
    return dict(iter(db.session.execute(select(Department.id, Department.reference))))


def owners(query: Query, actor: Actor, day: datetime.date) -> list[str]:
    """The addresses of those who own a record of this face; an empty one where nobody does."""
    chosen = (
        select(RegisterFacet.value).where(RegisterFacet.face == query.face, RegisterFacet.facet == OWNER).distinct()
    )
    return remembered(
        "findings:owners",
        actor,
        (day, query.face),
        lambda: [o if o != "none" else "" for o in db.session.scalars(chosen)],
    )


def _sizes(query: Query, counts: Sequence[Count]) -> dict[str, int]:
    """How many findings each group has in all."""
    if query.group != OWNER:
        return totals(counts, query, query.group, narrowed=True)
    owner = RegisterEntry.owner_email
    chosen = select(owner, func.count(FindingRow.id)).join(RegisterEntry, _SAME).where(*_asked(query))
    return dict(iter(db.session.execute(chosen.group_by(owner))))


def _asked(query: Query) -> list[ColumnElement[bool]]:
    """All that the question asks of a finding joined with its line."""
    places = {reference: number for number, reference in _places().items()} if DEPARTMENT in query.filters else {}
    among = [_among(name, values, places) for name, values in query.filters.items()]
    return [*_narrowed(query), FindingRow.waived.is_(query.waived), *among]


_SAME = and_(RegisterEntry.record_id == FindingRow.record_id, RegisterEntry.face == FindingRow.face)


def _narrowed(query: Query) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [FindingRow.face == query.face]
    if query.words:
        found = search.found(query.words, query.face, KIND)
        conditions.append(FindingRow.record_id.in_(found) if found is not None else FindingRow.id < 0)
    return conditions


def totals(counts: Sequence[Count], query: Query, facet: str, *, narrowed: bool = False) -> dict[str, int]:
    """How many findings each value of a facet would leave, given the other filters (`narrowed`: and its own)."""
    found: dict[str, int] = defaultdict(int)
    for count in counts:
        if count.waived == query.waived and count.fits(query.filters, but="" if narrowed else facet):
            found[getattr(count, facet)] += count.number
    return dict(found)


def number(counts: Sequence[Count], query: Query, *, waived: bool) -> int:
    """How many findings the filters leave, of those that stand or of those that somebody accepted."""
    return sum(count.number for count in counts if count.waived == waived and count.fits(query.filters))


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one value on one page, as rows of the columns of `_COLUMNS`; `total` counts those of all pages."""

    value: str
    total: int
    rows: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of at most fifty findings, in groups, and the waivers of those that were accepted."""

    groups: Sequence[Group]
    window: Window
    waivers: Mapping[tuple[int, str, str], Waiver]


def page(query: Query, counts: Sequence[Count], names: Mapping[str, str]) -> Page:
    """One page of findings. `names` orders departments and owners; severities go by gravity, rules by their gravest."""
    sizes = _sizes(query, counts)
    window = Window(query.page, sum(sizes.values()))
    shown: list[str] = []
    before = passed = 0
    for value in sorted(sizes, key=_rank(query.group, counts, names)):
        if passed + sizes[value] <= window.start:
            before += sizes[value]
        elif passed < window.end:
            shown.append(value)
        passed += sizes[value]
    rows = _rows(query, shown, window.start - before, window.size) if shown else {}
    groups = [Group(value, sizes[value], rows[value]) for value in shown if rows.get(value)]
    accepted = {row.record_id for group in groups for row in group.rows} if query.waived else set()
    return Page(groups, window, _waivers(accepted) if accepted else {})


def _waivers(record_ids: set[int]) -> dict[tuple[int, str, str], Waiver]:
    chosen = select(Waiver).where(Waiver.record_id.in_(record_ids), Waiver.ended_at.is_(None)).order_by(Waiver.id)
    return {(waiver.record_id, waiver.rule, waiver.row_key): waiver for waiver in db.session.scalars(chosen)}


def _rank(group: str, counts: Sequence[Count], names: Mapping[str, str]) -> Callable[[str], tuple[object, ...]]:
    if group == SEVERITY:
        return lambda value: (SEVERITIES.index(value),)
    if group == RULE:
        gravest: dict[str, int] = {}
        for count in counts:
            gravest[count.rule] = min(gravest.get(count.rule, 9), SEVERITIES.index(count.severity))
        return lambda value: (gravest[value], value)
    return lambda value: (value == "", fold(names.get(value, value)))


_COLUMNS = (
    FindingRow.record_id, FindingRow.rule, FindingRow.severity, FindingRow.path, FindingRow.row_key, FindingRow.params,
    FindingRow.waived, FindingRow.first_seen_on, RegisterEntry.reference, RegisterEntry.name,
    RegisterEntry.department_name, RegisterEntry.owner_name, RegisterEntry.owner_email,
)  # fmt: skip
_GRAVITY = case({severity: place for place, severity in enumerate(SEVERITIES)}, value=FindingRow.severity)


def _rows(query: Query, shown: list[str], offset: int, size: int) -> dict[str, list[Any]]:
    """The rows of these groups, from `offset` on, by group."""
    places = {reference: number for number, reference in _places().items()} if query.group == DEPARTMENT else {}
    value_of = {places.get(value, 0) if query.group == DEPARTMENT else value: value for value in shown}
    column = _column(query.group)
    chosen = select(column.label("mark"), *_COLUMNS).join(RegisterEntry, _SAME)
    chosen = chosen.where(*_asked(query), _among(query.group, shown, places))
    order: list[Any] = []
    if len(shown) > 1:
        order.append(case({mark: place for place, mark in enumerate(value_of)}, value=column))
    if query.group != SEVERITY:
        order.append(_GRAVITY)
    found: dict[str, list[Any]] = defaultdict(list)
    ordered = chosen.order_by(*order, FindingRow.record_id, FindingRow.id)
    for row in db.session.execute(ordered.limit(size).offset(offset)):
        found[value_of[row.mark]].append(row)
    return found


def _column(name: str) -> Any:
    columns: dict[str, Any] = {
        SEVERITY: FindingRow.severity,
        RULE: FindingRow.rule,
        DEPARTMENT: func.coalesce(FindingRow.department_id, 0),
        OWNER: RegisterEntry.owner_email,
    }
    return columns[name]


def _among(name: str, values: Sequence[str], places: Mapping[str, int]) -> ColumnElement[bool]:
    """Whether a mark is one of these values; a department that is gone, or none, is number 0."""
    spelled = [places.get(value, 0) if name == DEPARTMENT else value for value in values]
    matching: ColumnElement[bool] = _column(name).in_(spelled)
    return matching


def every(face: str) -> Iterable[Any]:
    """Every finding of a face, those that stand first and the gravest first, for what prints them all."""
    chosen = select(*_COLUMNS).join(RegisterEntry, _SAME).where(FindingRow.face == face)
    return db.session.execute(chosen.order_by(FindingRow.waived, _GRAVITY, FindingRow.record_id, FindingRow.id))
