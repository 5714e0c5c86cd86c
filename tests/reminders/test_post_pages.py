"""The pages of the post: what left and what did not, for those who look after it; what each person wants to hear of."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from compliance.accounts.models import Organisation, Person
from compliance.reminders import notifications
from compliance.reminders.models import LetterChoice, SweepRun
from compliance.reminders.notifications import Item
from compliance.support import clock, jobs, mail, post, transactions
from compliance.support.db import db, enter
from compliance.support.post import DEAD, FILED, SENT, WAITING, Letter, Written
from tests.conftest import MORNING
from tests.helpers.client import PageClient
from tests.helpers.mail import free_port, mail_server
from tests.helpers.makers import make_organisation, make_person

pytestmark = pytest.mark.database


@pytest.fixture
def own(context: Flask) -> Organisation:
    return make_organisation("Manufacture du Chêne")


@pytest.fixture
def administrator(own: Organisation) -> Person:
    """Who keeps the installation and the register: small organisations have one person for both."""
    return make_person("administrator", "dpo", organisation=own, email="admin@chene.example")


@pytest.fixture(autouse=True)
def server(context: Flask) -> Iterator[None]:
    before = context.config["MAIL_SERVER"]
    yield
    context.config["MAIL_SERVER"] = before


def letter(own: Organisation, subject: str = "Paie", **changes: Any) -> Letter:
    written = Written(subject, f"Bonjour, {subject}", f"<p>{subject}</p>")
    made = post.write("due", recipient="dpo@chene.example", language="fr", written=written, key=subject,
                      organisation_id=own.id)  # fmt: skip
    for name, value in changes.items():
        setattr(made, name, value)
    transactions.commit()
    return made


def about(kind: str) -> Item:
    return Item(kind, "Paie", "FT-1", datetime.date(2026, 11, 23), "due", "register.show", "")


def stop_address(kind: str, person: Person, own: Organisation) -> str:
    """The path of the address in a letter of that kind; of a digest when none is named."""
    items = [about(kind)] if kind else [about("measure"), about("action")]
    found = notifications.compose("due" if kind else "digest", "en", person, own, items).unsubscribe
    return found.removeprefix("http://127.0.0.1:8000")


def chosen(person: Person, own: Organisation) -> dict[str, str]:
    db.session.rollback()
    enter(own.id)
    return {c.kind: c.how for c in db.session.scalars(select(LetterChoice)) if c.person_id == person.id}


def test_letters_are_listed_by_state_with_what_the_server_said(
    own: Organisation, administrator: Person, client: PageClient
) -> None:
    letter(own, "Sent one", state=SENT, sent_at=clock.now())
    letter(own, "Dead one", state=DEAD, error="recipient: 550 5.1.1 Nobody here")
    letter(make_organisation("Elsewhere"), "Foreign one")
    client.sign_in(administrator)
    page = client.page("letters.index", organisation=own.slug)
    assert "Letters that would have been sent" in page.heading
    assert "Dead one" in page.text
    assert "refused the address of the recipient. 550 5.1.1 Nobody here" in page.text
    assert "Foreign one" not in page.text
    dead = client.page(f"/o/{own.slug}/settings/letters?state=dead")
    assert "Sent one" not in dead.text
    assert client.page(f"/o/{own.slug}/settings/letters?state=nonsense&page=99").text


def test_who_may_not_see_the_register_learns_no_name_from_its_letters(own: Organisation, client: PageClient) -> None:
    stop = "http://x/letters/stop/abc"
    made = letter(own, "Secret investigation", unsubscribe=stop, text=f"Secret {stop}")
    number = made.id
    client.sign_in(make_person("administrator", organisation=own))
    listed = client.page("letters.index", organisation=own.slug)
    shown = client.page("letters.show", organisation=own.slug, number=number)
    for page in (listed, shown):
        assert "Due now" in page.text
        assert "Secret" not in page.response.text
    client.sign_in(make_person("administrator", "dpo", organisation=own))
    shown = client.page("letters.show", organisation=own.slug, number=number)
    assert "Secret …" in shown.text
    assert "letters/stop/abc" not in shown.response.text


def test_a_long_list_of_letters_comes_in_pages(own: Organisation, administrator: Person, client: PageClient) -> None:
    for number in range(55):
        letter(own, f"Letter {number}")
    client.sign_in(administrator)
    first = client.page("letters.index", organisation=own.slug)
    assert "Letters 1 to 50 of 55" in first.text
    assert "Letter 54" in first.text
    second = client.page(first.links["Next"])
    assert "Letters 51 to 55 of 55" in second.text
    assert "Letter 0" in second.text


def test_a_letter_is_read_as_text_and_sent_again_once_when_it_died(
    own: Organisation, administrator: Person, client: PageClient
) -> None:
    made = letter(own, "Dead <one>", state=DEAD, error="recipient: 550 no", attempts=14)
    number = made.id
    client.sign_in(administrator)
    page = client.page("letters.show", organisation=own.slug, number=number)
    assert "Bonjour, Dead <one>" in page.text
    client.send("letters.again", page.form("/again"), organisation=own.slug, number=number)
    client.send("letters.again", page.form("/again"), organisation=own.slug, number=number)
    db.session.rollback()
    assert db.session.get_one(Letter, number, populate_existing=True).state == WAITING
    found = db.session.scalars(select(jobs.Job).where(jobs.Job.name == "deliver")).all()
    assert len(found) == 2, "the one it died by, and one more"


def test_a_letter_of_another_organisation_is_not_there(
    own: Organisation, administrator: Person, client: PageClient
) -> None:
    foreign = letter(make_organisation("Elsewhere"), "Foreign one", state=DEAD).id
    client.sign_in(administrator)
    client.page("letters.show", organisation=own.slug, number=foreign, status=404)
    page = client.page("letters.index", organisation=own.slug)
    client.send("letters.again", page.form("/test"), organisation=own.slug, number=foreign, status=404)


def test_a_test_letter_is_tried_at_once_and_its_page_says_what_the_server_said(
    context: Flask, own: Organisation, administrator: Person, client: PageClient
) -> None:
    client.sign_in(administrator)
    context.config["MAIL_SERVER"] = mail.server_of(f"smtp://127.0.0.1:{free_port()}?timeout=2")
    page = client.page("letters.index", organisation=own.slug)
    assert page.heading == "Letters"
    there = client.send("letters.test", page.form("/test"), organisation=own.slug).location
    assert "On its way" in client.page(there).text
    jobs.run_due()
    refused = client.page(there)
    assert "The mail server cannot be reached" in refused.text
    assert "Not delivered" in refused.text

    with mail_server() as office:
        context.config["MAIL_SERVER"] = mail.server_of(office.address)
        there = client.send("letters.test", page.form("/test"), organisation=own.slug).location
        jobs.run_due()
        assert office.recipients == ["admin@chene.example"]
        assert office.letters[0]["Subject"] == "Test letter from Trente"
        assert "Sent" in client.page(there).text


def test_health_says_when_each_was_last_heard_and_what_waits(
    context: Flask, own: Organisation, administrator: Person, client: PageClient
) -> None:
    client.sign_in(administrator)
    with clock.frozen(MORNING):
        context.config["STARTED_AT"] = MORNING
        _heard(post.SCHEDULER, post.WORKER)
        enter(own.id)
        db.session.add(SweepRun(organisation_id=own.id, day=MORNING.date(), found={"letters": 3}))
        letter(own, "Waits")
        page = client.page("letters.health", organisation=own.slug)
        assert page.text.count("At work") == 2
        assert "3 letters that day" in page.text
        assert "1 letter · the oldest was written on 23 Nov 2026, 09:00" in page.text


def test_administrators_hear_of_a_silent_scheduler_and_of_a_silent_worker_and_others_do_not(
    context: Flask, own: Organisation, administrator: Person, client: PageClient
) -> None:
    dpo = make_person("dpo", organisation=own)
    settings, later = (
        client.address("accounts.settings", organisation=own.slug),
        MORNING + datetime.timedelta(minutes=9),
    )
    context.config["STARTED_AT"] = MORNING
    with clock.frozen(MORNING):
        _heard(post.SCHEDULER, post.WORKER)
    client.sign_in(administrator)
    with clock.frozen(MORNING + datetime.timedelta(minutes=1)):
        assert "silent" not in client.page(settings).text
    with clock.frozen(later):
        page = client.page(settings)
        assert "The scheduler is silent" in page.text
        assert "The worker is silent" not in page.text, "the scheduler wakes it: nothing is known of it"
        _heard(post.SCHEDULER)
        assert "The worker is silent" in client.page(settings).text
        letter(own, "x")
        assert jobs._claim(_only(jobs.Job))
        db.session.rollback()
        assert "silent" not in client.page(settings).text, "a worker that is long at one job is at work"
        client.sign_in(dpo)
        assert "silent" not in client.page(settings).text


def test_a_fresh_installation_is_not_silent_yet_and_one_without_scheduler_is(context: Flask, own: Organisation) -> None:
    context.config["STARTED_AT"] = MORNING
    with clock.frozen(MORNING + datetime.timedelta(seconds=30)):
        assert post.silent() == ()
    with clock.frozen(MORNING + datetime.timedelta(minutes=5)):
        assert post.silent() == (post.SCHEDULER,)
    db.session.rollback()


def test_the_operator_sees_the_post_of_all_without_its_words(own: Organisation, client: PageClient) -> None:
    letter(own, "Secret subject", state=DEAD, error="recipient: 550 no")
    operator = make_person(operator=True)
    client.sign_in(operator)
    page = client.page("/installation/letters")
    assert "Manufacture du Chêne" in page.text
    assert "Secret" not in page.text
    client.send("letters.again_anywhere", page.form("/again"), number=_only(Letter))
    assert "On its way" in client.page("/installation/letters").text
    assert "Manufacture du Chêne" in client.page("/installation/health").text
    client.sign_in(make_person("administrator", organisation=own))
    client.page("/installation/letters", status=403)


def _heard(*names: str) -> None:
    db.session.rollback()  # pulses have a transaction of their own
    for name in names:
        post.pulse(name)


def _only(model: Any) -> int:
    [found] = db.session.scalars(select(model.id)).all()
    db.session.rollback()
    return int(found)


def test_an_address_in_a_letter_shows_what_it_stops_and_stops_it_when_the_button_is_pressed(
    own: Organisation, client: PageClient
) -> None:
    person = make_person("dpo", organisation=own)
    where = stop_address("measure", person, own)
    page = client.page(where)
    assert "Security measure to put in place" in page.text
    assert chosen(person, own) == {}, "reading stops nothing: mail programs read ahead"
    client.send(where, {}, status=200)
    assert chosen(person, own) == {"measure": "none"}


def test_a_mail_program_stops_letters_in_one_click_without_session_or_token(
    own: Organisation, client: PageClient
) -> None:
    person = make_person("dpo", organisation=own)
    where = stop_address("", person, own)
    answer = client.post(where, data={"List-Unsubscribe": "One-Click"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    found = chosen(person, own)
    assert {"activity_review", "measure", "action"} <= set(found)
    assert set(found.values()) == {"none"}
    assert "adequacy_end" not in found, "what is required is still told"
    assert "still told" in client.page(where).text


def test_what_is_required_answers_with_a_sentence(own: Organisation, client: PageClient) -> None:
    person = make_person("dpo", organisation=own)
    token = notifications._signer(client.application.config["SECRET_KEY"]).dumps([person.id, own.id, "adequacy_end"])
    page = client.page(f"/letters/stop/{token}")
    assert page.heading == "These letters cannot be switched off"
    client.send(f"/letters/stop/{token}", {}, status=200)
    assert chosen(person, own) == {}


@pytest.mark.parametrize("spoil", ["x", "", "WzEsMSwibWVhc3VyZSJd.forged"])
def test_a_forged_address_stops_nothing(spoil: str, own: Organisation, client: PageClient) -> None:
    person = make_person("dpo", organisation=own)
    where = stop_address("measure", person, own)[:-1] + "!" if not spoil else f"/letters/stop/{spoil}"
    client.page(where, status=404)
    client.send(where, {}, status=404)
    assert chosen(person, own) == {}


def test_everybody_chooses_kind_by_kind_and_what_is_required_offers_no_silence(
    own: Organisation, client: PageClient
) -> None:
    person = make_person("auditor", organisation=own)
    client.sign_in(person)
    page = client.page("letters.choices", organisation=own.slug)
    form = page.form("/me/letters")
    assert set(form["measure"]) == {"single"}
    [required] = page.find(id="retention_purge")
    assert [o.get("value") for o in required] == ["single", "daily", "weekly"]
    sent = {
        **form,
        "measure": "weekly",
        "action": "none",
        "retention_purge": "none",
        "nonsense": "none",
        "lia_review": "?",
    }
    client.send("letters.choices", sent, organisation=own.slug)
    assert chosen(person, own) == {"measure": "weekly", "action": "none"}
    client.send("letters.choices", {**sent, "action": "single"}, organisation=own.slug)
    assert chosen(person, own) == {"measure": "weekly", "action": "single"}
    assert "Choose my letters" in client.page("accounts.me", organisation=own.slug).links


def test_files_are_the_letters_of_an_installation_without_mail_server(own: Organisation) -> None:
    number = letter(own, "Filed").id
    jobs.run_due()
    assert db.session.get_one(Letter, number, populate_existing=True).state == FILED
    db.session.rollback()
