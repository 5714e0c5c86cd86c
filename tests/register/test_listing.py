"""The list of the register: counts that are true, pages that show each record once, an address that says all."""

import datetime
import itertools
import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from compliance.records import services as records
from compliance.records.actor import APPROVED, WORKING, Actor
from compliance.records.models import Record
from compliance.register.documents import Activity
from compliance.register.services import activities, listing, review, xray
from compliance.register.services.listing import Query
from compliance.support import transactions
from compliance.support.db import db
from compliance.support.documents import Link, from_json
from compliance.support.errors import RuleBroken
from tests.helpers.client import PageClient
from tests.helpers.database import count_queries
from tests.helpers.makers import make_department, make_person, make_record
from tests.helpers.pages import text_of
from tests.register.desk import Desk
from tests.register.records import Team, make_team

pytestmark = pytest.mark.database

TODAY = datetime.date(2026, 11, 23)
BASES = ("", "contract", "legal_obligation", "legitimate_interests")
FACETED = ("state", "department", "role", "basis", "special", "transfers", "finding", "owner", "phase", "review")


def make_register(team: Team, count: int, *, seed: int = 1) -> list[Record]:
    """Records that differ in all by which the list is filtered and sorted; the same for the same seed."""
    chance = random.Random(seed)
    places = [make_department(name) for name in ("Ventes", "Achats")]
    owners = [Link("person", team.people[role].email, "x") for role in ("dpo", "controller")]
    actor = team.actor("dpo")
    made = []
    for number in range(count):
        place = chance.choice([None, *places])
        document = Activity(
            f"{chance.choice(['Paie', 'Écoles', 'achats', 'Œuvres'])} {number % 7}",
            department=Link("department", place.reference, place.name) if place else None,
            owner=chance.choice([None, *owners]),
            role=chance.choice(["controller", "processor"]),
            phase=chance.choice(["planned", "ongoing"]),
            outside_eea=chance.choice([True, False, None]),
        )
        answers = activities.to_json(document)
        answers["purposes"] = [
            {"key": f"p{n}", "label": "x", "legal_basis": chance.choice(BASES)} for n in range(chance.randrange(3))
        ]
        answers["data"] = [
            {"key": "d", "category": chance.choice(["health", "civil_status", "offences"]), "label": "y"}
        ]
        record = activities.add(answers, actor=actor)
        if chance.random() < 0.6:
            days = chance.choice([-400, -1, 0, 30, 31, 200])
            review.set_review(record, TODAY + datetime.timedelta(days=days), actor=actor)
        if chance.random() < 0.3:
            records.submit(record, "x:submit", actor=actor)
        if chance.random() < 0.3:
            records.approve(record, "x:approve", actor=actor)
        made.append(record)
    transactions.commit()
    return made


def facets_of(record: Record) -> dict[str, set[str]]:
    """By what a record can be filtered, said anew from its document."""
    document = from_json(Activity, record.document)
    context = xray.context_of(record)
    due = record.review_due_on
    left = (due - TODAY).days if due else None
    return {
        "state": {record.state},
        "department": {document.department.reference} if document.department else set(),
        "role": {document.role},
        "phase": {document.phase},
        "owner": {document.owner.reference if document.owner else "none"},
        "basis": {purpose.legal_basis or "none" for purpose in document.purposes},
        "transfers": {"yes" if document.outside_eea else "no"},
        "special": {"special" if context.special else "criminal" if context.criminal else "none"},
        "finding": {finding.severity for finding in xray.findings_of(record)} or {"none"},
        "review": {"none" if left is None else "overdue" if left < 0 else "soon" if left <= 30 else "later"},
    }


def asked(**filters: tuple[str, ...]) -> Query:
    review_states = filters.pop("review", ())
    return Query(filters=filters, review=review_states)


