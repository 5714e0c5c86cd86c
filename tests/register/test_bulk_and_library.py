"""Acts on several records that ask one more thing, and a record laid beside the library."""

import pytest
from flask import Flask

from compliance.register.services import library
from tests.helpers.client import PageClient
from tests.helpers.makers import make_record
from tests.register.desk import Desk
from tests.register.records import Team, make_team


@pytest.fixture
def team(context: Flask) -> Team:
    return make_team("dpo")


@pytest.fixture
def desk(client: PageClient, team: Team) -> Desk:
    return Desk(client, team)


def test_giving_records_to_somebody_asks_to_whom_first(desk: Desk) -> None:
    records = [make_record(name=name) for name in ("One", "Two")]
    asked = desk.sent("bulk", {"action": "assign", "selected": [r.reference for r in records]}, 200)
    assert asked.find(name="owner")
    assert {field.get("value") for field in asked.find(name="selected")} == {r.reference for r in records}


def test_selected_records_alone_are_exported(desk: Desk) -> None:
    wanted, _other = make_record(name="Zebra crossing"), make_record(name="Quokka census")
    answer = desk.send("bulk", {"action": "export", "selected": [wanted.reference]})
    assert f"selected={wanted.reference}" in answer.location
    built = desk.send(
        "exports.build", {"format": "csv", "language": "en", "status": "all", "selected": [wanted.reference]}
    )
    with desk.client.get(built.location) as answer:
        content = answer.text
    assert "Zebra crossing" in content
    assert "Quokka census" not in content


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_the_record_lacks_is_named_beside_the_library(context: Flask, language: str) -> None:
    document = {"people": [{"key": "a", "category": "visitor", "label": ""}], "data": []}
    lists = {one.name: one for one in library.beside(document, "payroll", language)}
    assert lists["people"].only_record == document["people"]
    assert lists["data"].only_library
    assert not lists["data"].shared


def test_the_nearest_activity_of_the_library_is_offered_first(desk: Desk) -> None:
    record = make_record(name="Newsletter to prospects")
    page = desk.page("beside", reference=record.reference)
    chosen = next(one for one in page.tree.iter("option") if one.get("selected") is not None)
    assert chosen.get("value") == "marketing_newsletter"
