"""What falls due as a calendar: a month on a page, a file for one date, a private address for everybody's own."""

import calendar
import datetime
import hashlib
from typing import Any

from flask import Response, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from compliance.accounts.guard import brakes, remembered_page
from compliance.records.remembering import remembered
from compliance.reminders import services
from compliance.reminders.services import agenda, feeds
from compliance.reminders.views.agenda import Reader, line_of
from compliance.reminders.views.blueprint import AGENDA, bp
from compliance.support import transactions, web
from compliance.support.clock import today
from compliance.support.dates import month_name, weekday_names
from compliance.support.i18n import _, language_now
from compliance.support.permissions import PUBLIC, Permission, requires

#: Lines of one day in the month; the rest is a list away.
SHOWN = 3
#: Where the session keeps the address just made, until the next page has shown it.
NEW_FEED = "new-feed"
#: How often one address may ask for calendars: a house full of telephones is less.
FEEDS = "60 per minute; 1200 per hour"
#: For so long a program need not ask again, in seconds.
FRESH = 300


@bp.route(f"{AGENDA}/month")
@requires(Permission.AGENDA_READ)
def month() -> ResponseReturnValue:
    """A month, day by day; the same filters as the list."""
    return remembered_page(_month)


def _month() -> str:
    values = request.args.to_dict(flat=False)
    reader = Reader(values, ".month")
    first = _first_day((values.get("month") or [""])[0], reader.today)
    days, paces = agenda.month(reader.asked, first), services.Paces()
    weeks = [
        [_day(day, days.get(day, ()), first, reader, paces) for day in week]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    before, after = first - datetime.timedelta(days=1), first + datetime.timedelta(days=31)
    total = sum(len(rows) for rows in days.values())
    return render_template(
        "reminders/month.html",
        name=month_name(first),
        weeks=weeks,
        weekdays=weekday_names(),
        total=total,
        parts=reader.parts(),
        clear_url=url_for(".month", month=f"{first:%Y-%m}"),
        previous=_address(reader, before) if before.year >= datetime.MINYEAR + 1 else "",
        following=_address(reader, after) if after.year < datetime.MAXYEAR else "",
        now_url=reader.address(),
        is_now=(first.year, first.month) == (reader.today.year, reader.today.month),
        list_url=reader.address().replace(url_for(".month"), url_for(".index"), 1),
    )


def _first_day(written: str, day: datetime.date) -> datetime.date:
    try:
        first = datetime.date.fromisoformat(f"{written}-01")
    except ValueError:
        return day.replace(day=1)
    return first if 1900 <= first.year <= 2200 else day.replace(day=1)


def _address(reader: Reader, day: datetime.date) -> str:
    return reader.address(month=f"{day:%Y-%m}")


def _day(day: datetime.date, rows: Any, first: datetime.date, reader: Reader, paces: services.Paces) -> dict[str, Any]:
    day_url = url_for(".index") + "?" + reader.address(day=day.isoformat()).partition("?")[2]
    return {
        "day": day,
        "is_here": day.month == first.month,
        "is_today": day == reader.today,
        "rows": [line_of(row, reader, paces) for row in rows[:SHOWN]],
        "more": max(0, len(rows) - SHOWN),
        "url": day_url,
    }


@bp.route(f"{AGENDA}/calendar")
@requires(Permission.AGENDA_READ)
def subscribe() -> ResponseReturnValue:
    """How to have one's due dates in a calendar of one's own; the address that was just made, once."""
    token = session.pop(NEW_FEED, "")
    made = web.address_of("reminders.feed", token=token) if token else ""
    return render_template(
        "reminders/subscribe.html",
        feed=feeds.feed_of(g.actor),
        made=made,
        made_for_all=f"{made}?of=everybody" if made and g.actor.can(Permission.AGENDA_PLAN) else "",
    )


@bp.route(f"{AGENDA}/calendar/address", methods=["POST"])
@requires(Permission.AGENDA_READ)
def make_feed() -> ResponseReturnValue:
    """A new private address in the place of any before; the next page shows it, once."""
    session[NEW_FEED] = feeds.make_feed(actor=g.actor)
    return redirect(url_for(".subscribe"), 303)


@bp.route(f"{AGENDA}/calendar/withdraw", methods=["POST"])
@requires(Permission.AGENDA_READ)
def withdraw_feed() -> ResponseReturnValue:
    """The address opens nothing any more."""
    feeds.withdraw_feed(actor=g.actor)
    flash(_("The address opens nothing any more."), "good")
    return redirect(url_for(".subscribe"), 303)


@bp.route(f"{AGENDA}/<int:number>.ics")
@requires(Permission.AGENDA_READ)
def item(number: int) -> ResponseReturnValue:
    """One due date as a file that any calendar opens."""
    row, body = feeds.event_of(number, _page_of)
    answer = _as_calendar(body)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{row.reference}-{row.due_on.isoformat()}.ics")
    return answer


@bp.route("/calendar/<token>.ics")
@requires(PUBLIC)
def feed(token: str) -> ResponseReturnValue:
    """Somebody's due dates, for a program that cannot sign in: whoever holds the address reads them."""
    brakes.count("calendar", FEEDS)
    actor, opened = feeds.open_feed(token)
    organisation = services.Paces().organisation
    g.organisation, wide = organisation, request.args.get("of") == "everybody"
    parts = (actor.user_id, actor.email, wide, today(organisation.zone), language_now())
    body = remembered("calendar", actor, parts, lambda: feeds.calendar_of(actor, _page_of, everybody=wide))
    if not feeds.is_noted(opened):
        number = opened.id
        transactions.begin_writing()
        feeds.note_use(number)
    answer = _as_calendar(body)
    answer.headers["Cache-Control"] = f"private, max-age={FRESH}"
    return answer


def _page_of(row: Any) -> str:
    return web.address_of(row.endpoint, row.place, organisation=g.organisation.slug, reference=row.reference)


def _as_calendar(body: bytes) -> Response:
    answer = Response(body, mimetype="text/calendar")
    answer.set_etag(hashlib.sha256(body).hexdigest()[:32])
    return answer.make_conditional(request)  # type: ignore[return-value]
