"""All findings of the register: counted, filtered, grouped, each with the way to its field; and on the command line."""

import datetime
import json
from dataclasses import dataclass

import pytest
from flask import Flask

from compliance.accounts.models import Organisation, Person
from compliance.records.actor import Actor
from compliance.records.models import Record
from compliance.register.services import findings, review, xray
from compliance.support import transactions
from compliance.support.db import enter
from tests.helpers.client import Page, PageClient
from tests.helpers.database import count_queries
from tests.helpers.makers import actor_of, make_department, make_organisation, make_person, make_record

DAY = datetime.date(2026, 11, 23)
PURPOSE = {"key": "p1", "label": "Pay people"}


@dataclass
class House:
    own: Organisation
    dpo: Person
    actor: Actor
    client: PageClient

    def page(self, **values: object) -> Page:
        return self.client.page("findings.index", organisation=self.own.slug, **values)


@pytest.fixture
def house(context: Flask, client: PageClient, morning: object) -> House:
    own = make_organisation()
    dpo = make_person("dpo", organisation=own)
    client.sign_in(dpo)
    return House(own, dpo, actor_of(dpo, own), client)


def counted(house: House, **values: list[str]) -> findings.Page:
    query = findings.query_from(values, house.actor)
    return findings.page(query, findings.tally(query, house.actor, DAY), {})


def waived(house: House, record: Record) -> str:
    finding = next(f for f in xray.findings_of(record) if f.severity == "warning")
    review.waive(
        record, finding.rule, finding.row_key, "A new site in spring", DAY.replace(year=2027), actor=house.actor
    )
    transactions.commit()
    return finding.rule


def test_without_a_record_the_page_says_what_will_be_there(house: House) -> None:
    assert "Nothing to examine yet" in house.page().text


def test_each_finding_names_its_record_its_article_and_the_field_that_mends_it(house: House) -> None:
    record = make_record(name="Payroll", purposes=[PURPOSE])
    page = house.page(rule="R016")
    assert "No legal basis for “Pay people”" in page.links
    address = page.links["No legal basis for “Pay people”"]
    assert address.endswith(f"/register/{record.reference}/edit/purposes#f-purposes-p1-legal_basis")
    assert "Art. 6(1)" in page.text
    assert "Payroll" in page.text


def test_the_page_and_the_record_say_the_same_words_and_lead_to_the_same_place(house: House) -> None:
    record = make_record(purposes=[PURPOSE])
    shown = house.page(rule="R016").links
    on_record = house.client.get(f"/o/{house.own.slug}/register/{record.reference}/").text
    assert "No legal basis for “Pay people”" in on_record
    assert shown["No legal basis for “Pay people”"] in on_record


@pytest.mark.database
@pytest.mark.parametrize("group", findings.GROUPS)
def test_whatever_the_grouping_every_finding_is_shown_once(group: str, house: House) -> None:
    place = make_department()
    for number in range(12):
        owner = {"kind": "person", "reference": house.dpo.email, "name": house.dpo.name} if number % 2 else None
        where = {"kind": "department", "reference": place.reference, "name": place.name} if number % 3 else None
        make_record(purposes=[PURPOSE], owner=owner, department=where)
    first = counted(house, group=[group])
    assert first.window.total > 50
    seen = []
    for number in range(1, first.window.pages + 1):
        page = counted(house, group=[group], page=[str(number)])
        assert sum(len(g.rows) for g in page.groups) == (
            50 if number < first.window.pages else page.window.total % 50 or 50
        )
        seen += [(row.record_id, row.rule, row.row_key) for g in page.groups for row in g.rows]
    assert len(seen) == len(set(seen)) == first.window.total


def test_the_gravest_come_first_and_a_group_says_how_many_it_has_in_all(house: House) -> None:
    for _ in range(20):
        make_record(purposes=[PURPOSE])
    groups = counted(house).groups
    order = [g.value for g in groups]
    assert order == sorted(order, key=["blocker", "critical", "error", "warning", "info"].index)
    assert groups[-1].total >= len(groups[-1].rows)


def test_filters_narrow_and_say_so(house: House) -> None:
    place = make_department("Human resources")
    make_record(purposes=[PURPOSE], department={"kind": "department", "reference": place.reference, "name": place.name})
    make_record(purposes=[PURPOSE])
    everything = counted(house).window.total
    assert counted(house, department=[place.reference]).window.total == everything // 2
    assert counted(house, department=[""]).window.total == everything // 2
    assert counted(house, department=[place.reference], severity=["critical"], rule=["R016"]).window.total == 1
    assert "Human resources , remove this filter" in house.page(department=place.reference).text