def every_page(query: Query, actor: Actor) -> list[list[int]]:
    """The ids on each page, going forward to the end."""
    pages, page = [], listing.page(query, actor, TODAY)
    while True:
        pages.append([entry.record_id for entry in page.entries])
        if not page.after:
            return pages
        page = listing.page(replace(query, after=page.after), actor, TODAY)


@pytest.fixture
def team(context: Flask, monkeypatch: pytest.MonkeyPatch) -> Team:
    monkeypatch.setattr(listing, "PAGE", 4)
    return make_team()


def test_totals_and_counts_are_those_that_one_counts_by_hand(team: Team) -> None:
    actor = team.actor("dpo")
    made = {record.id: facets_of(record) for record in make_register(team, 24)}
    chance = random.Random(7)
    values = {facet: sorted({v for facets in made.values() for v in facets[facet]}) for facet in FACETED}
    for _ in range(25):
        chosen = {
            facet: tuple(chance.sample(values[facet], min(len(values[facet]), chance.randint(1, 2))))
            for facet in chance.sample(FACETED, chance.randint(0, 3))
            if values[facet]
        }
        query = asked(**dict(chosen))

        def passes(facets: dict[str, set[str]], but: str = "", chosen: dict[str, tuple[str, ...]] = chosen) -> bool:
            return all(facets[name] & set(wanted) for name, wanted in chosen.items() if name != but)

        wanted = {number for number, facets in made.items() if passes(facets)}
        assert listing.total(query, actor, TODAY) == len(wanted), chosen
        assert set(itertools.chain(*every_page(query, actor))) == wanted
        counts = listing.counts(query, actor, TODAY)
        for facet in FACETED:
            counted = Counter(v for facets in made.values() if passes(facets, but=facet) for v in facets[facet])
            assert {v: n for v, n in counts.get(facet, {}).items() if n} == dict(counted), (chosen, facet)


def test_every_order_shows_each_record_once_forward_and_back(team: Team) -> None:
    made = {record.id for record in make_register(team, 14)}
    for sort, descending in itertools.product(listing.SORTS, (False, True)):
        check_order(Query(sort=sort, descending=descending), made, team.actor("dpo"))


def check_order(query: Query, made: set[int], actor: Actor) -> None:
    pages = every_page(query, actor)
    assert sorted(itertools.chain(*pages)) == sorted(made), query
    last = listing.page(replace(query, last=True), actor, TODAY)
    ids = [[entry.record_id for entry in last.entries]]
    while last.before:
        last = listing.page(replace(query, before=last.before), actor, TODAY)
        ids.insert(0, [entry.record_id for entry in last.entries])
    assert list(itertools.chain(*ids)) == list(itertools.chain(*pages)), query
    column, place = listing.SORTS[query.sort], listing.RegisterEntry.record_id
    chosen = select(place).where(listing.RegisterEntry.face == WORKING)
    ordered = (column.desc(), place.desc()) if query.descending else (column, place)
    assert list(itertools.chain(*pages)) == list(db.session.scalars(chosen.order_by(*ordered))), query


def test_names_are_sorted_as_people_read_them(team: Team) -> None:
    for name in ("Zoo", "école", "Éditions", "eau", "Œuvres", "ordre", "œil"):
        make_record(name=name)

    found = listing.page(replace(Query(sort="name")), team.actor("dpo"), TODAY)

    assert [entry.name for entry in found.entries] == ["eau", "école", "Éditions", "œil"]


def test_a_page_that_was_left_shows_no_record_twice_when_one_is_added(team: Team) -> None:
    made = make_register(team, 6)
    actor = team.actor("dpo")
    first = listing.page(Query(sort="reference"), actor, TODAY)
    late = activities.add({"name": "late"}, actor=actor, reference="AA-1")
    transactions.commit()

    second = listing.page(Query(sort="reference", after=first.after), actor, TODAY)

    assert [e.record_id for e in (*first.entries, *second.entries)] == [record.id for record in made]
    assert late.id not in {e.record_id for e in second.entries}


