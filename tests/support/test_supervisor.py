"""The supervisor, tried with toy programs: what dies comes back, and nothing outlives the supervisor."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compliance.support.errors import MisconfiguredError
from compliance.support.supervisor import refuse_taken_port

ROOT = Path(__file__).parents[2]

TOY_WEB = "import http.server as h; h.HTTPServer(('127.0.0.1', {port}), h.SimpleHTTPRequestHandler).serve_forever()"
TOY_WORKER = """
    import os, pathlib, subprocess, sys, time
    pathlib.Path({pids!r}, f"worker-{{os.getpid()}}").touch()
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    pathlib.Path({pids!r}, f"grandchild-{{grandchild.pid}}").touch()
    time.sleep(60)
"""
SUPERVISOR = """
    import sys
    from compliance.support.supervisor import Program, supervise
    children = [Program("web", lambda: exec({web!r}, {{}})), Program("worker", lambda: exec({worker!r}, {{}}))]
    sys.exit(supervise(children, port={port}, path="/", first_wait=0.1, grace=3))
"""


def eventually(happens: Callable[[], object], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.02)
    return False


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def is_free(port: int) -> bool:
    try:
        refuse_taken_port(port)
    except MisconfiguredError:
        return False
    return True


class Stage:
    """A supervisor in a process of its own, with two toy programs that leave their process ids in a folder."""

    def __init__(self, folder: Path, web: str = TOY_WEB) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        script = textwrap.dedent(SUPERVISOR).format(
            web=web.format(port=self.port), worker=textwrap.dedent(TOY_WORKER).format(pids=str(folder)), port=self.port
        )
        with (folder / "output").open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", script], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
            )

    def pids(self, name: str) -> list[int]:
        """Every process of this name that was started so far."""
        return [int(path.name.rpartition("-")[2]) for path in self.folder.glob(f"{name}-*")]

    def said(self, words: str) -> bool:
        """Whether the supervisor has printed these words."""
        return words in (self.folder / "output").read_text()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    assert eventually(lambda: stage.said("ready") and stage.pids("grandchild")), (tmp_path / "output").read_text()
    yield stage
    stage.process.kill()
    stage.process.wait()
    for pid in filter(is_alive, stage.pids("worker") + stage.pids("grandchild")):
        os.kill(pid, signal.SIGKILL)


def test_the_address_is_printed_once_the_web_answers(stage: Stage) -> None:
    assert stage.said(f"Trente is ready at http://127.0.0.1:{stage.port}")
    with socket.create_connection(("127.0.0.1", stage.port), timeout=2):
        pass


def test_a_killed_program_comes_back_and_the_others_stay(stage: Stage) -> None:
    (first,), (orphan,) = stage.pids("worker"), stage.pids("grandchild")
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: any(pid != first and is_alive(pid) for pid in stage.pids("worker")))
    assert stage.said("The worker stopped (signal SIGKILL)")
    assert not stage.said("The web stopped")
    assert eventually(lambda: not is_alive(orphan)), "what the killed worker had started is still there"


def test_programs_die_with_a_supervisor_that_is_killed(stage: Stage) -> None:
    stage.process.kill()
    assert eventually(lambda: not any(map(is_alive, stage.pids("worker"))))
    assert eventually(lambda: is_free(stage.port)), "the web server still holds its port"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stopping_signal_stops_everything_within_seconds(stage: Stage, number: signal.Signals) -> None:
    stage.process.send_signal(number)
    assert stage.process.wait(timeout=5) == 0
    assert not any(map(is_alive, stage.pids("worker") + stage.pids("grandchild")))
    refuse_taken_port(stage.port)


def test_a_web_server_that_never_starts_ends_it_with_a_sentence(tmp_path: Path) -> None:
    stage = Stage(tmp_path, web="raise SystemExit('a wrong setting')")
    assert stage.process.wait(timeout=10) == 1
    assert stage.said("a wrong setting")
    assert stage.said("The web server stops as soon as it starts")
    assert not any(map(is_alive, stage.pids("worker")))


def test_a_taken_port_is_a_sentence_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(MisconfiguredError, match=rf"Port {port} .* PORT={port + 1}"):
            refuse_taken_port(port)
