"""The sweep: each step is told once, to the right person, whatever happens to schedulers and clocks."""

import datetime
import threading
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from compliance.accounts.models import Person
from compliance.records import services as records
from compliance.reminders import services as reminders
from compliance.reminders.models import DueDate, LetterChoice, Notice
from compliance.support import clock, transactions
from compliance.support.db import db, enter
from compliance.support.errors import RuleBroken
from compliance.support.jobs import Job
from compliance.support.post import Letter
from tests.helpers.makers import actor_of, make_department, make_person, make_record
from tests.register.records import Team, make_approved, make_team

pytestmark = pytest.mark.database

PARIS = datetime.timezone(datetime.timedelta(hours=1))


@pytest.fixture
def team(context: Flask, morning: datetime.datetime) -> Team:
    return make_team()


def at(day: str, hour: int = 9) -> datetime.datetime:
    return datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(hour), PARIS)


def swept(team: Team, day: str, hour: int = 9, *, dry_run: bool = False) -> reminders.Found:
    with clock.frozen(at(day, hour)):
        enter(team.organisation.id)
        found = reminders.sweep(dry_run=dry_run)
        transactions.commit()
        return found


def told(found: reminders.Found) -> list[tuple[str, str, str]]:
    return [(letter["to"], letter["kind"], letter["step"]) for letter in found.letters]


def one(kind: str, owner: Person | None = None, **changes: object) -> DueDate:
    """The date of that kind of a record that owes nothing else."""
    link = {"kind": "person", "reference": owner.email, "name": owner.name} if owner else None
    record = make_record(owner=link, **changes)
    for due in db.session.scalars(select(DueDate).where(DueDate.record_id == record.id, DueDate.kind != kind)):
        db.session.delete(due)
    transactions.commit()
    return db.session.scalars(select(DueDate).where(DueDate.record_id == record.id)).one()


def measure(due_on: str, owner: Person | None = None) -> DueDate:
    return one("measure", owner, measures=[{"key": "m1", "label": "Encryption", "due_on": due_on}])


def test_each_step_is_told_once_on_its_day_and_not_between(team: Team) -> None:
    owner = team.people["controller"]
    measure("2027-03-03", owner)
    steps = {}
    for number in range(120):
        day = (datetime.date(2026, 12, 1) + datetime.timedelta(days=number)).isoformat()
        for letter in swept(team, day).letters:
            steps.setdefault(letter["step"], []).append((day, letter["to"]))
    dpo = team.people["dpo"].email
    assert steps == {
        "soon:30": [("2027-02-01", owner.email)],
        "soon:7": [("2027-02-24", owner.email)],
        "due": [("2027-03-03", owner.email)],
        "overdue:1": [("2027-03-10", owner.email)],
        "overdue:2": [("2027-03-17", owner.email)],
        "escalation": [("2027-03-17", dpo)],
        "overdue:3": [("2027-03-24", owner.email)],
    }


def test_two_sweeps_of_one_day_write_each_letter_and_its_delivery_once(team: Team) -> None:
    measure("2027-03-03", team.people["controller"])
    assert len(swept(team, "2027-03-03").letters) == 1
    assert swept(team, "2027-03-03", 10).letters == []
    assert swept(team, "2027-03-03", 23).letters == []
    assert db.session.scalar(select(db.func.count()).select_from(Letter)) == 1
    assert db.session.scalar(select(db.func.count()).select_from(Job).where(Job.name == "deliver")) == 1


def test_nothing_is_told_before_the_morning(team: Team) -> None:
    measure("2027-03-03", team.people["controller"])
    found = swept(team, "2027-03-03", 7)
    assert (found.letters, dict(found.suppressed)) == ([], {"before the morning": 1})
    assert len(swept(team, "2027-03-03", 8).letters) == 1


def test_a_scheduler_that_was_down_for_days_tells_the_last_step_and_not_all_of_them(team: Team) -> None:
    measure("2027-03-03", team.people["controller"])
    swept(team, "2027-02-01")
    assert [step for _to, _kind, step in told(swept(team, "2027-03-11"))] == ["overdue:1"]


def test_a_scheduler_that_was_down_sends_one_letter_of_all_that_passed(team: Team) -> None:
    owner = team.people["controller"]
    for number in range(5):
        measure(f"2027-03-0{number + 3}", owner)
    found = swept(team, "2027-03-15")
    assert told(found) == [(owner.email, "digest", "digest")]


def test_a_clock_that_jumps_back_tells_nothing_twice(team: Team) -> None:
    measure("2027-03-03", team.people["controller"])
    assert len(swept(team, "2027-03-03").letters) == 1
    assert swept(team, "2027-02-24").letters == []
    assert swept(team, "2027-03-03").letters == []
    assert [step for *_rest, step in told(swept(team, "2027-03-10"))] == ["overdue:1"]


