"""The sweep: which steps have come, who is to hear of each, and in which letters.

Nothing is told twice: a due date remembers through which day it was told, a notice is unique to its step and person,
and both are written with the letter that tells them. So two schedulers, a scheduler that was down and a clock that
jumps back all end in the same letters. Nothing is lost: a letter is a row of the same transaction.
"""

import datetime
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from compliance.accounts.models import Person
from compliance.records.actor import system
from compliance.records.services import note
from compliance.reminders import notifications
from compliance.reminders.models import OPEN, SNOOZED, DueDate, Notice, SweepRun
from compliance.reminders.notifications import DIGEST
from compliance.reminders.rules import ESCALATION, HANDED, Step, to_tell
from compliance.reminders.services.audience import Audience
from compliance.reminders.services.deciding import follow
from compliance.reminders.services.pacing import Paces, kinds, shipped_paces
from compliance.support import post, transactions
from compliance.support.clock import now
from compliance.support.db import db

SINGLE, DAILY, WEEKLY, NONE = "single", "daily", "weekly", "none"
#: Letters leave from this hour on, where the organisation is.
MORNING = 8
#: Due dates that are told in one transaction.
BATCH = 200
#: More than so many letters to one person on one morning become one.
MOST_SINGLE = 3
#: Who hears of what was not done, and of what nobody answers for.
WATCHES = "dpo"


@dataclass
class Found:
    """What a sweep did, or would do."""

    due: int = 0
    letters: list[dict[str, str]] = field(default_factory=list)
    escalated: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """As the command prints it."""
        reasons = [{"reason": reason, "number": number} for reason, number in sorted(self.suppressed.items())]
        return {"due": self.due, "letters": self.letters, "escalated": self.escalated, "suppressed": reasons}


def sweep(*, dry_run: bool = False) -> Found:
    """Tell what has come due in the organisation entered, as far as it was not told; `dry_run` keeps nothing.

    Commits in batches: first who is to hear of what, then the letters, so that one letter may tell of several things
    and an interrupted sweep goes on where it stopped.
    """
    found, paces = Found(), Paces()
    people = Audience(paces.organisation, outlives_commits=True)
    is_morning = now().astimezone(ZoneInfo(paces.organisation.zone)).hour >= MORNING
    if is_morning or not dry_run:
        follow_begun(paces)
    if not is_morning:
        found.suppressed["before the morning"] += 1
        return found
    keep = db.session.flush if dry_run else transactions.commit
    while rows := _next_batch(paces):
        told = _told(rows)
        with db.session.no_autoflush:
            for row in rows:
                _tell(row, paces, people, found, told)
        keep()
    for start, group in enumerate(_groups(paces, found), 1):
        _write_letter(group, paces, people, found)
        if start % BATCH == 0:
            keep()
    if dry_run:
        transactions.rollback()
    else:
        transactions.commit()
        _remember(paces, found)
        transactions.commit()
    return found


def follow_begun(paces: Paces | None = None) -> None:
    """Rhythms that have begun since the last sweep move what they move: at once, whatever the hour, and before records
    are examined again, or what followed the rhythm before would look as if somebody had chosen its day.
    """
    paces = paces or Paces()
    last = db.session.scalar(select(func.max(SweepRun.day))) or datetime.date.min
    for (kind, risk), rhythms in paces.chosen.items():
        if any(last < rhythm.effective_from <= paces.today for rhythm in rhythms):
            follow(kind, risk, paces)


def _next_batch(paces: Paces) -> Sequence[DueDate]:
    """What a step has come for; on a day on which nobody works, only where the clock of the law runs on."""
    chosen = select(DueDate).where(DueDate.next_step_on <= paces.today, DueDate.state.in_((OPEN, SNOOZED)))
    if not paces.is_worked(paces.today):
        chosen = chosen.where(
            DueDate.kind.in_([k for (k, _risk), pace in shipped_paces().items() if pace.is_statutory])
        )
    ordered = chosen.order_by(DueDate.next_step_on, DueDate.id).limit(BATCH)
    return db.session.scalars(ordered.with_for_update(skip_locked=True)).all()


def _told(rows: Sequence[DueDate]) -> set[tuple[int, datetime.date, str, int]]:
    """What was told before of these dates: which, due when, which step, to whom."""
    columns = (Notice.due_id, Notice.due_on, Notice.step, Notice.person_id)
    chosen = select(*columns).where(Notice.due_id.in_([row.id for row in rows]))
    return {(due, day, step, person) for due, day, step, person in db.session.execute(chosen)}


def _tell(row: DueDate, paces: Paces, people: Audience, found: Found, told: Container[object]) -> None:
    """Note who is to hear of the steps that have come, and aim at the next."""
    found.due += 1
    passed = to_tell(paces.steps_of(row), row.told_through, paces.today)
    if row.handed_by:
        passed.append(Step(f"{HANDED}:{paces.today.isoformat()}", paces.today))
        row.handed_by = ""
    for step in passed:
        found.escalated += step.sort == ESCALATION
        for person in _who(row, step, people):
            _notice(row, step, person, paces, people, found, told)
    row.told_through = paces.today
    if row.state == SNOOZED and row.snoozed_until and row.snoozed_until <= paces.today:
        row.state = OPEN
        note("reminders:wake", actor=system(row.organisation_id), subject=row.reference, kind=row.kind)
    paces.aim(row)


