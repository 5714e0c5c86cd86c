"""What the browser tests share: one organisation with people in it, and windows in which they are already signed in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser

from compliance.support import transactions
from tests.e2e.hands import Hand, hand
from tests.helpers.browser import Site
from tests.helpers.makers import make_organisation, make_person

OFFICER = "dpo@chene.example"


@dataclass(frozen=True)
class House:
    """An organisation, the officer who keeps its register and the person who decides: what they sign in as."""

    slug: str
    officer: str
    director: str


@pytest.fixture
def house(context: Flask) -> House:
    """An English-speaking organisation with an empty register, its people signed in without a password."""
    own = make_organisation("Manufacture du Chêne", address="12 rue de l’Œuvre", email="contact@chene.example")
    officer = make_person("dpo", "administrator", organisation=own, name="Anaïs Morel", email=OFFICER, language="en")
    director = make_person("controller", organisation=own, name="Zoé Lefèvre", language="en")
    made = House(own.slug, officer.get_id(), director.get_id())
    transactions.commit()  # the server writes from now on
    return made


@pytest.fixture
def window(site: Site, chromium: Browser, house: House) -> Iterator[Callable[..., Hand]]:
    """Opens windows: `window()` for the officer, `window(who)` for another; options are those of the browser."""
    with ExitStack() as open_windows:

        def opened(who: str = "", language: str = "en", **options: object) -> Hand:
            made = open_windows.enter_context(hand(site, chromium, house.slug, language, **options))
            made.be(who or house.officer)
            return made

        yield opened
