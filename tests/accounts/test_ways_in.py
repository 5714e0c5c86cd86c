"""The ways in: first page, first start, sample organisation, sign-in and out, nowhere."""

import datetime

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from compliance.accounts import first_start, services
from compliance.accounts.roles import AUDITOR, DEPARTMENT_HEAD, DPO
from compliance.records import chain, verifying
from compliance.records.actor import Actor, system
from compliance.support import clock, transactions
from compliance.support.errors import Forbidden
from tests.accounts.makers import PASSWORD, sample_organisation, sign_in, with_settings
from tests.conftest import MORNING
from tests.helpers.client import PageClient
from tests.helpers.makers import make_organisation, make_person

START = {"organisation": "Atelier du Pont", "name": "Ada Pont", "email": "Ada@pont.example", "password": PASSWORD}


def start(client: PageClient, **changes: str) -> dict[str, object]:
    return {**client.page("/start").form(), **START, **changes}


def test_the_first_page_leads_to_the_first_start(client: PageClient) -> None:
    assert "/start" in client.page("/").links.values()


def test_nobody_is_shown_the_sample_unless_its_entrance_is_open(client: PageClient) -> None:
    assert "sample" not in client.page("/").text


def test_who_holds_the_code_of_the_terminal_becomes_operator_administrator_and_officer(
    context: Flask, client: PageClient
) -> None:
    client.send("/start", start(client, code=first_start.code_to_print()))
    person = services.person_by_email("ada@pont.example")
    assert person is not None
    assert person.is_operator
    assert {m.role for m in services.memberships_of(person.id)} == {"administrator", "dpo"}
    assert client.page("/o/atelier-du-pont/settings").heading == "Settings"


def test_the_wrong_code_creates_nobody(context: Flask, client: PageClient) -> None:
    answer = client.send("/start", start(client, code="aaaa-bbbb-cccc"), status=422)
    assert "not the code" in answer.text
    assert services.person_by_email("ada@pont.example") is None


def test_a_short_password_is_refused_at_the_first_start(context: Flask, client: PageClient) -> None:
    answer = client.send("/start", start(client, code=first_start.code_to_print(), password="short"), status=422)
    assert "At least 12 characters" in answer.text
    assert "short" not in answer.text.split("<form", 1)[1].replace("too short", "")


def test_the_first_start_happens_once(context: Flask, client: PageClient) -> None:
    client.send("/start", start(client, code=first_start.code_to_print()))
    assert first_start.code_to_print() == ""
    assert client.application.test_client().get("/start").status_code == 302


@pytest.mark.parametrize("role", [DPO, DEPARTMENT_HEAD, AUDITOR])
def test_the_sample_is_entered_in_each_of_three_roles(role: str, context: Flask, client: PageClient) -> None:
    sample_organisation()
    with with_settings(context, sample_entrance=True):
        page = client.page("/")
        client.send(f"/sample/{role}", page.form(f"/sample/{role}"))
        assert "sample organisation" in client.page("/o/sample/settings").text
    last = services.installation_journal()[0]
    assert (last.tag, last.details) == ("sign-in:done", {"via": "sample"})


@pytest.mark.parametrize("how", ["closed", "elsewhere", "proxied"])
def test_the_sample_is_closed_to_other_machines(how: str, context: Flask, client: PageClient) -> None:
    sample_organisation()
    asked = {"data": client.page("/").form()}
    if how == "elsewhere":
        asked["environ_base"] = {"REMOTE_ADDR": "192.0.2.7"}
    if how == "proxied":
        asked["headers"] = {"X-Forwarded-For": "192.0.2.7"}
    with with_settings(context, sample_entrance=how != "closed"):
        assert client.post("/sample/dpo", **asked).status_code == 403


def test_the_sample_entrance_never_lets_in_as_somebody_real(context: Flask, client: PageClient) -> None:
    sample = sample_organisation(roles=())
    person = make_person("dpo", organisation=make_organisation("Real"))
    services.give_role(person, "dpo", actor=system(sample.id))
    transactions.commit()
    with with_settings(context, sample_entrance=True):
        assert client.post("/sample/dpo", data=client.page("/").form("dpo")).status_code == 404


def test_one_signs_in_and_out(context: Flask, client: PageClient) -> None:
    house = make_organisation("House")
    person = make_person("dpo", organisation=house, password=PASSWORD)
    sign_in(client, person.email)
    page = client.page("/o/house/settings")
    client.send("/sign-out", page.form("/sign-out"), status=302)
    assert client.get("/o/house/settings").status_code == 302
    assert [e.tag for e in services.installation_journal()[:2]] == ["sign-out:done", "sign-in:done"]
    assert {e.actor_id for e in services.installation_journal()[:2]} == {person.id}


