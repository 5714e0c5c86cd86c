"""People and roles: administrators let in, hand over links, take back; nobody else sees these pages."""

import datetime
from typing import Any

import pytest
from flask import Flask

from compliance.accounts import services
from compliance.accounts.models import Organisation, Person
from compliance.records.actor import system
from compliance.support import clock, transactions
from compliance.support.db import enter
from tests.accounts.makers import PASSWORD, sign_in, with_settings
from tests.helpers.client import PageClient
from tests.helpers.makers import make_department, make_organisation, make_person

NEW = "/o/house/settings/people/new"


@pytest.fixture
def house(context: Flask, client: PageClient) -> Organisation:
    made = make_organisation("House")
    client.sign_in(make_person("administrator", organisation=made, name="Ada"))
    return made


def invite(client: PageClient, email: str = "New@Chene.example", status: int = 303, **typed: Any) -> Person | None:
    given = {"email": email, "name": "Nora New", "roles": ["dpo"], **typed}
    client.send(NEW, {**client.page(NEW).form(), **given}, status=status)
    return services.person_by_email(email)


def link_of(client: PageClient, person: Person | None) -> str:
    assert person is not None
    page = client.page(f"/o/house/settings/people/{person.id}")
    found = page.find(id="join-link")
    address = client.application.config["SETTINGS"].address
    return (found[0].get("value") or "").removeprefix(address) if found else ""


def set_password(client: PageClient, link: str, password: str = PASSWORD, status: int = 303) -> str:
    form = client.page(link).form()
    answer = client.send(link, {**form, "password": password, "repeated": password}, status=status)
    return answer.text


def test_an_invited_person_sets_a_password_by_the_link_and_is_in(house: Organisation, client: PageClient) -> None:
    person = invite(client)
    link = link_of(client, person)
    newcomer: PageClient = client.application.test_client()  # type: ignore[assignment]
    assert newcomer.page(link).heading == "Welcome, Nora New"
    set_password(newcomer, link)
    assert newcomer.page("/o/house/settings").status == 200
    other: PageClient = client.application.test_client()  # type: ignore[assignment]
    assert sign_in(other, "new@chene.example").status_code == 302


def test_a_link_is_shown_once(house: Organisation, client: PageClient) -> None:
    person = invite(client)
    assert link_of(client, person)
    assert link_of(client, person) == ""


def test_a_link_works_once(house: Organisation, client: PageClient) -> None:
    link = link_of(client, invite(client))
    newcomer: PageClient = client.application.test_client()  # type: ignore[assignment]
    set_password(newcomer, link)
    assert newcomer.get(link).status_code == 404


def test_a_link_works_for_seven_days(house: Organisation, client: PageClient) -> None:
    link = link_of(client, invite(client))
    with clock.frozen(clock.now() + datetime.timedelta(days=7, minutes=-1)):
        assert client.get(link).status_code == 200
    with clock.frozen(clock.now() + datetime.timedelta(days=7, minutes=1)):
        assert client.get(link).status_code == 404


def test_a_new_link_ends_the_one_before(house: Organisation, client: PageClient) -> None:
    person = invite(client)
    first = link_of(client, person)
    assert person is not None
    page = client.page(f"/o/house/settings/people/{person.id}")
    client.send(f"/o/house/settings/people/{person.id}/link", page.form("/link"))
    assert client.get(first).status_code == 404
    assert client.get(link_of(client, person)).status_code == 200


@pytest.mark.parametrize("token", ["x", "WzEsIngiLDFd.forged", "a.b.c"])
def test_a_forged_link_opens_nothing(token: str, house: Organisation, client: PageClient) -> None:
    assert client.get(f"/join/{token}").status_code == 404


def test_a_link_leads_to_the_installation_whatever_the_request_calls_it(
    house: Organisation, client: PageClient
) -> None:
    person = invite(client)
    assert person is not None
    with with_settings(client.application, public_url="https://register.example.eu/"):
        page = client.get(f"/o/house/settings/people/{person.id}", headers=client.called("evil.example")).text
    assert "https://register.example.eu/join/" in page
    assert "evil.example" not in page


def test_two_passwords_that_differ_are_refused(house: Organisation, client: PageClient) -> None:
    link = link_of(client, invite(client))
    form = client.page(link).form()
    answer = client.send(link, {**form, "password": PASSWORD, "repeated": PASSWORD + "!"}, status=422)
    assert "The two passwords differ" in answer.text


def test_a_head_of_department_needs_a_department(house: Organisation, client: PageClient) -> None:
    assert invite(client, roles=["department_head"], status=422) is None
    make_department("Sales")
    person = invite(client, roles=["department_head", "auditor"], departments=["sales"])
    assert person is not None
    assert {(m.role, bool(m.department_id)) for m in services.memberships_of(person.id)} == {
        ("department_head", True),
        ("auditor", False),
    }


