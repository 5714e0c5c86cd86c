"""The agenda: what falls due, for whom, by week or by owner; handing over, putting off."""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.accounts import services as accounts
from compliance.accounts.guard import remembered_page
from compliance.reminders import services
from compliance.reminders.services import agenda
from compliance.reminders.views.blueprint import AGENDA, bp, kind_words, place_of
from compliance.support.clock import today
from compliance.support.dates import as_day
from compliance.support.errors import RuleBroken
from compliance.support.i18n import _, _l, _n
from compliance.support.permissions import Permission, requires
from compliance.support.text import printable
from forms.choices import Choices
from forms.reminders import HandOverForm, PutOffForm

MOST_BULK = 500
MOST_QUERY = 2000
WEEK = datetime.timedelta(days=7)
OPEN, SNOOZED, DONE = agenda.STATES

FACETS: dict[str, Any] = {
    agenda.KIND: _l("What falls due"),
    agenda.OWNER: _l("Owner"),
    agenda.DEPARTMENT: _l("Department"),
}
STATES: dict[str, Any] = {
    OPEN: _l("To do"),
    SNOOZED: _l("Put off"),
    DONE: _l("Done in the last 90 days"),
}
ORDERS: dict[str, Any] = {agenda.WEEK: _l("Week"), agenda.OWNER: _l("Owner")}


@dataclass
class Reader:
    """Somebody's question, with the names of people and places that its answer is told with."""

    values: Mapping[str, Sequence[str]]
    base: str

    def __post_init__(self) -> None:
        self.places = accounts.departments()
        self.people = accounts.directory()
        self.query = agenda.query_from(self.values)
        self.today = today(g.organisation.zone)
        ids = {place.reference: place.id for place in self.places}
        self.asked = agenda.Asked(self.query, g.actor, self.today, ids)

    def address(self, **changes: str | Sequence[str]) -> str:
        """The address of the same list with something changed, from its first page unless that is what changes."""
        kept = {name: list(given) for name, given in self.values.items() if name not in ("after", "before", "month")}
        for name, value in changes.items():
            kept[name] = [value] if isinstance(value, str) else list(value)
        pairs = [(name, value) for name, given in kept.items() for value in given if value]
        return url_for(self.base) + ("?" + urlencode(pairs) if pairs else "")

    def owner(self, email: str) -> str:
        """Who answers for something, in words."""
        return self.people.get(email, email) or _("Nobody")

    def word(self, facet: str, value: str) -> str:
        """A value of a filter in words."""
        if value in (agenda.NONE, "") and facet != agenda.KIND:
            return _("Nobody") if facet == agenda.OWNER else _("No department")
        if facet == agenda.KIND:
            return kind_words(value)
        if facet == agenda.OWNER:
            return _("Mine") if value == agenda.MINE else self.owner(value)
        return next((place.name for place in self.places if place.reference == value), value)

    def parts(self) -> list[dict[str, str]]:
        """What narrows the list, in words, each with the address of the list without it."""
        query = self.query
        parts = [{"label": _("“%(words)s”", words=query.words), "url": self.address(q="")}] if query.words else []
        if query.day:
            parts.append({"label": as_day(query.day), "url": self.address(day="")})
        for facet in agenda.FACETS:
            for value in query.chosen(facet):
                rest = [other for other in query.chosen(facet) if other != value]
                parts.append({"label": self.word(facet, value), "url": self.address(**{facet: rest})})
        return parts

    def filters(self, counts: Sequence[agenda.Count]) -> list[dict[str, Any]]:
        """The filters; of the kinds, how many due dates each would leave."""
        found = dict.fromkeys(self.query.kinds, 0)
        for count in self.asked.matching(counts, of_any_kind=True):
            found[count.kind] = found.get(count.kind, 0) + count.number
        known = {
            agenda.KIND: sorted(found, key=lambda kind: -found[kind]),
            agenda.OWNER: [agenda.MINE, agenda.NONE, *self.people],
            agenda.DEPARTMENT: [agenda.NONE, *(place.reference for place in self.places)],
        }
        return [
            {"name": facet, "label": str(label), "options": self._options(facet, known[facet], found)}
            for facet, label in FACETS.items()
        ]

    def _options(self, facet: str, known: Sequence[str], found: Mapping[str, int]) -> list[dict[str, Any]]:
        active = self.query.chosen(facet)
        return [
            {"value": value, "label": self.word(facet, value), "active": value in active}
            | ({"count": found[value]} if facet == agenda.KIND else {})
            for value in dict.fromkeys((*known, *active))
        ]


@bp.route(f"{AGENDA}/")
@requires(Permission.AGENDA_READ)
def index() -> ResponseReturnValue:
    """What falls due, one page of fifty lines at a time."""
    return remembered_page(_index)


def _index() -> str:
    reader = Reader(request.args.to_dict(flat=False), ".index")
    asked, query = reader.asked, reader.query
    counts, page = asked.counts(), agenda.page(asked)
    found = asked.matching(counts)
    late = sum(count.late for count in found) if query.state == OPEN else 0
    return render_template(
        "reminders/index.html",
        query=query,
        groups=_groups(page.rows, reader, late),
        total=sum(count.number for count in found),
        late=late,
        shown=len(page.rows),
        tabs=[
            {
                "label": label,
                "url": reader.address(state="" if state == OPEN else state),
                "active": state == query.state,
                "count": sum(count.number for count in asked.matching(counts, state=state)),
            }
            for state, label in STATES.items()
        ],
        orders=[{"label": word, "url": reader.address(group=n), "name": n} for n, word in ORDERS.items()],
        order=ORDERS[query.group],
        filters=reader.filters(counts),
        parts=reader.parts(),
        keep=[(name, reader.values[name][0]) for name in ("state", "group", "day") if reader.values.get(name)],
        links={"next": reader.address(after=page.after), "previous": reader.address(before=page.before)},
        page=page,
        month_url=url_for(".month", **_kept(reader.values)),
        here=reader.address().partition("?")[2],
    )


