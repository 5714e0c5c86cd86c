"""A sign-in that expired while somebody typed costs no word: the form comes back, and goes on once signed in again."""

import io

import pytest
from flask import Flask

from compliance.accounts import services
from compliance.accounts.models import Person
from tests.accounts.makers import PASSWORD, with_settings
from tests.helpers.client import Page, PageClient
from tests.helpers.makers import make_organisation, make_person
from tests.helpers.pages import parse

ADD = "/o/house/settings/departments/new"
NAME = 'Café & "thé"\nà  l’étage <3'


@pytest.fixture
def administrator(context: Flask) -> Person:
    return make_person("administrator", organisation=make_organisation("House"), password=PASSWORD)


def expired(client: PageClient, typed: dict[str, object] | None = None, **request: object) -> Page:
    answer = client.post(ADD, data=typed or {"name": NAME, "parent": ""}, **request)
    assert answer.status_code == 401
    return Page(answer, parse(answer.text)[0])


def signing_in(page: Page, person: Person, password: str = PASSWORD) -> dict[str, object]:
    return {**page.form(), "again_email": person.email, "again_password": password}


def names() -> list[str]:
    return [department.name for department in services.departments()]


def test_what_was_typed_goes_on_once_signed_in_again(administrator: Person, client: PageClient) -> None:
    page = expired(client, {"name": "Accounts", "parent": ""})
    client.send(ADD, signing_in(page, administrator))
    assert names() == ["Accounts"]
    assert client.page("/o/house/settings").status == 200, "and the person is signed in"


def test_every_character_and_every_value_comes_back(administrator: Person, client: PageClient) -> None:
    page = expired(client, {"name": NAME, "ticked": ["a", "", "b"], "csrf_token": "stale", "x:y:z": "1"})
    given_back = page.form()
    assert given_back["name"] == [NAME]
    assert given_back["ticked"] == ["a", "", "b"]
    assert given_back["x:y:z"] == ["1"]
    assert given_back["csrf_token"] != ["stale"]
    assert len(given_back["csrf_token"]) == 1


def test_nothing_is_done_before_one_has_signed_in(administrator: Person, client: PageClient) -> None:
    expired(client, {"name": "Accounts"})
    assert names() == []


def test_a_wrong_password_keeps_what_was_typed_and_is_written_down(administrator: Person, client: PageClient) -> None:
    page = expired(client)
    answer = client.post(ADD, data=signing_in(page, administrator, "not this one"))
    again = Page(answer, parse(answer.text)[0])
    assert answer.status_code == 401
    assert again.form()["name"] == [NAME]
    assert again.form()["again_email"] == [administrator.email]
    assert "not this one" not in answer.text
    assert names() == []
    assert services.installation_journal()[0].tag == "sign-in:failed"


def test_too_many_failures_cost_no_word_either(administrator: Person, client: PageClient) -> None:
    page = expired(client)
    with with_settings(client.application, environment="local", account_limit="1 per hour"):
        client.post(ADD, data=signing_in(page, administrator, "not this one"))
        answer = client.post(ADD, data=signing_in(page, administrator))
    again = Page(answer, parse(answer.text)[0])
    assert answer.status_code == 401
    assert "Too many attempts to sign in with this address. Wait 60 minutes." in again.text
    assert again.form()["name"] == [NAME]
    assert names() == []


def test_the_sign_in_is_written_down_even_when_the_answer_is_then_refused(
    administrator: Person, client: PageClient
) -> None:
    page = expired(client, {"name": ""})
    client.send(ADD, signing_in(page, administrator), status=422)
    assert services.installation_journal()[0].tag == "sign-in:done"
    assert client.page(ADD).status == 200


def test_the_view_does_not_see_the_password(administrator: Person, client: PageClient, context: Flask) -> None:
    seen: list[set[str]] = []
    view = context.view_functions["accounts.new_department"]

    def spy() -> object:
        from flask import request

        seen.append(set(request.form))
        return view()

    spy.needs_permission = view.needs_permission  # type: ignore[attr-defined]
    context.view_functions["accounts.new_department"] = spy
    try:
        client.send(ADD, signing_in(expired(client, {"name": "Accounts"}), administrator))
    finally:
        context.view_functions["accounts.new_department"] = view
    assert seen == [{"name", "csrf_token"}]


def test_a_stale_token_gives_the_words_back_once_more(administrator: Person, client: PageClient) -> None:
    page = expired(client)
    answer = client.post(ADD, data={**signing_in(page, administrator), "csrf_token": "stale"})
    assert answer.status_code == 401
    assert Page(answer, parse(answer.text)[0]).form()["name"] == [NAME]
    assert names() == []


def test_who_may_not_do_it_is_refused_after_signing_in(administrator: Person, client: PageClient) -> None:
    house = services.organisation_by_slug("house")
    head = make_person("auditor", organisation=house, password=PASSWORD)
    client.send(ADD, signing_in(expired(client), head), status=403)
    assert names() == []


def test_who_works_elsewhere_finds_nothing_here(administrator: Person, client: PageClient) -> None:
    stranger = make_person("administrator", organisation=make_organisation("Elsewhere"), password=PASSWORD)
    client.send(ADD, signing_in(expired(client), stranger), status=404)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_words_from_another_site_are_never_given_back(
    headers: dict[str, str], administrator: Person, client: PageClient
) -> None:
    answer = client.post(ADD, data={"name": "Forged"}, headers=headers)
    assert answer.status_code == 403
    assert "Forged" not in answer.text


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}])
def test_words_from_a_page_of_ours_are(headers: dict[str, str], administrator: Person, client: PageClient) -> None:
    assert expired(client, headers=headers).form()["name"] == [NAME]


@pytest.mark.parametrize(
    "headers", [{"X-Requested-With": "fetch"}, {"HX-Request": "true"}, {"Accept": "application/json"}]
)
def test_a_script_is_told_plainly(headers: dict[str, str], administrator: Person, client: PageClient) -> None:
    answer = client.post("/o/house/settings/organisation/draft", data={"name": "x"}, headers=headers)
    assert answer.status_code == 401
    assert answer.mimetype == "text/plain"


def test_a_file_is_asked_for_again(administrator: Person, client: PageClient) -> None:
    page = expired(client, {"name": "x", "file": (io.BytesIO(b"1"), "register.csv")})
    assert "could not be kept" in page.text
    assert "file" not in page.form()


def test_a_password_typed_elsewhere_is_not_sent_back(context: Flask, client: PageClient) -> None:
    answer = client.post("/password", data={"password": "secret of mine", "new_password": "secret to be"})
    assert answer.status_code == 401
    assert "secret" not in answer.text
