"""Changing a rhythm: what it moves is shown before, done after, and nothing becomes due before it begins."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Select, select

from compliance.records.actor import Actor, system
from compliance.records.services import note
from compliance.reminders import rules
from compliance.reminders.models import OPEN, SNOOZED, DueDate, Rhythm
from compliance.reminders.rules import Pace
from compliance.reminders.services.pacing import Paces, shipped_pace
from compliance.support.db import db
from compliance.support.errors import RuleBroken
from compliance.support.i18n import _
from compliance.support.permissions import Permission

#: The longest rhythm and the earliest announcement that can be chosen.
MOST_MONTHS, MOST_DAYS = 120, 365
#: Dates that are read at once.
BATCH = 500

Mover = Callable[[int, datetime.date], None]
_movers: dict[str, Mover] = {}


@dataclass(frozen=True, slots=True)
class Move:
    """A due date that another rhythm moves: from which day to which."""

    row: DueDate
    before: datetime.date
    after: datetime.date


def enter_mover(kind: str, mover: Mover) -> None:
    """Have a domain hear, by record id, when a rhythm moves a date that it keeps in a record of its own."""
    _movers[kind] = mover


def preview(kind: str, risk: str, pace: Pace, effective_from: datetime.date) -> list[Move]:
    """What another rhythm would move, the earliest first; changes nothing."""
    _check(kind, pace, effective_from)
    return list(_moves(kind, risk, pace, effective_from))


def decide(kind: str, risk: str, pace: Pace, effective_from: datetime.date, *, actor: Actor) -> list[Move]:
    """Change a rhythm from a day on, and answer what that moves. A day that was chosen by hand stays."""
    actor.must(Permission.AGENDA_PLAN)
    moves = preview(kind, risk, pace, effective_from)
    here = (Rhythm.kind == kind, Rhythm.risk == risk, Rhythm.effective_from == effective_from)
    rhythm = db.session.scalar(select(Rhythm).where(*here))
    if rhythm is None:
        rhythm = Rhythm(kind=kind, risk=risk, effective_from=effective_from, organisation_id=actor.organisation_id)
        db.session.add(rhythm)
    rhythm.months, rhythm.leads, rhythm.escalate_after = pace.months, list(pace.leads), pace.escalate_after
    rhythm.is_required, rhythm.decided_by = pace.is_required, actor.name
    db.session.flush()
    note(
        "reminders:rhythm", actor=actor, changed=[rhythm], subject=kind, risk=risk, months=pace.months,
        leads=list(pace.leads), escalate_after=pace.escalate_after, effective_from=effective_from.isoformat(),
        moved=len(moves),
    )  # fmt: skip
    if effective_from <= Paces().today:
        follow(kind, risk)
    return moves


def follow(kind: str, risk: str, paces: Paces | None = None) -> int:
    """Bring the open dates of a kind to the rhythm in force; answers how many days moved."""
    paces, moved = paces or Paces(), 0
    ids = db.session.scalars(_counted(kind, risk).with_only_columns(DueDate.id)).all()
    for start in range(0, len(ids), BATCH):
        for row in db.session.scalars(select(DueDate).where(DueDate.id.in_(ids[start : start + BATCH]))):
            moved += _follow(row, paces)
        db.session.flush()
    if moved:  # what was written with the old days is not given again
        organisation_id = paces.organisation.id
        note("reminders:follow", actor=system(organisation_id), subject=kind, risk=risk, moved=moved)
    return moved


def _follow(row: DueDate, paces: Paces) -> bool:
    due_on = paces.due_from(row.kind, row.risk, row.counted_from) if row.counted_from else row.due_on
    moved = due_on != row.due_on
    if moved:
        row.due_on, row.state, row.snoozed_until = due_on, OPEN, None
        if row.kind in _movers:
            _movers[row.kind](row.record_id, due_on)
    paces.aim(row)
    return moved


def _counted(kind: str, risk: str) -> Select[DueDate]:
    open_ones = (DueDate.kind == kind, DueDate.risk == risk, DueDate.state.in_((OPEN, SNOOZED)))
    return select(DueDate).where(*open_ones).order_by(DueDate.due_on, DueDate.id)


def _moves(kind: str, risk: str, pace: Pace, effective_from: datetime.date) -> Iterator[Move]:
    paces = Paces()
    if pace.months is None:
        return
    for row in db.session.scalars(_counted(kind, risk).where(DueDate.counted_from.is_not(None))):
        assert row.counted_from is not None
        after = rules.due_under(row.counted_from, [*paces.changes(kind, risk), (effective_from, pace.months)])
        if after != row.due_on:
            yield Move(row, row.due_on, after)


def _check(kind: str, pace: Pace, effective_from: datetime.date) -> None:
    if (pace.months is None) != (shipped_pace(kind).months is None):
        raise RuleBroken(_("What falls due on a day of its own has no rhythm."), field="months")
    if pace.months is not None and not 0 < pace.months <= MOST_MONTHS:
        raise RuleBroken(_("Choose between 1 and %(most)s months.", most=MOST_MONTHS), field="months")
    if any(not 0 < lead <= MOST_DAYS for lead in pace.leads):
        raise RuleBroken(_("Choose between 1 and %(most)s days before.", most=MOST_DAYS), field="leads")
    if not 0 < pace.escalate_after <= MOST_DAYS:
        raise RuleBroken(_("Choose between 1 and %(most)s days after.", most=MOST_DAYS), field="escalate_after")
    if effective_from < Paces().today:
        raise RuleBroken(_("A rhythm cannot begin in the past."), field="effective_from")
