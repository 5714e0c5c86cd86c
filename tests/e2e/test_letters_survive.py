"""Web, workers, schedulers and the broker are killed while letters leave: each letter arrives, and arrives once.

Two schedulers ring all the while. What may arrive twice is what SMTP leaves: a letter that the server took in the
moment before its worker was killed.
"""

import datetime
import http.client
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import kombu
import pytest
import redis
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from compliance.support import clock, transactions
from compliance.support.db import db, random_token
from compliance.support.post import SENT, WAITING, Letter
from tests.conftest import MORNING
from tests.helpers import services, stage
from tests.helpers.application import SECRET, Applications
from tests.helpers.mail import Office, free_port, mail_server
from tests.helpers.makers import make_organisation, make_person, make_record

ROOT = Path(__file__).parents[2]
#: People who each have one thing due this morning.
PEOPLE = 20
#: Seconds around the kill of its worker in which the server took a letter that comes again.
WINDOW = 1.5


class Broker:
    """The doorbell between the programs: an address, and a way to lose whatever it holds."""

    def __init__(self, address: str, lose: Callable[[Path], None]) -> None:
        self.address, self.lose = address, lose


@contextmanager
def folder() -> Iterator[Broker]:
    """The embedded bell has no process: its messages are lost instead."""

    def lose(var: Path) -> None:
        for message in (var / "bell" / "messages").glob("*"):
            message.unlink(missing_ok=True)

    yield Broker("", lose)


@contextmanager
def own_redis() -> Iterator[Broker]:
    """A Redis server of our own, killed and started again, empty."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server is installed that a test could kill")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    running = [_started(command, port)]

    def lose(_var: Path) -> None:
        running[-1].kill()
        running[-1].wait()
        time.sleep(0.5)
        running.append(_started(command, port))

    try:
        yield Broker(f"redis://127.0.0.1:{port}/0", lose)
    finally:
        running[-1].kill()
        running[-1].wait()


def _started(command: list[str], port: int) -> subprocess.Popen[bytes]:
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port)
    until = time.monotonic() + 5
    while time.monotonic() < until:
        with suppress(redis.ConnectionError):
            client.ping()
            break
        time.sleep(0.05)
    client.close()
    return server


@contextmanager
def rabbitmq() -> Iterator[Broker]:
    """The machine's own RabbitMQ is not ours to kill: the messages in our queue are lost instead."""
    if missing := services.missing_rabbitmq():
        pytest.skip(missing)

    def lose(_var: Path) -> None:
        with kombu.Connection(services.RABBITMQ) as line:
            line.default_channel.queue_purge(os.environ[stage.QUEUE])

    os.environ[stage.QUEUE] = f"trente-test-{random_token()}"
    try:
        yield Broker(services.RABBITMQ, lose)
    finally:
        with kombu.Connection(services.RABBITMQ) as line:
            line.default_channel.queue_delete(os.environ.pop(stage.QUEUE))


BROKERS = {"folder": (folder, "sqlite"), "redis": (own_redis, "postgresql"), "rabbitmq": (rabbitmq, "postgresql")}


@pytest.fixture(params=BROKERS)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    opened, _engine = BROKERS[request.param]
    with opened() as broker:
        yield broker


@pytest.fixture
def installation(broker: Broker, request: pytest.FixtureRequest, applications: Applications) -> Iterator[Flask]:
    """The database of the test, which the programs on the stage share."""
    engine = BROKERS[request.node.callspec.params["broker"]][1]
    if engine == "postgresql":
        services.need(services.missing_postgresql())
    app = applications.fresh(engine)
    with app.app_context():
        yield app


class House:
    """An organisation in which each of many people has one thing due this morning, and its administrator."""

    def __init__(self, app: Flask) -> None:
        with clock.frozen(MORNING - datetime.timedelta(days=3)):
            own = make_organisation("Manufacture du Chêne")
            self.emails = [f"person{number}@survivors.example" for number in range(PEOPLE)]
            for email in self.emails:
                person = make_person("legal", organisation=own, email=email)
                owner = {"kind": "person", "reference": person.email, "name": person.name}
                make_record(owner=owner, measures=[{"key": "m1", "label": "Locks", "due_on": "2026-11-23"}])
            administrator = make_person("administrator", organisation=own, email="admin@survivors.example")
        self.slug = own.slug
        raw = random_token()
        session = {"_user_id": administrator.get_id(), "_fresh": True, "csrf_token": raw}
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        self.headers = {
            "Cookie": f"session={signer.dumps(session)}",
            "X-CSRFToken": str(URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(raw)),
        }
        transactions.commit()