def test_a_password_with_accents_opens_however_it_was_typed(context: Flask, client: PageClient) -> None:
    person = make_person("dpo", organisation=make_organisation(), password="un été à la mer")
    answer = sign_in(client, person.email, "un e\u0301te\u0301 a\u0300 la mer")
    assert answer.status_code == 302


@pytest.mark.parametrize("known", [True, False])
def test_a_refused_sign_in_is_said_the_same_to_everybody_and_written_down(
    known: bool, context: Flask, client: PageClient
) -> None:
    person = make_person("dpo", organisation=make_organisation(), password=PASSWORD)
    email = person.email if known else "nobody@chene.example"
    answer = sign_in(client, email, "not this one at all")
    assert "The address or the password is not right" in answer.text
    entry = services.installation_journal()[0]
    assert (entry.tag, entry.actor_id) == ("sign-in:failed", person.id if known else None)
    assert entry.actor_name == ""
    assert email not in f"{entry.subject}{entry.details}"
    assert len(entry.subject) == 16
    assert verifying.verify(chain.INSTALLATION).broken_at is None


def test_sign_in_is_in_french_for_a_french_browser(client: PageClient) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": "fr"})
    assert '<html lang="fr"' in page.text


def test_guessing_is_slowed_down(context: Flask, client: PageClient) -> None:
    sent = {**client.page("/sign-in").form(), "email": "a@b.example", "password": "x"}
    with with_settings(context, environment="local", sign_in_limit="2 per minute"):
        statuses = [client.post("/sign-in", data=sent).status_code for _attempt in range(3)]
        assert statuses == [200, 200, 429]
        assert client.post("/join/nothing", data=sent).status_code == 429, "all doors share one count"
        from_elsewhere = client.post("/sign-in", data=sent, environ_base={"REMOTE_ADDR": "192.0.2.9"})
    assert from_elsewhere.status_code == 200


def test_who_works_nowhere_is_told_what_to_do(context: Flask, client: PageClient) -> None:
    make_organisation()
    person = make_person()
    client.sign_in(person)
    page = client.page("/")
    assert page.heading == "You do not work in any organisation yet"
    assert person.email in page.text


def test_the_first_page_leads_back_to_where_one_worked_last(context: Flask, client: PageClient) -> None:
    first, second = make_organisation("First"), make_organisation("Second")
    person = make_person("dpo", organisation=first)
    services.give_role(person, "auditor", actor=system(second.id))
    transactions.commit()
    client.sign_in(person)
    client.page("/o/second/settings")
    assert client.get("/").headers["Location"] == "/o/second/"


def test_the_header_leads_from_one_organisation_to_the_other(context: Flask, client: PageClient) -> None:
    first, second = make_organisation("First"), make_organisation("Second")
    person = make_person("dpo", organisation=first)
    services.give_role(person, "auditor", actor=system(second.id))
    transactions.commit()
    client.sign_in(person)
    page = client.page("/o/first/settings")
    assert page.links["Second"] == "/o/second/"
    assert "Second" in client.page("/o/second/settings").text
    assert client.get("/o/second/settings/organisation/edit").status_code == 403, "an auditor there changes nothing"


def test_one_changes_ones_own_password(context: Flask, client: PageClient) -> None:
    person = make_person("dpo", organisation=make_organisation("House"), password=PASSWORD)
    sign_in(client, person.email)
    form = client.page("/password").form()
    new = "another sentence to remember"
    wrong = client.post("/password", data={**form, "password": "no", "new_password": new, "new_password_confirm": new})
    assert 'aria-invalid="true"' in wrong.text
    right = {**form, "password": PASSWORD, "new_password": new, "new_password_confirm": new}
    assert client.post("/password", data=right).status_code == 302
    assert services.installation_journal()[0].tag == "password:changed"
    assert sign_in(client.application.test_client(), person.email, new).status_code == 302


