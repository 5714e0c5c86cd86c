"""Domains tell what falls due; what they no longer tell is cancelled; what people decided stays."""

import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from compliance.records import services as records
from compliance.records.models import Record
from compliance.register.services import review, xray
from compliance.reminders import services as reminders
from compliance.reminders.models import CANCELLED, DONE, OPEN, SNOOZED, DueDate
from compliance.reminders.rules import Pace
from compliance.support import clock, transactions
from compliance.support.db import db
from compliance.support.documents import Json
from compliance.support.errors import Forbidden, NotFound, RuleBroken
from tests.helpers.makers import make_person, make_record
from tests.register.records import Team, make_approved, make_team

pytestmark = pytest.mark.database


@pytest.fixture
def team(context: Flask, morning: datetime.datetime) -> Team:
    return make_team()


def dates(record: Record) -> dict[str, DueDate]:
    chosen = select(DueDate).where(DueDate.record_id == record.id)
    return {row.kind: row for row in db.session.scalars(chosen)}


def change(record: Record, team: Team, **changes: object) -> None:
    document: Json = {**record.document, **changes}
    records.change(record, document, "register:record:change", actor=team.actor("dpo"))
    transactions.commit()


def test_a_draft_is_due_when_it_was_left_alone_and_a_submission_when_nobody_decides(team: Team) -> None:
    record = make_record(name="Payroll")
    alone = dates(record)["draft_alone"]
    assert (alone.state, alone.due_on, alone.title) == (OPEN, datetime.date(2026, 12, 23), "Payroll")

    records.submit(record, "register:record:submit", actor=team.actor("dpo"))
    assert dates(record)["draft_alone"].state == CANCELLED
    waiting = dates(record)["approval_waiting"]
    assert (waiting.state, waiting.due_on, waiting.owner_email) == (OPEN, datetime.date(2026, 11, 30), "")


def test_an_approved_record_is_to_be_reviewed_by_the_rhythm_or_on_the_day_that_was_chosen(team: Team) -> None:
    record = make_approved(team)
    due = dates(record)["activity_review"]
    assert (due.due_on, due.counted_from, due.state) == (record.review_due_on, datetime.date(2026, 11, 23), OPEN)
    assert due.due_on == datetime.date(2027, 11, 23)

    review.set_review(record, datetime.date(2027, 2, 1), actor=team.actor("dpo"))
    due = dates(record)["activity_review"]
    assert (due.due_on, due.counted_from) == (datetime.date(2027, 2, 1), None)


def test_rows_of_the_document_have_dates_of_their_own(team: Team) -> None:
    record = make_record(
        name="Payroll",
        notice_on="2026-06-01",
        purposes=[
            {"key": "p1", "label": "Fraud", "legal_basis": "legitimate_interests", "lia_on": "2026-05-04"},
            {"key": "p2", "label": "Pay", "legal_basis": "contract", "lia_on": "2026-05-04"},
        ],
        transfers=[
            {"key": "t1", "recipient": "Albion Ltd", "country": "GB", "tool": "adequacy"},
            {"key": "t2", "recipient": "Acme Inc", "country": "US", "tool": "scc_com", "tia_on": "2026-01-31"},
        ],
        measures=[{"key": "m1", "label": "Encryption", "in_place": False, "due_on": "2027-01-15"}],
    )
    found = {kind: (row.row_key, row.due_on.isoformat(), row.title) for kind, row in dates(record).items()}
    del found["draft_alone"]
    assert found == {
        "lia_review": ("p1", "2027-05-04", "Payroll · Fraud"),
        "notice_review": ("", "2027-06-01", "Payroll"),
        "adequacy_end": ("t1", "2031-12-27", "Payroll · Albion Ltd"),
        "tia_review": ("t2", "2027-01-31", "Payroll · Acme Inc"),
        "measure": ("m1", "2027-01-15", "Payroll · Encryption"),
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"active_value": 2, "active_unit": "years", "active_start": "collecte"}, "2028-06-30"),
        ({"active_value": 6, "active_unit": "months", "active_start": "Collection"}, "2026-12-30"),
        ({"active_value": 10, "active_unit": "days", "active_start": "collection"}, "2026-07-10"),
        (
            {
                "active_value": 1, "active_unit": "years", "active_start": "collection", "archive_value": 5,
                "archive_unit": "years",
            },
            "2032-06-30",
        ),
        ({"active_value": 2, "active_unit": "years", "active_start": "end of the contract"}, None),
        ({"active_value": 2, "active_unit": "years"}, None),
        ({"active_criterion": "as long as needed", "active_start": "collection"}, None),
    ],
)  # fmt: skip
def test_a_purge_has_a_day_where_the_period_runs_from_something_before_the_end(
    changes: Json, expected: str | None, team: Team
) -> None:
    record = make_record(ended_on="2026-06-30", data=[{"key": "d1", "label": "Names", **changes}])
    due = dates(record).get("retention_purge")
    assert (due.due_on.isoformat() if due else None) == expected
    if due:
        change(record, team, disposed_on="2026-07-01")
        assert dates(record)["retention_purge"].state == CANCELLED


