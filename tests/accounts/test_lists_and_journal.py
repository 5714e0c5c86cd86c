"""Reference lists with their sources, one's own entries, what is not checked; and the journal with its chain."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from compliance.accounts import services
from compliance.accounts.models import Organisation
from compliance.accounts.views import journal as views
from compliance.accounts.views.journal import ACTS, FAULTS
from compliance.accounts.vocabulary import Vocabulary, lists_by_name
from compliance.records import chain, verifying
from compliance.regulation.reference import reference
from compliance.support import jobs
from compliance.support.db import db
from tests.helpers.client import Page, PageClient
from tests.helpers.makers import make_department, make_organisation, make_person, make_record
from tests.helpers.pages import parse

SETTINGS = "/o/house/settings"
COMPLIANCE = Path(chain.__file__).parents[1]


@pytest.fixture
def house(context: Flask, client: PageClient) -> Organisation:
    made = make_organisation("House")
    client.sign_in(make_person("administrator", organisation=made))
    return made


def test_every_list_has_a_name_in_both_languages() -> None:
    assert set(lists_by_name()) == set(reference().vocabularies)
    assert [each.name for each in lists_by_name().values() if not (each.label["fr"] and each.label["en"])] == []


def test_a_list_says_where_each_entry_comes_from(house: Organisation, client: PageClient) -> None:
    text_of_page = client.page(f"{SETTINGS}/lists/legal_bases").text
    term = reference().vocabularies["legal_bases"]["consent"]
    assert term.en in text_of_page
    assert term.provenance.source in text_of_page
    assert "Not checked yet" in text_of_page


def add(client: PageClient, name: str, status: int = 303, **typed: str) -> str:
    where = f"{SETTINGS}/lists/{name}"
    return client.send(where, {**client.page(where).form(), **typed}, status=status).text


def test_an_entry_of_ones_own_is_offered_in_both_languages(house: Organisation, client: PageClient) -> None:
    add(client, "data_categories", fr="Empreinte de pas", en="")
    for language in ("fr", "en"):
        labels = [label for _code, label, _group, _hidden in Vocabulary(language).entries("data_categories")]
        assert labels[-1] == "Empreinte de pas"


def test_an_entry_without_words_is_refused(house: Organisation, client: PageClient) -> None:
    assert "one language at least" in add(client, "data_categories", status=422, fr="", en="")


def test_the_same_entry_twice_is_refused(house: Organisation, client: PageClient) -> None:
    add(client, "data_categories", fr="Empreinte de pas", en="")
    assert "already in the list" in add(client, "data_categories", status=422, fr="Empreinte de pas", en="")


def test_an_entry_of_ones_own_is_changed(house: Organisation, client: PageClient) -> None:
    add(client, "data_categories", fr="Empreinte", en="Footprint")
    code = services.own_terms("data_categories")[0].code
    where = f"{SETTINGS}/lists/data_categories/{code}"
    client.send(where, {**client.page(where).form(), "en": "Footstep"})
    assert [(e.code, e.fr, e.en) for e in services.own_terms()] == [(code, "Empreinte", "Footstep")]


def test_a_shipped_entry_is_not_rewritten(house: Organisation, client: PageClient) -> None:
    assert client.get(f"{SETTINGS}/lists/data_categories/civil_status").status_code == 404


def test_a_shipped_entry_is_hidden_and_shown_again(house: Organisation, client: PageClient) -> None:
    def hide(answer: str) -> None:
        token = client.page(f"{SETTINGS}/lists/data_categories").form("/sign-out")
        client.send(f"{SETTINGS}/lists/data_categories/civil_status/hide", {**token, "hidden": answer})

    hide("yes")
    assert ("civil_status", True) in [
        (code, gone) for code, _l, _g, gone in Vocabulary("en").entries("data_categories")
    ]
    hide("no")
    assert ("civil_status", False) in [
        (code, gone) for code, _l, _g, gone in Vocabulary("en").entries("data_categories")
    ]


def test_a_list_set_by_the_law_is_not_changed(house: Organisation, client: PageClient) -> None:
    token = client.page(f"{SETTINGS}/lists/legal_bases").form("/sign-out")
    client.send(f"{SETTINGS}/lists/legal_bases", {**token, "fr": "Parce que"}, status=409)
    client.send(f"{SETTINGS}/lists/legal_bases/consent/hide", {**token, "hidden": "yes"}, status=409)


@pytest.mark.parametrize("where", ["lists/nothing", "lists/data_categories/own-nothing"])
def test_what_is_not_in_a_list_is_not_found(where: str, house: Organisation, client: PageClient) -> None:
    assert client.get(f"{SETTINGS}/{where}").status_code == 404


def test_who_may_only_read_adds_nothing(house: Organisation, client: PageClient) -> None:
    client.sign_in(make_person("auditor", organisation=house))
    page = client.page(f"{SETTINGS}/lists/data_categories")
    assert "Add an entry" not in page.text
    client.send(f"{SETTINGS}/lists/data_categories", {**page.form("/sign-out"), "fr": "x"}, status=403)


def test_everything_unchecked_is_listed_with_its_source(house: Organisation, client: PageClient) -> None:
    page = client.page(f"{SETTINGS}/unchecked")
    listed = len([row for row in page.tree.iter("tr") if any(th.get("scope") == "row" for th in row.iter("th"))])
    assert listed == sum(1 for _datum in reference().unchecked())
    assert not re.search(r"\{\w*\}", page.text)


def test_the_journal_goes_back_page_by_page(house: Organisation, client: PageClient) -> None:
    for number in range(60):
        make_department(f"Department {number}")
    page = client.page(f"{SETTINGS}/journal")
    older = client.page(page.links["Next"])
    numbers = [int("".join(th.itertext())) for p in (page, older) for th in p.find(scope="row")]
    assert numbers == list(range(numbers[0], 0, -1))
    assert numbers[0] == chain.head_of(house.id)


def verified(client: PageClient) -> str:
    """The words of the page after the button was pressed."""
    form = client.page(f"{SETTINGS}/journal").form("/journal/verify")
    return Page(sent := client.send(f"{SETTINGS}/journal/verify", form, status=200), parse(sent.text)[0]).text


def test_a_chain_that_holds_is_said_to_hold(house: Organisation, client: PageClient) -> None:
    links = chain.head_of(house.id)
    assert f"all {links} entries are as they were written" in verified(client)


def test_a_rewritten_entry_is_named(house: Organisation, client: PageClient) -> None:
    make_department("Sales")
    number = chain.head_of(house.id)
    db.session.execute(
        text("update journal set subject = 'other' where chain = :chain and sequence = :n"),
        {"chain": house.id, "n": number},
    )
    db.session.commit()
    page = verified(client)
    assert f"The chain is broken at entry {number}." in page
    assert "Its seal does not match what it says." in page


def test_a_rewritten_record_is_named(house: Organisation, client: PageClient) -> None:
    record = make_record()
    db.session.execute(text("update records set document = '{}' where id = :id"), {"id": record.id})
    db.session.commit()
    assert f"The record {record.reference} does not say what was kept of it last." in verified(client)


def test_to_look_at_the_journal_walks_no_chain(
    house: Organisation, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walk(*_given: object) -> None:
        raise AssertionError("a page that is only read must stay quick")

    monkeypatch.setattr("compliance.records.verifying.verify", walk)
    client.page(f"{SETTINGS}/journal?verify=yes")


def test_a_long_chain_is_walked_by_the_worker_once_and_the_page_says_how_far(
    house: Organisation, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "AT_ONCE", 1)
    form = client.page(f"{SETTINGS}/journal").form("/journal/verify")
    address = client.send(f"{SETTINGS}/journal/verify", form).headers["Location"]
    assert client.send(f"{SETTINGS}/journal/verify", form).headers["Location"] == address, "pressed twice, walked once"
    assert "Walking the chain" in client.page(address).text
    number = house.id
    assert jobs.run_due() == 1
    assert "Read the result" in client.get(address, headers={"HX-Request": "true"}).text
    assert f"all {chain.head_of(number)} entries are as they were written" in client.page(address).text


def test_the_walk_of_one_organisation_is_not_shown_to_another(
    house: Organisation, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "AT_ONCE", 1)
    form = client.page(f"{SETTINGS}/journal").form("/journal/verify")
    walk = client.send(f"{SETTINGS}/journal/verify", form).headers["Location"].partition("?")[2]
    client.sign_in(make_person("administrator", organisation=make_organisation("Elsewhere")))
    assert "Walking the chain" not in client.page(f"/o/elsewhere/settings/journal?{walk}").text


def test_the_operator_has_the_chain_of_the_installation_walked(house: Organisation, client: PageClient) -> None:
    client.sign_in(make_person("dpo", organisation=house, operator=True))
    form = client.page("/installation/journal").form("/journal/verify")
    assert client.send("/installation/journal/verify", form, status=200).status_code == 200


def test_the_journal_is_for_those_who_may_audit(house: Organisation, client: PageClient) -> None:
    client.sign_in(make_person("department_head", organisation=house, department=make_department().reference))
    assert client.get(f"{SETTINGS}/journal").status_code == 403


def test_the_journal_of_one_organisation_says_nothing_of_another(house: Organisation, client: PageClient) -> None:
    make_organisation("Elsewhere")
    make_department("Secret project")
    assert "secret-project" not in client.page(f"{SETTINGS}/journal").text


def test_the_operator_reads_who_signed_in_and_others_do_not(house: Organisation, client: PageClient) -> None:
    assert client.get("/installation/journal").status_code == 403
    operator = make_person("dpo", organisation=house, operator=True, name="Olga Op")
    client.sign_in(operator)
    form = client.page("/o/house/me").form("/sign-out")
    client.send("/sign-out", form, status=302)
    client.sign_in(operator)
    text_of_page = client.page("/installation/journal").text
    assert "Signed out" in text_of_page
    assert "Olga Op" in text_of_page


KEEPERS = {"note", "keep", "create", "change", "submit", "approve", "refuse", "archive", "restore", "_write"}


def written_tags() -> set[str]:
    """The tags that the code gives to the journal."""
    found = set()
    for path in COMPLIANCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in KEEPERS:
                given = [*node.args, *(k.value for k in node.keywords if k.arg == "tag")]
                found |= {
                    a.value
                    for a in given
                    if isinstance(a, ast.Constant) and re.fullmatch(r"[a-z-]+(:[a-z-]+)+", str(a.value))
                }
    return found


def _name(function: Any) -> str:
    return str(getattr(function, "attr", getattr(function, "id", "")))


def test_everything_that_is_written_in_the_journal_has_words() -> None:
    assert written_tags() - set(ACTS) == set()
    assert "role:given" in written_tags()


def test_every_fault_of_a_chain_has_words() -> None:
    source = Path(verifying.__file__).read_text("utf-8")
    sentences = re.findall(r'f?"([a-z{][^"]* [^"]+)"', source)
    assert len(sentences) >= 12
    assert [s for s in sentences if not any(part in s for part, _words in FAULTS)] == []
