"""Settings: the hub, the organisation's profile, departments, approval, place, one's own account."""

from typing import Any

import pytest
from flask import Flask

from compliance.accounts import services
from compliance.accounts.models import Organisation
from compliance.records import drafts as kept_drafts
from tests.helpers.client import Page, PageClient
from tests.helpers.makers import make_department, make_organisation, make_person
from tests.helpers.pages import parse

SETTINGS = "/o/house/settings"


@pytest.fixture
def house(context: Flask, client: PageClient) -> Organisation:
    made = make_organisation("House", address="1 rue du Pont")
    client.sign_in(make_person("administrator", organisation=made))
    return made


def fill(client: PageClient, where: str, status: int = 303, **typed: Any) -> str:
    return client.send(where, {**client.page(where).form(), **typed}, status=status).text


def test_the_hub_shows_each_what_they_may_do(house: Organisation, client: PageClient) -> None:
    everything = set(client.page(SETTINGS).links)
    client.sign_in(make_person("department_head", organisation=house, department=make_department().reference))
    less = set(client.page(SETTINGS).links)
    assert {"Organisation", "Departments", "People and roles", "Journal", "Lists", "Not checked yet"} <= everything
    assert {"Organisation", "Lists", "Not checked yet", "My account"} <= less
    assert less.isdisjoint({"Departments", "People and roles", "Journal", "How approval works"})


def test_the_profile_is_changed_and_its_history_kept(house: Organisation, client: PageClient) -> None:
    fill(client, f"{SETTINGS}/organisation/edit", name="New house", dpo_name="Dora Pé")
    page = client.page(f"{SETTINGS}/organisation")
    assert page.heading == "New house"
    assert "Dora Pé" in page.text
    assert services.organisation_by_slug("house").name == "New house"
    history = client.page(f"{SETTINGS}/organisation/history").text
    assert "Version 2" in history
    assert "Dora Pé" in history


def test_a_profile_without_a_name_is_refused(house: Organisation, client: PageClient) -> None:
    assert "is required" in fill(client, f"{SETTINGS}/organisation/edit", status=422, name="")
    assert services.profile_record().name == "House"


def test_what_two_people_changed_in_the_profile_is_put_together(house: Organisation, client: PageClient) -> None:
    mine = client.page(f"{SETTINGS}/organisation/edit").form()
    fill(client, f"{SETTINGS}/organisation/edit", phone="01 02 03 04 05")
    client.send(f"{SETTINGS}/organisation/edit", {**mine, "dpo_name": "Dora"})
    document = services.profile_record().document
    assert (document["phone"], document["dpo_name"]) == ("01 02 03 04 05", "Dora")


def test_where_both_changed_the_same_answer_the_person_chooses(house: Organisation, client: PageClient) -> None:
    where = f"{SETTINGS}/organisation/edit"
    mine = client.page(where).form()
    fill(client, where, phone="theirs")
    answer = client.send(where, {**mine, "phone": "mine"}, status=409)
    page = Page(answer, parse(answer.text)[0])
    assert page.form("")["phone"] == ["mine"]
    assert "Theirs: theirs" in page.text
    client.send(where, {**page.form(), "keep:phone": "mine"})
    assert services.profile_record().document["phone"] == "mine"


def test_what_is_typed_in_the_profile_is_kept_as_a_draft(house: Organisation, client: PageClient) -> None:
    form = client.page(f"{SETTINGS}/organisation/edit").form()
    client.send(f"{SETTINGS}/organisation/draft", {**form, "name": "", "phone": "half a num"}, status=204)
    assert client.page(f"{SETTINGS}/organisation/edit").form()["phone"] == ["half a num"]
    assert services.profile_record().document["phone"] == ""
    fill(client, f"{SETTINGS}/organisation/edit", name="House", phone="whole number")
    assert kept_drafts.drafts_of(_actor(house), services.KIND, "organisation") == {}


def _actor(house: Organisation) -> Any:
    person = services.people()[0][0]
    return services.actor_for(person, house, services.memberships_of(person.id), "en")


