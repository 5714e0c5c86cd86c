"""The rhythms of an organisation: those of the house, and what its data protection officer decided instead."""

import datetime
import functools
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from sqlalchemy import select

from compliance.accounts import services as accounts
from compliance.accounts.models import Organisation
from compliance.regulation.reference import Term, reference
from compliance.reminders import rules
from compliance.reminders.documents import HIGH, STANDARD, Due
from compliance.reminders.models import DueDate, Rhythm
from compliance.reminders.rules import Pace
from compliance.support.clock import today
from compliance.support.db import db

SATURDAY = 5


def kinds() -> Mapping[str, Term]:
    """What can fall due, by code."""
    return reference().vocabularies["due_kinds"]


@functools.lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[datetime.date]:
    """The public holidays of a country; none where the library does not know it."""
    from holidays import country_holidays  # it takes a tenth of the start, and only who counts days needs it

    try:
        return frozenset(country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def is_worked_in(country: str) -> Callable[[datetime.date], bool]:
    """Whether people work on a day: not at weekends, nor on the country's public holidays."""
    return lambda day: day.weekday() < SATURDAY and day not in _holidays(country, day.year)


class Paces:
    """What the dates of one organisation are counted and told by; read once, shared by a whole sweep."""

    @cached_property
    def _steps(self) -> dict[tuple[str, str, datetime.date, bool], list[rules.Step]]:
        return {}

    @cached_property
    def organisation(self) -> Organisation:
        """The organisation of this session."""
        return db.session.get_one(Organisation, db.session.info["organisation_id"])

    @cached_property
    def today(self) -> datetime.date:
        """The day it is for the organisation."""
        return today(self.organisation.zone)

    @cached_property
    def is_worked(self) -> Callable[[datetime.date], bool]:
        """Whether people work on a day where the organisation is."""
        return is_worked_in(str(accounts.profile_record().document.get("country") or ""))

    @cached_property
    def chosen(self) -> Mapping[tuple[str, str], Sequence[Rhythm]]:
        """The rhythms decided here, by kind and risk, the oldest first."""
        found: dict[tuple[str, str], list[Rhythm]] = {}
        for rhythm in db.session.scalars(select(Rhythm).order_by(Rhythm.effective_from, Rhythm.id)):
            found.setdefault((rhythm.kind, rhythm.risk), []).append(rhythm)
        return found

    def pace(self, kind: str, risk: str = STANDARD, day: datetime.date | None = None) -> Pace:
        """How that kind runs on that day, today unless told otherwise."""
        shipped, day = shipped_pace(kind, risk), day or self.today
        ruling = [r for r in self.chosen.get((kind, risk), ()) if r.effective_from <= day]
        if not ruling:
            return shipped
        last = ruling[-1]
        required = shipped.is_required or last.is_required
        return Pace(last.months, tuple(last.leads), last.escalate_after, shipped.is_statutory, required)

    def due_on(self, due: Due) -> datetime.date:
        """When it is due: on its own day, or as the rhythm says."""
        if due.due_on is not None:
            return due.due_on
        if due.counted_from is None:
            raise ValueError(f"{due.kind} has neither a day nor one to count from")
        return self.due_from(due.kind, due.risk, due.counted_from)

    def due_from(self, kind: str, risk: str, counted_from: datetime.date) -> datetime.date:
        """When something of that kind, counted from that day, is due under the rhythms in force."""
        return rules.due_under(counted_from, self.changes(kind, risk))

    def changes(self, kind: str, risk: str) -> list[tuple[datetime.date, int]]:
        """From which day on a kind came round every how many months; those to come left out."""
        first = shipped_pace(kind, risk).months or 0
        ruling = [r for r in self.chosen.get((kind, risk), ()) if r.effective_from <= self.today]
        return [(datetime.date.min, first), *((r.effective_from, r.months or first) for r in ruling)]

    def steps(
        self, kind: str, risk: str, due_on: datetime.date, snoozed_until: datetime.date | None = None
    ) -> list[rules.Step]:
        """When each step of something due on a day, or put off until another, is told."""
        asked = (kind, risk, snoozed_until or due_on, snoozed_until is not None)
        if asked not in self._steps:  # of many records much falls due on the same day
            self._steps[asked] = rules.steps(
                asked[2], self.pace(kind, risk), self.is_worked, is_snoozed=snoozed_until is not None
            )
        return self._steps[asked]

    def steps_of(self, row: DueDate) -> list[rules.Step]:
        """When each step of a due date is told."""
        return self.steps(row.kind, row.risk, row.due_on, row.snoozed_until)

    def aim(self, row: DueDate) -> None:
        """Work out when the next step of a due date is to be told."""
        row.next_step_on = rules.next_step(self.steps_of(row), row.told_through)


def shipped_pace(kind: str, risk: str = STANDARD) -> Pace:
    """How a kind runs unless an organisation decides otherwise (conventions of the house)."""
    extra = kinds()[kind].extra
    parameter = extra.get("months_high") if risk == HIGH and "months_high" in extra else extra.get("months")
    return Pace(
        int(reference().parameter(parameter)) if parameter else None,
        tuple(extra["leads"]),
        extra["escalate_after"],
        extra.get("statutory", False),
        extra.get("required", False),
    )


def days_of(kind: str) -> int:
    """Days after which something that waits is due, for the kinds that count days."""
    return int(kinds()[kind].extra["days"])


def shipped_paces() -> Mapping[tuple[str, str], Pace]:
    """Every pace that ships: of each kind, and of its high risk where that has one of its own."""
    found = {(kind, STANDARD): shipped_pace(kind) for kind in kinds()}
    return found | {
        (kind, HIGH): shipped_pace(kind, HIGH) for kind, term in kinds().items() if "months_high" in term.extra
    }
