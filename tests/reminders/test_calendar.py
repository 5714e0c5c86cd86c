"""Due dates as a calendar: a month, a private address, one file for each; read back as programs read them."""

import dataclasses
import datetime
import re

import pytest
from flask import Flask
from icalendar import Calendar

from compliance.accounts import services as accounts
from compliance.records.actor import Actor
from compliance.reminders import services as reminders
from compliance.reminders.models import CalendarFeed, DueDate
from compliance.support import clock, transactions
from compliance.support.db import across_organisations, db
from tests.accounts.makers import PASSWORD, with_settings
from tests.helpers.client import PageClient
from tests.helpers.makers import give_role, make_department, make_organisation, make_person
from tests.register.desk import Desk
from tests.register.records import make_team
from tests.reminders.test_agenda import TODAY, due

NEW = "another sentence to remember"
HOSTILE = "Payroll; \\n, \r\nEND:VEVENT\r\nBEGIN:VEVENT \u2028\x00\x07 " + "Élèves " * 20 + "🧾"


@pytest.fixture
def desk(context: Flask, client: PageClient, morning: datetime.datetime) -> Desk:
    return Desk(client, make_team("dpo", "controller", "auditor", "legal"))


def address(desk: Desk, label: str = "feed") -> str:
    """A calendar address made just now, as its page shows it."""
    desk.send("reminders.make_feed", {})
    shown = [field.get("value") or "" for field in desk.page("reminders.subscribe").find(id=label)]
    return shown[0].removeprefix(desk.client.application.config["SETTINGS"].address)


def fetched(desk: Desk, where: str, status: int = 200, **headers: str) -> bytes:
    """What a program without a session is given."""
    stranger = desk.client.application.test_client()
    answer = stranger.get(where, headers=headers)
    assert answer.status_code == status, answer.text[:200]
    return answer.data


def events(body: bytes) -> dict[str, object]:
    return {str(event["summary"]).partition(": ")[2]: event for event in Calendar.from_ical(body).walk("VEVENT")}


@pytest.mark.database
def test_a_private_address_shows_ones_own_dates_and_no_others(desk: Desk) -> None:
    due(desk, "Mine", 20, owner="dpo")
    due(desk, "Another's", 20, owner="legal")
    found = events(fetched(desk, address(desk)))
    assert list(found) == ["Mine"]
    event = found["Mine"]
    assert event["dtstart"].dt == TODAY + datetime.timedelta(days=20)
    assert event["dtend"].dt == TODAY + datetime.timedelta(days=21)
    alarms = [alarm["trigger"].dt for alarm in event.walk("VALARM")]
    assert alarms == [datetime.timedelta(days=-14, hours=9), datetime.timedelta(days=-3, hours=9)]
    assert (str(event["status"]), str(event["transp"])) == ("CONFIRMED", "TRANSPARENT")
    assert str(event["url"]).startswith(f"http://127.0.0.1:8000/o/{desk.team.organisation.slug}/register/")


def test_who_keeps_the_rhythms_may_have_everybodys(desk: Desk) -> None:
    due(desk, "Mine", 20, owner="dpo")
    due(desk, "Another's", 20, owner="legal")
    assert set(events(fetched(desk, address(desk, "feed-all")))) == {"Mine", "Another's"}
    desk.sit("legal")
    where = address(desk)
    assert set(events(fetched(desk, f"{where}?of=everybody"))) == {"Another's"}


@pytest.mark.database
def test_the_address_is_shown_once_kept_as_a_digest_and_replaced_by_the_next(desk: Desk) -> None:
    first = address(desk)
    assert desk.page("reminders.subscribe").find(id="feed") == []
    token = first.rpartition("/")[2].removesuffix(".ics")
    with across_organisations():
        kept = db.session.scalars(db.select(CalendarFeed)).one()
    assert len(token) >= 43
    assert token not in (kept.digest, str(vars(kept)))
    second = address(desk)
    fetched(desk, first, 404)
    fetched(desk, second)
    desk.send("reminders.withdraw_feed", {})
    fetched(desk, second, 404)
    fetched(desk, "/calendar/unknown.ics", 404)


@pytest.mark.database
def test_an_address_opens_nothing_once_its_person_has_left(desk: Desk) -> None:
    where = address(desk)
    fetched(desk, where)
    actor = desk.team.actor("dpo")
    person = desk.team.people["dpo"]
    membership = next(m for m in accounts.memberships_of(person.id) if m.role == "dpo")
    accounts.take_role(membership.id, actor=actor)
    transactions.commit()
    fetched(desk, where, 404)


def test_a_person_who_is_no_longer_active_has_no_calendar(desk: Desk) -> None:
    where = address(desk)
    desk.team.people["dpo"].active = False
    transactions.commit()
    fetched(desk, where, 404)