def _kept(values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What narrows the list, for the address of the month, and back."""
    return {name: list(given) for name, given in values.items() if name in ("q", *agenda.FACETS)}


def line_of(row: Any, reader: Reader, paces: services.Paces) -> dict[str, Any]:
    """A due date as the pages show it."""
    return {
        **row._mapping,
        "url": place_of(row),
        "what": kind_words(row.kind),
        "owner": reader.owner(row.owner_email),
        "is_late": row.state == OPEN and row.due_on < reader.today,
        "is_statutory": agenda.is_statutory(row.kind),
        "is_escalated": agenda.is_escalated(row, paces),
    }


def _groups(rows: Iterable[Any], reader: Reader, late: int) -> list[dict[str, Any]]:
    """The lines of a page under their headings, and how many are late in all."""
    by_owner, paces = reader.query.group == agenda.OWNER, services.Paces()
    heading: Callable[[Any], str] = (lambda row: reader.owner(row.owner_email)) if by_owner else _week_of(reader)
    return [
        {
            "title": title,
            "total": late if title == _("Overdue") and not by_owner else 0,
            "rows": [line_of(row, reader, paces) for row in lines],
        }
        for title, lines in groupby(rows, heading)
    ]


def _week_of(reader: Reader) -> Callable[[Any], str]:
    """Says in which week, as seen from today, something falls due."""
    this = reader.today - datetime.timedelta(days=reader.today.weekday())

    def words(row: Any) -> str:
        day = agenda.day_of(row, reader.query)
        monday = day - datetime.timedelta(days=day.weekday())
        if reader.query.state == OPEN and day < reader.today:
            return _("Overdue")
        if monday in (this, this + WEEK):
            return _("This week") if monday == this else _("Next week")
        return _("Week of %(day)s", day=as_day(monday))

    return words


#: The acts that need one more answer, and what they are called.
HAND_OVER, PUT_OFF, TAKE_BACK = "hand-over", "put-off", "take-back"


@bp.route(f"{AGENDA}/bulk", methods=["POST"])
@requires(Permission.AGENDA_WRITE)
def bulk() -> ResponseReturnValue:
    """One act on several due dates, after one more answer where the act needs it."""
    ids = [int(n) for n in request.form.getlist("selected")[:MOST_BULK] if n.isdecimal() and len(n) < 10]
    if not ids:
        raise RuleBroken(_("Select at least one due date."))
    rows, act = services.find(ids), request.form.get("action", "")
    if act == TAKE_BACK:
        services.wake(rows, actor=g.actor)
        return _done(rows)
    if act not in (HAND_OVER, PUT_OFF):
        raise RuleBroken(_("Choose what to do with the selected due dates."))
    form = _form(act)
    fixed = [row for row in rows if act == PUT_OFF and agenda.is_statutory(row.kind)]
    free = [row for row in rows if row not in fixed]
    if "typed" in request.form and free and form.is_accepted():
        with form.taking_blame():
            return _done(free, _each(free, form))
    told = [{"row": row, "what": kind_words(row.kind), "is_fixed": row in fixed, "url": place_of(row)} for row in rows]
    page = render_template(
        "reminders/act.html", act=act, form=form, items=told, free=free, back=_back(), query=_typed_query()
    )
    return page, form.http_status


def _form(act: str) -> HandOverForm | PutOffForm:
    """The form of an act: empty when the list has just been left, as it was typed afterwards."""
    typed = request.form if "typed" in request.form else None
    if act == PUT_OFF:
        return PutOffForm(typed=typed)
    return HandOverForm(Choices(links={"person": list(accounts.directory().items())}), typed=typed)


def _each(rows: Sequence[Any], form: HandOverForm | PutOffForm) -> list[str]:
    """Do it for each of them; what one refuses for a reason of its own is said, and the others go through."""
    refused = []
    for row in rows:
        try:
            if isinstance(form, PutOffForm):
                until = datetime.date.fromisoformat(form.until.data)
                services.snooze([row], until, form.reason.data, actor=g.actor)
            else:
                services.hand_over([row], form.email(), actor=g.actor)
        except RuleBroken as broken:
            if broken.field:  # the answer is at fault, for all of them
                raise
            refused.append(str(broken.message))
    return refused


def _done(rows: Sequence[Any], refused: Sequence[str] = ()) -> ResponseReturnValue:
    if done := len(rows) - len(refused):
        flash(_n("Done for %(num)d due date.", "Done for %(num)d due dates.", done), "good")
    for sentence in refused[:10]:
        flash(sentence, "attention")
    return redirect(_back(), 303)


def _typed_query() -> str:
    return urlencode(parse_qsl(printable(request.form.get("query", ""))))[:MOST_QUERY]


def _back() -> str:
    query = _typed_query()
    return url_for(".index") + (f"?{query}" if query else "")
