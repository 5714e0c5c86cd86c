"""The agenda: what falls due, for whom, in which week; handing over, putting off, taking back."""

import datetime
from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from compliance.records import services as records
from compliance.register.services import review
from compliance.reminders import services as reminders
from compliance.reminders.models import OPEN, SNOOZED, DueDate
from compliance.reminders.services import agenda
from compliance.support import clock, transactions
from compliance.support.db import db
from compliance.support.errors import RuleBroken
from tests.helpers.client import Page, PageClient
from tests.helpers.database import count_queries
from tests.helpers.makers import actor_of, make_department, make_person, make_record
from tests.helpers.pages import text_of
from tests.register.desk import Desk
from tests.register.records import make_approved, make_team

TODAY = datetime.date(2026, 11, 23)


@pytest.fixture
def desk(context: Flask, client: PageClient, morning: datetime.datetime) -> Desk:
    return Desk(client, make_team("dpo", "controller", "auditor"))


def due(desk: Desk, title: str, days: int, *, owner: str = "", kind: str = "action", **changes: object) -> DueDate:
    """One due date of a record of its own."""
    desk.team.actor("dpo")
    record = make_record(name=title)
    row = db.session.scalars(select(DueDate).where(DueDate.record_id == record.id)).one()
    row.kind, row.title, row.due_on = kind, title, TODAY + datetime.timedelta(days=days)
    row.owner_email = desk.team.people[owner].email if owner else ""
    for name, value in changes.items():
        setattr(row, name, value)
    records.note("test:changed", actor=desk.team.actor("dpo"))
    transactions.commit()
    return row


def lines(page: Page) -> list[tuple[str, list[str]]]:
    """The headings of the list, and the titles under each."""
    found: list[tuple[str, list[str]]] = []
    for row in page.tree.iter("tr"):
        if row.get("class") == "ledger-group":
            found.append((text_of(row), []))
        elif found:
            found[-1][1].append(next(text_of(a) for a in row.iter("a")))
    return found


def agenda_page(desk: Desk, **values: object) -> Page:
    return desk.page("reminders.index", **values)


@pytest.mark.database
def test_what_is_late_comes_first_then_week_by_week(desk: Desk) -> None:
    for title, days in (("Later", 17), ("Late", -3), ("Sunday", 6), ("Monday", 7), ("Now", 0)):
        due(desk, title, days)
    assert lines(agenda_page(desk)) == [
        ("Overdue 1", ["Late"]),
        ("This week", ["Now", "Sunday"]),
        ("Next week", ["Monday"]),
        ("Week of 7 Dec 2026", ["Later"]),
    ]


@pytest.mark.database
def test_by_owner_those_that_nobody_answers_for_stand_first(desk: Desk) -> None:
    due(desk, "Hers", 9, owner="dpo")
    due(desk, "Nobody's", 12)
    name = desk.team.people["dpo"].name
    assert lines(agenda_page(desk, group="owner")) == [("Nobody", ["Nobody's"]), (name, ["Hers"])]


def test_a_line_leads_to_the_place_on_the_page_where_it_is_seen_to(desk: Desk) -> None:
    row = due(desk, "Mend it", 2, owner="dpo", place="actions")
    page = agenda_page(desk)
    assert page.links["Mend it"].endswith(f"/register/{row.reference}/#actions")
    for words in ("Action to carry out", "in 2 days", desk.team.people["dpo"].name):
        assert words in page.text


def test_what_is_set_by_law_escalated_or_put_off_says_so(desk: Desk) -> None:
    due(desk, "Ends", 40, kind="adequacy_end")
    due(desk, "Forgotten", -30)
    due(desk, "Late today", -13)
    text = agenda_page(desk).text
    assert text.count("By law") == 2  # in the column, and for phones
    assert text.count("Escalated") == 2


