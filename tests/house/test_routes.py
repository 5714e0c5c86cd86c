"""Every door: it says who may pass, its address is readable, and one that says nothing is shut."""

import re

from flask import Flask

from compliance.accounts.guard import LIBRARY_ENDPOINTS, permission_of
from compliance.support.permissions import OPERATOR, PUBLIC, SIGNED_IN, Permission
from tests.helpers.client import PageClient
from tests.helpers.makers import make_organisation, make_person

MARKS = {PUBLIC, SIGNED_IN, OPERATOR}
#: What may stand between the slashes, beside parameters: words with hyphens, and file names.
SEGMENT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)?")
#: May be opened without signing in, each with its reason in its docstring; a new one is a decision.
OPEN_TO_ALL = {
    "accounts.enter_sample", "accounts.health", "accounts.home", "accounts.join", "accounts.preferences",
    "development.pieces",
    "accounts.start", "letters.stop", "reminders.feed", "security.login", "security.logout", "static",
}  # fmt: skip
#: Doors that the sign-in library brings and we do not open.
CLOSED_TO_ALL = {"security.static", "security.verify"}


def test_every_view_declares_what_it_needs(app: Flask) -> None:
    with app.app_context():
        silent = {e for e in app.view_functions if permission_of(e) not in MARKS | set(Permission)}
    assert silent == CLOSED_TO_ALL


def test_a_view_that_declares_nothing_is_closed_even_to_an_administrator(context: Flask, client: PageClient) -> None:
    organisation = make_organisation()
    client.sign_in(make_person("administrator", "dpo", organisation=organisation, operator=True))
    view = context.view_functions["accounts.me"]
    context.view_functions["accounts.me"] = lambda: "seen"
    try:
        assert client.get("/me").status_code == 403
    finally:
        context.view_functions["accounts.me"] = view
    assert client.get("/me").status_code == 200


def test_what_is_open_to_all_is_a_short_known_list(app: Flask) -> None:
    with app.app_context():
        assert {endpoint for endpoint in app.view_functions if permission_of(endpoint) == PUBLIC} == OPEN_TO_ALL


def test_the_doors_of_libraries_that_we_know_exist(app: Flask) -> None:
    assert set(LIBRARY_ENDPOINTS) - set(app.view_functions) == set()


def test_addresses_are_words_joined_by_hyphens(app: Flask) -> None:
    crooked = [
        rule.rule
        for rule in app.url_map.iter_rules()
        for segment in filter(None, rule.rule.split("/"))
        if not segment.startswith("<") and not SEGMENT.fullmatch(re.sub(r"<[^>]+>", "x", segment))
    ]
    assert crooked == []


def test_what_belongs_to_an_organisation_is_below_its_address(app: Flask) -> None:
    with app.app_context():
        astray = [
            rule.rule
            for rule in app.url_map.iter_rules()
            if permission_of(rule.endpoint) in set(Permission) and not rule.rule.startswith("/o/<organisation>/")
        ]
    assert astray == []


def test_only_the_api_knows_other_methods_than_get_and_post(app: Flask) -> None:
    other = [rule.rule for rule in app.url_map.iter_rules() if (rule.methods or set()) & {"PUT", "DELETE", "PATCH"}]
    assert [rule for rule in other if "/api/" not in rule] == []
