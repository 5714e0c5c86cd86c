"""The page of search: ranked and paged without scripts, ten suggestions with them."""

import pytest
from flask import Flask

from compliance.accounts.models import Organisation
from tests.helpers.client import PageClient
from tests.helpers.database import count_queries
from tests.helpers.makers import make_organisation, make_party, make_person, make_record

SEARCH = "/o/house/search"


@pytest.fixture
def house(context: Flask, client: PageClient) -> Organisation:
    made = make_organisation("House")
    client.sign_in(make_person("dpo", organisation=made))
    return made


def test_the_search_box_of_every_page_leads_to_the_ranked_page(house: Organisation, client: PageClient) -> None:
    box = client.page("/o/house/settings").find(id="search")[0]
    assert box.get("name") == "q"
    assert any(form.get("action") == SEARCH for form in client.page("/o/house/settings").tree.iter("form"))


@pytest.mark.database
def test_a_result_says_why_it_is_there(house: Organisation, client: PageClient) -> None:
    record = make_record(name="Paie", purposes=[{"key": "p", "label": "Établir les bulletins"}])
    page = client.page(f"{SEARCH}?q=ETABLIR")
    assert "1 result for “ETABLIR”" in page.text
    assert any(f"/register/{record.reference}/" in address for address in page.links.values())
    assert [mark.text for mark in page.tree.iter("mark")] == ["Établir"]
    assert "Purposes" in page.text


@pytest.mark.database
def test_results_are_paged_and_filtered_by_kind(house: Organisation, client: PageClient) -> None:
    for number in range(25):
        make_record(name=f"Paie {number:02}")
    make_party("Paie et Cie")
    first = client.page(f"{SEARCH}?q=paie")
    assert "26 results" in first.text
    second = client.page(first.links["Next"])
    assert "21 to 26 of 26" in second.text
    only = client.page(f"{SEARCH}?q=paie&kind=party")
    assert "1 result for" in only.text
    assert "Paie 01" not in only.text
    assert "26 results" in client.page(f"{SEARCH}?q=paie&kind=nothing&page=99").text


def test_a_page_of_results_asks_the_same_few_questions_however_many_there_are(
    house: Organisation, client: PageClient
) -> None:
    def asked() -> int:
        with count_queries() as statements:
            client.page(f"{SEARCH}?q=paie")
        return len(statements)

    make_record(name="Paie")
    asked()
    few = asked()
    for number in range(30):
        make_record(name=f"Paie {number}", purposes=[{"key": "p", "label": "La paie"}])
    assert asked() == few
    with count_queries() as statements:
        client.page(f"{SEARCH}?q=paie")
    assert len([s for s in statements if "search_entries" in s or "revisions" in s]) == 3


def test_while_one_types_ten_suggestions_come_and_a_way_to_all(house: Organisation, client: PageClient) -> None:
    for number in range(12):
        make_record(name=f"Paie {number}")
    answer = client.get(f"{SEARCH}?q=pai", headers={"HX-Request": "true"}).text
    assert answer.count("<li>") == 10
    assert "All results, the best first" in answer


@pytest.mark.parametrize(("query", "heading"), [("?q=nowhere", "No result"), ("", "What are you looking for?")])
def test_an_empty_page_says_what_to_do(query: str, heading: str, house: Organisation, client: PageClient) -> None:
    assert heading in client.page(SEARCH + query).text


def test_what_is_typed_is_shown_as_typed_and_does_no_harm(house: Organisation, client: PageClient) -> None:
    make_record(name="<b>Paie</b> & primes")
    page = client.page(f"{SEARCH}?q=%3Cb%3E+paie")
    assert "<b> paie" in page.text
    assert "<b>Paie</b> & primes" in page.text


def test_the_page_speaks_french(house: Organisation, client: PageClient) -> None:
    client.sign_in(make_person("dpo", organisation=house, language="fr"))
    make_record(name="Paie")
    assert "1 résultat pour « paie »" in client.page(f"{SEARCH}?q=paie").text.replace("\N{NO-BREAK SPACE}", " ")
