"""One command, three programs: starts the web server, the worker and the scheduler, and stops them together.

Each is a fork of the process that has loaded the application already, so that a start costs one import and not four.
A program that dies is started again, later each time. None outlives the supervisor, even when it is killed outright.
"""

import contextlib
import contextvars
import ctypes
import gc
import http.client
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import Application

from compliance.support.errors import MisconfiguredError

HOST = "127.0.0.1"
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FIRST_WAIT, LONGEST_WAIT, STEADY = 1.0, 30.0, 30.0  # seconds: before a restart, at most, and alive this long = healthy
GRACE = 10.0  # seconds between asking to stop and killing
TICK = 0.1

_PR_SET_PDEATHSIG = 1
_WEB_SETTINGS = Path(__file__).resolve().parents[2] / "deploy" / "gunicorn.conf.py"


@dataclass
class Program:
    """One child process: what it runs, and what happened to it. `pid` is 0 while it is not running."""

    name: str
    run: Callable[[], None]
    pid: int = 0
    started_at: float = 0.0
    start_again_at: float = 0.0
    wait: float = 0.0
    failures: int = 0


class _Web(Application):
    """Gunicorn with the settings of production, for an application that is loaded already."""

    def __init__(self, app: Flask, port: int) -> None:
        self.app, self.port = app, port
        super().__init__()

    def load_config(self) -> None:
        self.load_config_from_file(str(_WEB_SETTINGS))
        self.cfg.set("bind", f"{HOST}:{self.port}")

    def load(self) -> Flask:
        return self.app


def programs(app: Flask, port: int, var: Path) -> list[Program]:
    """The three programs of a Trente on one machine; `var` is where the scheduler remembers what it last rang."""
    celery: Any = app.extensions["celery"]
    work = ["--quiet", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle"]
    ring = ["--quiet", "beat", "--schedule", str(var / "beat-schedule"), "--pidfile", ""]
    return [
        Program("web", lambda: _Web(app, port).run()),
        Program("worker", lambda: celery.start(argv=work)),
        Program("scheduler", lambda: celery.start(argv=ring)),
    ]


def settle() -> None:
    """Have what is loaded by now stay: the collector neither walks through it nor, after a fork, copies it."""
    gc.collect()
    gc.freeze()


def refuse_taken_port(port: int) -> None:
    """Raise MisconfiguredError, with a way out, when something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise MisconfiguredError(
                f"Port {port} on {HOST} cannot be used ({str(error.strerror).lower()}). "
                f"Stop what uses it, or choose another port: PORT={port + 1}."
            ) from None


def supervise(
    children: Sequence[Program],
    *,
    port: int,
    path: str = "/health",
    first_wait: float = FIRST_WAIT,
    grace: float = GRACE,
    say: Callable[[str], None] = lambda line: print(line, flush=True),
) -> int:
    """Run the programs until a stopping signal; the first of them answers on the port. Returns the exit status.

    It is 1, and everything stops, when the web server dies three times without ever having answered.
    """
    signals: list[int] = []
    before = {number: signal.signal(number, lambda caught, _: signals.append(caught)) for number in STOPPING}
    ready = False
    try:
        while not signals:
            for child in children:
                _look_after(child, first_wait, say)
            if not ready and children[0].failures >= 3:
                say(f"The {children[0].name} server stops as soon as it starts; its last words are above.")
                return 1
            if not ready and (ready := _answers(port, path)):
                say(f"Trente is ready at http://{HOST}:{port} (Ctrl+C stops it).")
            time.sleep(TICK)
        say("Stopping.")
        return 0
    finally:
        _stop([child.pid for child in children if child.pid], grace, signals)
        for number, handler in before.items():
            signal.signal(number, handler)


def _look_after(child: Program, first_wait: float, say: Callable[[str], None]) -> None:
    now = time.monotonic()
    if not child.pid:
        if now >= child.start_again_at:
            child.pid, child.started_at = _start(child.run), now
        return
    pid, status = os.waitpid(child.pid, os.WNOHANG)
    if not pid:
        return
    _kill_group(child.pid)  # what a dead program left behind would hold its port or its work
    steady = now - child.started_at >= STEADY
    child.wait = first_wait if steady or not child.wait else min(child.wait * 2, LONGEST_WAIT)
    child.failures = 1 if steady else child.failures + 1
    say(f"The {child.name} stopped ({_cause(status)}); starting it again in {child.wait:g} s.")
    child.pid, child.start_again_at = 0, now + child.wait


def _cause(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"status {code}"


def _start(run: Callable[[], None]) -> int:
    """Fork, and run in the child, which never returns from here."""
    supervisor = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    if pid := os.fork():
        return pid
    status = 1
    try:
        _become_a_child_of(supervisor)
        contextvars.Context().run(run)
        status = 0
    except SystemExit as leaving:
        status = _status(leaving.code)
    except BaseException:  # noqa: BLE001 (the last thing a child can do is to say why)
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _status(code: Any) -> int:
    if isinstance(code, str):
        print(code, file=sys.stderr)
        return 1
    return int(code or 0)


def _become_a_child_of(supervisor: int) -> None:
    # Its own process group, so that Ctrl+C reaches only the supervisor, and so that grandchildren can be stopped too.
    os.setpgid(0, 0)
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != supervisor:  # it died between the fork and the line above
            os._exit(1)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(pids: Sequence[int], grace: float, signals: Sequence[int]) -> None:
    """Ask, wait, then kill; a second signal from an impatient person ends the waiting."""
    running = set(pids)
    for pid in pids:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while running and time.monotonic() < deadline and len(signals) <= 1:
        running = {pid for pid in running if os.waitpid(pid, os.WNOHANG)[0] == 0}
        time.sleep(TICK)
    for pid in pids:
        _kill_group(pid)
    for pid in running:
        os.waitpid(pid, 0)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # nobody is left in the group
        os.killpg(pid, signal.SIGKILL)
