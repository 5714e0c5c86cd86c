"""The access log: what auditors read and what anybody takes away leaves a line, and its page shows them."""

import ast
import datetime
from pathlib import Path

import pytest
from flask import Flask

from compliance.accounts import services, tasks
from compliance.accounts.guard import permission_of
from compliance.accounts.guard.traces import TRACES
from compliance.accounts.models import Organisation
from compliance.accounts.roles import roles
from compliance.accounts.views.accesses import LOOKS
from compliance.records import access, verifying
from compliance.records import services as records
from compliance.records.actor import Actor, system
from compliance.support import clock, transactions
from compliance.support.db import enter
from tests.conftest import MORNING
from tests.helpers.client import PageClient
from tests.helpers.makers import make_organisation, make_party, make_person, make_record

LOG = "/o/house/settings/accesses"


@pytest.fixture
def house(context: Flask, client: PageClient) -> Organisation:
    made = make_organisation("House")
    client.sign_in(make_person("auditor", organisation=made, name="Ada Reader"))
    return made


def lines(house: Organisation) -> list[tuple[str, str, str]]:
    """What stands in the log, the oldest first."""
    return [(line.actor_name, line.tag, line.subject) for line in reversed(access.lines(house.id))]


@pytest.mark.database
def test_what_an_auditor_reads_leaves_a_line(house: Organisation, client: PageClient) -> None:
    record, party = make_record(name="Payroll"), make_party()
    records.approve(record, "register:record:approve", actor=system(house.id))
    for where in (
        f"register/{record.reference}/",
        f"register/{record.reference}/history",
        f"parties/{party.reference}/",
        "settings/organisation",
        "settings/journal",
        "settings/accesses",
    ):
        client.page(f"/o/house/{where}")

    assert lines(house) == [
        ("Ada Reader", "record:read", record.reference),
        ("Ada Reader", "history:read", record.reference),
        ("Ada Reader", "record:read", party.reference),
        ("Ada Reader", "record:read", "House"),
        ("Ada Reader", "journal:read", ""),
        ("Ada Reader", "accesses:read", ""),
    ]


@pytest.mark.database
def test_what_an_auditor_searches_for_leaves_a_line_and_suggestions_none(
    house: Organisation, client: PageClient
) -> None:
    search = "/o/house/search"
    client.page(f"{search}?q=%20paie%00%20&kind=party")
    client.page(f"{search}?q={'x' * 300}&page=2")
    client.page(f"{search}?q=%20")
    client.get(f"{search}?q=pay", headers={"HX-Request": "true"})
    assert lines(house) == [("Ada Reader", "search:read", "paie"), ("Ada Reader", "search:read", "x" * 200)]
    shown = client.page(LOG).text
    assert "Results of a search read paie" in " ".join(shown.split())

    client.sign_in(make_person("dpo", organisation=house))
    client.page(f"{search}?q=payroll")
    assert "payroll" not in str(lines(house))


def test_what_an_auditor_is_refused_leaves_none(house: Organisation, client: PageClient) -> None:
    draft = make_record()
    client.page(f"/o/house/register/{draft.reference}/", status=404)

    assert lines(house) == []


def test_what_people_read_at_work_leaves_none(house: Organisation, client: PageClient) -> None:
    record = make_record()
    client.sign_in(make_person("dpo", organisation=house))
    for where in (f"register/{record.reference}/", "settings/journal", "settings/accesses"):
        client.page(f"/o/house/{where}")

    assert lines(house) == []


def test_every_page_of_one_record_that_an_auditor_may_read_is_traced(app: Flask) -> None:
    grants = roles()["auditor"].grants - {"exports:build"}
    with app.app_context():
        shown = {
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ())
            and permission_of(rule.endpoint) in grants
            and ("reference" in rule.arguments or permission_of(rule.endpoint) == "audit:read")
        }
    assert shown - set(TRACES) == set()
    assert set(TRACES) - shown == {"accounts.profile", "accounts.profile_history", "accounts.search"}


def test_every_tag_of_the_log_has_words() -> None:
    written = {
        node.args[0].value
        for path in Path(access.__file__).parents[1].rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") == "trace"
        and isinstance(node.args[0], ast.Constant)
    }
    assert (written | set(TRACES.values())) - set(LOOKS) == set()


def look(house: Organisation, name: str, number: int, at: datetime.datetime, subject: str) -> None:
    with clock.frozen(at):
        actor = Actor(number, name, organisation_id=house.id)
        access.trace("export:downloaded", actor=actor, subject=subject)
        transactions.commit()


def test_the_log_is_filtered_by_person_and_by_day_of_the_organisation(house: Organisation, client: PageClient) -> None:
    midnight = datetime.datetime(2026, 11, 22, 23, 30, tzinfo=datetime.UTC)  # in Paris it is the 23rd already
    look(house, "Ann", 901, midnight, "first.pdf")
    look(house, "Bob", 902, midnight + datetime.timedelta(days=1), "second.pdf")
    client.sign_in(make_person("administrator", organisation=house))

    def shown(query: str) -> set[str]:
        words = client.page(f"{LOG}?{query}").text
        return {name for name in ("first.pdf", "second.pdf") if name in words}

    assert shown("") == {"first.pdf", "second.pdf"}
    assert shown("person=901") == {"first.pdf"}
    assert shown("day=2026-11-23") == {"first.pdf"}
    assert shown("day=2026-11-24&person=902") == {"second.pdf"}
    assert shown("day=2026-11-22") == set()
    for senseless in ("day=never", "day=9999-12-31", "person=x", "person=4000", "before=x", "before=0"):
        assert shown(senseless) == {"first.pdf", "second.pdf"}, senseless


def test_the_log_goes_back_page_by_page_and_keeps_the_filter(house: Organisation, client: PageClient) -> None:
    for number in range(60):
        look(house, "Ann", 901, MORNING, f"{number}.pdf")
    look(house, "Bob", 902, MORNING, "other.pdf")
    client.sign_in(make_person("dpo", organisation=house))
    page = client.page(f"{LOG}?person=901")
    older = client.page(page.links["Next"])
    assert "59.pdf" in page.text
    assert "other.pdf" not in page.text
    assert " 9.pdf" in older.text
    assert "other.pdf" not in older.text


def test_the_log_is_for_those_who_may_audit(house: Organisation, client: PageClient) -> None:
    client.sign_in(make_person("legal", organisation=house))
    assert client.get(LOG).status_code == 403


def test_the_log_speaks_french(house: Organisation, client: PageClient) -> None:
    client.sign_in(make_person("auditor", organisation=house, language="fr"))
    client.page(LOG)
    assert "Journal des accès consulté" in client.page(LOG).text


@pytest.mark.database
def test_the_task_seals_the_days_of_every_organisation(house: Organisation) -> None:
    other = make_organisation("Elsewhere")
    for organisation in (house, other):
        look(organisation, "Ann", 901, MORNING, "a.pdf")
    with clock.frozen(MORNING + datetime.timedelta(days=1)):
        tasks.seal()
    for organisation in (house, other):
        enter(organisation.id)
        assert [entry.tag for entry in services.journal(organisation)].count(access.SEALED) == 1
        assert verifying.verify(organisation.id).broken_at is None