FORGED = [
    "x", "====", "é", "bnVsbA", "W10", "WzFd", "WzEsMl0", "WyJhIiwgMV0", "WyJhIiwgIjEiXQ", "W251bGwsIDFd",
    "WyIyMDI2LTAxLTAxIiwgMV0", "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgMV0", "WzEsIDFlMzAwXQ",
    "WzEsIDk5OTk5OTk5OTk5OTldCg",
    "WyJhIiwgOTk5OTk5OTk5OTk5OTk5OTk5OTld", "WzEwMDAwMDAwMDAwMDAsIDFd", "WyJcdTAwMDAiLCAxXQ",
]  # fmt: skip


def test_a_place_in_the_list_that_nobody_was_given_is_refused_or_harmless(team: Team) -> None:
    make_record()
    actor = team.actor("dpo")
    for place, sort in itertools.product(FORGED, listing.SORTS):
        for query in (Query(sort=sort, after=place), Query(sort=sort, before=place)):
            with suppress(RuleBroken):
                listing.page(query, actor, TODAY)


def test_the_address_says_the_whole_question(team: Team) -> None:
    actor = team.actor("dpo")
    values = {
        "q": ["paie"], "state": ["draft", "approved", ""], "review": ["overdue", "never"], "sort": ["name"],
        "order": ["desc"], "face": ["approved"], "surprise": ["x"],
    }  # fmt: skip

    query = listing.query_from(values, actor)

    assert query == Query(
        face=APPROVED, words="paie", filters={"state": ("draft", "approved")}, review=("overdue",), sort="name",
        descending=True,
    )  # fmt: skip
    assert listing.query_from({"sort": ["; DROP"], "face": ["x"]}, actor) == Query()
    assert listing.query_from({"face": ["working"]}, team.actor("auditor")).face == APPROVED


def test_the_number_of_statements_does_not_grow_with_the_rows(
    team: Team, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 50)
    desk = Desk(client, team)
    counted = []
    for more in (2, 20):
        make_register(team, more, seed=more)
        for where in ("index", "filters"):
            with count_queries() as statements:
                desk.page(where, state=["draft", "approved"], q="x")
            counted.append(len(statements))

    assert counted[2:] == counted[:2], counted
    assert counted[0] <= 12, "\n".join(statements)


def test_the_page_shows_the_counts_and_its_links_narrow_the_list(team: Team, client: PageClient) -> None:
    make_register(team, 12)
    desk = Desk(client, team)
    page = desk.page("filters")
    counts = listing.counts(Query(), team.actor("dpo"), TODAY)
    for value, count in counts["state"].items():
        labels = [e for e in page.tree.iter("label") for box in e.iter("input") if box.get("value") == value]
        assert any(text_of(label).endswith(str(count)) for label in labels), (value, count)

    shown = desk.page("index", state="draft", owner="none")
    assert "Nobody" in shown.text
    assert (
        f"{listing.total(asked(state=('draft',), owner=('none',)), team.actor('dpo'), TODAY)} processing" in shown.text
    )


def test_the_next_page_keeps_the_question(team: Team, client: PageClient) -> None:
    make_register(team, 12)
    desk = Desk(client, team)
    page = desk.page("index", sort="name", order="desc", state=["draft", "submitted", "approved"])
    following = next(url for words, url in page.links.items() if "after=" in url)

    asked_again = parse_qs(urlsplit(following).query)

    assert {k: v for k, v in asked_again.items() if k != "after"} == {
        "sort": ["name"], "order": ["desc"], "state": ["draft", "submitted", "approved"],
    }  # fmt: skip
    first = [e.get("href") for e in page.tree.iter("a") if "/PA-" in (e.get("href") or "")]
    second = [e.get("href") for e in client.page(following).tree.iter("a") if "/PA-" in (e.get("href") or "")]
    assert second
    assert not set(first) & set(second)


