"""Today: each person finds what needs them, the most urgent first, and nothing of what does not."""

import datetime
from dataclasses import dataclass

import pytest
from flask import Flask

from compliance.accounts import services as accounts
from compliance.accounts.models import Department, Organisation, Person
from compliance.dashboard import services
from compliance.records import services as records
from compliance.records.actor import system
from compliance.records.models import Record
from compliance.register.services import activities, review, xray
from compliance.support import clock, transactions
from compliance.support.db import enter
from compliance.support.documents import Json
from tests.helpers.client import Page, PageClient
from tests.helpers.database import count_queries
from tests.helpers.makers import actor_of, make_department, make_organisation, make_person, make_record

DAY = datetime.date(2026, 11, 23)


@dataclass
class House:
    own: Organisation
    client: PageClient

    def person(self, *roles: str, department: str = "") -> Person:
        return make_person(*roles, organisation=self.own, department=department)

    def today(self, person: Person) -> services.Today:
        found = services.today(actor_of(person, self.own), DAY)
        enter(self.own.id)
        return found

    def blocks(self, person: Person) -> dict[str, services.Block]:
        return {block.name: block for block in self.today(person).blocks}

    def page(self, person: Person) -> Page:
        self.client.sign_in(person)
        return self.client.page("dashboard.today", organisation=self.own.slug)


@pytest.fixture
def house(context: Flask, client: PageClient, morning: object) -> House:
    return House(make_organisation(), client)


def owned_by(person: Person) -> Json:
    return {"owner": {"kind": "person", "reference": person.email, "name": person.name}}


def within(place: Department) -> Json:
    return {"department": {"kind": "department", "reference": place.reference, "name": place.name}}


def submitted(house: House, person: Person, **changes: object) -> Record:
    record = make_record(**changes)
    records.submit(record, "register:record:submit", actor=actor_of(person, house.own))
    transactions.commit()
    enter(house.own.id)
    return record


def test_an_empty_register_says_what_to_do_first(house: House) -> None:
    page = house.page(house.person("dpo"))
    assert "Your register is empty" in page.text
    assert {"Import a file", "Open the library", "Describe one"} <= set(page.links)


def test_who_cannot_import_is_not_sent_to_the_import(house: House) -> None:
    place = make_department()
    page = house.page(house.person("department_head", department=place.reference))
    assert "Import a file" not in page.links
    assert "Describe one" in page.links


def test_an_administrator_who_does_not_read_the_register_is_sent_to_the_settings(house: House) -> None:
    make_record(name="Payroll")
    page = house.page(house.person("administrator"))
    assert "Your part is people and settings" in page.text
    assert "Payroll" not in page.text


def test_an_auditor_finds_the_approved_register_and_the_exports(house: House) -> None:
    dpo, auditor = house.person("dpo", "controller"), house.person("auditor")
    make_record(name="A draft")
    assert "Nothing is in the register yet" in house.page(auditor).text
    records.approve(make_record(), "register:record:approve", actor=actor_of(dpo, house.own))
    transactions.commit()
    page = house.page(auditor)
    assert "1 record in the register" in page.text
    assert page.links["Take it away"].endswith("/exports/") or page.links["Take it away"].endswith("/exports")
    assert "A draft" not in page.text


def test_who_decides_sees_what_was_sent_with_the_opinion_of_the_dpo(house: House) -> None:
    dpo, controller = house.person("dpo"), house.person("controller")
    record = submitted(house, dpo, name="Payroll")
    assert house.blocks(controller)["approvals"].items[0].mark == ""
    review.give_opinion(record, review.RESERVATIONS, "Sign the contract first", actor=actor_of(dpo, house.own))
    transactions.commit()
    page = house.page(controller)
    assert "Opinion with reservations" in page.text
    assert "Sign the contract first" in page.text
    assert page.links["Payroll"].endswith(f"/{record.reference}/approve")


def test_the_dpo_sees_what_was_sent_until_they_have_said_something_of_it(house: House) -> None:
    dpo = house.person("dpo")
    first, second = submitted(house, dpo), submitted(house, dpo)
    assert house.blocks(dpo)["opinions"].total == 2
    review.give_opinion(first, review.FAVOURABLE, "", actor=actor_of(dpo, house.own))
    transactions.commit()
    assert [item.reference for item in house.blocks(dpo)["opinions"].items] == [second.reference]
    assert "approvals" not in house.blocks(dpo), "the controller decides"


