"""What people do about due dates: put them off with a reason, hand them over."""

import datetime
from collections.abc import Sequence

from sqlalchemy import select

from compliance.accounts import services as accounts
from compliance.records.actor import Actor
from compliance.records.services import note
from compliance.reminders.models import OPEN, SNOOZED, DueDate
from compliance.reminders.services.audience import Audience
from compliance.reminders.services.pacing import Paces, kinds
from compliance.support.db import db
from compliance.support.errors import NotFound, RuleBroken
from compliance.support.i18n import _
from compliance.support.permissions import Permission

#: A date is put off for a year at most: whoever wants longer changes the rhythm, or the record.
MOST_PUT_OFF = datetime.timedelta(days=366)


def find(ids: Sequence[int]) -> Sequence[DueDate]:
    """The due dates of these numbers that this person may see and that are still to be done, or NotFound."""
    chosen = select(DueDate).where(DueDate.id.in_(ids), DueDate.state.in_((OPEN, SNOOZED)))
    rows = db.session.scalars(chosen.order_by(DueDate.due_on, DueDate.id)).all()
    if not rows:
        raise NotFound(_("There is no such due date."))
    return rows


def snooze(rows: Sequence[DueDate], until: datetime.date, reason: str, *, actor: Actor) -> None:
    """Put due dates off until a day, saying why. What the law sets is not put off."""
    actor.must(Permission.AGENDA_WRITE)
    paces = Paces()
    if not reason:
        raise RuleBroken(_("Say why it can wait."), field="reason")
    if not paces.today < until <= paces.today + MOST_PUT_OFF:
        raise RuleBroken(_("Choose a day to come, within a year."), field="until")
    for row in rows:
        if paces.pace(row.kind, row.risk).is_statutory:
            raise RuleBroken(_("%(title)s: this day is set by law and cannot be put off.", title=row.title))
        if _is_watched(row, paces) and not actor.can(Permission.AGENDA_PLAN):
            raise RuleBroken(_("%(title)s: only the data protection officer can put this off.", title=row.title))
        row.state, row.snoozed_until, row.reason, row.told_through = SNOOZED, until, reason, paces.today
        paces.aim(row)
        note(
            "reminders:snooze", actor=actor, subject=row.reference, kind=row.kind, due=row.due_on.isoformat(),
            until=until.isoformat(), reason=reason,
        )  # fmt: skip


def _is_watched(row: DueDate, paces: Paces) -> bool:
    """Whether silence about it is not for anybody to choose: it is required, or waits for somebody else."""
    return paces.pace(row.kind, row.risk).is_required or bool(kinds()[row.kind].extra.get("asks"))


def wake(rows: Sequence[DueDate], *, actor: Actor) -> None:
    """Take back that due dates were put off."""
    actor.must(Permission.AGENDA_WRITE)
    paces = Paces()
    for row in rows:
        if row.state == SNOOZED:
            row.state, row.snoozed_until, row.reason = OPEN, None, ""
            paces.aim(row)
            note("reminders:wake", actor=actor, subject=row.reference, kind=row.kind, due=row.due_on.isoformat())


def hand_over(rows: Sequence[DueDate], email: str, *, actor: Actor) -> None:
    """Give due dates to somebody of the organisation, who hears of it at the next sweep."""
    actor.must(Permission.AGENDA_WRITE)
    names = accounts.directory()
    if email not in names:
        raise RuleBroken(_("Choose somebody of the organisation."), field="owner")
    paces = Paces()
    audience = Audience(paces.organisation)
    for row in rows:
        if row.owner_email == email:
            continue
        if audience.reader(email, row) is None:
            raise RuleBroken(
                _("%(name)s may not see “%(title)s”: choose somebody who does.", name=names[email], title=row.title),
                field="owner",
            )
        row.owner_email, row.handed_by = email, actor.name
        row.next_step_on = paces.today  # the next sweep says so
        note(
            "reminders:hand-over", actor=actor, subject=row.reference, kind=row.kind, due=row.due_on.isoformat(),
            to=names[email],
        )  # fmt: skip
