"""Addresses and forms as nobody's page would send them: an answer in words, never a page that failed."""

import base64

import pytest
from flask import Flask

from tests.helpers.client import PageClient
from tests.helpers.makers import make_party, make_record
from tests.register.desk import Desk
from tests.register.records import make_team

ENDLESS = "9" * 5000


@pytest.fixture
def desk(context: Flask, client: PageClient) -> Desk:
    return Desk(client, make_team())


PLACES = ['["x",18446744073709551615]', "[1,1]", "[true,true]", '["x",1]', '["2026-01-01T00:00:00",1]', "[{},1]"]


@pytest.mark.database
@pytest.mark.parametrize("sort", ["reference", "updated", "findings"])
def test_a_forged_place_in_the_list_is_not_a_failure(sort: str, desk: Desk) -> None:
    make_record()
    for place in PLACES:
        forged = base64.urlsafe_b64encode(place.encode()).decode()
        where = desk.client.address("register.index", organisation=desk.team.organisation.slug, after=forged, sort=sort)
        assert desk.client.get(where).status_code in (200, 409), place


def test_an_export_of_a_record_that_is_not_there_is_not_built(desk: Desk) -> None:
    for reference in ("PA-9999", 'x"\r\nSet-Cookie: a=b', "../../x"):
        desk.send("exports.build", {"format": "csv", "language": "fr", "reference": reference}, 404)


def test_an_auditor_is_not_told_by_an_export_that_a_draft_exists(desk: Desk) -> None:
    record = make_record()
    desk.sit("auditor")
    desk.send("exports.build", {"format": "csv", "language": "fr", "reference": record.reference}, 404)


def test_a_view_kept_with_line_ends_adds_no_header(desk: Desk) -> None:
    answer = desk.send("keep_view", {"name": "mine", "query": "a=b\r\nSet-Cookie: x=y"})
    assert all("x=y" not in cookie for cookie in answer.headers.getlist("Set-Cookie"))
    assert "\n" not in answer.headers["Location"]


def test_a_name_too_long_for_a_view_is_kept_once_however_often_it_is_sent(desk: Desk) -> None:
    for query in ("state=draft", "state=approved"):
        desk.send("keep_view", {"name": "n" * 100, "query": query})


def test_an_endless_version_number_is_no_version(desk: Desk) -> None:
    record, party = make_record(), make_party()
    desk.send("draft", {"version": ENDLESS}, 204, reference=record.reference, section="identity")
    desk.send("parties.draft_party", {"version": ENDLESS}, 204, reference=party.reference)
    desk.send("accounts.profile_draft", {"version": ENDLESS}, 204)