class Stage:
    """The programs at work, in processes of their own."""

    def __init__(self, app: Flask, broker: Broker, office: Office, var: Path) -> None:
        self.var, self.port, self.kills = var, free_port(), dict[str, list[float]]()
        url = db.engine.url.render_as_string(hide_password=False)
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                url = f"sqlite:///{connection.exec_driver_sql('PRAGMA database_list').one()[2]}"
        offset = (MORNING - clock.now()).total_seconds()
        settings = {
            "ENVIRONMENT": "test", "VAR_DIR": str(var), "SECRET_KEY": SECRET, "PORT": str(self.port),
            "DATABASE_URL": url, "BROKER_URL": broker.address, "MAIL_URL": office.address, "WEB_WORKERS": "1",
            stage.OFFSET: str(offset),
        }  # fmt: skip
        self.log = (var / "log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.stage"], cwd=ROOT, env=os.environ | settings, stdout=self.log,
            stderr=subprocess.STDOUT,
        )  # fmt: skip

    def kill(self, name: str) -> None:
        """Kill a program and all it started, as a power cut would."""
        self.kills.setdefault(name, []).append(time.monotonic())
        os.killpg(int((self.var / "pids" / name).read_text()), signal.SIGKILL)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def until(happens: Callable[[], object], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.02)
    return False


def ask_for_letters(stage: Stage, house: House, answered: list[int], over: threading.Event) -> None:
    """As somebody who asks for test letters all the time: what was answered is what was promised."""
    while not over.is_set():
        line = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=5)
        with suppress(OSError, http.client.HTTPException):
            line.request("POST", f"/o/{house.slug}/settings/letters/test", headers=house.headers)
            answer = line.getresponse()
            assert answer.status == 303, answer.status
            answered.append(int(str(answer.headers["Location"]).rpartition("/")[2]))
        line.close()
        over.wait(0.25)


def test_each_letter_arrives_once_whatever_is_killed(installation: Flask, broker: Broker, tmp_path: Path) -> None:
    house = House(installation)
    answered: list[int] = []
    over = threading.Event()
    with ExitStack() as open_things:
        office = open_things.enter_context(mail_server())
        office.pause = 0.06
        on_stage = Stage(installation, broker, office, tmp_path)
        open_things.callback(on_stage.close)
        asking = threading.Thread(target=ask_for_letters, args=(on_stage, house, answered, over))
        asking.start()
        open_things.callback(asking.join)
        open_things.callback(over.set)
        acts: list[Callable[[], None]] = [
            lambda: on_stage.kill("worker1"), lambda: on_stage.kill("scheduler1"), lambda: broker.lose(tmp_path),
            lambda: on_stage.kill("web"), lambda: on_stage.kill("worker2"),
        ]  # fmt: skip
        for number, act in enumerate(acts, 1):
            assert until(lambda number=number: len(office.letters) >= 3 * number), (tmp_path / "log").read_text()[
                -3000:
            ]
            act()
        since = len(answered)
        assert until(lambda: len(answered) > since + 1), "the web server came back"
        over.set()
        asking.join()
        done = until(lambda: _is_over(answered, house))
        assert done, (tmp_path / "log").read_text()[-3000:]
        time.sleep(2 * stage.TICK)
    _check(office, house, answered, on_stage)


def _is_over(answered: list[int], house: House) -> bool:
    """Whether everybody was written to, whatever was promised is written, and none of it is on its way."""
    db.session.rollback()
    letters = db.session.scalars(select(Letter)).all()
    written = {letter.recipient for letter in letters} >= set(house.emails)
    promised = {letter.id for letter in letters} >= set(answered)
    is_over = written and promised and all(letter.state != WAITING for letter in letters)
    db.session.rollback()
    return is_over


def _check(office: Office, house: House, answered: list[int], on_stage: Stage) -> None:
    db.session.rollback()
    letters = {letter.message_id: letter for letter in db.session.scalars(select(Letter))}
    by_recipient = Counter(letter.recipient for letter in letters.values())
    assert {email: by_recipient[email] for email in house.emails} == dict.fromkeys(house.emails, 1), "two schedulers"
    assert {letter.state for letter in letters.values()} == {SENT}
    assert set(answered) <= {letter.id for letter in letters.values()}
    assert set(office.ids) == set(letters)
    kills = [moment for name, moments in on_stage.kills.items() if name.startswith("worker") for moment in moments]
    twice = [name for name, times in Counter(office.ids).items() if times > 1]
    for name in twice:
        taken = office.moments[office.ids.index(name)]
        assert any(abs(kill - taken) < WINDOW for kill in kills), "sent twice, and its worker was not killed"
    assert len(twice) <= len(kills)
    assert len(office.ids) == len(letters) + len(twice)
    db.session.rollback()