def test_access_ends_after_the_last_day(house: Organisation, client: PageClient) -> None:
    person = invite(client, roles=["auditor"], until="2026-12-31")
    assert person is not None
    ends = datetime.datetime(2026, 12, 31, 23, tzinfo=datetime.UTC)  # midnight in Paris
    with clock.frozen(ends - datetime.timedelta(minutes=1)):
        assert len(services.memberships_of(person.id)) == 1
    with clock.frozen(ends):
        assert services.memberships_of(person.id) == []


def test_a_role_is_taken_back(house: Organisation, client: PageClient) -> None:
    person = invite(client)
    assert person is not None
    page = client.page(f"/o/house/settings/people/{person.id}")
    client.send("/" + _action(page, "take"), page.form("/take"))
    assert services.memberships_of(person.id) == []
    assert services.journal(house)[0].tag == "role:taken"


def _action(page: Any, end: str) -> str:
    return next(f.get("action") for f in page.tree.iter("form") if (f.get("action") or "").endswith(end)).lstrip("/")


def test_the_last_administrator_stays(house: Organisation, client: PageClient) -> None:
    ada = next(person for person, _roles in services.people())
    page = client.page(f"/o/house/settings/people/{ada.id}")
    client.send("/" + _action(page, "take"), page.form("/take"), status=409)
    assert [m.role for m in services.memberships_of(ada.id)] == ["administrator"]


def test_the_last_administrator_is_not_given_an_end(house: Organisation, client: PageClient) -> None:
    ada = next(person for person, _roles in services.people())
    where = f"/o/house/settings/people/{ada.id}"
    typed = {**client.page(where).form(), "roles": ["administrator"], "until": "2026-12-31"}
    client.send(where, typed, status=409)


def test_a_person_who_works_elsewhere_keeps_their_password_and_their_name(
    house: Organisation, client: PageClient
) -> None:
    other = make_person("dpo", organisation=make_organisation("Other"), password=PASSWORD, name="Olga")
    services_before = other.password
    enter(house.id)
    client.sign_in(make_person("administrator", organisation=house, operator=True, name="Opal"))
    person = invite(client, other.email)
    assert person is not None
    assert (person.id, person.name, person.password) == (other.id, "Olga", services_before)


def test_who_set_a_password_elsewhere_is_let_in_by_the_operator_alone(house: Organisation, client: PageClient) -> None:
    other = make_person("dpo", organisation=make_organisation("Other"), password=PASSWORD, name="Olga")
    enter(house.id)
    invite(client, other.email, status=422)
    assert [m.organisation_id for m in services.memberships_of(other.id)] != [house.id]
    assert len(services.memberships_of(other.id)) == 1


def test_a_link_made_elsewhere_does_not_open_this_house(house: Organisation, client: PageClient) -> None:
    before = make_person("dpo", organisation=make_organisation("Other"), email="new@chene.example")
    mark = before.fs_uniquifier
    enter(house.id)
    person = invite(client)
    assert person is not None
    assert person.id == before.id
    assert person.fs_uniquifier != mark


def test_an_administrator_cannot_become_the_operator_by_a_link(house: Organisation, client: PageClient) -> None:
    operator = make_person("dpo", organisation=house, operator=True)
    page = client.page(f"/o/house/settings/people/{operator.id}")
    client.send(f"/o/house/settings/people/{operator.id}/link", page.form("/sign-out"), status=403)


def test_somebody_of_another_organisation_is_not_found(house: Organisation, client: PageClient) -> None:
    stranger = make_person("dpo", organisation=make_organisation("Other"))
    assert client.get(f"/o/house/settings/people/{stranger.id}").status_code == 404


@pytest.mark.parametrize("role", ["dpo", "controller", "legal", "department_head", "contributor", "auditor"])
@pytest.mark.parametrize("page", ["people", "people/new", "departments", "approval", "place"])
def test_nobody_but_an_administrator_sees_the_pages_of_people(
    role: str, page: str, context: Flask, client: PageClient
) -> None:
    made = make_organisation("House")
    place = make_department().reference
    client.sign_in(make_person(role, organisation=made, department=place))
    assert client.get(f"/o/house/settings/{page}").status_code == 403
    assert f"/settings/{page}" not in client.page("/o/house/settings").response.text


def test_the_list_says_who_signs_in(house: Organisation, client: PageClient) -> None:
    invite(client)
    make_person("auditor", organisation=house, password=PASSWORD)
    text = client.page("/o/house/settings/people").text
    assert "Has no password yet" in text
    assert "Signs in" in text


def test_somebody_who_is_only_named_gets_no_link(house: Organisation, client: PageClient) -> None:
    person = invite(client, roles=["named"])
    assert link_of(client, person) == ""
    assert "Named only" in client.page("/o/house/settings/people").text


def test_who_left_opens_nothing_any_more(house: Organisation, client: PageClient) -> None:
    leaver = make_person("dpo", organisation=house)
    services.take_role(services.memberships_of(leaver.id)[0].id, actor=system(house.id))
    transactions.commit()
    client.sign_in(leaver)
    assert client.get("/o/house/settings").status_code == 404