@pytest.mark.database
def test_what_is_put_off_stands_apart_with_its_day_and_its_reason(desk: Desk) -> None:
    row = due(desk, "Waits", -3)
    reminders.snooze([row], datetime.date(2027, 1, 4), "The vendor answers in January", actor=desk.team.actor("dpo"))
    transactions.commit()
    assert "Waits" not in agenda_page(desk).text
    page = agenda_page(desk, state="snoozed")
    assert lines(page) == [("Week of 4 Jan 2027", ["Waits"])]
    assert "The vendor answers in January" in page.text
    assert "4 Jan 2027" in page.text


@pytest.mark.database
def test_what_was_done_lately_is_there_and_what_was_done_long_ago_is_not(desk: Desk) -> None:
    due(desk, "Lately", -3, state="done", done_on=TODAY - datetime.timedelta(days=90))
    due(desk, "Long ago", -300, state="done", done_on=TODAY - datetime.timedelta(days=91))
    due(desk, "Cancelled", -3, state="cancelled")
    assert [titles for _week, titles in lines(agenda_page(desk, state="done"))] == [["Lately"]]
    assert lines(agenda_page(desk)) == []


@pytest.mark.database
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kind": "measure"}, {"Locks"}),
        ({"kind": ["measure", "action"]}, {"Locks", "Letters", "Élève"}),
        ({"owner": "mine"}, {"Letters"}),
        ({"owner": "none"}, {"Locks", "Élève"}),
        ({"department": "sales"}, {"Locks"}),
        ({"department": "none"}, {"Letters", "Élève"}),
        ({"department": "nowhere"}, set()),
        ({"q": "lett"}, {"Letters"}),
        ({"q": "eleve"}, {"Élève"}),
        ({"q": "100%_"}, set()),
        ({"day": "2026-11-25"}, {"Letters"}),
        ({"kind": "nonsense", "group": "nonsense", "state": "nonsense", "day": "x"}, {"Locks", "Letters", "Élève"}),
    ],
)
def test_the_list_is_narrowed_by_its_address(asked: dict[str, object], found: set[str], desk: Desk) -> None:
    place = make_department("Sales")
    due(desk, "Locks", 1, kind="measure", department_id=place.id)
    due(desk, "Letters", 2, owner="dpo")
    due(desk, "Élève", 3)
    page = agenda_page(desk, **asked)
    assert {title for _week, titles in lines(page) for title in titles} == found
    number = len(found)
    assert f"{number} due date{'' if number == 1 else 's'}" in page.text


def test_each_filter_says_how_many_it_would_leave(desk: Desk) -> None:
    due(desk, "Locks", 1, kind="measure", owner="dpo")
    due(desk, "Letters", 2, owner="dpo")
    due(desk, "Late", -2)
    page = agenda_page(desk, kind="measure")
    words = {" ".join("".join(label.itertext()).split()) for label in page.tree.iter("label")}
    assert {"Action to carry out2", "Security measure to put in place1", "Mine"} <= words
    assert "3 due dates, 1 overdue" in agenda_page(desk).text