def test_a_department_is_added_below_another_and_moved(house: Organisation, client: PageClient) -> None:
    fill(client, f"{SETTINGS}/departments/new", name="Services", parent="")
    fill(client, f"{SETTINGS}/departments/new", name="Payroll", parent="services")
    rows = client.page(f"{SETTINGS}/departments").find(scope="row")
    assert ["".join(r.itertext()).strip() for r in rows] == ["Services", "Payroll"]
    fill(client, f"{SETTINGS}/departments/payroll", name="Pay", parent="")
    found = services.find_department("payroll")
    assert (found.name, found.parent_id) == ("Pay", None)


def test_a_department_is_not_placed_below_itself(house: Organisation, client: PageClient) -> None:
    top = make_department("Top")
    make_department("Below", parent=top.reference)
    assert "below itself" in fill(client, f"{SETTINGS}/departments/top", status=422, parent="below")


def test_a_department_is_archived_and_brought_back(house: Organisation, client: PageClient) -> None:
    make_department("Sales")
    page = client.page(f"{SETTINGS}/departments")
    client.send(f"{SETTINGS}/departments/sales/archive", page.form("/archive"))
    page = client.page(f"{SETTINGS}/departments")
    assert "1 archived department" in page.text
    client.send(f"{SETTINGS}/departments/sales/restore", page.form("/restore"))
    assert [d.name for d in services.departments()] == ["Sales"]


def test_a_department_with_others_below_it_is_not_archived(house: Organisation, client: PageClient) -> None:
    make_department("Below", parent=make_department("Top").reference)
    page = client.page(f"{SETTINGS}/departments")
    client.send(f"{SETTINGS}/departments/top/archive", page.form("/archive"), status=409)


def test_the_tree_says_who_answers_for_each_department(house: Organisation, client: PageClient) -> None:
    place = make_department("Sales")
    make_person("department_head", organisation=house, department=place.reference, name="Hélène Vend")
    assert "Hélène Vend" in client.page(f"{SETTINGS}/departments").text
    assert "Hélène Vend" in client.page(f"{SETTINGS}/departments/sales").text


@pytest.mark.parametrize("choice", ["on", "off", "auto"])
def test_how_approval_works_is_chosen(choice: str, house: Organisation, client: PageClient) -> None:
    fill(client, f"{SETTINGS}/approval", self_approval=choice)
    assert services.organisation_by_slug("house").settings["self_approval"] == choice
    assert services.journal(house)[0].tag == "organisation:settings"


def test_an_unknown_way_of_approving_is_refused(house: Organisation, client: PageClient) -> None:
    fill(client, f"{SETTINGS}/approval", status=422, self_approval="whoever")


def test_the_zone_decides_how_hours_are_shown(house: Organisation, client: PageClient) -> None:
    fill(client, f"{SETTINGS}/place", zone="Indian/Reunion", language="fr")
    changed = services.organisation_by_slug("house")
    assert (changed.zone, changed.language) == ("Indian/Reunion", "fr")
    fill(client, f"{SETTINGS}/place", status=422, zone="Mars/Olympus")


def test_ones_account_says_where_one_works(house: Organisation, client: PageClient) -> None:
    page = client.page("/o/house/me")
    assert "Administrator" in page.text
    assert "/password" in page.links.values()
    assert client.page("/me").heading == page.heading


def test_the_theme_is_chosen_and_one_comes_back_to_the_page(house: Organisation, client: PageClient) -> None:
    form = client.page("/o/house/me").form("/preferences")
    answer = client.send("/preferences", {**form, "theme": "dark", "next": "/o/house/me"})
    assert answer.headers["Location"] == "/o/house/me"
    assert 'data-theme="dark"' in client.page("/o/house/me").response.text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_a_choice_never_leads_to_another_site(elsewhere: str, house: Organisation, client: PageClient) -> None:
    form = client.page("/o/house/me").form("/preferences")
    assert client.send("/preferences", {**form, "next": elsewhere}).headers["Location"] == "/"
