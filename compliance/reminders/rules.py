"""When each step of a due date falls: pure questions of days."""

import calendar
import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

SOON, DUE, OVERDUE, ESCALATION, HANDED = "soon", "due", "overdue", "escalation", "handed"
#: Days between two letters about the same overdue date.
WEEK = 7
#: Weeks for which an overdue date is told again; then the agenda alone keeps it.
MOST_WEEKS = 52

IsWorked = Callable[[datetime.date], bool]


@dataclass(frozen=True, slots=True)
class Pace:
    """How a kind of due date runs in an organisation: months between two, days before, days until it is escalated."""

    months: int | None
    leads: tuple[int, ...]
    escalate_after: int
    is_statutory: bool = False
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is told once: what, and on which day it may be told."""

    name: str
    day: datetime.date

    @property
    def sort(self) -> str:
        """Which sort of letter tells it."""
        return self.name.partition(":")[0]


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later; the last of the month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return day.replace(year=day.year + years, month=month + 1, day=min(day.day, last))


def due_under(counted_from: datetime.date, changes: Sequence[tuple[datetime.date, int]]) -> datetime.date:
    """When something counted from a day is due, given the rhythms (from which day on, months), the oldest first.

    A rhythm that came later never makes anything due before the day on which it began.
    """
    due = months_after(counted_from, changes[0][1])
    for begins, months in changes[1:]:
        due = max(months_after(counted_from, months), min(begins, due))
    return due


def told_on(day: datetime.date, is_worked: IsWorked, *, is_statutory: bool) -> datetime.date:
    """The working day on which something is told: the next one, or the one before where the law's clock runs on."""
    towards = datetime.timedelta(days=-1 if is_statutory else 1)
    while not is_worked(day):
        day += towards
    return day


def steps(due_on: datetime.date, pace: Pace, is_worked: IsWorked, *, is_snoozed: bool = False) -> list[Step]:
    """Every step of a due date, day by day; one that was snoozed is due again, without being announced."""
    found = [] if is_snoozed else [(f"{SOON}:{lead}", due_on - datetime.timedelta(days=lead)) for lead in pace.leads]
    found.append((DUE, due_on))
    found.append((ESCALATION, due_on + datetime.timedelta(days=pace.escalate_after)))
    found += [(f"{OVERDUE}:{n}", due_on + datetime.timedelta(days=WEEK * n)) for n in range(1, MOST_WEEKS + 1)]
    placed = [
        Step(name, told_on(day, is_worked, is_statutory=pace.is_statutory and name.startswith((SOON, DUE))))
        for name, day in found
    ]
    return sorted(placed, key=lambda step: step.day)


def next_step(all_steps: Iterable[Step], after: datetime.date) -> datetime.date | None:
    """The day of the first step after that day; None when all was told."""
    return next((step.day for step in all_steps if step.day > after), None)


def to_tell(all_steps: Iterable[Step], after: datetime.date, through: datetime.date) -> list[Step]:
    """What is to be told of the steps after one day and up to another.

    Of several that passed meanwhile only the last is told to who answers for it: a scheduler that was down sends no
    letters of yesterday. An escalation goes to somebody else, and is told beside it.
    """
    passed = [step for step in all_steps if after < step.day <= through]
    owned = [step for step in passed if step.sort != ESCALATION]
    return [*owned[-1:], *(step for step in passed if step.sort == ESCALATION)]