def test_an_action_that_was_done_is_done_in_the_agenda_too(team: Team) -> None:
    record = make_record(name="Payroll", purposes=[])
    finding = next(f for f in xray.findings_of(record) if f.severity in ("error", "critical"))
    action = review.plan(
        record, finding.rule, finding.row_key, "Mend it", team.people["dpo"].email, datetime.date(2027, 1, 4),
        actor=team.actor("dpo"),
    )  # fmt: skip
    transactions.commit()
    due = dates(record)["action"]
    assert (due.state, due.due_on, due.owner_email) == (OPEN, datetime.date(2027, 1, 4), team.people["dpo"].email)
    review.finish(record, action.id, "Done, see the minutes", clock.today(), actor=team.actor("dpo"))
    assert dates(record)["action"].state == DONE


def test_an_archived_record_owes_nothing_and_a_restored_one_does_again(team: Team) -> None:
    record = make_approved(team)
    records.archive(record, "register:record:archive", actor=team.actor("dpo"))
    assert {row.state for row in dates(record).values()} == {CANCELLED}
    records.restore(record, "register:record:restore", actor=team.actor("dpo"))
    assert dates(record)["activity_review"].state == OPEN


def test_what_was_put_off_stays_so_while_its_day_does_and_is_open_again_when_it_moves(team: Team) -> None:
    record = make_record(measures=[{"key": "m1", "label": "Encryption", "due_on": "2027-01-15"}])
    reminders.snooze(
        [dates(record)["measure"]], datetime.date(2027, 2, 1), "Waits for the budget", actor=team.actor("dpo")
    )
    change(record, team, description="Other words")
    assert dates(record)["measure"].state == SNOOZED
    assert dates(record)["measure"].next_step_on == datetime.date(2027, 2, 1)
    change(record, team, measures=[{**record.document["measures"][0], "due_on": "2027-03-15"}])
    assert (dates(record)["measure"].state, dates(record)["measure"].snoozed_until) == (OPEN, None)


def test_putting_off_wants_a_reason_a_day_to_come_and_a_day_that_the_law_did_not_set(team: Team) -> None:
    record = make_record(
        measures=[{"key": "m1", "label": "Encryption", "due_on": "2027-01-15"}],
        transfers=[{"key": "t1", "recipient": "Albion Ltd", "country": "GB", "tool": "adequacy"}],
    )
    row, dpo = dates(record)["measure"], team.actor("dpo")
    for until, reason, said in (
        ("2027-02-01", "", "why"), ("2026-11-23", "x", "to come"), ("2029-01-01", "x", "within a year"),
    ):  # fmt: skip
        with pytest.raises(RuleBroken, match=said):
            reminders.snooze([row], datetime.date.fromisoformat(until), reason, actor=dpo)
    with pytest.raises(RuleBroken, match="set by law"):
        reminders.snooze([dates(record)["adequacy_end"]], datetime.date(2027, 2, 1), "x", actor=dpo)
    with pytest.raises(Forbidden):
        reminders.snooze([row], datetime.date(2027, 2, 1), "x", actor=team.actor("auditor"))


