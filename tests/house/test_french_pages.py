"""A French page shows French: none of the words of the interface as written in English, and no English sentence."""

import re
from collections.abc import Iterator
from functools import cache
from xml.etree.ElementTree import Element

import pytest
from flask import Flask, g

from compliance.accounts.guard import permission_of
from compliance.register.services import library
from tests.helpers.client import PageClient
from tests.helpers.makers import actor_of, make_organisation, make_party, make_person, make_system
from tests.helpers.pages import parse
from tests.house.test_access_matrix import World, address, routes
from tests.house.translations import first, strings, translated

ROLES = ("administrator", "dpo", "controller", "auditor")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")
#: Words without which no English sentence goes far, and which mean nothing in French.
ENGLISH = re.compile(
    r"\b(?:the|of|and|is|are|was|this|that|these|with|without|your|what|which|who|not|has|have|been|from|for|by|it|they)\b",
    re.IGNORECASE,
)
SPOKEN = ("title", "aria-label", "placeholder", "alt", "label")
SILENT = ("script", "style", "template")


def _shown(element: Element) -> Iterator[str]:
    """Every piece of text of a page, and every attribute that is read out; what says it is English is passed over."""
    is_comment = not str(element.tag).isalnum()
    if is_comment or element.tag in SILENT or element.get("lang", "fr") != "fr":
        return
    yield from map(_folded, filter(None, (element.text, *map(element.get, SPOKEN))))
    for child in element:
        yield from _shown(child)
        yield _folded(child.tail or "")


def _folded(text: str) -> str:
    """The text with its line breaks and rows of spaces folded; no-break spaces stay, they are French."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")


@cache
def _untranslated() -> tuple[frozenset[str], re.Pattern[str]]:
    """What the interface says in English and not in French: whole texts, and the pieces of two words and more."""
    messages = [message for message in translated("fr") if message.id]
    french = [string for message in messages for string in strings(message)]
    whole = {first(message) for message in messages if first(message) not in strings(message)} - set(french)
    pieces = {piece.strip(" .,:;()“”") for text in whole for piece in PLACEHOLDER.split(text)}
    all_french = "\n".join(french)
    several = {piece for piece in pieces if len(re.findall(r"\w+", piece)) > 1 and piece not in all_french}
    longest_first = sorted(several, key=len, reverse=True)
    return frozenset(whole), re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")


def english_in(html: str) -> list[str]:
    """The texts of a French page that are English."""
    whole, pieces = _untranslated()
    texts = dict.fromkeys(_shown(parse(html)[0]))
    return [text for text in texts if text in whole or pieces.search(text) or ENGLISH.search(text)]


@pytest.fixture
def house(context: Flask) -> World:
    """One organisation with one of each thing, all in French, and somebody who may see all of it."""
    own = make_organisation("Manufacture du Chêne", language="fr")
    person = make_person(*ROLES, organisation=own, language="fr", name="Claire Martin", operator=True)
    g.language = "fr"  # reasons that the product itself writes are kept in the language of who acts
    record = library.start_from("payroll", "fr", actor=actor_of(person, own))
    values = {
        "record": record.reference,
        "party": make_party("PaieSûre").reference,
        "system": make_system("SIRH").reference,
    }
    return World(own.slug, "", values, {"all": person})


def test_every_page_is_french_for_a_french_reader(house: World, context: Flask, client: PageClient) -> None:
    client.checks = False  # whether pages are in order is another question: test_every_page.py
    client.sign_in(house.people["all"])
    wrong = []
    for rule, method in routes(context):
        if method != "GET" or permission_of(rule.endpoint) is None or rule.endpoint == "security.logout":
            continue
        where = address(context, rule, house, house.slug)
        response = client.get(where, headers={"Accept-Language": "fr"}, follow_redirects=True)
        if response.mimetype == "text/html":
            wrong += [f"{where}: {text}" for text in english_in(response.text)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("where", ["/", "/sign-in", "/start", "/nowhere"])
def test_the_pages_for_strangers_follow_the_browser(where: str, client: PageClient) -> None:
    assert english_in(client.get(where, headers={"Accept-Language": "fr"}).text) == []


@pytest.mark.parametrize("text", ["Register", "Sign in to see this page.", "Opinion on FT-1", "Made by hand"])
def test_english_on_a_french_page_is_found(text: str) -> None:
    assert english_in(f'<html lang="fr"><body><p>{text}</p></body></html>') == [text]


@pytest.mark.parametrize("text", ["Registre", "Information", "Avis sur FT-1", '<span lang="en">Made by hand</span>'])
def test_french_and_what_says_it_is_english_pass(text: str) -> None:
    assert english_in(f'<html lang="fr"><body><p>{text}</p></body></html>') == []