def test_a_finding_that_somebody_accepted_stands_apart_with_the_reason(house: House) -> None:
    record = make_record(purposes=[PURPOSE])
    before = counted(house).window.total
    rule = waived(house, record)
    assert counted(house).window.total == before - 1
    page = house.page(waived="yes")
    assert "A new site in spring" in page.text
    assert counted(house, waived=["yes"], rule=[rule]).window.total == 1


def test_nobody_accepted_anything_is_said(house: House) -> None:
    make_record()
    assert "No gap is accepted" in house.page(waived="yes").text


def test_completeness_adds_up_what_art_30_asks_of_each_record(house: House) -> None:
    make_record(purposes=[PURPOSE])
    make_record(purposes=[PURPOSE])
    health = findings.health(house.actor, DAY)["working"]
    assert health.records == 2
    assert 0 < health.answered < health.asked
    assert f"{health.answered} of the {health.asked} points" in house.page().text
    assert health.share == 100 * health.answered // health.asked


def test_a_register_that_lacks_one_answer_is_not_at_a_hundred() -> None:
    assert findings.Health(1000, 9999, 10_000).share == 99
    assert findings.Health().share == 0


def test_the_page_costs_the_same_however_many_findings_there_are(house: House) -> None:
    def cost() -> int:
        enter(house.own.id)
        with count_queries() as statements:
            house.page(group="rule")
        return len(statements)

    make_record(purposes=[PURPOSE])
    few = cost()
    for _ in range(15):
        make_record(purposes=[PURPOSE])
    assert cost() <= few
    assert cost() < few, "what was counted once is remembered until something is kept"


def test_a_department_head_sees_the_findings_of_their_own_branch(house: House, client: PageClient) -> None:
    mine = make_department("Human resources")
    below = make_department("Payroll office", parent=mine.reference)
    other = make_department("Sales")
    for place in (below, other):
        make_record(
            name=f"In {place.name}", department={"kind": "department", "reference": place.reference, "name": place.name}
        )
    client.sign_in(make_person("department_head", organisation=house.own, department=mine.reference))
    page = house.page()
    assert "In Payroll office" in page.text
    assert "In Sales" not in page.text


def test_an_auditor_sees_the_findings_of_the_approved_register_only(house: House, client: PageClient) -> None:
    make_record(name="A draft")
    client.sign_in(make_person("auditor", organisation=house.own))
    page = house.page(face="working")
    assert "A draft" not in page.text
    assert "Nothing to examine yet" in page.text


def test_the_findings_of_a_foreign_organisation_are_not_there(house: House) -> None:
    foreign = make_organisation("Somewhere else")
    make_record(name="Theirs")
    house.client.page("findings.index", organisation=foreign.slug, status=404)
    assert "Theirs" not in house.page().text


@pytest.mark.parametrize("values", [{"page": "0"}, {"page": "99999"}, {"page": "x"}, {"group": "x"}, {"severity": "x"}])
def test_an_address_that_asks_nonsense_still_answers(values: dict[str, str], house: House) -> None:
    make_record()
    house.page(**values)


def test_the_command_line_says_the_same_and_fails_while_something_grave_stands(house: House, context: Flask) -> None:
    record = make_record(name="Payroll", purposes=[PURPOSE])
    result = context.test_cli_runner().invoke(args=["register", "check", "--json", "--organisation", house.own.slug])
    assert result.exit_code == 1
    said = json.loads(result.output)
    enter(house.own.id)
    health = findings.health(house.actor, DAY)["working"]
    assert said["art30"] == {"answered": health.answered, "asked": health.asked, "share": health.share}
    assert said["open"] == health.findings
    assert {
        "reference": record.reference,
        "what": "No legal basis for “Pay people”",
        "article": "6(1), 13(1)(c)",
    }.items() <= next(item for item in said["findings"] if item["rule"] == "R016").items()


def test_the_command_succeeds_on_a_register_without_grave_findings(house: House, context: Flask) -> None:
    result = context.test_cli_runner().invoke(args=["register", "check", "--organisation", house.own.slug])
    assert (result.exit_code, result.output.splitlines()) == (0, ["0 records; Art. 30: 0 of 0 points answered (0 %)"])