def _who(row: DueDate, step: Step, people: Audience) -> list[Person]:
    """Who hears of a step: who answers for it; nobody there, whoever the kind asks; an escalation, the DPO."""
    owner = people.reader(row.owner_email, row)
    if step.sort == ESCALATION:
        return [person for person in people.with_role(WATCHES) if person is not owner]
    return [owner] if owner else people.with_role(kinds()[row.kind].extra.get("asks", WATCHES))


def _notice(
    row: DueDate, step: Step, person: Person, paces: Paces, people: Audience, found: Found, told: Container[object]
) -> None:
    how = people.choices.get((person.id, row.kind), SINGLE)
    if how == NONE and paces.pace(row.kind, row.risk).is_required:
        how = SINGLE
    if how == NONE:
        found.suppressed["not wanted"] += 1
        return
    if (row.id, row.due_on, step.name, person.id) in told:
        found.suppressed["told before"] += 1
        return
    db.session.add(
        Notice(
            organisation_id=row.organisation_id, due_id=row.id, due_on=row.due_on, step=step.name,
            person_id=person.id, day=paces.today, how=how,
        )
    )  # fmt: skip


def _groups(paces: Paces, found: Found) -> Iterator[list[tuple[Notice, DueDate]]]:
    """What waits to be told, in the letters that will tell it: one each or, as people chose or where they would be
    many, one for all. What was done meanwhile is told no more.
    """
    first = _first_worked_day(paces)
    for person_id in db.session.scalars(
        select(Notice.person_id).where(Notice.letter_id.is_(None)).distinct().order_by(Notice.person_id)
    ).all():
        waiting = _waiting(person_id, found)
        weekly = [pair for pair in waiting if pair[0].how == WEEKLY]
        if paces.today != first and all(notice.day >= first for notice, _row in weekly):
            found.suppressed["waits for the weekly letter"] += len(weekly)
            waiting = [pair for pair in waiting if pair[0].how != WEEKLY]
        single = [pair for pair in waiting if pair[0].how == SINGLE]
        if len(single) == len(waiting) <= MOST_SINGLE:
            yield from ([pair] for pair in single)
        elif waiting:
            yield waiting


def _waiting(person_id: int, found: Found) -> list[tuple[Notice, DueDate]]:
    chosen = select(Notice, DueDate).join(DueDate, DueDate.id == Notice.due_id)
    mine = chosen.where(Notice.person_id == person_id, Notice.letter_id.is_(None))
    waiting = []
    # Another scheduler may be writing the letters of this person: what it holds is its own.
    mine = mine.order_by(DueDate.due_on, DueDate.id, Notice.id).with_for_update(of=Notice, skip_locked=True)
    for notice, row in db.session.execute(mine).all():
        if row.state in (OPEN, SNOOZED) and row.due_on == notice.due_on:
            waiting.append((notice, row))
        else:
            found.suppressed["done meanwhile"] += 1
            db.session.delete(notice)
    return waiting


def _first_worked_day(paces: Paces) -> datetime.date:
    """The first day of this week on which people work; Monday where nobody works all week."""
    monday = paces.today - datetime.timedelta(days=paces.today.weekday())
    week = [monday + datetime.timedelta(days=n) for n in range(5)]
    return next((day for day in week if paces.is_worked(day)), monday)


def _write_letter(group: Sequence[tuple[Notice, DueDate]], paces: Paces, people: Audience, found: Found) -> None:
    """One letter that tells of these things, and that they were told."""
    person = people.person(group[0][0].person_id)
    sort = group[0][0].step.partition(":")[0] if len(group) == 1 else DIGEST
    language = person.language or paces.organisation.language
    written = notifications.compose(sort, language, person, paces.organisation, [_item(*pair, paces) for pair in group])
    key = "|".join(sorted(f"{n.due_id}.{n.due_on}.{n.step}.{n.person_id}" for n, _row in group))
    letter = post.write(
        sort, person_id=person.id, recipient=person.email, language=language, written=written,
        key=f"{paces.organisation.id}|{key}", organisation_id=paces.organisation.id,
        leaves=not paces.organisation.is_sample,
    )  # fmt: skip
    for notice, _row in group:
        notice.letter_id = letter.id
    kind = group[0][1].kind if len(group) == 1 else DIGEST
    step = group[0][0].step if len(group) == 1 else DIGEST
    found.letters.append({"to": person.email, "kind": kind, "subject": written.subject, "step": step})


def _item(notice: Notice, row: DueDate, paces: Paces) -> notifications.Item:
    return notifications.Item(
        row.kind, row.title, row.reference, row.due_on, notice.step, row.endpoint, row.place, row.snoozed_until,
        row.owner_email, paces.pace(row.kind, row.risk).is_required,
    )  # fmt: skip


def _remember(paces: Paces, found: Found) -> None:
    """That the organisation was swept today, for the administrator's page."""
    run = db.session.scalar(select(SweepRun).where(SweepRun.day == paces.today))
    if run is None:
        run = SweepRun(organisation_id=paces.organisation.id, day=paces.today, found={})
        with suppress(IntegrityError), db.session.begin_nested():  # another scheduler has just said so
            db.session.add(run)
    more = {"due": found.due, "letters": len(found.letters), "escalated": found.escalated}
    run.found = {name: run.found.get(name, 0) + number for name, number in more.items()}
    run.finished_at = now()