def test_who_was_handed_a_date_keeps_it_until_the_record_names_somebody_else(team: Team) -> None:
    own = team.organisation
    first, second = make_person("dpo", organisation=own), make_person("legal", organisation=own)
    record = make_record(owner={"kind": "person", "reference": first.email, "name": first.name})
    assert dates(record)["draft_alone"].owner_email == first.email
    reminders.hand_over([dates(record)["draft_alone"]], second.email, actor=team.actor("dpo"))
    change(record, team, description="Other words")
    assert dates(record)["draft_alone"].owner_email == second.email
    change(record, team, owner={"kind": "person", "reference": second.email, "name": second.name})
    change(record, team, owner={"kind": "person", "reference": first.email, "name": first.name})
    assert dates(record)["draft_alone"].owner_email == first.email
    with pytest.raises(RuleBroken, match="of the organisation"):
        reminders.hand_over([dates(record)["draft_alone"]], "stranger@example.org", actor=team.actor("dpo"))


def test_a_rhythm_shows_what_it_will_move_and_then_moves_it(team: Team) -> None:
    counted, chosen = make_approved(team), make_approved(team)
    review.set_review(chosen, datetime.date(2027, 2, 1), actor=team.actor("dpo"))
    transactions.commit()
    shorter, begins = Pace(6, (30,), 10), datetime.date(2026, 11, 23)

    moves = reminders.preview("activity_review", "standard", shorter, begins)
    assert [(m.row.reference, m.before.isoformat(), m.after.isoformat()) for m in moves] == [
        (counted.reference, "2027-11-23", "2027-05-23")
    ]
    assert dates(counted)["activity_review"].due_on == datetime.date(2027, 11, 23)

    with pytest.raises(Forbidden):
        reminders.decide("activity_review", "standard", shorter, begins, actor=team.actor("controller"))
    reminders.decide("activity_review", "standard", shorter, begins, actor=team.actor("dpo"))
    transactions.commit()
    assert dates(counted)["activity_review"].due_on == datetime.date(2027, 5, 23)
    assert dates(chosen)["activity_review"].due_on == datetime.date(2027, 2, 1)
    assert counted.review_due_on == datetime.date(2027, 5, 23)


@pytest.mark.parametrize(
    ("kind", "pace", "begins", "field"),
    [
        ("activity_review", Pace(0, (), 10), "2026-12-01", "months"),
        ("activity_review", Pace(121, (), 10), "2026-12-01", "months"),
        ("activity_review", Pace(None, (), 10), "2026-12-01", "months"),
        ("waiver_end", Pace(3, (), 10), "2026-12-01", "months"),
        ("activity_review", Pace(3, (400,), 10), "2026-12-01", "leads"),
        ("activity_review", Pace(3, (), 0), "2026-12-01", "escalate_after"),
        ("activity_review", Pace(3, (), 10), "2026-11-22", "effective_from"),
    ],
)
def test_a_rhythm_that_makes_no_sense_is_refused_beside_its_cause(
    kind: str, pace: Pace, begins: str, field: str, team: Team
) -> None:
    with pytest.raises(RuleBroken) as refused:
        reminders.preview(kind, "standard", pace, datetime.date.fromisoformat(begins))
    assert refused.value.field == field


def test_a_date_of_another_department_is_not_there(team: Team) -> None:
    record = make_record()
    with pytest.raises(NotFound):
        reminders.find([dates(record)["draft_alone"].id + 1000])
