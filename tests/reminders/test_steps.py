"""The days on which things are told, worked out without a database."""

import datetime

import pytest

from compliance.reminders import rules
from compliance.reminders.rules import Pace, Step
from compliance.reminders.services.pacing import is_worked_in

PACE = Pace(12, (30, 7), 14)
FRANCE = is_worked_in("FR")


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def always(_day: datetime.date) -> bool:
    return True


def names(steps: list[Step], until: str = "9999-01-01") -> dict[str, str]:
    return {step.name: step.day.isoformat() for step in steps if step.day <= day(until)}


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2026-08-31", 6, "2027-02-28"),
        ("2026-12-15", 1, "2027-01-15"), ("2024-02-29", 12, "2025-02-28"), ("2026-05-05", 0, "2026-05-05"),
    ],
)  # fmt: skip
def test_months_end_on_a_day_that_exists(start: str, months: int, end: str) -> None:
    assert rules.months_after(day(start), months) == day(end)


def test_a_date_is_announced_told_escalated_and_told_again_each_week() -> None:
    found = names(rules.steps(day("2027-03-03"), PACE, always), "2027-03-20")
    assert found == {
        "soon:30": "2027-02-01", "soon:7": "2027-02-24", "due": "2027-03-03", "overdue:1": "2027-03-10",
        "overdue:2": "2027-03-17", "escalation": "2027-03-17",
    }  # fmt: skip


def test_nothing_is_told_at_a_weekend_or_on_a_public_holiday() -> None:
    bastille = rules.steps(day("2027-07-14"), PACE, FRANCE)
    assert names(bastille)["due"] == "2027-07-15"
    assert all(FRANCE(step.day) for step in bastille)
    assert is_worked_in("BE")(day("2027-07-14"))
    assert not is_worked_in("BE")(day("2027-07-21"))
    assert is_worked_in("XX")(day("2027-07-14"))
    assert not is_worked_in("")(day("2027-07-17"))


def test_the_clock_of_the_law_warns_before_the_weekend() -> None:
    statutory = Pace(None, (30,), 1, is_statutory=True)
    found = names(rules.steps(day("2027-02-28"), statutory, FRANCE), "2027-03-10")
    assert found["due"] == "2027-02-26"
    assert found["soon:30"] == "2027-01-29"
    assert found["overdue:1"] == "2027-03-08"


def test_what_was_put_off_is_due_again_without_being_announced() -> None:
    found = names(rules.steps(day("2027-03-03"), PACE, always, is_snoozed=True), "2027-03-03")
    assert found == {"due": "2027-03-03"}


def test_of_what_passed_meanwhile_only_the_last_is_told_and_the_escalation_beside_it() -> None:
    steps = rules.steps(day("2027-03-03"), PACE, always)
    told = rules.to_tell(steps, day("2027-01-01"), day("2027-03-17"))
    assert [step.name for step in told] == ["overdue:2", "escalation"]
    assert rules.to_tell(steps, day("2027-03-17"), day("2027-03-17")) == []
    assert rules.to_tell(steps, day("2027-03-18"), day("2027-03-01")) == []


def test_the_next_step_is_the_first_after_what_was_told() -> None:
    steps = rules.steps(day("2027-03-03"), PACE, always)
    assert rules.next_step(steps, day("2027-02-01")) == day("2027-02-24")
    assert rules.next_step(steps, day("2030-01-01")) is None


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ([("0001-01-01", 12)], "2027-01-10"),
        ([("0001-01-01", 12), ("2026-12-01", 6)], "2026-12-01"),  # due in July under the new one: not before it began
        ([("0001-01-01", 12), ("2026-06-01", 6)], "2026-07-10"),
        ([("0001-01-01", 12), ("2026-06-01", 24)], "2028-01-10"),
        ([("0001-01-01", 12), ("2027-02-01", 6)], "2027-01-10"),  # it was due before the new rhythm began
        ([("0001-01-01", 12), ("2026-06-01", 24), ("2026-08-01", 6)], "2026-08-01"),
    ],
)
def test_a_rhythm_makes_nothing_due_before_it_begins(changes: list[tuple[str, int]], due: str) -> None:
    ruling = [(day(begins), months) for begins, months in changes]
    assert rules.due_under(day("2026-01-10"), ruling) == day(due)
