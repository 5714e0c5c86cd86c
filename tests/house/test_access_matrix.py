"""Every route, every role, own and foreign organisation: made from the map of routes, so that none is forgotten."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from compliance.accounts.guard import permission_of
from compliance.accounts.roles import roles
from compliance.support.permissions import PUBLIC, SIGNED_IN, Permission
from tests.helpers.client import PageClient
from tests.helpers.makers import (
    make_department,
    make_organisation,
    make_party,
    make_person,
    make_record,
    make_system,
)

ROLES = tuple(roles())
LET_IN = {200, 204, 302, 303, 304, 400, 404, 409, 422}  # 400: no CSRF token is sent, so that nothing is changed


@dataclass(frozen=True)
class World:
    """Two organisations that know nothing of each other, and what stands in the first."""

    slug: str
    foreign_slug: str
    values: dict[str, str]
    people: dict[str, Any]


@pytest.fixture
def world(context: Flask) -> World:
    foreign = make_organisation("Somewhere else")
    stranger_record = make_record().reference
    own = make_organisation("Ours")
    department = make_department()
    people = {
        role: make_person(role, organisation=own, department=department.reference if roles()[role].branch else "")
        for role in ROLES
    }
    record = make_record(department={"kind": "department", "reference": department.reference, "name": department.name})
    assert record.reference == stranger_record, "references are numbered in each organisation"
    party, system = make_party(), make_system()
    values = {"party": party.reference, "system": system.reference, "record": record.reference}
    return World(own.slug, foreign.slug, values, people)


def routes(app: Flask) -> list[tuple[Rule, str]]:
    """Every rule with every method it accepts, those of libraries' files left out."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.endpoint != "static" and not rule.endpoint.endswith(".static")
    ]


def address(app: Flask, rule: Rule, world: World, slug: str) -> str:
    """The address of a rule, with real references where they are asked for and harmless ones elsewhere."""
    domain = rule.endpoint.rpartition(".")[2] + rule.rule
    kind = next(
        (kind for kind in ("system", "party") if kind in domain or (kind == "party" and "parties" in domain)), "record"
    )
    values: dict[str, Any] = {}
    for name in rule.arguments:
        converter = type(rule._converters[name]).__name__
        known = {"organisation": slug, "reference": world.values[kind], "section": "identity", "rule": "R001"}
        values[name] = known.get(name, 1 if converter == "IntegerConverter" else "x")
    return app.url_map.bind("localhost").build(rule.endpoint, values, method=next(iter(rule.methods or {"GET"})))


def ask(client: PageClient, method: str, where: str) -> int:
    client.checks = False  # who may pass is one question, how the page looks another: test_every_page.py
    try:
        return client.open(where, method=method).status_code
    except Exception:  # a page that breaks is one fault of many: the others are told as well
        return 500


@pytest.mark.parametrize("role", ROLES)
def test_a_role_passes_where_it_is_granted_and_nowhere_else(
    role: str, world: World, context: Flask, client: PageClient
) -> None:
    wrong = []
    for rule, method in routes(context):
        needed = permission_of(rule.endpoint)
        if needed == PUBLIC:
            continue
        client.sign_in(world.people[role])
        status = ask(client, method, address(context, rule, world, world.slug))
        granted = needed == SIGNED_IN or needed in roles()[role].grants  # nobody here is operator; None is for nobody
        if (granted and status not in LET_IN) or (not granted and status != 403):
            wrong.append(f"{role} {method} {rule.rule} needs {needed}: {status}")
    assert wrong == []


def test_the_pages_of_a_foreign_organisation_are_not_there(world: World, context: Flask, client: PageClient) -> None:
    wrong = []
    client.sign_in(world.people["dpo"])
    for rule, method in routes(context):
        if permission_of(rule.endpoint) in set(Permission):
            status = ask(client, method, address(context, rule, world, world.foreign_slug))
            if status != 404:
                wrong.append(f"{method} {rule.rule}: {status}")
    assert wrong == []


def test_a_stranger_is_asked_to_sign_in(world: World, context: Flask, client: PageClient) -> None:
    wrong = []
    for rule, method in routes(context):
        if permission_of(rule.endpoint) not in (PUBLIC, None):
            status = ask(client, method, address(context, rule, world, world.slug))
            if status != (302 if method == "GET" else 401):
                wrong.append(f"{method} {rule.rule}: {status}")
    assert wrong == []


def test_a_role_that_has_ended_opens_nothing(world: World, context: Flask, client: PageClient) -> None:
    outsider = make_person()
    client.sign_in(outsider)
    for rule, method in routes(context):
        if permission_of(rule.endpoint) in set(Permission):
            assert ask(client, method, address(context, rule, world, world.slug)) == 404