def test_an_opinion_on_what_was_sent_before_does_not_count_for_what_is_sent_again(house: House) -> None:
    dpo, controller = house.person("dpo"), house.person("controller")
    record = submitted(house, dpo)
    review.give_opinion(record, review.FAVOURABLE, "", actor=actor_of(dpo, house.own))
    review.refuse(record, "Say who reads it", actor=actor_of(controller, house.own))
    transactions.commit()
    with clock.frozen(clock.now() + datetime.timedelta(hours=1)):
        records.submit(record, "register:record:submit", actor=actor_of(dpo, house.own))
        transactions.commit()
        assert house.blocks(dpo)["opinions"].total == 1


def test_the_gravest_records_come_first_and_at_most_ten_with_the_way_to_the_others(house: House) -> None:
    dpo = house.person("dpo")
    worst = make_record(purposes=[{"key": f"p{n}", "label": f"Purpose {n}"} for n in range(5)])
    for _ in range(11):
        make_record(purposes=[{"key": "p1", "label": "Pay people"}])
    block = house.blocks(dpo)["blocking"]
    assert (block.total, len(block.items)) == (12, 10)
    assert block.items[0].reference == worst.reference
    assert "finding=blocker&finding=critical" in house.page(dpo).links["See all 12: Blocking and critical findings"]


@pytest.mark.database
def test_reviews_and_actions_are_told_by_their_day(house: House) -> None:
    dpo, colleague = house.person("dpo"), house.person("dpo")
    late, near, far = (make_record(name=name) for name in ("Late", "Near", "Far"))
    actor = actor_of(dpo, house.own)
    for record, day in ((late, DAY - datetime.timedelta(1)), (near, DAY), (far, DAY + datetime.timedelta(31))):
        review.set_review(record, day, actor=actor)
    rule = xray.findings_of(late)[0].rule
    review.plan(late, rule, "", "Theirs, late", colleague.email, DAY - datetime.timedelta(3), actor=actor)
    review.plan(late, rule, "", "Theirs, to come", colleague.email, DAY + datetime.timedelta(3), actor=actor)
    review.plan(late, rule, "", "Mine, to come", dpo.email, DAY + datetime.timedelta(300), actor=actor)
    transactions.commit()
    blocks = house.blocks(dpo)
    assert [item.name for item in blocks["reviews_overdue"].items] == ["Late"]
    assert [item.name for item in blocks["reviews_soon"].items] == ["Near"]
    assert [item.words for item in blocks["actions_overdue"].items] == ["Theirs, late"]
    assert [item.words for item in blocks["actions"].items] == ["Mine, to come"]
    assert colleague.name in house.page(dpo).text


@pytest.mark.database
def test_what_else_falls_due_is_told_with_what_it_is_and_leads_to_its_place(house: House) -> None:
    dpo, legal = house.person("dpo"), house.person("legal")
    for number, days in enumerate((-3, 12, 31)):
        day = (DAY + datetime.timedelta(days)).isoformat()
        measure = {"key": f"m{number}", "category": "encryption", "label": f"Lock {number}", "in_place": False}
        make_record(name="Payroll", measures=[{**measure, "due_on": day}], **owned_by(legal))
    blocks = house.blocks(dpo)
    assert [item.name for item in blocks["dates_overdue"].items] == ["Payroll · Lock 0"]
    assert [item.name for item in blocks["dates"].items] == ["Payroll · Lock 1"]
    page = house.page(dpo)
    assert "Security measure to put in place" in page.text
    assert page.links["Payroll · Lock 0"].endswith("#r-measures-m0")
    assert house.blocks(legal)["dates"].total == 1, "one's own"
    assert "dates" not in house.blocks(house.person("controller")), "nothing of theirs"


def test_drafts_that_nobody_owns_are_shown_to_the_dpo(house: House) -> None:
    dpo = house.person("dpo")
    make_record(name="Owned", **owned_by(dpo))
    make_record(name="Orphan")
    blocks = house.blocks(dpo)
    assert [item.name for item in blocks["unowned"].items] == ["Orphan"]
    assert [item.name for item in blocks["drafts"].items] == ["Owned"]


def test_a_refused_record_comes_back_to_its_owner_with_the_reason(house: House) -> None:
    dpo, controller = house.person("dpo"), house.person("controller")
    record = submitted(house, dpo, name="Payroll", **owned_by(dpo))
    review.refuse(record, "Say who reads it", actor=actor_of(controller, house.own))
    transactions.commit()
    assert "Say who reads it" in house.page(dpo).text
    assert "drafts" not in house.blocks(dpo)
    activities.save_section(
        record, "people", {"people": [], "online_service": True, "age_check": ""}, base_version=record.version,
        actor=actor_of(dpo, house.own),
    )  # fmt: skip
    transactions.commit()
    assert set(house.blocks(dpo)) >= {"drafts"}
    assert "refused" not in house.blocks(dpo), "once it is changed it is a draft like others"


