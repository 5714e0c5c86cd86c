"""A page that was written once is given again until something changes, to the person for whom it was written."""

import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from compliance.accounts.guard.kept import ASKED
from compliance.records import chain
from compliance.records import services as records
from compliance.register.models import RegisterEntry
from compliance.register.services import listing, xray
from compliance.reminders.services import agenda
from compliance.support import clock, transactions
from compliance.support.cache import cache
from compliance.support.db import db
from tests.helpers.client import PageClient
from tests.helpers.database import count_queries
from tests.helpers.makers import make_department, make_person, make_record
from tests.register.desk import Desk
from tests.register.records import make_approved, make_team


@pytest.fixture
def desk(context: Flask, client: PageClient) -> Desk:
    return Desk(client, make_team())


def queries(desk: Desk, where: str, **values: object) -> int:
    address = desk.client.address(where, organisation=desk.team.organisation.slug, **values)
    with count_queries() as statements:
        desk.client.page(address)
    return len(statements)


def pages_kept() -> int:
    return sum(key.startswith("page:") for key in cache.cache._cache)


@pytest.mark.database
@pytest.mark.parametrize("where", ["register.index", "register.show", "dashboard.today"])
def test_the_second_time_only_the_person_and_the_head_of_the_chain_are_asked(where: str, desk: Desk) -> None:
    values = {"reference": make_approved(desk.team).reference} if where == "register.show" else {}
    first = queries(desk, where, **values)
    views = 1 if where == "register.index" else 0  # the views that the person keeps are in no chain
    assert queries(desk, where, **values) == 4 + views < first


@pytest.mark.database
def test_what_is_kept_is_seen_at_once(desk: Desk) -> None:
    record = make_record(name="Payroll")
    assert "Wages" not in desk.page("show", reference=record.reference).text + desk.page("index").text
    actor = desk.team.actor("dpo")
    document = {**record.document, "name": "Wages"}
    records.change(record, document, "register:record:change", actor=actor)
    transactions.commit()
    assert desk.page("show", reference=record.reference).heading == "Wages"
    assert "Wages" in desk.page("index").text


def test_a_page_is_given_to_the_person_for_whom_it_was_written(desk: Desk) -> None:
    record = make_approved(desk.team)
    assert "/edit/identity" in desk.page("show", reference=record.reference).response.text
    desk.sit("auditor")
    assert "/edit/identity" not in desk.page("show", reference=record.reference).response.text
    desk.sit("dpo")
    assert "/edit/identity" in desk.page("show", reference=record.reference).response.text


def test_departments_that_one_may_not_see_stay_unseen(desk: Desk) -> None:
    place = make_department("Sales")
    make_record(name="Secret of sales", department={"kind": "department", "reference": place.reference, "name": "x"})
    assert "Secret of sales" in desk.page("index").text
    desk.client.sign_in(
        make_person("department_head", organisation=desk.team.organisation, department=make_department("IT").reference)
    )
    assert "Secret of sales" not in desk.page("index").text


def test_each_session_finds_its_own_token_in_a_kept_page(desk: Desk) -> None:
    make_record(name="Payroll")
    first = {e.get("value") for e in desk.page("index").find(name="csrf_token")}
    with desk.client.session_transaction() as session:
        session["csrf_token"] = "another session"
    second = {e.get("value") for e in desk.page("index").find(name="csrf_token")}
    assert len(first) == len(second) == 1
    assert first != second


def test_what_the_last_act_said_is_said_once(desk: Desk) -> None:
    desk.page("index")
    with desk.client.session_transaction() as session:
        session["_flashes"] = [("good", "It is done.")]
    assert "It is done." in desk.page("index").text
    assert "It is done." not in desk.page("index").text


def test_a_view_that_was_just_kept_is_there(desk: Desk) -> None:
    desk.page("index", state="draft")
    desk.send("keep_view", {"name": "My drafts", "query": "state=draft"})
    desk.page("index")
    assert "My drafts" in desk.page("index", state="draft").text


def test_the_next_day_the_page_is_written_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    record = make_record(name="Payroll")
    records_due = clock.today() + datetime.timedelta(days=1)
    record.review_due_on = records_due
    records.keep(record, "register:record:review-date", actor=desk.team.actor("dpo"))
    transactions.commit()
    assert "tomorrow" in desk.page("index").text
    later = clock.now() + datetime.timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(clock, "today", lambda zone="UTC": later.date())
    assert "tomorrow" not in desk.page("index").text


@pytest.mark.database
def test_findings_that_came_with_time_are_noted_and_those_that_did_not_are_not(context: Flask) -> None:
    team = make_team()
    make_approved(team)
    transactions.commit()
    own = team.organisation.id
    before = chain.head_of(own)
    xray.examine_again()
    transactions.commit()
    assert chain.head_of(own) == before

    db.session.execute(db.text("DELETE FROM findings"))
    make_record(name="Payroll")
    transactions.commit()
    db.session.execute(db.text("DELETE FROM findings"))
    before = chain.head_of(own)
    xray.examine_again()
    transactions.commit()
    assert chain.head_of(own) == before + 1


@pytest.mark.database
def test_a_draft_that_goes_on_leaves_the_face_in_the_register_alone(context: Flask) -> None:
    team = make_team()
    record = make_approved(team)
    transactions.commit()

    def shown() -> dict[str, tuple[int, str, int | None]]:
        chosen = db.select(RegisterEntry).where(RegisterEntry.record_id == record.id)
        return {e.face: (e.id, e.name, e.department_id) for e in db.session.scalars(chosen)}

    before = shown()
    actor = team.actor("dpo")
    records.change(record, {**record.document, "name": "Another"}, "register:record:change", actor=actor)
    transactions.commit()
    assert shown()["approved"] == before["approved"]
    assert shown()["working"][1] == "Another"

    place = make_department("Sales")
    link = {"kind": "department", "reference": place.reference, "name": place.name}
    records.change(record, {**record.document, "department": link}, "register:record:change", actor=actor)
    transactions.commit()
    assert {face: seen[2] for face, seen in shown().items()} == {"working": place.id, "approved": place.id}


def test_a_search_is_answered_anew(desk: Desk) -> None:
    make_record(name="Payroll")
    first = queries(desk, "register.index", q="pay")
    assert queries(desk, "register.index", q="pay") > 5 <= first


@pytest.mark.parametrize("where", ["register.index", "register.show", "dashboard.today", "reminders.index"])
def test_an_address_with_words_of_ones_own_is_answered_and_not_kept(where: str, desk: Desk) -> None:
    values = {"reference": make_approved(desk.team).reference} if where == "register.show" else {}
    for made_up in ({"junk": "1"}, {"state": "x" * 300}):
        desk.page(where, **values, **made_up)
    assert pages_kept() == 0
    desk.page(where, **values)
    assert pages_kept() == 1


def test_what_the_lists_ask_of_themselves_is_kept(desk: Desk) -> None:
    make_record(name="Payroll")
    asked = {*listing.FACETS, *agenda.FACETS, "review"}
    for where in ("register.index", "reminders.index", "reminders.month"):
        page = desk.page(where)
        own = desk.client.address(where, organisation=desk.team.organisation.slug)
        asked |= {
            n for link in page.links.values() if link.startswith(f"{own}?") for n in parse_qs(urlsplit(link).query)
        }
        for form in page.tree.iter("form"):
            if form.get("action") == own and form.get("method", "get") == "get":
                asked |= {field.get("name") or "q" for field in form.iter("input")}
    assert {"sort", "order", "face", "column", "month", "q"} <= asked
    assert asked - ASKED == {"q"}