@pytest.mark.database
def test_pages_go_on_by_key_and_back_and_forget_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agenda, "PAGE", 2)
    for number, owner in enumerate(("dpo", "", "controller", "dpo", "")):
        due(desk, f"Number {number}", number // 2, owner=owner)
    for group in ("week", "owner"):
        seen, page = [], agenda_page(desk, group=group)
        first = lines(page)
        while True:
            seen += [title for _week, titles in lines(page) for title in titles]
            if "Next" not in page.links:
                break
            page = desk.client.page(page.links["Next"])
        assert sorted(seen) == [f"Number {number}" for number in range(5)]
        page = desk.client.page(page.links["Previous"])
        page = desk.client.page(page.links["Previous"])
        assert lines(page) == first
        assert "Previous" not in page.links


@pytest.mark.parametrize("cursor", ["x", "|2026-11-23|x", "|x|3", "|", "||", "3", f"|2026-11-23|{2**40}"])
def test_a_place_that_is_not_in_the_list_is_refused_in_words(cursor: str, desk: Desk) -> None:
    assert "go back to the list" in agenda_page(desk, after=cursor, status=409).text


@pytest.mark.database
def test_a_branch_sees_its_own_dates_alone(desk: Desk) -> None:
    sales, staff = make_department("Sales"), make_department("Staff")
    due(desk, "Of sales", 1, department_id=sales.id)
    due(desk, "Of staff", 1, department_id=staff.id)
    desk.client.sign_in(make_person("contributor", organisation=desk.team.organisation, department=sales.reference))
    assert [titles for _week, titles in lines(agenda_page(desk))] == [["Of sales"]]
    assert "Of staff" not in desk.page("reminders.month").text


def test_auditors_have_no_agenda(desk: Desk) -> None:
    desk.sit("auditor")
    agenda_page(desk, status=403)


def test_the_controller_reads_and_changes_nothing(desk: Desk) -> None:
    row = due(desk, "Mend it", 2)
    desk.sit("controller")
    assert agenda_page(desk).find(name="selected") == []
    desk.send("reminders.bulk", {"selected": row.id, "action": "take-back"}, 403)


@pytest.mark.database
def test_several_are_handed_over_at_once(desk: Desk) -> None:
    rows = [due(desk, "One", 1), due(desk, "Two", 2)]
    ids = [row.id for row in rows]
    page = desk.sent("reminders.bulk", {"selected": ids, "action": "hand-over", "query": "kind=action"}, 200)
    assert "One" in page.text
    email = desk.team.people["controller"].email
    answer = desk.send("reminders.bulk", {**page.form("/agenda/bulk"), "owner": email})
    assert answer.location.endswith("/agenda/?kind=action")
    db.session.expire_all()
    assert {row.owner_email for row in rows} == {email}


@pytest.mark.database
def test_nothing_typed_is_lost_when_a_day_is_refused(desk: Desk) -> None:
    row = due(desk, "One", 1)
    sent = {"selected": row.id, "action": "put-off", "typed": "yes", "until": "2026-11-01", "reason": "It can wait"}
    page = desk.sent("reminders.bulk", sent, 422)
    assert "Choose a day to come, within a year." in page.text
    assert page.form("/agenda/bulk")["reason"] == ["It can wait"]
    assert desk.sent("reminders.bulk", {**sent, "until": "2026-12-24", "reason": ""}, 422)
    desk.send("reminders.bulk", {**sent, "until": "2026-12-24"})
    db.session.expire_all()
    assert (row.state, row.snoozed_until, row.reason) == (SNOOZED, datetime.date(2026, 12, 24), "It can wait")

    desk.send("reminders.bulk", {"selected": row.id, "action": "take-back"})
    db.session.expire_all()
    assert (row.state, row.snoozed_until) == (OPEN, None)


def test_one_that_refuses_says_why_and_the_others_go_through(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stays, goes = due(desk, "Stays", 1), due(desk, "Goes", 2)
    put_off = reminders.snooze

    def refusing(rows: Sequence[DueDate], *rest: Any, **more: Any) -> None:
        if rows[0].title == "Stays":
            raise RuleBroken("Stays: not this one.")
        put_off(rows, *rest, **more)

    monkeypatch.setattr(reminders, "snooze", refusing)
    sent = {"action": "put-off", "typed": "yes", "until": "2026-12-24", "reason": "It can wait"}
    desk.send("reminders.bulk", {**sent, "selected": [stays.id, goes.id]})
    text = agenda_page(desk).text
    assert "Stays: not this one." in text
    assert "Done for 1 due date." in text
    db.session.expire_all()
    assert (stays.state, goes.state) == (OPEN, SNOOZED)


def test_what_the_law_sets_is_left_out_with_the_reason_beside_it(desk: Desk) -> None:
    law, free = due(desk, "Ends", 40, kind="adequacy_end"), due(desk, "Mend it", 3)
    chosen = {"selected": [law.id, free.id], "action": "put-off"}
    page = desk.sent("reminders.bulk", chosen, 200)
    assert page.text.count("The law sets this day") == 1
    assert "Put off 1 due date" in page.text
    desk.send("reminders.bulk", {**chosen, "typed": "yes", "until": "2026-12-24", "reason": "It can wait"})
    db.session.expire_all()
    assert (law.state, free.state) == (OPEN, SNOOZED)
    page = desk.sent("reminders.bulk", {"selected": law.id, "action": "put-off"}, 200)
    assert page.find(name="until") == []


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 409), ({"selected": "x"}, 409), ({"selected": "999999"}, 404), ({"selected": "9" * 30}, 409),
        ({"selected": "REAL", "action": "burn"}, 409),
    ],
)  # fmt: skip
def test_a_choice_that_cannot_be_is_refused_in_words(sent: dict[str, str], status: int, desk: Desk) -> None:
    row = due(desk, "One", 1)
    typed = {name: str(row.id) if value == "REAL" else value for name, value in sent.items()}
    desk.send("reminders.bulk", typed, status)


