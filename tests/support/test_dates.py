"""Days and numbers as people read them, in both languages and in the organisation's zone."""

import datetime
from types import SimpleNamespace

import pytest
from flask import Flask, g

from compliance.support import clock, dates
from tests.conftest import MORNING

NARROW, WIDE = "\u202f", "\xa0"


@pytest.fixture
def french(context: Flask) -> None:
    g.language = "fr"


def test_a_day_is_written_in_words_in_each_language(context: Flask) -> None:
    g.language = "fr"
    assert dates.as_day("2026-11-23") == dates.as_day(datetime.date(2026, 11, 23)) == "23 nov. 2026"
    g.language = "en"
    assert dates.as_day("2026-11-23") == "23 Nov 2026"
    assert [dates.as_day(nothing) for nothing in (None, "")] == ["", ""]


def test_an_instant_is_the_day_and_the_hour_it_was_for_the_organisation(context: Flask) -> None:
    g.language = "en"
    late = datetime.datetime(2026, 11, 22, 23, 30, tzinfo=datetime.UTC)
    assert (dates.as_day(late), dates.as_moment(late)) == ("23 Nov 2026", "23 Nov 2026, 00:30")
    g.organisation = SimpleNamespace(zone="America/Guadeloupe")
    assert (dates.as_day(late), dates.as_moment(late)) == ("22 Nov 2026", "22 Nov 2026, 19:30")
    assert dates.as_moment(None) == ""


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "aujourd’hui"), (1, "demain"), (-1, "hier"), (2, f"dans 2{WIDE}jours"), (-12, f"il y a 12{WIDE}jours"),
        (60, f"dans 60{WIDE}jours"), (61, f"dans 2{WIDE}mois"), (-400, f"il y a 13{WIDE}mois"),
    ],
)  # fmt: skip
def test_how_far_a_day_is_from_today(days: int, words: str, french: None) -> None:
    with clock.frozen(MORNING):
        told = dates.relative_day(MORNING.date() + datetime.timedelta(days=days))

    assert told.replace(WIDE, " ") == words.replace(WIDE, " ")


def test_today_is_that_of_the_zone() -> None:
    with clock.frozen(datetime.datetime(2026, 11, 23, 23, 30, tzinfo=datetime.UTC)):
        assert clock.today("Europe/Paris") == datetime.date(2026, 11, 24)
        assert clock.today("America/Guadeloupe") == datetime.date(2026, 11, 23)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-23", 24)])
def test_a_day_ends_at_midnight_even_when_the_clocks_change(day: str, hours: int) -> None:
    of = datetime.date.fromisoformat(day)
    begins = clock.end_of(of - datetime.timedelta(days=1), "Europe/Paris").astimezone(datetime.UTC)

    assert clock.end_of(of, "Europe/Paris").astimezone(datetime.UTC) - begins == datetime.timedelta(hours=hours)


def test_numbers_have_the_spaces_of_their_language(context: Flask) -> None:
    g.language = "fr"
    assert dates.as_number(12345.5) == f"12{NARROW}345,5"
    g.language = "en"
    assert dates.as_number(12345.5) == "12,345.5"
