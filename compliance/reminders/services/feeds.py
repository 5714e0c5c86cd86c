"""What falls due as a calendar: a private address for each person, and the events behind it (RFC 5545)."""

import datetime
import functools
import hashlib
import secrets
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from icalendar import Alarm, Calendar, Event
from sqlalchemy import and_, or_, select

from compliance.accounts import services as accounts
from compliance.accounts.models import Organisation, Person
from compliance.records.actor import Actor
from compliance.records.services import note
from compliance.reminders.models import CANCELLED, OPEN, SNOOZED, CalendarFeed, DueDate
from compliance.reminders.services.pacing import Paces, kinds
from compliance.support.clock import now
from compliance.support.db import across_organisations, db
from compliance.support.errors import NotFound
from compliance.support.i18n import _, language_now
from compliance.support.permissions import Permission
from compliance.support.text import printable

#: Events of one calendar, the earliest first: what lies further is in the agenda.
MOST = 1000
#: For so long a calendar is told that something is no longer due.
TOLD_CANCELLED = datetime.timedelta(days=60)
#: The hour of the day at which an alarm rings.
RINGS_AT = 9
#: The last line of a calendar, before which its events stand.
END = b"END:VCALENDAR\r\n"

#: The address of the page of a due date.
Address = Callable[[DueDate], str]


def feed_of(actor: Actor) -> CalendarFeed | None:
    """The calendar address that somebody has here, if they have one."""
    chosen = select(CalendarFeed).where(CalendarFeed.person_id == actor.user_id, CalendarFeed.revoked_at.is_(None))
    return db.session.scalar(chosen.order_by(CalendarFeed.id.desc()).limit(1))


def make_feed(*, actor: Actor) -> str:
    """A new calendar address: its token, which is kept nowhere. The one before opens nothing any more."""
    actor.must(Permission.AGENDA_READ)
    _revoke(actor)
    token = secrets.token_urlsafe(32)
    db.session.add(CalendarFeed(organisation_id=actor.organisation_id, person_id=actor.user_id, digest=_digest(token)))
    note("reminders:feed-made", actor=actor, subject=actor.email)
    return token


def withdraw_feed(*, actor: Actor) -> None:
    """Have the calendar address open nothing any more."""
    actor.must(Permission.AGENDA_READ)
    if _revoke(actor):
        note("reminders:feed-withdrawn", actor=actor, subject=actor.email)


def _revoke(actor: Actor) -> bool:
    mine = (CalendarFeed.person_id == actor.user_id, CalendarFeed.revoked_at.is_(None))
    standing = db.session.scalars(select(CalendarFeed).where(*mine)).all()
    for feed in standing:
        feed.revoked_at = now()
    return bool(standing)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_feed(token: str) -> tuple[Actor, CalendarFeed]:
    """Whose calendar it is, at work where it was made; NotFound for any that opens nothing, whatever the reason."""
    with across_organisations():
        feed = db.session.scalar(select(CalendarFeed).where(CalendarFeed.digest == _digest(token)))
    person = db.session.get(Person, feed.person_id) if feed is not None and feed.revoked_at is None else None
    if feed is None or person is None or not person.active:
        raise NotFound(_("There is no such calendar."))
    organisation = db.session.get_one(Organisation, feed.organisation_id)
    actor = accounts.actor_of(person.id, organisation.id, organisation.language)
    if not actor.can(Permission.AGENDA_READ):
        raise NotFound(_("There is no such calendar."))
    return actor, feed


def note_use(feed_id: int) -> None:
    """Remember that somebody's calendar came by: once a day is enough to see that it still does."""
    feed = db.session.get_one(CalendarFeed, feed_id)
    feed.used_at = now()


def is_noted(feed: CalendarFeed) -> bool:
    """Whether it is known already that the calendar came by today."""
    return feed.used_at is not None and feed.used_at.date() == now().date()