@pytest.mark.parametrize("known", [True, False])
def test_guesses_at_one_account_are_slowed_down_from_wherever_they_come(
    known: bool, context: Flask, client: PageClient
) -> None:
    person = make_person("dpo", organisation=make_organisation("House"), password=PASSWORD)
    email = person.email if known else "nobody@chene.example"
    sent = {**client.page("/sign-in").form(), "email": email, "password": "x"}

    def attempt(number: int, **changes: str) -> TestResponse:
        return client.post("/sign-in", data={**sent, **changes}, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"})

    with with_settings(context, environment="local", account_limit="3 per 15 minutes"), clock.frozen(MORNING):
        answers = [attempt(number) for number in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert "Wait 15 minutes." in answers[-1].text
        assert attempt(9, password=PASSWORD).status_code == 429, "nor is the right password looked at"
        assert attempt(9, email="other@chene.example").status_code == 200, "others sign in meanwhile"
        assert "Attendez 15 minutes." in client.post("/sign-in", data=sent, headers={"Accept-Language": "fr"}).text
    later = MORNING + datetime.timedelta(minutes=16)
    with with_settings(context, environment="local", account_limit="3 per 15 minutes"), clock.frozen(later):
        answer = attempt(9, password=PASSWORD)
    assert answer.status_code == (302 if known else 200), "what was refused was not counted"


IN_EARNEST = {"environment": "local", "account_limit": "2 per hour"}


@pytest.mark.database
@pytest.mark.parametrize(
    ("written", "everywhere"),
    [
        ("alice@CHENE.example", True),
        ("ALICE@chene.example", True),
        ("alice@c\uff48ene.example", True),  # the wide letters of an East Asian keyboard
        ("alice@chene\u3002example", True),
        ("al\u0130ce@chene.example", False),  # for some databases, small letters of this are those of alice
    ],
)
def test_however_an_address_is_written_it_is_one_account(
    written: str, everywhere: bool, context: Flask, client: PageClient
) -> None:
    make_person("dpo", organisation=make_organisation("House"), email="alice@chene.example", password=PASSWORD)
    with with_settings(context, **IN_EARNEST):
        opens = sign_in(context.test_client(), written).status_code == 302
        assert opens or not everywhere
        assert [sign_in(client, written, "x").status_code for _attempt in range(3)][::2] == [200, 429]
        assert sign_in(client, "alice@chene.example").status_code == (429 if opens else 302)


def test_an_address_that_is_none_is_counted_too(context: Flask, client: PageClient) -> None:
    with with_settings(context, **IN_EARNEST):
        statuses = [sign_in(client, email, "x").status_code for email in ("no address", "No Address ", "no address")]
    assert statuses == [200, 200, 429]


def test_who_comes_in_starts_to_count_anew(context: Flask, client: PageClient) -> None:
    person = make_person("dpo", organisation=make_organisation("House"), password=PASSWORD)
    with with_settings(context, environment="local", account_limit="2 per hour"):
        statuses = []
        for password in ("x", PASSWORD, "x", PASSWORD):
            visitor = context.test_client()
            statuses.append(sign_in(visitor, person.email, password).status_code)
    assert statuses == [200, 302, 200, 302]


def test_a_link_opens_an_account_that_somebody_else_keeps_guessing_at(context: Flask, client: PageClient) -> None:
    person = make_person("dpo", organisation=make_organisation("House"), password=PASSWORD)
    operator = Actor(None, "tests", is_operator=True)
    with with_settings(context, environment="local", account_limit="2 per hour"):
        for _attempt in range(2):
            sign_in(client, person.email, "x")
        assert sign_in(client, person.email).status_code == 429
        token = services.make_link(person, key=context.config["SECRET_KEY"], actor=operator)
        new = "another sentence to remember"
        form = client.page(f"/join/{token}").form()
        client.send(f"/join/{token}", {**form, "password": new, "repeated": new})
        visitor = context.test_client()
        assert sign_in(visitor, person.email, new).status_code == 302


def test_nobody_changes_the_credentials_of_the_sample(context: Flask, client: PageClient) -> None:
    sample_organisation()
    with with_settings(context, sample_entrance=True):
        client.send("/sample/dpo", client.page("/").form("/sample/dpo"))
    assert client.get("/password").status_code == 403
    form = {**client.page("/o/sample/me").form("/sign-out"), "new_password": PASSWORD, "new_password_confirm": PASSWORD}
    assert client.post("/password", data=form).status_code == 403
    assert "Change my password" not in client.page("/me").text
    person = services.person_by_email("dpo@sample.example")
    assert person is not None
    operator = Actor(None, "tests", is_operator=True)
    for change in (
        lambda: services.set_password(person, PASSWORD),
        lambda: services.make_link(person, key="x", actor=operator),
    ):
        with pytest.raises(Forbidden, match="no password"):
            change()
    assert person.password is None


def test_somebody_at_work_who_also_looks_at_the_sample_keeps_a_password(context: Flask, client: PageClient) -> None:
    sample = sample_organisation(roles=())
    person = make_person("dpo", organisation=make_organisation("Real"), password=PASSWORD)
    services.give_role(person, "dpo", actor=system(sample.id))
    transactions.commit()
    client.sign_in(person)
    assert client.get("/password").status_code == 200