@pytest.mark.database
@pytest.mark.parametrize("how", ["link made", "link used", "password changed"])
def test_what_ends_somebodys_sessions_ends_their_calendars_everywhere(how: str, desk: Desk) -> None:
    person = desk.team.people["dpo"]
    other = make_organisation("Other")
    give_role(person, "dpo", other)
    here, stays = address(desk), ""
    desk.sit("legal")
    stays = address(desk)
    elsewhere = Desk(desk.client, dataclasses.replace(desk.team, organisation=other))
    there = address(elsewhere)
    fetched(desk, here)
    fetched(desk, there)
    if how == "password changed":
        accounts.set_password(person, PASSWORD)
        transactions.commit()
        desk.sit("dpo")
        here = address(desk)
        form = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
        assert desk.client.post("/password", data={"csrf_token": desk.token(), **form}).status_code == 302
    elif how == "link made":
        accounts.make_link(person, key="x", actor=Actor(None, "tests", is_operator=True))
    else:
        accounts.set_password(person, PASSWORD)
    transactions.commit()
    fetched(desk, here, 404)
    fetched(desk, there, 404)
    fetched(desk, stays)


def test_a_branch_has_the_dates_of_its_departments_alone(desk: Desk) -> None:
    sales, staff = make_department("Sales"), make_department("Staff")
    person = make_person("department_head", organisation=desk.team.organisation, department=sales.reference)
    desk.team.people["head"] = person
    due(desk, "Of sales", 2, owner="head", department_id=sales.id)
    due(desk, "Of staff", 2, owner="head", department_id=staff.id)
    desk.sit("head")
    assert set(events(fetched(desk, address(desk)))) == {"Of sales"}


@pytest.mark.database
def test_an_event_keeps_its_name_and_says_which_is_later(desk: Desk) -> None:
    row = due(desk, "Mine", 20, owner="dpo")
    where = address(desk)
    before = events(fetched(desk, where))["Mine"]
    with clock.frozen(clock.now() + datetime.timedelta(minutes=7)):
        desk.team.actor("dpo")
        reminders.snooze([row], datetime.date(2027, 1, 4), "Later; not now", actor=desk.team.actor("dpo"))
        transactions.commit()
        after = events(fetched(desk, where))["Mine"]
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["last-modified"].dt == before["last-modified"].dt + datetime.timedelta(minutes=7)
    assert after["dtstart"].dt == datetime.date(2027, 1, 4)
    assert "Put off: Later; not now" in str(after["description"])
    assert after.walk("VALARM") == []


@pytest.mark.database
def test_what_is_no_longer_due_is_told_for_sixty_days(desk: Desk) -> None:
    row = due(desk, "Mine", 20, owner="dpo")
    where = address(desk)
    row = db.session.get_one(DueDate, row.id)
    row.state = "cancelled"
    transactions.commit()
    desk.send("reminders.make_feed", {})
    where = address(desk)
    event = events(fetched(desk, where))["Mine"]
    assert str(event["status"]) == "CANCELLED"
    assert event.walk("VALARM") == []
    with clock.frozen(clock.now() + datetime.timedelta(days=61)):
        assert events(fetched(desk, where)) == {}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_file_is_as_the_standard_wants_it_whatever_the_title(
    language: str, context: Flask, client: PageClient, morning: datetime.datetime
) -> None:
    desk = Desk(client, make_team(language=language))
    due(desk, HOSTILE, 2, owner="dpo")
    body = fetched(desk, address(desk))
    assert body.endswith(b"\r\n")
    raw = body.decode().split("\r\n")
    assert not any("\n" in line or "\r" in line for line in raw)
    assert all(len(line.encode()) <= 75 for line in raw), "RFC 5545, 3.1: lines are folded"
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", body.decode())
    assert body.count(b"BEGIN:VEVENT\r\n") == body.count(b"END:VEVENT\r\n") == 1
    unfolded = body.decode().replace("\r\n ", "")
    assert "Payroll\\; \\\\n\\, END:VEVENT BEGIN:VEVENT" in unfolded, "RFC 5545, 3.3.11: text is escaped"
    word = {"en": "Action to carry out: ", "fr": "Action à mener\u00a0: "}[language]
    calendar = Calendar.from_ical(body)
    assert str(calendar["version"]) == "2.0"
    assert str(calendar["prodid"]).startswith("-//Trente//")
    (event,) = calendar.walk("VEVENT")
    assert str(event["summary"]).startswith(f"{word}Payroll; \\n, END:VEVENT")
    assert str(event["summary"]).endswith("🧾")
    for name in ("uid", "dtstamp", "dtstart", "last-modified", "sequence"):
        assert name in event
    assert "DTSTART;VALUE=DATE:20261125" in unfolded