@pytest.mark.parametrize(("day", "worked"), [("2027-03-28", "2027-03-30"), ("2027-10-31", "2027-11-02")])
def test_the_night_on_which_clocks_change_is_a_day_like_another(day: str, worked: str, team: Team) -> None:
    measure(day, team.people["controller"])
    days = [(datetime.date.fromisoformat(day) + datetime.timedelta(days=n)).isoformat() for n in range(5)]
    assert [(day, step) for day in days for *_rest, step in told(swept(team, day))] == [(worked, "due")]


def test_nobody_is_written_to_at_weekends_or_on_holidays_even_after_a_breakdown(team: Team) -> None:
    measure("2027-05-06", team.people["controller"])  # Ascension Day
    assert swept(team, "2027-05-06").letters == []
    assert swept(team, "2027-05-08").letters == []
    assert [step for *_rest, step in told(swept(team, "2027-05-10"))] == ["due"]


def test_the_clock_of_the_law_warns_before_the_weekend(team: Team) -> None:
    row = {"key": "t1", "recipient": "Albion Ltd", "country": "GB", "tool": "adequacy"}
    due = one("adequacy_end", team.people["controller"], transfers=[row])
    assert due.due_on == datetime.date(2031, 12, 27)
    swept(team, "2031-12-20")
    assert [step for *_rest, step in told(swept(team, "2031-12-26"))] == ["due"]


def test_who_is_gone_is_replaced_by_whoever_the_kind_asks(team: Team) -> None:
    owner = make_person("legal", organisation=team.organisation)
    measure("2027-03-03", owner)
    owner.active = False
    transactions.commit()
    assert told(swept(team, "2027-03-03")) == [(team.people["dpo"].email, "measure", "due")]


def test_a_submission_is_told_to_those_who_decide(team: Team) -> None:
    record = make_record()
    records.submit(record, "register:record:submit", actor=team.actor("dpo"))
    transactions.commit()
    assert told(swept(team, "2026-11-24")) == [(team.people["controller"].email, "approval_waiting", "soon:6")]


def test_who_takes_over_hears_of_it_once(team: Team) -> None:
    first, second = team.people["controller"], make_person("legal", organisation=team.organisation)
    due = measure("2027-03-03", first)
    reminders.hand_over([due], second.email, actor=team.actor("dpo"))
    transactions.commit()
    assert told(swept(team, "2026-11-24")) == [(second.email, "measure", "handed:2026-11-24")]
    assert swept(team, "2026-11-25").letters == []
    assert [to for to, *_rest in told(swept(team, "2027-03-03"))] == [second.email]


def test_what_was_put_off_is_told_on_its_new_day(team: Team) -> None:
    due = measure("2027-03-03", team.people["controller"])
    reminders.snooze([due], datetime.date(2027, 4, 7), "Budget", actor=team.actor("dpo"))
    transactions.commit()
    days = [(datetime.date(2027, 1, 1) + datetime.timedelta(days=n)).isoformat() for n in range(100)]
    assert [(day, step) for day in days for *_rest, step in told(swept(team, day))] == [("2027-04-07", "due")]


@pytest.mark.parametrize(
    ("how", "letters"),
    [
        ("single", {"2027-03-03": 2, "2027-03-04": 1}),
        ("daily", {"2027-03-03": 1, "2027-03-04": 1}),
        ("weekly", {"2027-03-08": 1}),
        ("none", {}),
    ],
)
def test_people_hear_as_they_chose(how: str, letters: dict[str, int], team: Team) -> None:
    owner = team.people["controller"]
    for day in ("2027-03-03", "2027-03-03", "2027-03-04"):
        measure(day, owner)
    swept(team, "2027-02-26")
    choice = LetterChoice(organisation_id=team.organisation.id, person_id=owner.id, kind="measure", how=how)
    db.session.add(choice)
    transactions.commit()
    counted = Counter(
        {day: len(swept(team, day).letters) for n in range(1, 9) if (day := f"2027-03-{n:02}")}
    )  # through the Monday after
    assert +counted == letters


def test_what_the_law_requires_is_told_whatever_was_chosen(team: Team) -> None:
    owner = team.people["controller"]
    data = {"key": "d1", "label": "x", "active_value": 12, "active_unit": "months", "active_start": "collection"}
    one("retention_purge", owner, ended_on="2026-06-30", data=[data])
    choice = LetterChoice(organisation_id=team.organisation.id, person_id=owner.id, kind="retention_purge", how="none")
    db.session.add(choice)
    transactions.commit()
    assert told(swept(team, "2027-06-30")) == [(owner.email, "retention_purge", "due")]


def test_what_was_done_before_the_weekly_letter_is_not_in_it(team: Team) -> None:
    owner = team.people["controller"]
    due = measure("2027-03-03", owner)
    db.session.add(LetterChoice(organisation_id=team.organisation.id, person_id=owner.id, kind="measure", how="weekly"))
    transactions.commit()
    swept(team, "2027-03-03")
    due.state = "done"
    transactions.commit()
    assert swept(team, "2027-03-08").letters == []