@pytest.mark.database
def test_the_number_of_statements_does_not_grow_and_a_page_is_given_again(desk: Desk) -> None:
    due(desk, "One", 1)
    address = desk.client.address("reminders.index", organisation=desk.team.organisation.slug)
    numbers = []
    for more in (0, 9, 0):
        for number in range(more):
            due(desk, f"Further {number}", number)
        with count_queries() as statements:
            desk.client.page(address)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 12
    assert numbers[2] == 4, "the person, where they are, their roles, the head of the chain"


@pytest.mark.database
def test_the_agenda_knows_at_once_what_was_decided_on_a_record(desk: Desk) -> None:
    record = make_approved(desk.team)
    assert "23 Nov 2027" in agenda_page(desk).text
    review.set_review(record, datetime.date(2027, 2, 1), actor=desk.team.actor("dpo"))
    transactions.commit()
    assert "1 Feb 2027" in agenda_page(desk).text


@pytest.mark.database
def test_what_comes_back_in_the_morning_is_to_be_done_on_a_page_that_was_kept(desk: Desk) -> None:
    row = due(desk, "Waits", -3)
    reminders.snooze([row], TODAY + datetime.timedelta(days=1), "Tomorrow", actor=desk.team.actor("dpo"))
    transactions.commit()
    with clock.frozen(clock.now() + datetime.timedelta(days=1, hours=-2)):
        assert "Waits" not in agenda_page(desk).text
    with clock.frozen(clock.now() + datetime.timedelta(days=1)):
        desk.team.actor("dpo")
        reminders.sweep()
        transactions.commit()
        assert "Waits" in agenda_page(desk).text


@pytest.mark.database
def test_a_due_date_leads_to_a_page_that_is_there(desk: Desk) -> None:
    record = make_approved(desk.team)
    page = desk.client.page(agenda_page(desk).links[record.name])
    assert record.name in page.text


def test_an_empty_agenda_says_what_will_be_here(desk: Desk) -> None:
    assert "Nothing falls due" in agenda_page(desk).text
    assert "Nothing is put off" in agenda_page(desk, state="snoozed").text
    assert "Nothing was closed lately" in agenda_page(desk, state="done").text
    assert "Nothing matches" in agenda_page(desk, q="zzz").text


@pytest.mark.database
def test_a_record_says_what_falls_due_of_it_next(desk: Desk) -> None:
    record = make_approved(desk.team)
    page = desk.page("show", reference=record.reference)
    rail = text_of(page.find(class_="rail")[0])
    assert "Review of a processing activity" in rail
    assert "23 Nov 2027" in rail
    file = desk.client.get(page.links["As a file for my calendar: Review of a processing activity"])
    assert file.mimetype == "text/calendar"
    review.set_review(record, datetime.date(2027, 2, 1), actor=desk.team.actor("dpo"))
    transactions.commit()
    page = desk.page("show", reference=record.reference)
    assert "1 Feb 2027" in text_of(page.find(class_="rail")[0])
    desk.sit("auditor")
    page = desk.page("show", reference=record.reference)
    assert "Review of a processing activity" not in text_of(page.find(class_="rail")[0])


@pytest.mark.parametrize("role", ["dpo", "controller"])
def test_the_agenda_stands_in_the_navigation(role: str, desk: Desk) -> None:
    desk.sit(role)
    assert desk.page("dashboard.today").links["Agenda"].endswith("/agenda/")
    assert actor_of(desk.team.people[role], desk.team.organisation).can("agenda:read")
