"""The letters: complete in both languages, plain, short, one button, addresses that lead where they say."""

import datetime
import re
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from compliance.accounts.models import Organisation, Person
from compliance.reminders import rules, services
from compliance.reminders.notifications import DIGEST, MOST_LISTED, SORTS, TEST, Item, compose
from compliance.support.i18n import language_now, speak
from compliance.support.post import Written
from tests.helpers.client import resolves
from tests.helpers.makers import make_organisation, make_person
from tests.helpers.pages import parse, text_of
from tests.house.test_french_pages import english_in

DAY = datetime.date(2026, 11, 23)
ABOUT_ONE = [sort for sort in SORTS if sort not in (DIGEST, TEST)]


def item(kind: str = "activity_review", title: str = "Paie", **changes: Any) -> Item:
    given: dict[str, Any] = {
        "reference": "FT-1", "due_on": DAY, "step": "due", "endpoint": "register.show", "place": "", **changes,
    }  # fmt: skip
    return Item(kind, title, **given)


@pytest.fixture
def place(context: Flask, morning: datetime.datetime) -> tuple[Person, Organisation]:
    own = make_organisation("Manufacture du Chêne", language="fr")
    return make_person("dpo", organisation=own, name="Anaïs Morel"), own


def written(sort: str, language: str, place: tuple[Person, Organisation], *items: Item) -> Written:
    return compose(sort, language, *place, () if sort == TEST else items or (item(),))


def links(letter: Written) -> list[str]:
    return [link.get("href") or "" for link in parse(letter.html)[0].iter("a")]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("sort", SORTS)
def test_every_letter_is_complete_in_both_languages(
    sort: str, language: str, place: tuple[Person, Organisation]
) -> None:
    for kind in services.kinds():
        for on in (DAY - datetime.timedelta(days=9), DAY, DAY + datetime.timedelta(days=30)):
            about = item(kind, due_on=on, snoozed_until=on, owner="lea@chene.example")
            letter = written(sort, language, place, about, item(kind, "Congés"))
            tree, mended = parse(letter.html)
            assert mended == []
            assert tree.get("lang") == language
            assert letter.subject
            assert "\n" not in letter.subject
            assert not re.search(r"%\(|\{\{|None|\n\n\n", letter.subject + letter.text), letter.text
            said = letter.html if language == "fr" else ""
            assert english_in(said or '<html lang="fr"></html>') == []
            if language == "fr":
                assert english_in(f'<html lang="fr"><p>{letter.subject}</p></html>') == []


@pytest.mark.parametrize("sort", ABOUT_ONE)
def test_a_letter_about_one_thing_has_one_button_with_the_words_of_its_kind(
    sort: str, place: tuple[Person, Organisation]
) -> None:
    for kind, term in services.kinds().items():
        for language in ("en", "fr"):
            letter = written(sort, language, place, item(kind, place="purposes"))
            words = term.extra[f"do_{language}"]
            buttons = [a for a in parse(letter.html)[0].iter("a") if "background" in (a.get("style") or "")]
            assert [(text_of(b), b.get("href")) for b in buttons] == [
                (words, "http://127.0.0.1:8000/o/manufacture-du-chene/register/FT-1/#purposes")
            ]
            assert f"{words}\n{buttons[0].get('href')}\n" in letter.text


def test_nothing_in_a_letter_is_fetched_and_every_address_answers(
    place: tuple[Person, Organisation], context: Flask
) -> None:
    for sort in SORTS:
        letter = written(sort, "fr", place, item(), item("measure", "Congés"))
        assert not re.search(r"<img|<link|<script|<style|url\(|@import|srcset|background=", letter.html)
        for address in links(letter):
            assert address.startswith("http://127.0.0.1:8000/")
            assert resolves(context, urlsplit(address).path, "GET"), address


def test_addresses_are_those_of_the_installation(place: tuple[Person, Organisation], context: Flask) -> None:
    from tests.accounts.makers import with_settings

    with with_settings(context, public_url="https://register.example.eu/gdpr/"):
        letter = written("due", "fr", place)
    assert {urlsplit(address).netloc for address in links(letter)} == {"register.example.eu"}
    assert "https://register.example.eu/gdpr/o/manufacture-du-chene/register/FT-1/" in letter.text


def test_a_digest_lists_the_twenty_most_urgent_and_says_how_many_more_there_are(
    place: tuple[Person, Organisation],
) -> None:
    items = [item(title=f"Fiche {n}", due_on=DAY + datetime.timedelta(days=n - 2)) for n in range(1, 26)]
    letter = written(DIGEST, "fr", place, *items)
    assert MOST_LISTED == 20
    assert "Fiche 20\n" in letter.text
    assert "Fiche 21" not in letter.text + letter.html
    assert "5 " in letter.text.split("Fiche 20")[1]
    assert letter.subject.startswith("25 ")
    assert letter.text.index("Fiche 1\n") < letter.text.index("Fiche 2\n")
    few = written(DIGEST, "fr", place, *items[:3])
    assert few.subject.startswith("3 ")
    assert len(few.text) < 2000


def test_what_people_type_is_text_in_a_letter_and_one_line_in_its_subject(place: tuple[Person, Organisation]) -> None:
    letter = written("due", "fr", place, item(title='<b>Paie</b>\r\nBcc: x@y.example & "co"'))
    assert "<b>" not in letter.html
    assert "\n" not in letter.subject + ""
    assert "Bcc" in letter.subject


def test_a_letter_that_cannot_be_stopped_says_so_and_gives_no_address_that_would(
    place: tuple[Person, Organisation],
) -> None:
    stoppable, required = (
        written("due", "en", place, item("measure", is_required=is_required)) for is_required in (False, True)
    )
    assert "/letters/stop/" in stoppable.unsubscribe
    assert stoppable.unsubscribe in stoppable.text
    assert stoppable.unsubscribe in links(stoppable)
    assert required.unsubscribe == ""
    assert "cannot be switched off" in required.text
    assert "/letters/stop/" not in required.html


def test_whoever_watches_hears_who_answers(place: tuple[Person, Organisation]) -> None:
    late = DAY - datetime.timedelta(days=14)
    named = written("escalation", "en", place, item(due_on=late, owner="lea@chene.example"))
    assert "lea@chene.example" in named.text
    assert "Nobody answers for it" in written("escalation", "en", place, item(due_on=late)).text


def test_writing_to_somebody_changes_nobody_elses_language(place: tuple[Person, Organisation]) -> None:
    speak("fr")
    written("due", "en", place)
    assert language_now() == "fr"


def test_two_thousand_letters_are_written_in_few_seconds(place: tuple[Person, Organisation]) -> None:
    begun = time.process_time()
    for number in range(200):
        written("soon", "fr", place, item(title=f"Fiche {number}"))
    took = (time.process_time() - begun) * 10
    assert took < 6, f"{took:.1f} s for 2,000 letters"


def test_every_step_has_its_sort_of_letter() -> None:
    steps = {rules.SOON, rules.DUE, rules.OVERDUE, rules.ESCALATION, rules.HANDED}
    assert set(SORTS) == steps | {DIGEST, TEST}
