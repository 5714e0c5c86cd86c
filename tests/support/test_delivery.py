"""Letters leave: through a real mail server or into a folder, once, whatever is refused, broken or done twice."""

import datetime
import email
import email.policy
import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from compliance.support import clock, jobs, mail, post, transactions
from compliance.support.db import db
from compliance.support.jobs import DONE, FAILED, MOST_ATTEMPTS, Job
from compliance.support.post import DEAD, FILED, MOST_TRIES, SENT, WAITING, Letter, Written
from tests.conftest import MORNING
from tests.helpers.mail import Office, free_port, mail_server

pytestmark = pytest.mark.database

STOP = "https://register.example.eu/letters/stop/" + "x" * 150


def letter(key: str = "1", **changes: str) -> Letter:
    """A letter in the post."""
    given = {
        "subject": "Réexamen : Paie",
        "text": "Bonjour,\nà faire.\n",
        "html": "<p>Bonjour</p>",
        "unsubscribe": STOP,
    } | changes
    recipient = given.pop("recipient", "dpo@chene.example")
    made = post.write("soon", recipient=recipient, language="fr", written=Written(**given), key=key)
    transactions.commit()
    return made


def state(made: Letter) -> Letter:
    """The letter as it stands; the session lets go of the database at once."""
    number = made.id
    db.session.rollback()
    found = db.session.get_one(Letter, number, populate_existing=True)
    db.session.expunge(found)
    db.session.rollback()
    return found


def job_of(made: Letter) -> Job:
    found = db.session.query(Job).order_by(Job.id.desc()).first()
    assert found is not None
    assert found.arguments["letter"] == made.id
    db.session.expunge(found)
    db.session.rollback()
    return found


@pytest.fixture
def office(context: Flask) -> Iterator[Office]:
    with mail_server() as office:
        yield through(context, office.address, office)


@pytest.fixture(autouse=True)
def settings(context: Flask) -> Iterator[None]:
    """What a test changes of the settings is as before at its end."""
    before = context.config["MAIL_SERVER"]
    yield
    context.config["MAIL_SERVER"] = before


def through(app: Flask, address: str, office: Office) -> Office:
    app.config["MAIL_SERVER"] = mail.server_of(address)
    return office


def folder(app: Flask) -> Path:
    found: Path = app.config["SETTINGS"].var_dir / "letters"
    return found


