"""Every kind of page, light and dark, wide and narrow: no barrier that axe can find, nothing runs off the screen."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from compliance.accounts import services as accounts
from compliance.register.documents import SECTIONS
from compliance.register.services import activities, importing, library, review, xray
from compliance.support import jobs, transactions
from compliance.support.clock import today
from tests.e2e.conftest import OFFICER, House
from tests.e2e.hands import Hand, hand
from tests.helpers.browser import Site
from tests.helpers.makers import actor_of, make_department, make_party, make_record, make_system

pytestmark = pytest.mark.browser

Window = Callable[..., Hand]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
EVERYTHING = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast"]}
#: What a narrow window can change: colours, sizes, what is shown and what scrolls. Names and roles stay as they are.
NARROW = {
    "type": "rule",
    "values": [
        "color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block", "aria-hidden-focus",
        "link-name", "button-name", "summary-name",
    ],
}  # fmt: skip
ASK = """async only => {
    const found = await axe.run(document, { runOnly: only, resultTypes: ["violations"], elementRef: false });
    return found.violations.map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 160)).slice(0, 3).join(" | "));
}"""
#: What sticks out: elements that reach beyond the window, but for those inside something that scrolls by itself.
TOO_WIDE = """() => {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    const out = [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1);
    return out.slice(0, 3).map(e => e.outerHTML.slice(0, 120));
}"""
#: Nothing moves, so that no colour is read halfway.
STILL = {"reduced_motion": "reduce"}
#: The pages that between them show every piece: their colours are read in both themes at both widths.
CROSSWISE = ("today", "the register", "the findings", "a rich record", "the section data", "deciding", "two versions")
ROWS = "Réf;Activité;Finalité;Base légale;Personnes\nRH-09;Paie;Payer;Obligation légale;Salariés\n;;;;à relire\n"
#: Time for the page to hear that its window has another size, and to answer.
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def faults(page: Page, name: str) -> Iterator[str]:
    """What keeps somebody out of the page as it stands: wide and light, narrow and dark, and its colours crosswise."""
    page.evaluate(AXE)
    for width, theme, rules in ((1440, "light", EVERYTHING), (720, "", {}), (390, "dark", NARROW)):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(TWO_FRAMES)
        yield from (f"{name}, {width} px wide, sticks out: {found}" for found in page.evaluate(TOO_WIDE))
        alike = name.startswith("the section") and name not in CROSSWISE  # forms of the same pieces: once is enough
        if theme and not (alike and rules is NARROW):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            yield from (f"{name}, {width} px, {theme}: {found}" for found in page.evaluate(ASK, rules))
    if name in CROSSWISE:
        page.emulate_media(color_scheme="light")
        yield from (f"{name}, 390 px, light: {found}" for found in page.evaluate(ASK, COLOURS))
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="dark")
        yield from (f"{name}, 1440 px, dark: {found}" for found in page.evaluate(ASK, COLOURS))
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")


@pytest.fixture
def full(house: House) -> dict[str, str]:
    """One of each thing, and the addresses of what the map of routes cannot guess."""
    organisation, person = accounts.organisation_by_slug(house.slug), accounts.person_by_email(OFFICER)
    assert person is not None
    actor = actor_of(person, organisation)
    department = make_department()
    place = {"kind": "department", "reference": department.reference, "name": department.name}
    rich = library.start_from("recruitment", "en", actor=actor, department=place)
    answers = {name: rich.document[name] for name in SECTIONS["identity"]}
    answers["name"] = "Recruitment, trainees and everything that comes before a contract is signed"
    activities.save_section(rich, "identity", answers, base_version=rich.version, actor=actor)
    gap = next(finding for finding in xray.findings_of(rich) if not finding.is_blocker)
    review.plan(rich, gap.rule, gap.row_key, "Mend it", OFFICER, today(), actor=actor)
    review.give_opinion(rich, "reservations", "Say how long.", actor=actor)
    poor = make_record(name="Donaudampfschifffahrtsgesellschaftskapitänsverzeichnis" * 2)
    run = importing.begin(io.BytesIO(ROWS.encode()), "register.csv", actor=actor)
    done = importing.begin(io.BytesIO(ROWS.encode()), "register.csv", actor=actor)
    importing.apply(done, actor=actor)
    job = jobs.enqueue("export", organisation_id=organisation.id, person_id=person.id, wish={"format": "pdf"})
    job.state, job.total, job.done = "running", 10, 4
    kept = {
        "a rich record": f"register/{rich.reference}/",
        "what became of it": f"register/{rich.reference}/history",
        "what changed in it": f"register/{rich.reference}/compare",
        "a poor record": f"register/{poor.reference}/",
        "an opinion": f"register/{rich.reference}/opinion",
        "asking for approval": f"register/{poor.reference}/submit",
        "planning": f"register/{rich.reference}/findings/{gap.rule}/{gap.row_key or '-'}/action",
        "an action done": f"register/{rich.reference}/actions/{review.actions_of(rich)[0].id}/done",
        "a party": f"parties/{make_party('PaySoft').reference}/",
        "a system": f"parties/systems/{make_system('Payroll software').reference}/",
        "a file that was read": f"imports/{run.token}",
        "an import that was done": f"imports/{done.token}",
        "a job": f"exports/jobs/{job.token}",
        "a department": f"settings/departments/{department.reference}",
        **{f"the section {name}": f"register/{rich.reference}/edit/{name}" for name in SECTIONS},
    }
    transactions.commit()
    return kept


PLAIN = {
    "today": "",
    "the register": "register/",
    "the approved register": "register/?face=approved",
    "nothing found": "register/?q=zzz",
    "the search": "search?q=recruit",
    "a new record": "register/new",
    "the library": "register/library",
    "the findings": "findings",
    "the findings by rule": "findings?group=rule",
    "choosing a file": "imports/",
    "the agenda": "agenda/",
    "the agenda by owner": "agenda/?group=owner",
    "a month": "agenda/month",
    "in my calendar": "agenda/calendar",
    "the rhythms": "settings/rhythms",
    "a rhythm": "settings/rhythms/activity_review/standard",
    "the parties": "parties/",
    "the systems": "parties/systems/",
    "a new party": "parties/new",
    "the exports": "exports/",
    "the settings": "settings",
    "the organisation": "settings/organisation",
    "the organisation, edited": "settings/organisation/edit",
    "the departments": "settings/departments",
    "the people": "settings/people",
    "somebody new": "settings/people/new",
    "the lists": "settings/lists",
    "a list": "settings/lists/data_categories",
    "what nobody checked": "settings/unchecked",
    "the journal": "settings/journal",
    "the access log": "settings/accesses",
    "how approval works": "settings/approval",
    "language and zone": "settings/place",
    "my account": "me",
    "nothing here": "nowhere-at-all",
}


def visit(hand: Hand, pages: dict[str, str]) -> list[str]:
    """Open each page and say what is wrong with it."""
    found = []
    for name, path in pages.items():
        answer = hand.page.goto(f"{hand.site.address}/o/{hand.slug}/{path}")
        assert answer is not None
        hand.wait_for_scripts()
        if answer.status != (404 if name == "nothing here" else 200):
            found.append(f"{name}: {answer.status}")
        found += faults(hand.page, name)
    return found


def told(found: list[str]) -> str:
    """The faults, one a line."""
    return "\n".join(found)


def test_no_page_of_an_organisation_at_work_shuts_anybody_out(window: Window, full: dict[str, str]) -> None:
    assert told(visit(window(**STILL), PLAIN | full)) == ""


def test_no_page_of_an_empty_organisation_shuts_anybody_out(window: Window) -> None:
    empty = (
        "today", "the register", "the findings", "the agenda", "a month", "choosing a file", "the parties",
        "the systems", "the exports",
    )  # fmt: skip
    assert told(visit(window(**STILL), {name: PLAIN[name] for name in empty})) == ""


def test_the_pages_of_the_one_who_decides_shut_nobody_out(window: Window, full: dict[str, str], house: House) -> None:
    at = full["a rich record"]
    pages = {"today": "", "deciding": f"{at}approve", "refusing": f"{at}refuse", "reading": at}
    assert told(visit(window(house.director, **STILL), pages)) == ""


def test_what_went_wrong_is_said_to_everybody(window: Window, full: dict[str, str]) -> None:
    hand = window(**STILL)
    page = hand.go("register/new")
    hand.press("Add")
    expect(page.locator("[data-form-errors]")).to_be_focused()
    found = list(faults(page, "a form with errors"))
    first, second = window(), window(**STILL)
    for one, words in ((first, "One version"), (second, "Another version")):
        one.go(full["the section identity"])
        one.page.get_by_label(one.field("description"), exact=True).fill(words)
    first.press("Save")
    first.page.wait_for_url("**#identity")
    second.press("Save")
    expect(second.page.get_by_text("What you typed:")).to_be_visible()
    found += faults(second.page, "two versions")
    second.context.clear_cookies()
    second.press("Save with these choices")
    second.sees("Sign in again")
    found += faults(second.page, "signing in again")
    assert told(found) == ""


def test_the_pages_for_strangers_shut_nobody_out(site: Site, chromium: Browser) -> None:
    with hand(site, chromium, "", **STILL) as stranger:
        found = []
        for path in ("", "sign-in", "start", "nowhere-at-all"):
            stranger.page.goto(f"{site.address}/{path}")
            stranger.wait_for_scripts()
            found += faults(stranger.page, f"/{path}")
        assert told(found) == ""
