"""Telling the agenda what falls due of a processing activity, whenever it is kept or something about it is decided."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from compliance.records import projections
from compliance.records.models import ARCHIVED, DRAFT, SUBMITTED, Record
from compliance.register.models import Action, Waiver
from compliance.register.rules.context import Context
from compliance.register.rules.duties import KINDS, Standing, duties
from compliance.reminders import services as reminders
from compliance.reminders.documents import HIGH, STANDARD, Due
from compliance.reminders.services import Paces


def tell(record: Record, context: Context | None, paces: Paces) -> None:
    """Tell everything that falls due of a record; of an archived one, nothing."""
    reminders.expect(record, _duties(record, context, paces), KINDS, paces)


def rows(record: Record, context: Context | None, paces: Paces) -> list[dict[str, Any]]:
    """The due dates of a record that is new, to be written with many others."""
    return reminders.rows_for(record, _duties(record, context, paces, is_new=True), paces)


def next_review(day: datetime.date, risk: str) -> datetime.date:
    """When a record that was looked at on a day is to be looked at again, by the rhythm in force."""
    return Paces().due_from("activity_review", risk, day)


def _duties(record: Record, context: Context | None, paces: Paces, *, is_new: bool = False) -> Iterable[Due]:
    if context is None or record.state == ARCHIVED:
        return ()
    return duties(context.document, _standing(record, paces, is_new=is_new), context)


def _standing(record: Record, paces: Paces, *, is_new: bool) -> Standing:
    zone = ZoneInfo(paces.organisation.zone)
    return Standing(
        record.state == DRAFT,
        record.state == SUBMITTED,
        record.edition > 0,
        record.updated_at.astimezone(zone).date(),
        record.submitted_at.astimezone(zone).date() if record.submitted_at else None,
        record.reviewed_on,
        record.review_due_on,
        _risk(record, paces),
        () if is_new else _waivers(record),
        () if is_new else projections.read(Action, record.id, "id", "title", "owner_email", "due_on", "done_on"),
        reminders.days_of("draft_alone"),
        reminders.days_of("approval_waiting"),
    )


def _risk(record: Record, paces: Paces) -> str | None:
    """The rhythm that gave the day of the next review; None when somebody chose it."""
    if record.reviewed_on is None:
        return None
    for risk in (STANDARD, HIGH):
        if paces.due_from("activity_review", risk, record.reviewed_on) == record.review_due_on:
            return risk
    return None


def _waivers(record: Record) -> list[tuple[str, str, datetime.date]]:
    found = projections.read(Waiver, record.id, "rule", "row_key", "until", "ended_at")
    standing: Mapping[tuple[str, str], datetime.date] = {
        (rule, key): until for rule, key, until, ended_at in found if ended_at is None
    }
    return [(rule, key, until) for (rule, key), until in standing.items()]
