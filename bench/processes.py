"""What takes a process of its own: exports, an import, a PDF, the web server as it is deployed."""

import compileall
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench import place
from bench.targets import Measure

Settings = dict[str, str]


def _child(settings: Settings, *words: str) -> dict[str, float]:
    """Run one job of `bench.job` in a fresh process and read what it measured."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.job", *words], env={**os.environ, **settings}, cwd=place.ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr[-2000:]}")
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def exports(settings: Settings) -> list[Measure]:
    """Each complete export: processor seconds, and memory beyond what the idle process holds."""
    measures = []
    for form in ("csv", "json", "xlsx"):
        found = _child(settings, "export", form)
        name = f"export to {form.upper()}"
        measures += [Measure(name, found["seconds"], "s"), Measure(f"{name}, memory", found["more"], "MB")]
    return measures


def imported(settings: Settings) -> list[Measure]:
    """A file of a thousand complete rows read into an empty organisation of an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        _child(settings, "excerpt", f"{folder}/rows.csv", "1000")
        empty = {**settings, "VAR_DIR": folder, "DATABASE_URL": f"sqlite:///{folder}/empty.sqlite3"}
        found = _child(empty, "import", f"{folder}/rows.csv")
    return [
        Measure("import of 1000 rows", found["seconds"], "s"),
        Measure("import of 1000 rows, read", found["reading"], "s"),
        Measure("import of 1000 rows, made", found["made"]),
        Measure("import of 1000 rows, memory", found["more"], "MB"),
    ]


def swept(settings: Settings) -> list[Measure]:
    """A sweep over a hundred thousand due dates of which two thousand are to be told, each to somebody else."""
    with tempfile.TemporaryDirectory() as folder:
        empty = {**settings, "VAR_DIR": folder}
        if settings["DATABASE_URL"].startswith("sqlite"):
            empty["DATABASE_URL"] = f"sqlite:///{folder}/empty.sqlite3"
        found = _child(empty, "sweep", "100000", "2000")
    return [
        Measure("sweep of 100,000 dates", found["seconds"], "s"),
        Measure("sweep, letters", found["letters"]),
        Measure("sweep, memory", found["more"], "MB"),
    ]


def printed(settings: Settings) -> list[Measure]:
    """A book of forty records."""
    found = _child(settings, "print", "40")
    return [
        Measure("PDF, a page", found["seconds"] * 1000 / found["pages"], "ms"),
        Measure("PDF, a page, waited for", found["elapsed"] * 1000 / found["pages"], "ms"),
        Measure("PDF, pages", found["pages"]),
        Measure("PDF, largest process", found["peak"], "MB"),
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def web(settings: Settings) -> list[Measure]:
    """The web server as `flask serve` runs it: time until it answers, memory after some use."""
    port = _free_port()
    for package in ("compliance", "forms"):
        compileall.compile_dir(place.ROOT / package, quiet=1)  # as an installation does, so that no start compiles
    started = time.monotonic()
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.serve", str(port)],
        env={**os.environ, **settings}, cwd=place.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        while not _answers(port):
            if server.poll() is not None or time.monotonic() - started > 60:
                raise RuntimeError("the web server did not start")
            time.sleep(0.02)
        ready = time.monotonic() - started
        _child(settings, "visit", str(port))
        held = [_held(pid) for pid in _family(server.pid)]
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
    return [
        Measure("web, start", ready, "s"),
        Measure("web, largest process", max(held) / 1024, "MB"),
        Measure("web, memory in all", sum(held) / 1024, "MB"),
        Measure("web, processes", len(held)),
    ]


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _family(leader: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == leader:
                found.append(int(folder.name))
        except ProcessLookupError:
            continue
    return found


def _held(pid: int) -> int:
    """Kilobytes that a process holds, shared pages counted once among those who share them."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
