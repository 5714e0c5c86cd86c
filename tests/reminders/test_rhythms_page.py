"""Review rhythms: what rules and who said so, what another would move, and only then the change."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from compliance.records import chain
from compliance.records.models import Record
from compliance.register.documents import Purpose
from compliance.register.services import xray
from compliance.reminders import services as reminders
from compliance.reminders.models import DueDate
from compliance.support import clock, transactions
from compliance.support.db import db, enter
from tests.helpers.client import PageClient
from tests.register.desk import Desk
from tests.register.records import make_approved, make_team

pytestmark = pytest.mark.database

FORM = {"months": "6", "leads": "14, 3", "escalate_after": "7", "required": "must", "effective_from": "2026-11-23"}


@pytest.fixture
def desk(context: Flask, client: PageClient, morning: datetime.datetime) -> Desk:
    return Desk(client, make_team())


def review_of(record: Record) -> datetime.date:
    db.session.expire_all()
    chosen = select(DueDate.due_on).where(DueDate.record_id == record.id, DueDate.kind == "activity_review")
    return db.session.scalars(chosen).one()


def test_the_page_says_what_the_house_ships_and_that_nobody_decided(desk: Desk) -> None:
    text = desk.page("reminders.rhythms").text
    assert "Every 12 months, announced 30 and 7 days before, escalated after 14 days" in text
    assert "Nobody: as it ships" in text
    assert "Trente" in text
    assert "not checked against an official text" in text
    assert "Letters required" in text
    assert "high risk" in text


def test_what_a_rhythm_moves_is_shown_before_it_is_kept(desk: Desk) -> None:
    record = make_approved(desk.team, name="Paie")
    values = {"kind": "activity_review", "risk": "standard"}
    page = desk.sent("reminders.rhythm", FORM, 200, **values)
    assert "1 date moves, of which 1 comes sooner." in page.text
    assert "23 Nov 2027" in page.text
    assert "23 May 2027" in page.text
    assert review_of(record) == datetime.date(2027, 11, 23), "nothing was kept yet"

    desk.send("reminders.rhythm", {**page.form(), "confirm": "yes"}, **values)
    assert review_of(record) == datetime.date(2027, 5, 23)
    text = desk.page("reminders.rhythms").text
    assert "Every 6 months, announced 14 and 3 days before, escalated after 7 days" in text
    assert "Letters required: nobody may silence them." in text
    assert desk.team.people["dpo"].name in text


def test_what_would_be_due_at_once_is_counted(desk: Desk) -> None:
    with clock.frozen(clock.now() - datetime.timedelta(days=300)):
        make_approved(desk.team)
    page = desk.sent("reminders.rhythm", {**FORM, "months": "3"}, 200, kind="activity_review", risk="standard")
    assert "1 date would be due as soon as this begins." in page.text


def test_a_rhythm_that_begins_later_is_listed(desk: Desk) -> None:
    sent = {**FORM, "effective_from": "2027-01-01", "confirm": "yes"}
    desk.send("reminders.rhythm", sent, kind="activity_review", risk="standard")
    text = desk.page("reminders.rhythms").text
    assert "From 1 Jan 2027" in text
    assert "Every 12 months" in text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"months": "0"}, "Choose between 1 and 120 months."),
        ({"months": "121"}, "Choose between 1 and 120 months."),
        ({"months": ""}, "is required"),
        ({"months": "many"}, "This is not a whole number."),
        ({"leads": "soon"}, "Write numbers of days"),
        ({"leads": "400"}, "Choose between 1 and 365 days before."),
        ({"escalate_after": "0"}, "Choose between 1 and 365 days after."),
        ({"effective_from": "2026-11-22"}, "A rhythm cannot begin in the past."),
        ({"effective_from": "soon"}, "This is not a date."),
    ],
)
def test_what_cannot_be_is_said_beside_its_cause_and_nothing_typed_is_lost(
    typed: dict[str, str], words: str, desk: Desk
) -> None:
    sent = {**FORM, **typed}
    page = desk.sent("reminders.rhythm", sent, 422, kind="activity_review", risk="standard")
    assert words in page.text
    shown = page.form()
    assert {name: shown[name] for name in ("months", "leads", "effective_from")} == {
        name: [sent[name]] for name in ("months", "leads", "effective_from")
    }


def test_where_the_day_is_fixed_only_the_letters_are_decided(desk: Desk) -> None:
    page = desk.page("reminders.rhythm", kind="adequacy_end", risk="standard")
    assert page.find(name="months") == page.find(name="required") == []
    sent = {"leads": "", "escalate_after": "2", "effective_from": "2026-11-23"}
    page = desk.sent("reminders.rhythm", sent, 200, kind="adequacy_end", risk="standard")
    assert "only when people hear of it changes" in page.text
    desk.send("reminders.rhythm", {**sent, "confirm": "yes"}, kind="adequacy_end", risk="standard")
    assert "Not announced, escalated after 2 days" in desk.page("reminders.rhythms").text


def test_a_rhythm_that_is_none_is_not_there(desk: Desk) -> None:
    desk.page("reminders.rhythm", kind="adequacy_end", risk="high", status=404)
    desk.page("reminders.rhythm", kind="nonsense", risk="standard", status=404)


def test_only_who_keeps_the_rhythms_comes_here(desk: Desk) -> None:
    assert "Review rhythms" in desk.page("accounts.settings").links
    desk.sit("controller")
    assert "Review rhythms" not in desk.page("accounts.settings").links
    desk.page("reminders.rhythms", status=403)


def lia(desk: Desk) -> Record:
    """A record with a balancing test, whose review no record keeps a day of."""
    purpose = Purpose(
        "p1", "Prospecter", "marketing", "legitimate_interests", interest="Se faire connaître",
        lia_necessity="Oui", lia_balance="Oui", lia_on="2026-11-01",
    )  # fmt: skip
    return make_approved(desk.team, purposes=(purpose,))


def test_what_moves_at_night_is_seen_in_the_morning(desk: Desk) -> None:
    record = lia(desk)
    sent = {"months": "3", "leads": "30", "escalate_after": "30", "effective_from": "2026-11-25", "confirm": "yes"}
    desk.send("reminders.rhythm", sent, kind="lia_review", risk="standard")
    own = desk.team.organisation.id
    assert "1 Nov 2027" in desk.page("reminders.index").text
    with clock.frozen(datetime.datetime(2026, 11, 25, 7, tzinfo=ZoneInfo("Europe/Paris"))):
        assert "1 Nov 2027" in desk.page("reminders.index").text
        assert "1 Nov 2027" in desk.page("show", reference=record.reference).text
    with clock.frozen(datetime.datetime(2026, 11, 25, 9, tzinfo=ZoneInfo("Europe/Paris"))):
        enter(own)
        before = chain.head_of(own)
        reminders.sweep()
        transactions.commit()
        assert chain.head_of(own) > before
        assert "1 Feb 2027" in desk.page("reminders.index").text
        assert "1 Feb 2027" in desk.page("show", reference=record.reference).text


def test_a_rhythm_that_begins_moves_reviews_though_the_night_examined_them_first(desk: Desk) -> None:
    record = make_approved(desk.team)
    sent = {**FORM, "effective_from": "2026-11-25", "confirm": "yes"}
    desk.send("reminders.rhythm", sent, kind="activity_review", risk="standard")
    own = desk.team.organisation.id
    with clock.frozen(datetime.datetime(2026, 11, 25, 3, tzinfo=ZoneInfo("Europe/Paris"))):
        enter(own)
        xray.examine_again()
        transactions.commit()
    with clock.frozen(datetime.datetime(2026, 11, 25, 9, tzinfo=ZoneInfo("Europe/Paris"))):
        enter(own)
        reminders.sweep()
        transactions.commit()
    assert review_of(record) == datetime.date(2027, 5, 23)
