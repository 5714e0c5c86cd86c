"""The pages of parties and systems: found, read, added where they are missed, changed, compared, archived."""

from dataclasses import dataclass

import pytest
from flask import Flask

from compliance.accounts.models import Organisation
from compliance.parties import services as parties
from compliance.records import drafts as kept_drafts
from compliance.records import services as records
from compliance.support.db import db, enter
from tests.helpers.client import Page, PageClient
from tests.helpers.makers import actor_of, make_organisation, make_party, make_person, make_record, make_system


@dataclass
class House:
    own: Organisation
    client: PageClient

    def page(self, where: str, **values: object) -> Page:
        return self.client.page(f"parties.{where}", organisation=self.own.slug, **values)

    def send(self, where: str, data: dict[str, object], **values: object) -> str:
        return self.client.send(f"parties.{where}", data, organisation=self.own.slug, **values).headers.get(
            "Location", ""
        )


@pytest.fixture
def house(context: Flask, client: PageClient) -> House:
    own = make_organisation()
    context.config["WTF_CSRF_ENABLED"] = True
    client.sign_in(make_person("dpo", organisation=own))
    enter(own.id)
    return House(own, client)


def test_an_empty_list_says_what_belongs_there_and_offers_the_first_step(house: House) -> None:
    page = house.page("index")
    assert "No organisation yet" in page.text
    assert page.links["Add the first one"].endswith("/parties/new")
    assert "No system yet" in house.page("systems").text


def test_the_list_says_how_many_there_are_and_finds_by_the_beginning_of_a_word(house: House) -> None:
    make_party("PaySoft", country="FR")
    make_party("Mailing Inc.", country="US")
    assert "2 organisations" in house.page("index").text
    found = house.page("index", q="mail")
    assert "Mailing Inc." in found.links
    assert "PaySoft" not in found.links
    assert "Nothing matches" in house.page("index", q="zzz").text


def test_a_party_is_read_with_its_certifications_and_the_records_that_name_it(house: House, morning: object) -> None:
    held = [{"key": "c1", "kind": "iso27001", "label": "All sites", "valid_until": "2026-10-01"}]
    party = make_party("PaySoft", country="FR", certifications=held)
    link = {"kind": "party", "reference": party.reference, "name": "PaySoft"}
    record = make_record(processors=[{"key": "p1", "party": link}])
    system = make_system("Payroll", provider=link)
    page = house.page("show_party", reference=party.reference)
    assert "France" in page.text
    assert "Ended" in page.text
    assert "Processor" in page.text
    assert "Provider" in page.text
    assert any(record.reference in words for words in page.links)
    assert any(system.reference in words for words in page.links)
    assert any(party.reference in words for words in house.page("show_system", reference=system.reference).links)


def test_a_party_added_from_a_record_leads_back_to_it(house: House) -> None:
    back = f"/o/{house.own.slug}/register/"
    form = house.page("new_party", back=back).form()
    assert house.send("new_party", {**form, "name": "PaySoft"}, back=back) == back
    assert parties.named(parties.PARTY, ["PaySoft"])


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_another_site_is_never_led_back_to(house: House, back: str) -> None:
    form = house.page("new_system", back=back).form()
    assert "evil" not in house.send("new_system", {**form, "name": "Payroll"}, back=back)


def test_a_name_that_is_taken_is_refused_beside_the_name(house: House) -> None:
    make_party("PaySoft")
    form = house.page("new_party").form()
    house.client.send("parties.new_party", {**form, "name": "paysoft"}, organisation=house.own.slug, status=422)


def test_a_party_is_changed_and_the_change_can_be_read_word_by_word(house: House) -> None:
    party = make_party("PaySoft")
    form = house.page("edit_party", reference=party.reference).form("/edit")
    house.send("edit_party", {**form, "name": "PaySoft Europe"}, reference=party.reference)
    db.session.expire_all()
    assert records.find("party", party.reference).name == "PaySoft Europe"
    page = house.page("show_party", reference=party.reference)
    assert "Description changed" in page.links
    assert "Europe" in house.page("compare_party", reference=party.reference, after=2).text


def test_a_certification_is_added_without_scripts_and_nothing_typed_is_lost(house: House) -> None:
    party = make_party("PaySoft")
    form = house.page("edit_party", reference=party.reference).form("/edit")
    house.send("edit_party", {**form, "phone": "01 23", "certifications:add": "1"}, reference=party.reference)
    again = house.page("edit_party", reference=party.reference).form("/edit")
    assert again["phone"] == ["01 23"]
    assert any(name.startswith("certifications:") and name.endswith(":kind") for name in again)
    house.send("edit_party", again, reference=party.reference)
    assert kept_drafts.find_draft(actor_of(make_person(), house.own), "party", party.reference, "whole") is None


def test_what_somebody_else_changed_meanwhile_is_shown_beside_the_answer(house: House) -> None:
    party = make_party("PaySoft")
    form = house.page("edit_party", reference=party.reference).form("/edit")
    other = actor_of(make_person("dpo", organisation=house.own), house.own)
    parties.save(party, {"phone": "02", "email": "them@x.example"}, actor=other)
    form["phone"] = ["03"]
    where = house.client.address("parties.edit_party", organisation=house.own.slug, reference=party.reference)
    refused = house.client.post(where, data=form)
    assert refused.status_code == 422
    assert "Somebody else saved “02” here meanwhile" in refused.text
    assert 'value="them@x.example"' in refused.text, "what they alone changed stays"
    house.send("edit_party", {**form, "email": ["them@x.example"], "version": "2"}, reference=party.reference)
    db.session.expire_all()
    kept = records.find("party", party.reference).document
    assert (kept["phone"], kept["email"]) == ("03", "them@x.example")


def test_a_party_is_archived_and_brought_back_from_its_page(house: House) -> None:
    party = make_party("PaySoft")
    token = house.page("show_party", reference=party.reference).form("/archive")
    house.send("archive_party", token, reference=party.reference)
    assert "No organisation yet" in house.page("index").text
    assert "PaySoft" in house.page("index", archived="yes").links
    house.send("archive_party", {**token, "restore": "yes"}, reference=party.reference)
    assert "PaySoft" in house.page("index").links


def test_a_reader_is_offered_no_change(house: House) -> None:
    party = make_party("PaySoft")
    house.client.sign_in(make_person("auditor", organisation=house.own))
    page = house.page("show_party", reference=party.reference)
    assert not {"Edit", "Add an organisation"} & set(page.links)


@pytest.mark.parametrize("where", ["show_party", "compare_party", "edit_party"])
def test_a_party_of_a_foreign_organisation_is_not_there(house: House, where: str) -> None:
    make_organisation("Somewhere else")
    stranger = make_party("Theirs")
    make_party("Theirs too")
    enter(house.own.id)
    house.client.page(f"parties.{where}", organisation=house.own.slug, reference=stranger.reference, status=404)


@pytest.mark.parametrize("values", [{"after": 9}, {"after": 1, "before": 1}, {"after": 1, "before": 2}])
def test_versions_that_do_not_exist_are_not_there(house: House, values: dict[str, int]) -> None:
    party = make_party()
    house.client.page(
        "parties.compare_party", organisation=house.own.slug, reference=party.reference, status=404, **values
    )