def calendar_of(actor: Actor, address: Address, *, everybody: bool = False) -> bytes:
    """The calendar of somebody's due dates or, of who keeps the rhythms and asks for it, of everybody's."""
    paces = Paces()
    standing = (DueDate.state.in_((OPEN, SNOOZED)),)
    gone = (DueDate.state == CANCELLED, DueDate.changed_at >= now() - TOLD_CANCELLED)
    whose = () if everybody and actor.can(Permission.AGENDA_PLAN) else (DueDate.owner_email == actor.email,)
    chosen = select(DueDate).where(or_(and_(*standing), and_(*gone)), *whose)
    rows = db.session.scalars(chosen.order_by(DueDate.state == CANCELLED, DueDate.due_on, DueDate.id).limit(MOST))
    name = _("Due dates of %(organisation)s", organisation=paces.organisation.name)
    return _written(rows, name, paces, address)


def event_of(number: int, address: Address) -> tuple[DueDate, bytes]:
    """One due date that this person may see and that is still to be done, and its file; or NotFound."""
    row = db.session.scalar(select(DueDate).where(DueDate.id == number, DueDate.state.in_((OPEN, SNOOZED))))
    if row is None:
        raise NotFound(_("There is no such due date."))
    return row, _written([row], row.title, Paces(), address)


def _written(rows: Iterable[DueDate], name: str, paces: Paces, address: Address) -> bytes:
    made = Calendar()
    made.add("prodid", f"-//Trente//Trente//{language_now().upper()}")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _plain(name))
    made.add("refresh-interval", datetime.timedelta(hours=6), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT6H")
    head = bytes(made.to_ical()).removesuffix(END)
    return b"".join((head, *(_event(row, paces, address(row)) for row in rows), END))


def _event(row: DueDate, paces: Paces, address: str) -> bytes:
    """A day of its own, which takes nobody's time; its alarms ring as its letters are sent."""
    word = kinds()[row.kind].label(language_now())
    return _written_event(
        _uid(row, paces.organisation),
        row.changed_at,
        row.changes,
        row.snoozed_until if row.state == SNOOZED and row.snoozed_until else row.due_on,
        _("%(kind)s: %(title)s", kind=_plain(word), title=_plain(row.title)),
        "\n".join(_told(row, address)),
        address,
        _plain(word),
        paces.pace(row.kind, row.risk).leads if row.state == OPEN else (),
        is_cancelled=row.state == CANCELLED,
    )


@functools.lru_cache(maxsize=4096)
def _written_event(
    uid: str,
    changed_at: datetime.datetime,
    changes: int,
    day: datetime.date,
    summary: str,
    description: str,
    address: str,
    word: str,
    leads: Sequence[int],
    *,
    is_cancelled: bool,
) -> bytes:
    """An event as the standard writes it; a thousand of them take a second, and few change between two visits."""
    made = Event()
    made.add("uid", uid)
    made.add("dtstamp", changed_at)
    made.add("last-modified", changed_at)
    made.add("sequence", changes)
    made.add("dtstart", day)
    made.add("dtend", day + datetime.timedelta(days=1))
    made.add("summary", summary)
    made.add("description", description)
    made.add("url", address)
    made.add("categories", [word])
    made.add("class", "CONFIDENTIAL")
    made.add("transp", "TRANSPARENT")
    made.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    for lead in leads:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", summary)
        alarm.add("trigger", datetime.timedelta(days=-lead, hours=RINGS_AT))
        made.add_component(alarm)
    return bytes(made.to_ical())


def _told(row: DueDate, address: str) -> Sequence[str]:
    told = [_plain(row.reference)]
    if row.state == SNOOZED:
        told.append(_("Put off: %(reason)s", reason=_plain(row.reason)))
    return [*told, address]


def _uid(row: DueDate, organisation: Organisation) -> str:
    """The same for good, whatever the server is called: clients know an event by it."""
    place: Any = f"{organisation.id} {organisation.created_at.isoformat()} {row.id}"
    return f"{uuid.uuid5(uuid.NAMESPACE_OID, place)}@trente"


def _plain(words: str) -> str:
    """The words on one line, without what no reader can see."""
    return " ".join(printable(words).split())
