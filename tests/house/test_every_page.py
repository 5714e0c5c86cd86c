"""Every page that can be fetched is in order, empty and full, in both languages, as the critical client reads it."""

import pytest
from flask import Flask

from compliance.accounts.guard import permission_of
from tests.helpers.client import PageClient
from tests.helpers.makers import make_organisation, make_party, make_person, make_record, make_system
from tests.house.test_access_matrix import World, address, routes

ROLES = ("administrator", "dpo", "controller", "auditor")


@pytest.fixture(params=["en", "fr"])
def house(request: pytest.FixtureRequest, context: Flask) -> World:
    """One organisation with one of each thing, and somebody who may see all of it."""
    own = make_organisation("Ours", language=request.param)
    person = make_person(*ROLES, organisation=own, language=request.param, operator=True)
    values = {
        "record": make_record(purposes=[{"key": "p1", "label": "Pay people"}]).reference,
        "party": make_party().reference,
        "system": make_system().reference,
    }
    return World(own.slug, "", values, {"all": person})


def faults_of(client: PageClient, where: str) -> list[str]:
    try:
        response = client.get(where)
    except AssertionError as fault:
        return [str(fault)]
    except Exception as bug:
        return [f"{where}: {bug!r}"]
    return [f"{where}: {response.status}"] if response.status_code >= 500 else []


@pytest.mark.database
def test_every_page_is_in_order(house: World, context: Flask, client: PageClient) -> None:
    wrong = []
    client.sign_in(house.people["all"])
    for rule, method in routes(context):
        aside = ("security.logout", "development.pieces")  # signs out; shows links that lead nowhere
        if method != "GET" or permission_of(rule.endpoint) is None or rule.endpoint in aside:
            continue
        where = address(context, rule, house, house.slug)
        wrong += faults_of(client, where)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pages_of_an_empty_organisation_are_in_order(language: str, context: Flask, client: PageClient) -> None:
    own = make_organisation("Ours", language=language)
    client.sign_in(make_person(*ROLES, organisation=own, language=language))
    wrong = []
    for rule, method in routes(context):
        if method == "GET" and rule.arguments == {"organisation"} and permission_of(rule.endpoint) is not None:
            wrong += faults_of(client, client.address(rule.endpoint, organisation=own.slug))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("address", ["/", "/sign-in", "/start", "/nowhere"])
def test_the_pages_for_strangers_are_in_order(address: str, client: PageClient) -> None:
    client.get(address)