def test_a_view_is_kept_under_its_name_for_the_person_who_named_it(team: Team, client: PageClient) -> None:
    make_record()
    desk = Desk(client, team)
    desk.send("keep_view", {"name": "Mine & <b>", "query": "state=draft&sort=name"})
    desk.send("keep_view", {"name": "Mine & <b>", "query": "state=draft"})

    page = desk.page("index")
    links = [url for words, url in page.links.items() if words == "Mine & <b>"]
    assert [parse_qs(urlsplit(url).query) for url in links] == [{"state": ["draft"]}]
    client.page(links[0])
    desk.sit("auditor")
    assert "Mine & <b>" not in desk.page("index", q="x").text
    desk.sit("dpo")
    desk.send("keep_view", {"name": "", "query": "x"}, 409)
    for name in ("x" * 70, "x" * 70, "nul\0"):
        desk.send("keep_view", {"name": name, "query": "state=draft"})
    for query in ("q=" + "x" * 5000, "q=a\r\nSet-Cookie: a=b", "q=\0", "%00", "=&&", "q=<b>"):
        desk.send("keep_view", {"name": "long", "query": query})
        desk.page("index", q="x")
    desk.send("keep_view", {"drop": "Mine & <b>"})
    assert "Mine & <b>" not in desk.page("index").text


def test_one_act_on_several_records_says_which_refused(team: Team, client: PageClient) -> None:
    desk = Desk(client, team)
    good, bad = make_record(), make_record()
    records.submit(bad, "x:submit", actor=team.actor("dpo"))
    transactions.commit()
    owner = team.people["controller"].email

    desk.send("bulk", {"action": "assign", "owner": owner, "selected": [good.reference, bad.reference, "PA-9999"]})
    page = desk.page("index")
    assert "Done for 2 records" in page.text
    assert "PA-9999" in page.text
    assert (desk.stored(good).owner_email, desk.stored(bad).owner_email) == (owner, owner)

    desk.send("bulk", {"action": "review", "day": "2027-01-31", "selected": [good.reference]})
    assert desk.stored(good).review_due_on == datetime.date(2027, 1, 31)
    desk.send("bulk", {"action": "submit", "selected": [good.reference]})
    assert "in the way" in desk.page("index").text
    desk.send("bulk", {"action": "submit"}, 409)
    for act in ("erase", "", "review", "assign"):
        desk.send("bulk", {"action": act, "selected": [good.reference, "\0"], "day": "soon", "owner": "\0"})
    assert desk.stored(good).state == "draft"


def test_a_refusal_in_the_middle_leaves_nothing_half_done(team: Team, client: PageClient) -> None:
    desk = Desk(client, team)
    record = make_record()
    version = record.version

    desk.send("bulk", {"action": "assign", "owner": "nobody@else.example", "selected": [record.reference]})

    assert desk.stored(record).version == version


def test_who_reads_finds_no_button_that_writes(team: Team, client: PageClient) -> None:
    make_record()
    desk = Desk(client, team, "auditor")

    page = desk.page("index")
    assert not page.find(name="selected")
    assert not [url for url in page.links.values() if url.endswith(("/new", "/imports/"))]
    for where in ("bulk",):
        desk.send(where, {"action": "submit"}, 403)


def test_search_as_one_types_finds_records_and_parties_and_shows_no_markup(team: Team, client: PageClient) -> None:
    desk = Desk(client, team)
    make_record(name="Paie <script>alert(1)</script>")
    make_person("dpo", organisation=team.organisation)

    page = desk.page("accounts.search", q="paie script")

    assert "PA-0001" in page.text
    assert "<script>alert(1)</script>" in page.text
    assert not list(page.tree.iter("script")) or all(e.get("src") for e in page.tree.iter("script"))
    for words in ("", "%", "'", "x" * 3000, "\u202e", "Manufacture"):
        desk.page("accounts.search", q=words)
