"""A year, day by day: what the rhythms promise is what is sent, counted by hand."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator
from random import Random

import holidays
from flask import Flask
from sqlalchemy import insert, select

from compliance.accounts.models import Department, Membership, Person
from compliance.regulation.reference import reference
from compliance.reminders import services as reminders
from compliance.reminders.models import DONE, DueDate
from compliance.sample import large
from compliance.support import clock
from compliance.support.db import db, enter

START = datetime.date(2026, 11, 24)
DAYS = 366
HOLIDAYS = holidays.country_holidays("FR", years=[2026, 2027, 2028])
DAY = datetime.timedelta(days=1)


def worked(day: datetime.date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def promised(due: DueDate) -> Iterator[tuple[datetime.date, str, bool]]:
    """Each letter that a date promises: when, of which sort, and whether it goes to who watches."""
    extra = reference().vocabularies["due_kinds"][due.kind].extra
    named = [(f"soon:{lead}", -lead) for lead in extra["leads"]] + [("due", 0)]
    named += [(f"overdue:{week}", 7 * week) for week in range(1, 53)] + [("escalation", extra["escalate_after"])]
    for step, days in named:
        day = due.due_on + days * DAY
        back = extra.get("statutory", False) and step.startswith(("soon", "due"))
        while not worked(day):
            day += -DAY if back else DAY
        yield day, step, step == "escalation"


def answered(number: int, due: DueDate) -> datetime.date | None:
    """The day on which somebody does what is due: in time, late, or never."""
    day = [due.due_on - 3 * DAY, due.due_on + 10 * DAY, due.due_on + 40 * DAY, None][number % 4]
    return max(day, START) if day else None


def readers(due: DueDate, held: list[tuple[str, str, int | None]], above: dict[int, int | None]) -> set[str]:
    """Who may see what a date is about: all of the agenda, or the branch of a department."""
    branch = set()
    place = due.department_id
    while place is not None:
        branch.add(place)
        place = above[place]
    wide = {email for email, role, _place in held if role in ("dpo", "legal", "controller")}
    return wide | {
        email for email, role, place in held if role in ("department_head", "contributor") and place in branch
    }


def expected(
    dues: list[DueDate], held: list[tuple[str, str, int | None]], above: dict[int, int | None]
) -> Counter[tuple[datetime.date, str]]:
    """How many letters each address gets on each day."""
    told: dict[tuple[datetime.date, str], int] = defaultdict(int)
    people = defaultdict(list)
    for email, role, _place in held:
        people[role].append(email)
    for number, due in enumerate(dues):
        done = answered(number, due)
        on_a_day: dict[tuple[datetime.date, bool], str] = {}
        for day, step, watches in promised(due):
            if START <= day < START + DAYS * DAY and (done is None or day < done):
                on_a_day[day, watches] = step  # two steps of one date that fall on one day are one letter
        asks = people[reference().vocabularies["due_kinds"][due.kind].extra.get("asks", "dpo")]
        for day, watches in on_a_day:
            if watches:
                receivers = [email for email in people["dpo"] if email != due.owner_email]
            else:
                receivers = [due.owner_email] if due.owner_email in readers(due, held, above) else asks
            for email in receivers:
                told[day, email] += 1
    return Counter({place: number if number <= 3 else 1 for place, number in told.items()})


def test_a_year_of_five_hundred_records_sends_what_the_rhythms_promise(context: Flask) -> None:
    with clock.frozen(datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)):
        slug = large.load(500)
        dues = list(db.session.scalars(select(DueDate).order_by(DueDate.id)))
        Random(7).shuffle(dues)
        own = dues[0].organisation_id
        owners = db.session.scalars(select(Person).where(Person.email.in_({due.owner_email for due in dues}))).all()
        sees_all = {"organisation_id": own, "role": "legal", "since": clock.now()}  # but for every fifth
        rows = [{"person_id": person.id, **sees_all} for number, person in enumerate(owners) if number % 5]
        db.session.execute(insert(Membership), rows)
        roles = select(Person.email, Membership.role, Membership.department_id)
        held = [tuple(row) for row in db.session.execute(roles.join(Membership, Membership.person_id == Person.id))]
        above = dict(db.session.execute(select(Department.id, Department.parent_id)).all())
        wanted = expected(dues, held, above)
        plan = [(answered(number, due), due.id) for number, due in enumerate(dues)]
    assert slug

    sent: Counter[tuple[datetime.date, str]] = Counter()
    for number in range(DAYS):
        day = START + number * DAY
        with clock.frozen(datetime.datetime.combine(day, datetime.time(8, 30), datetime.UTC)):
            enter(own)
            for due in db.session.scalars(select(DueDate).where(DueDate.id.in_([i for d, i in plan if d == day]))):
                due.state, due.next_step_on = DONE, None
            for letter in reminders.sweep().letters:
                sent[day, letter["to"]] += 1

    assert sum(wanted.values()) > 500
    assert sent == wanted