def test_a_dry_run_says_what_would_be_sent_and_keeps_nothing(team: Team) -> None:
    measure("2027-03-03", team.people["controller"])
    would = swept(team, "2027-03-03", dry_run=True)
    assert db.session.scalar(select(db.func.count()).select_from(Letter)) == 0
    assert db.session.scalar(select(db.func.count()).select_from(Notice)) == 0
    assert swept(team, "2027-03-03").as_json() == would.as_json()


def test_another_organisation_hears_nothing(team: Team) -> None:
    measure("2027-03-03", team.people["controller"])
    other = make_team()
    assert swept(other, "2027-03-03").letters == []


def test_an_interrupted_sweep_goes_on_where_it_stopped(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    owners = [team.people["controller"], team.people["dpo"]]
    for owner in owners:
        measure("2027-03-03", owner)
    from compliance.reminders.services import sweeping

    write, calls = sweeping._write_letter, []

    def breaks(*args: object) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("killed")
        write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(sweeping, "_write_letter", breaks)
    with pytest.raises(RuntimeError), clock.frozen(at("2027-03-03")):
        reminders.sweep()
    transactions.rollback()
    monkeypatch.setattr(sweeping, "_write_letter", write)
    found = swept(team, "2027-03-03")
    assert sorted(to for to, *_rest in told(found)) == sorted(owner.email for owner in owners)
    assert db.session.scalar(select(db.func.count()).select_from(Letter)) == 2


def test_a_batch_smaller_than_what_is_due_tells_all_the_same(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    from compliance.reminders.services import sweeping

    monkeypatch.setattr(sweeping, "BATCH", 2)
    for _number in range(7):
        measure("2027-03-03", team.people["controller"])
    found = swept(team, "2027-03-03")
    assert (found.due, told(found)) == (7, [(team.people["controller"].email, "digest", "digest")])


def test_an_approved_record_that_is_reviewed_in_time_is_never_told_as_late(team: Team) -> None:
    record = make_approved(team)
    transactions.commit()
    assert record.review_due_on == datetime.date(2027, 11, 23)
    assert swept(team, "2027-10-20").letters == []
    assert [step for *_rest, step in told(swept(team, "2027-10-25"))] == ["soon:30"]


def test_two_schedulers_at_once_write_each_letter_once(team: Team, app: Flask) -> None:
    owners = [make_person("legal", organisation=team.organisation) for _number in range(12)]
    for owner in owners:
        measure("2027-03-03", owner)
    number, together, failures = team.organisation.id, threading.Barrier(2), []

    def schedule() -> None:
        with app.app_context():
            enter(number)
            together.wait()
            try:
                reminders.sweep()
                transactions.commit()
            except OperationalError as error:  # the embedded database was busy for too long: the next sweep goes on
                failures.append(error)
                transactions.rollback()

    emails = sorted(owner.email for owner in owners)
    transactions.commit()
    with clock.frozen(at("2027-03-03")):
        threads = [threading.Thread(target=schedule) for _number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert sorted(db.session.scalars(select(Letter.recipient))) == emails
    assert db.session.scalar(select(db.func.count()).select_from(Notice)) == len(emails)


def test_who_may_not_see_a_record_is_neither_given_its_date_nor_told(team: Team) -> None:
    here, elsewhere = make_department("Human resources"), make_department("IT")
    head = make_person("contributor", organisation=team.organisation, department=here.reference)
    other = make_person("contributor", organisation=team.organisation, department=elsewhere.reference)
    link = {"kind": "department", "reference": here.reference, "name": here.name}
    row = {"key": "m1", "label": "Encryption", "due_on": "2027-03-03"}
    due = one("measure", head, measures=[row], department=link, name="Secret investigation")
    with pytest.raises(RuleBroken, match="may not see"):
        reminders.hand_over([due], other.email, actor=team.actor("dpo"))
    transactions.rollback()
    enter(team.organisation.id)
    due.owner_email = other.email  # they answered for it before they went to another department
    transactions.commit()
    assert told(swept(team, "2027-03-03")) == [(team.people["dpo"].email, "measure", "due")]


def test_only_the_data_protection_officer_puts_off_what_nobody_may_silence(team: Team) -> None:
    data = {"key": "d1", "label": "x", "active_value": 12, "active_unit": "months", "active_start": "collection"}
    due = one("retention_purge", None, ended_on="2026-06-30", data=[data])
    legal = make_person("legal", organisation=team.organisation)
    with pytest.raises(RuleBroken, match="only the data protection officer"):
        reminders.snooze([due], datetime.date(2027, 8, 1), "x", actor=actor_of(legal, team.organisation))
    reminders.snooze([due], datetime.date(2027, 8, 1), "x", actor=team.actor("dpo"))
    assert due.state == "snoozed"