def test_a_title_that_ends_a_calendar_ends_nothing(desk: Desk) -> None:
    row = due(desk, "END:VCALENDAR\r\nEND:VCALENDAR", 2)
    where = desk.client.address("reminders.item", organisation=desk.team.organisation.slug, number=row.id)
    body = desk.client.get(where).data
    (calendar,) = Calendar.from_ical(body, multiple=True)
    assert len(calendar.walk("VEVENT")) == 1
    assert body.splitlines().count(b"END:VCALENDAR") == 1


@pytest.mark.database
def test_a_program_that_knows_it_already_is_told_so(desk: Desk) -> None:
    due(desk, "Mine", 20, owner="dpo")
    where = address(desk)
    stranger = desk.client.application.test_client()
    first = stranger.get(where)
    assert first.mimetype == "text/calendar"
    assert first.headers["Cache-Control"] == "private, max-age=300"
    assert "Set-Cookie" not in first.headers
    second = stranger.get(where, headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.data) == (304, b"")
    due(desk, "New", 21, owner="dpo")
    third = stranger.get(where, headers={"If-None-Match": first.headers["ETag"]})
    assert third.status_code == 200


@pytest.mark.database
def test_its_page_says_when_it_was_used_last(desk: Desk) -> None:
    where = address(desk)
    assert "Not yet" in desk.page("reminders.subscribe").text
    fetched(desk, where)
    fetched(desk, where)
    assert "Used last 23 Nov 2026" in desk.page("reminders.subscribe").text


def test_who_asks_too_often_is_told_to_wait(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = desk.client.application.config["SETTINGS"]
    in_earnest = dataclasses.replace(settings, environment="local")  # in tests, nobody counts
    monkeypatch.setitem(desk.client.application.config, "SETTINGS", in_earnest)
    statuses = {desk.client.get("/calendar/unknown.ics").status_code for _time in range(61)}
    assert statuses == {404, 429}


@pytest.mark.database
def test_one_date_is_one_file(desk: Desk) -> None:
    row = due(desk, "Mine", 20, owner="legal")
    where = desk.client.address("reminders.item", organisation=desk.team.organisation.slug, number=row.id)
    answer = desk.client.get(where)
    assert set(events(answer.data)) == {"Mine"}
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert desk.client.get(where.replace(str(row.id), "999999")).status_code == 404
    sales = make_department("Sales")
    desk.client.sign_in(make_person("contributor", organisation=desk.team.organisation, department=sales.reference))
    assert desk.client.get(where).status_code == 404


def test_addresses_are_those_of_the_installation_whatever_the_request_calls_it(desk: Desk) -> None:
    row = due(desk, "Mine", 20, owner="dpo", place="actions")
    slug = desk.team.organisation.slug
    public = "https://register.example.eu"
    with with_settings(desk.client.application, public_url=public):
        desk.send("reminders.make_feed", {})
        called = desk.client.called("evil.example")
        page = desk.client.get(f"/o/{slug}/agenda/calendar", headers=called).text
        where = re.search(rf'"{public}(/calendar/[^"]+\.ics)"', page)
        assert where is not None
        files = (
            fetched(desk, where[1], **called),
            desk.client.get(f"/o/{slug}/agenda/{row.id}.ics", headers=called).data,
        )
    shown = f"{public}/o/{slug}/register/{row.reference}/#actions"
    assert [str(events(body)["Mine"]["url"]) for body in files] == [shown, shown]
    assert "evil.example" not in f"{page}{files}"


@pytest.mark.database
def test_a_month_shows_its_days_and_leads_to_the_next(desk: Desk) -> None:
    due(desk, "Late", -3)
    for number in range(5):
        due(desk, f"Crowd {number}", 2)
    due(desk, "December", 9)
    page = desk.page("reminders.month")
    assert page.heading == "November 2026"
    assert "6 due dates" in page.text
    cells = {cell.get("datetime"): cell for cell in page.tree.iter("time")}
    assert len([day for day in cells if (day or "").startswith("2026-11-")]) == 30
    assert [link for link in page.links if link.startswith("Crowd")] == ["Crowd 0", "Crowd 1", "Crowd 2"]
    rest = desk.client.page(page.links["and 2 more, 25 Nov 2026"])
    assert "5 due dates" in rest.text
    assert "December" in desk.client.page(page.links["Next month"]).links
    assert desk.client.page(page.links["Previous month"]).heading == "October 2026"


@pytest.mark.parametrize("asked", ["x", "2026-13", "0000-01", "9999-99", "99999-01", "2026-1"])
def test_a_month_that_is_none_is_this_one(asked: str, desk: Desk) -> None:
    assert desk.page("reminders.month", month=asked).heading == "November 2026"


@pytest.mark.parametrize("asked", ["1900-01", "2200-12"])
def test_the_first_and_the_last_month_have_pages(asked: str, desk: Desk) -> None:
    assert asked[:4] in desk.page("reminders.month", month=asked).heading
