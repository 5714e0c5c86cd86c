"""Domains tell what they expect of a record whenever one is kept; what they no longer tell is no longer due."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from compliance.records.models import Record
from compliance.reminders.documents import Due
from compliance.reminders.models import CANCELLED, DONE, OPEN, SNOOZED, DueDate
from compliance.reminders.rules import next_step
from compliance.reminders.services.pacing import Paces
from compliance.support.db import db


def expect(record: Record, dues: Iterable[Due], kinds: frozenset[str], paces: Paces | None = None) -> None:
    """Make these the only due dates of these kinds that a record has; what people decided about them stays.

    A date that moves is open again. Nothing of the past is told: a register that was just imported sends no letters
    of last year.
    """
    paces = paces or Paces()
    chosen = select(DueDate).where(DueDate.record_id == record.id, DueDate.kind.in_(kinds))
    standing = {(row.kind, row.row_key): row for row in db.session.scalars(chosen)}
    for due in dues:
        row = standing.pop((due.kind, due.row_key), None)
        if row is None:
            fresh = _fresh(record, due, paces)
            db.session.add(DueDate(organisation_id=record.organisation_id, record_id=record.id, **fresh))
        else:
            _tell_again(row, _told(record, due, paces), paces)
    for row in standing.values():
        if row.state in (OPEN, SNOOZED):
            row.state, row.next_step_on = CANCELLED, None


def rows_for(record: Record, dues: Iterable[Due], paces: Paces) -> list[dict[str, Any]]:
    """The due dates of a new record, as rows to be written with many others."""
    return [_fresh(record, due, paces) for due in dues]


def _told(record: Record, due: Due, paces: Paces) -> dict[str, Any]:
    """What a domain says of a date, as the row says it."""
    return {
        "reference": record.reference,
        "title": (f"{record.name} · {due.title}" if due.title else record.name)[:255],
        "endpoint": due.endpoint,
        "place": due.place,
        "due_on": paces.due_on(due),
        "counted_from": due.counted_from,
        "risk": due.risk,
        "named_email": due.owner,
        "done_on": due.done_on,
        "department_id": record.department_id,
        "common": record.common,
    }


def _fresh(record: Record, due: Due, paces: Paces) -> dict[str, Any]:
    told, through = _told(record, due, paces), paces.today
    steps = () if due.done_on else paces.steps(due.kind, due.risk, told["due_on"])
    return {
        "kind": due.kind,
        "row_key": due.row_key,
        "owner_email": due.owner,
        "state": DONE if due.done_on else OPEN,
        "told_through": through,
        "next_step_on": next_step(steps, through),
        "reason": "",
        "handed_by": "",
        **told,
    }


def _tell_again(row: DueDate, told: dict[str, Any], paces: Paces) -> None:
    changed = {name for name, value in told.items() if getattr(row, name) != value}
    if not changed and row.state != CANCELLED:
        return
    if "named_email" in changed:
        row.owner_email = told["named_email"]
    for name in changed:
        setattr(row, name, told[name])
    if row.done_on:
        row.state, row.next_step_on = DONE, None
    elif "due_on" in changed or row.state in (CANCELLED, DONE):
        row.state, row.snoozed_until, row.reason, row.told_through = OPEN, None, "", paces.today
        paces.aim(row)
    elif changed & {"risk"}:
        paces.aim(row)