def test_a_letter_arrives_as_it_was_written_with_what_programs_want_to_know(office: Office) -> None:
    made = letter()
    assert jobs.run_due() == 1

    [taken] = office.letters
    assert office.recipients == ["dpo@chene.example"]
    assert taken["Message-ID"] == made.message_id
    assert taken["Subject"] == "Réexamen : Paie"
    assert taken["From"].addresses[0].addr_spec == "trente@trente.localhost"
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken["List-Unsubscribe"] == f"<{STOP}>"
    assert taken["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert abs((taken["Date"].datetime - clock.now()).total_seconds()) < 60
    assert taken.get_content_type() == "multipart/alternative"
    plain, html = taken.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().replace("\r\n", "\n") == "Bonjour,\nà faire.\n"
    assert "<p>Bonjour</p>" in html.get_content()
    assert {part.get_content_charset() for part in (plain, html)} == {"utf-8"}
    assert (state(made).state, state(made).error, job_of(made).state) == (SENT, "", DONE)
    assert state(made).sent_at is not None


def test_without_a_mail_server_letters_are_files_that_any_mail_program_opens(context: Flask) -> None:
    made = letter(key="filed")
    assert jobs.run_due() == 1
    assert state(made).state == FILED
    name = made.message_id.strip("<>").partition("@")[0]
    read = email.message_from_bytes((folder(context) / f"{name}.eml").read_bytes(), policy=email.policy.default)
    assert read["Subject"] == "Réexamen : Paie"
    assert not [path for path in folder(context).iterdir() if path.suffix != ".eml"]


def test_the_letters_of_a_sample_leave_for_nobody_even_where_there_is_a_mail_server(office: Office) -> None:
    made = post.write(
        "soon", recipient="dpo@chene.example", language="fr", written=Written("S", "t", "<p>t</p>"), key="sample",
        leaves=False,
    )  # fmt: skip
    transactions.commit()
    assert jobs.run_due() == 1
    assert (state(made).state, office.lines) == (FILED, 0)


@pytest.mark.parametrize(
    "subject",
    [
        "Paie\r\nBcc: all@example.org",
        "Paie\nX: y\n\nBody",
        "Paie\u2028X: y",
        "Paie\x00\x0b\x1b[31m",
        "P" * 250,
        "é" * 250,
    ],
)
def test_what_people_type_opens_no_header(subject: str, office: Office) -> None:
    made = letter(subject=subject[:255], unsubscribe="")
    jobs.run_due()
    [taken] = office.letters
    assert state(made).state == SENT
    assert set(taken.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "Content-Type",
        "MIME-Version", *({"X-Peer", "X-MailFrom", "X-RcptTo"} & set(taken.keys())),
    }  # fmt: skip
    assert str(taken["Subject"]) == mail.one_line(subject)
    assert office.recipients == ["dpo@chene.example"]


@pytest.mark.parametrize("address", ["dpo@chene.example\r\nBcc: x@example.org", "nobody", "a b@example.org", "@", ""])
def test_a_recipient_that_is_no_address_is_refused_at_once(address: str, office: Office) -> None:
    made = letter(recipient=address)
    jobs.run_due()
    assert (state(made).state, state(made).error, office.lines) == (DEAD, "address", 0)


@pytest.mark.parametrize(("command", "reason"), [("MAIL", "sender"), ("RCPT", "recipient"), ("DATA", "message")])
def test_a_letter_refused_for_good_is_dead_at_once_and_says_why(command: str, reason: str, office: Office) -> None:
    office.refuse[command] = "550 5.1.1 Nobody here under this name"
    made = letter()
    jobs.run_due()
    assert (state(made).state, state(made).attempts) == (DEAD, 1)
    assert state(made).error == f"{reason}: 550 5.1.1 Nobody here under this name"
    assert job_of(made).state == DONE
    words, detail = mail.in_words(state(made).error)
    assert words == str(mail.REASONS[reason])
    assert detail.startswith("550")


def test_a_letter_refused_for_now_is_tried_again_later_and_later_for_a_day_and_then_is_dead(office: Office) -> None:
    office.refuse["RCPT"] = "451 4.7.1 Come back"
    at = MORNING
    waits = []
    with clock.frozen(at):
        made = letter()
    while True:
        with clock.frozen(at):
            assert jobs.run_due() == 1
        if state(made).state == DEAD:
            break
        assert state(made).error == "recipient: 451 4.7.1 Come back"
        next_at = job_of(made).not_before
        assert next_at is not None
        waits.append((next_at - at).total_seconds())
        with clock.frozen(next_at - datetime.timedelta(seconds=1)):
            assert jobs.run_due() == 0
        at = next_at
    assert state(made).attempts == MOST_TRIES == len(waits) + 1
    assert 48 <= waits[0] <= 72
    assert all(later > 1.3 * sooner for sooner, later in itertools.pairwise(waits[:7]))
    assert 18 * 3600 < sum(waits) < 32 * 3600
    assert office.letters == []


def test_a_letter_refused_for_now_arrives_once_when_it_is_taken_under_the_same_name(office: Office) -> None:
    office.refuse["DATA"] = "452 4.3.1 Full"
    with clock.frozen(MORNING):
        made = letter()
        jobs.run_due()
    office.refuse.clear()
    with clock.frozen(MORNING + datetime.timedelta(minutes=2)):
        assert jobs.run_due() == 1
        assert jobs.run_due() == 0
    assert office.ids == [made.message_id]
    assert (state(made).state, state(made).error) == (SENT, "")


def test_a_mail_server_that_is_away_is_asked_once_a_minute_whatever_waits_for_it(context: Flask) -> None:
    port = free_port()
    context.config["MAIL_SERVER"] = mail.server_of(f"smtp://127.0.0.1:{port}?timeout=2")
    with clock.frozen(MORNING):
        made = [letter(key=str(n)) for n in range(5)]
        assert jobs.run_due() == 5
    for each in made:
        assert (state(each).state, state(each).attempts) == (WAITING, 1)
        assert mail.in_words(state(each).error)[0] == str(mail.REASONS["unreachable"])
    with mail_server(port=port) as office:
        with clock.frozen(MORNING + datetime.timedelta(seconds=40)):
            again = letter(key="again")
            jobs.run_due()
            assert (office.lines, state(again).attempts) == (0, 1), "it was not asked"
        with clock.frozen(MORNING + datetime.timedelta(minutes=3)):
            assert jobs.run_due() == 6
        assert sorted(office.ids) == sorted(each.message_id for each in [*made, again])
        with clock.frozen(MORNING + datetime.timedelta(minutes=4)):
            letter(key="after")
            assert jobs.run_due() == 1
        assert len(office.ids) == 7


@pytest.mark.parametrize(
    ("address", "reason", "signs_in"),
    [
        ("smtp://dpo:wrong@{}?timeout=3", "sign-in", True),
        ("smtp+starttls://{}?timeout=3", "unsupported", False),
        ("smtps://{}?timeout=3", "tls", False),
    ],
)
def test_a_wrong_mail_url_is_said_in_words_and_costs_no_letter(
    address: str, reason: str, signs_in: bool, context: Flask
) -> None:
    with mail_server(signs_in=signs_in) as office:
        through(context, address.format(f"127.0.0.1:{office.port}"), office)
        made = letter()
        jobs.run_due()
        assert (state(made).state, state(made).error.partition(":")[0]) == (WAITING, reason)
        assert office.letters == []


def test_user_and_password_of_the_mail_url_open_the_line(context: Flask) -> None:
    with mail_server(signs_in=True) as office:
        through(context, f"smtp://dpo:right%3A%20%40%2F@127.0.0.1:{office.port}?timeout=3", office)
        letter()
        jobs.run_due()
        assert len(office.letters) == 1
    assert "right" not in repr(context.config["MAIL_SERVER"])


def test_a_letter_that_two_workers_take_at_once_is_sent_once(context: Flask, office: Office) -> None:
    office.pause = 0.3
    made = letter()
    number, gate, ends = job_of(made).id, threading.Barrier(3), []

    def worker() -> None:
        with context.app_context():
            gate.wait()
            ends.append(jobs.run(number))
            db.session.remove()

    threads = [threading.Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(ends) == [DONE, "taken", "taken"]
    assert office.ids == [made.message_id]


def test_a_worker_that_lost_its_letter_while_it_called_the_server_sends_nothing(context: Flask, office: Office) -> None:
    made = letter()

    def overtaken(*_: object) -> None:
        raise jobs.Cancelled

    number = made.id
    with pytest.raises(jobs.Cancelled):
        post.deliver(letter=number, leaves=True, tries=1, progress=overtaken)  # type: ignore[arg-type]
    assert (office.lines, office.letters, state(made).state) == (1, [], WAITING)


def test_nothing_of_the_database_is_held_while_the_server_thinks(context: Flask, office: Office) -> None:
    written: list[float] = []

    def meanwhile(stage: str) -> None:
        if stage == "RCPT":
            with context.app_context():
                begun = time.monotonic()
                post.pulse("meanwhile")
                written.append(time.monotonic() - begun)

    office.during = meanwhile
    letter()
    jobs.run_due()
    assert written
    assert written[0] < 2
    assert len(office.letters) == 1


def test_a_letter_whose_workers_all_die_is_dead_and_not_forgotten(
    context: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    monkeypatch.setattr(mail, "hand_over", killed)
    at = MORNING
    with clock.frozen(at):
        made = letter()
        number = job_of(made).id
    for _ in range(MOST_ATTEMPTS):
        at += datetime.timedelta(hours=1)
        with clock.frozen(at), pytest.raises(SystemExit):
            jobs.run(number)
        db.session.rollback()
    with clock.frozen(at + datetime.timedelta(hours=1)):
        assert jobs.run(number) == FAILED
    assert (state(made).state, state(made).error) == (DEAD, "given-up")


def test_a_dead_letter_is_sent_again_once_however_often_it_is_asked(context: Flask, office: Office) -> None:
    office.refuse["RCPT"] = "550 no"
    made = letter()
    jobs.run_due()
    office.refuse.clear()
    for _ in range(2):
        post.try_again(db.session.get_one(Letter, made.id), leaves=True)
        transactions.commit()
    jobs.run_due()
    assert office.ids == [made.message_id]
    post.try_again(db.session.get_one(Letter, made.id), leaves=True)
    transactions.commit()
    assert jobs.run_due() == 0, "what was sent is not sent again"


def test_the_window_that_smtp_leaves_is_one_statement_wide(
    context: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the server's word and ours, a letter is sent twice under one name: nothing narrower exists."""
    before = post._mark

    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    with clock.frozen(MORNING):
        made = letter()
        number = job_of(made).id
        monkeypatch.setattr(post, "_mark", killed)
        with pytest.raises(SystemExit):
            jobs.run(number)
        db.session.rollback()
    monkeypatch.setattr(post, "_mark", before)
    with clock.frozen(MORNING + datetime.timedelta(hours=1)):
        assert jobs.run(number) == DONE
        assert office.ids == [made.message_id] * 2

    killed_after = letter(key="2")
    number = job_of(killed_after).id
    monkeypatch.setattr(jobs, "_finish", killed)
    with pytest.raises(SystemExit):
        jobs.run(number)
    db.session.rollback()
    monkeypatch.undo()
    with clock.frozen(clock.now() + datetime.timedelta(hours=2)):
        jobs.run(number)
    assert office.ids.count(killed_after.message_id) == 1, "once it is written down that it was sent, it is sent once"
