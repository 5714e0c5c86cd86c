"""Somebody at a browser: sees the words of the interface, presses what bears them, goes from page to page."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask_babel import force_locale, gettext
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from compliance.register.services.findings import rule_in_words
from compliance.regulation.reference import reference as law
from tests.helpers.browser import Site

PASSWORD = "correct horse battery"

#: Chromium says this of every answer above 399, however rightly it was given.
EXPECTED = "Failed to load resource"


class Hand:
    """One person in one window, in one language."""

    def __init__(
        self, site: Site, context: BrowserContext, slug: str, language: str, *, has_scripts: bool = True
    ) -> None:
        self.site, self.context, self.slug, self.language = site, context, slug, language
        self.has_scripts = has_scripts
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.listen(self.page)

    def listen(self, page: Page) -> None:
        """Write down what the browser complains of: refused scripts and styles, mistakes in ours."""
        page.set_default_timeout(10_000)
        page.on(
            "console",
            lambda m: (
                self.complaints.append(m.text) if m.type in ("error", "warning") and EXPECTED not in m.text else None
            ),
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", lambda r: self.complaints.append(f"{r.status} {r.url}") if r.status >= 500 else None)

    def say(self, words: str, /, **values: Any) -> str:
        """The words of the interface in the language of this person."""
        with self.site.app.app_context(), force_locale(self.language):
            return str(gettext(words, **values))

    def field(self, name: str, part: str = "activity") -> str:
        """The question of the catalogue, as the forms ask it."""
        return law().fields[part][name].label[self.language]

    def option(self, vocabulary: str, code: str) -> str:
        """An entry of a reference list."""
        return law().vocabularies[vocabulary][code].label(self.language)

    def finding(self, rule: str) -> re.Pattern[str]:
        """What the X-ray says, whatever the row is called."""
        said = re.escape(rule_in_words(rule, self.language).what)
        return re.compile(said.replace("…", ".+"))

    def go(self, path: str = "") -> Page:
        """Open a page of the organisation, and wait until its scripts listen."""
        self.page.goto(f"{self.site.address}/o/{self.slug}/{path}")
        self.wait_for_scripts()
        return self.page

    def wait_for_scripts(self) -> None:
        """Go on when the page listens, as a person would who looks at it first."""
        if self.has_scripts:
            expect(self.page.locator("html[data-scripts~=ready]")).to_be_attached()

    def sign_in(self, email: str) -> Page:
        """Come in by the front door, then into this organisation."""
        self.page.goto(f"{self.site.address}/sign-in")
        self.page.get_by_label(self.say("E-mail address")).fill(email)
        self.page.get_by_label(self.say("Password")).fill(PASSWORD)
        self.press("Sign in")
        self.page.wait_for_url(f"{self.site.address}/o/**")
        return self.go()

    def be(self, who: str) -> None:
        """Be that person from now on, as after a sign-in, which has a test of its own."""
        app = self.site.app
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = signer.dumps({"_user_id": who, "_fresh": True})
        self.context.add_cookies([{"name": "session", "value": cookie, "url": self.site.address}])

    def press(self, words: str, within: Locator | Page | None = None, **values: Any) -> None:
        """Press the button of these words."""
        buttons = (within or self.page).get_by_role("button", name=self.say(words, **values), exact=True)
        buttons.last.click()

    def follow(self, words: str, within: Locator | Page | None = None) -> None:
        """Follow the link of these words."""
        (within or self.page).get_by_role("link", name=self.say(words), exact=True).first.click()

    def note(self, rule: str) -> Locator:
        """The notes in the margin that say this finding."""
        return self.page.locator(".note", has_text=self.finding(rule))

    def sees(self, words: str, **values: Any) -> None:
        """These words of the interface stand on the page."""
        expect(self.page.locator("body")).to_contain_text(self.say(words, **values))

    def download(self, press: Callable[[], None]) -> bytes:
        """What arrives when that is done."""
        with self.page.expect_download() as caught:
            press()
        return caught.value.path().read_bytes()


@contextmanager
def hand(site: Site, browser: Browser, slug: str, language: str = "en", **options: Any) -> Iterator[Hand]:
    """A window of one's own, closed at the end; what the browser complained of meanwhile fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale=language, **options)
    try:
        hand = Hand(site, context, slug, language, has_scripts=options.get("java_script_enabled", True))
        yield hand
        assert not hand.complaints, "\n".join(hand.complaints)
    finally:
        context.close()
