"""Writing in a record: it saves itself, and no word is lost to the network, the clock or a colleague."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from compliance.support import transactions
from tests.e2e.conftest import House
from tests.e2e.hands import PASSWORD, Hand
from tests.helpers.makers import make_person, make_record

pytestmark = pytest.mark.browser

Window = Callable[..., Hand]
WORDS = "Bulletins, cotisations et déclarations"


@pytest.fixture
def record(house: House) -> str:
    """The reference of a draft with two purposes."""
    purposes = [{"key": "p1", "label": "Pay people"}, {"key": "p2", "label": "Declare contributions"}]
    reference = make_record(name="Payroll", purposes=purposes).reference
    transactions.commit()
    return reference


def description(hand: Hand) -> Locator:
    return hand.page.get_by_label(hand.field("description"), exact=True)


def state_of_saving(hand: Hand) -> Locator:
    return hand.page.locator("[data-save-shown]")


def test_what_is_typed_is_saved_and_is_there_again(window: Window, record: str) -> None:
    hand = window()
    hand.go(f"register/{record}/edit/identity")
    description(hand).fill(WORDS)
    description(hand).blur()
    expect(state_of_saving(hand)).to_contain_text("Saved")
    hand.page.close()
    hand.page = hand.context.new_page()
    hand.go(f"register/{record}/edit/identity")
    expect(description(hand)).to_have_value(WORDS)
    expect(hand.page.locator(".banner")).to_contain_text("This is what you had typed and not saved")


def test_what_is_typed_before_the_scripts_have_come_is_saved_when_they_do(window: Window, record: str) -> None:
    hand = window()
    hand.go(f"register/{record}/")
    waiting: list[Route] = []
    hand.page.route("**/js/autosave.js*", lambda route: waiting.append(route))  # noqa: PLW0108 — what is bound it cannot take
    with hand.page.expect_request("**/js/autosave.js*"):
        hand.page.get_by_role("main").locator(f"a[href$='/{record}/edit/identity']").first.click(no_wait_after=True)
    description(hand).fill(WORDS)
    assert waiting
    for route in waiting:
        route.continue_()
    hand.page.unroute_all()
    expect(state_of_saving(hand)).to_contain_text("Saved")
    hand.go(f"register/{record}/edit/identity")
    expect(description(hand)).to_have_value(WORDS)


def test_a_lost_connection_loses_nothing_and_is_made_good(window: Window, record: str) -> None:
    hand = window()
    hand.go(f"register/{record}/edit/identity")
    hand.context.set_offline(True)
    description(hand).fill(WORDS)
    description(hand).blur()
    expect(state_of_saving(hand)).to_have_text("Not saved: connection lost, retrying")
    hand.context.set_offline(False)
    expect(state_of_saving(hand)).to_contain_text(re.compile("^Saved"))
    hand.go(f"register/{record}/edit/identity")
    expect(description(hand)).to_have_value(WORDS)


def test_words_that_never_reached_the_server_are_offered_again(window: Window, record: str) -> None:
    hand = window()
    page = hand.go(f"register/{record}/edit/identity")
    page.route("**/draft/**", lambda route: route.abort())
    description(hand).fill(WORDS)
    description(hand).blur()
    expect(state_of_saving(hand)).to_contain_text("connection lost")
    page.unroute_all()
    again = hand.context.new_page()
    hand.listen(again)
    again.goto(page.url)
    expect(again.get_by_label(hand.field("description"), exact=True)).to_have_value("")
    again.get_by_role("button", name="Put them back").click()
    expect(again.get_by_label(hand.field("description"), exact=True)).to_have_value(WORDS)


def test_a_sign_in_that_expired_gives_the_form_back(window: Window, record: str, house: House) -> None:
    person = make_person("dpo", name="Noé", password=PASSWORD, language="en")
    email, who = person.email, person.get_id()
    transactions.commit()
    hand = window(who)
    page = hand.go(f"register/{record}/edit/identity")
    description(hand).fill(WORDS)
    hand.context.clear_cookies()
    hand.press("Save")
    hand.sees("Sign in again")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    hand.press("Sign in and go on")
    page.wait_for_url(f"**/register/{record}/*")
    expect(page.locator("main")).to_contain_text(WORDS)


def test_a_sign_in_that_expired_is_told_while_one_types(window: Window, record: str, house: House) -> None:
    hand = window()
    page = hand.go(f"register/{record}/edit/identity")
    hand.context.clear_cookies()
    description(hand).fill(WORDS)
    description(hand).blur()
    expect(page.locator("[data-signed-out]")).to_be_visible()
    hand.be(house.officer)
    page.evaluate("dispatchEvent(new Event('focus'))")  # the person comes back from the tab in which they signed in
    expect(state_of_saving(hand)).to_contain_text(re.compile("^Saved"), timeout=15_000)
    expect(page.locator("[data-signed-out]")).to_be_hidden()


def test_two_people_on_one_section_see_both_versions_and_choose(window: Window, record: str, house: House) -> None:
    colleague = make_person("dpo", name="Noé", language="en").get_id()
    transactions.commit()
    mine, theirs = window(), window(colleague)
    for hand in (mine, theirs):
        hand.go(f"register/{record}/edit/identity")
    description(theirs).fill("What the colleague wrote")
    notes = theirs.page.get_by_label(theirs.field("notes"), exact=True)
    notes.fill("A note that nobody else touched")
    theirs.press("Save")
    theirs.page.wait_for_url(f"**/register/{record}/*")
    description(mine).fill(WORDS)
    mine.press("Save")
    conflict = mine.page.locator("form fieldset")
    expect(conflict).to_have_count(1)
    expect(conflict).to_contain_text(WORDS)
    expect(conflict).to_contain_text("What the colleague wrote")
    conflict.get_by_label(re.compile("^What you typed:")).check()
    mine.press("Save with these choices")
    mine.page.wait_for_url(f"**/register/{record}/*")
    matter = mine.page.locator("#identity")
    expect(matter).to_contain_text(WORDS)
    expect(matter).to_contain_text("A note that nobody else touched")
    expect(matter).not_to_contain_text("What the colleague wrote")


def test_rows_are_added_moved_and_removed_without_a_script(window: Window, record: str) -> None:
    hand = window(java_script_enabled=False)
    page = hand.go(f"register/{record}/edit/purposes")
    rows = page.locator(".row-item")
    hand.press("Add a purpose")
    expect(rows).to_have_count(3)
    rows.nth(2).get_by_label(hand.field("purposes.label")).fill("Keep the books")
    rows.nth(2).get_by_role("button", name=re.compile("^Move up")).click()
    expect(rows.nth(1).get_by_label(hand.field("purposes.label"))).to_have_value("Keep the books")
    rows.nth(0).get_by_role("button", name=re.compile("^Remove")).click()
    expect(rows).to_have_count(2)
    hand.press("Save")
    page.wait_for_url(f"**/register/{record}/*")
    titles = page.locator("#purposes .row-read-title")
    expect(titles).to_have_text(["Keep the books", "Declare contributions"])


def test_a_removed_row_comes_back_with_one_press(window: Window, record: str) -> None:
    hand = window()
    page = hand.go(f"register/{record}/edit/purposes")
    rows = page.locator(".row-item")
    rows.nth(0).get_by_role("button", name=re.compile("^Remove")).click()
    expect(rows).to_have_count(1)
    hand.press("Undo")
    expect(rows).to_have_count(2)
    expect(rows.nth(0).get_by_label(hand.field("purposes.label"))).to_have_value("Pay people")


def tab_to(page: Page, wanted: Locator) -> None:
    """Reach it with the Tab key alone."""
    element = wanted.element_handle()
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement === wanted", element):
            return
    raise AssertionError("the Tab key never arrives there")


def test_a_record_is_changed_with_the_keyboard_alone(window: Window, record: str) -> None:
    hand = window()
    page = hand.go("register/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/register/{record}/")
    tab_to(page, page.locator("#identity").get_by_role("link", name=re.compile("^Edit")))
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit/identity*")
    hand.wait_for_scripts()
    tab_to(page, description(hand))
    page.keyboard.type(WORDS)
    tab_to(page, page.get_by_role("button", name="Save", exact=True).last)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/register/{record}/#identity")
    expect(page.locator("#identity")).to_contain_text(WORDS)


def test_slash_goes_to_the_search_and_enter_finds(window: Window, record: str) -> None:
    hand = window()
    page = hand.go("")
    page.keyboard.press("/")
    page.keyboard.type("payr")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("Payroll")).click()
    page.wait_for_url(f"**/register/{record}/")


@pytest.fixture
def several(record: str, house: House) -> None:
    """Payroll, with three others beside it."""
    for name in ("Recruitment", "Newsletter", "Visitors"):
        make_record(name=name, role="controller")
    transactions.commit()


@pytest.mark.usefixtures("several")
def test_the_list_narrows_as_one_types(window: Window) -> None:
    hand = window()
    page = hand.go("register/")
    expect(page.locator(".sentence .total")).to_have_text("4 processing activities")
    page.get_by_label("Search in this list").press_sequentially("recruit", delay=20)
    expect(page.locator(".sentence .total")).to_have_text("1 processing activity")
    expect(page.locator(".ledger tbody tr")).to_contain_text("Recruitment")
    expect(page.get_by_label("Search in this list")).to_be_focused()
    page.wait_for_url("**q=recruit**")


@pytest.mark.usefixtures("several")
def test_a_filter_says_how_many_it_leaves_and_leaves_them(window: Window) -> None:
    hand = window()
    page = hand.go("register/")
    menu = page.locator("details.filter", has=page.locator("summary", has_text=re.compile("^\\s*Role")))
    menu.locator("summary").click()
    choice = menu.locator("label", has_text=hand.option("roles", "controller"))
    expect(choice.locator(".count")).to_have_text(re.compile(r"\d+"))
    told = int(choice.locator(".count").inner_text())
    choice.get_by_role("checkbox").check()
    expect(page.locator(".sentence .total")).to_have_text(re.compile(rf"^{told} "))
    expect(page.locator(".ledger tbody tr")).to_have_count(told)
    page.locator(".sentence a", has_text=hand.option("roles", "controller")).click()
    expect(page.locator(".sentence .total")).to_have_text("4 processing activities")