@pytest.mark.parametrize("role", ["department_head", "contributor"])
def test_a_department_sees_only_its_own_branch(role: str, house: House) -> None:
    mine, other = make_department("Human resources"), make_department("Sales")
    below = make_department("Payroll office", parent=mine.reference)
    person, dpo = house.person(role, department=mine.reference), house.person("dpo")
    actor = actor_of(dpo, house.own)
    for place in (mine, below, other):
        record = make_record(name=f"Of {place.name}", **within(place))
        review.set_review(record, DAY - datetime.timedelta(2), actor=actor)
        review.plan(
            record, xray.findings_of(record)[0].rule, "", f"Act in {place.name}", person.email, DAY, actor=actor
        )
    transactions.commit()
    blocks = house.blocks(person)
    assert {item.name for item in blocks["drafts"].items} == {"Of Human resources", "Of Payroll office"}
    assert blocks["reviews_overdue"].total == 2
    assert {item.words for item in blocks["actions"].items} == {"Act in Human resources", "Act in Payroll office"}
    assert house.today(person).health["working"].records == 2
    assert not {"blocking", "unowned", "opinions"} & set(blocks), "that is for those who keep the whole register"
    assert "Of Sales" not in house.page(person).text


def test_legal_operations_see_the_processors_without_a_contract(house: House) -> None:
    legal = house.person("legal")
    make_record(name="Payroll", processors=[{"key": "p1", "service": "Payroll"}])
    make_record(name="Other")
    assert [item.name for item in house.blocks(legal)["contracts"].items] == ["Payroll"]


def test_what_is_urgent_comes_first(house: House) -> None:
    dpo = house.person("dpo", "controller")
    make_record(**owned_by(dpo))
    review.set_review(make_record(), DAY + datetime.timedelta(3), actor=actor_of(dpo, house.own))
    submitted(house, dpo)
    order = [services.URGENCIES.index(block.urgency) for block in house.today(dpo).blocks]
    assert order == sorted(order)
    assert len(set(order)) == 3


def test_nothing_to_do_is_said(house: House) -> None:
    controller = house.person("controller")
    make_record()
    assert "Nothing needs you today" in house.page(controller).text


def test_the_share_of_approved_records_is_said_with_what_it_means(house: House) -> None:
    dpo = house.person("dpo", "controller")
    make_record()
    records.approve(make_record(), "register:record:approve", actor=actor_of(dpo, house.own))
    transactions.commit()
    text = house.page(dpo).text
    assert "1 of 2 in the register" in text
    assert "Only what was approved is the register" in text


@pytest.mark.database
def test_today_costs_at_most_twelve_statements_then_one(house: House) -> None:
    dpo = house.person("dpo", "controller")
    actor = actor_of(dpo, house.own)
    for number in range(12):
        record = make_record(**(owned_by(dpo) if number % 2 else {}), purposes=[{"key": "p1", "label": "Pay people"}])
        review.set_review(record, DAY + datetime.timedelta(number - 6), actor=actor)
        review.plan(record, "R016", "p1", "Act", dpo.email, DAY + datetime.timedelta(number - 6), actor=actor)
        if number % 3 == 0:
            records.submit(record, "register:record:submit", actor=actor)
    transactions.commit()
    enter(house.own.id)
    with count_queries() as first:
        services.today(actor, DAY)
    with count_queries() as second:
        services.today(actor, DAY)
    assert len(first) <= 12
    assert len(second) == 1, "the number of the last kept change"


def test_what_was_remembered_is_forgotten_as_soon_as_something_is_kept(house: House) -> None:
    dpo = house.person("dpo")
    make_record(name="First")
    assert house.blocks(dpo)["unowned"].total == 1
    make_record(name="Second")
    assert house.blocks(dpo)["unowned"].total == 2


def test_one_person_never_reads_what_was_remembered_for_another(house: House) -> None:
    first, second = house.person("dpo"), house.person("dpo")
    make_record(name="Hers", **owned_by(first))
    assert "drafts" in house.blocks(first)
    assert "drafts" not in house.blocks(second)


def test_the_first_page_of_a_foreign_organisation_is_not_there(house: House) -> None:
    dpo = house.person("dpo")
    foreign = make_organisation("Somewhere else")
    house.client.sign_in(dpo)
    house.client.page("dashboard.today", organisation=foreign.slug, status=404)


def test_a_day_is_the_one_that_it_was_for_the_organisation(house: House) -> None:
    accounts.save_settings({"zone": "Pacific/Auckland"}, actor=system(house.own.id))
    noon = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)  # in Auckland it is the 23rd already
    with clock.frozen(noon):
        submitted(house, house.person("dpo"), name="Payroll")
    assert "sent today (23 Nov 2026)" in house.page(house.person("controller")).text
