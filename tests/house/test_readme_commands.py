"""Every command that the README gives does what it says, on a machine that has only what `make setup` installs."""

import os
import re
import shlex
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Run by whoever runs this test, or too long to run inside it: that they exist and what they call is checked instead.
NOT_RUN_INSIDE = {"make test", "make lint", "make bench"}
REGISTER = "Référence;Activité;Finalité;Base légale\nRH-01;Paie;Payer les salariés;Obligation légale\n"


def commands() -> list[str]:
    """The commands of the README, without their comments."""
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    inline = re.findall(r"`((?:[A-Z]+=\S+ )?make [a-z]+(?: [A-Z]+=\d+)?)`", text)
    lines = [line.split("#")[0].strip() for line in blocks.splitlines()]
    return list(dict.fromkeys([*filter(None, lines), *inline]))


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    """An environment with a folder of its own for data, and a register to import in the current folder."""
    (tmp_path / "register.csv").write_text(REGISTER, "utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_URL", "PYTEST"))}
    path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return kept | {"VAR_DIR": str(tmp_path / "var"), "FLASK_APP": "wsgi", "PATH": path, "PYTHONPATH": str(ROOT)}


def run(command: str, environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        shlex.split(command), env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_readme_gives_commands() -> None:
    found = commands()
    assert {"make run", "make test", "make help"} <= set(found)
    assert sum(command.startswith("flask ") for command in found) >= 5


def test_the_flask_commands_of_the_readme_do_what_it_says(place: dict[str, str], tmp_path: Path) -> None:
    for before in ("flask db upgrade", "flask organisation create Essai --language fr"):
        done = run(before, place, ROOT)
        assert done.returncode == 0, done.stderr
    for command in (c for c in commands() if c.startswith("flask ")):
        in_folder = command.replace("register.csv", str(tmp_path / "register.csv")).replace(
            "register.pdf", str(tmp_path / "register.pdf")
        )
        done = run(in_folder, place, ROOT)
        expected = (0, 1) if " check " in command else (0,)
        assert done.returncode in expected, f"{command}\n{done.stdout}\n{done.stderr}"
    assert (tmp_path / "register.pdf").read_bytes().startswith(b"%PDF")


def test_the_make_targets_of_the_readme_exist(place: dict[str, str]) -> None:
    for command in (c for c in commands() if "make " in c):
        done = run("make --dry-run " + command.partition("make ")[2], place, ROOT)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
    assert "make run" in run("make help", place, ROOT).stdout


def test_the_demonstration_is_loaded(place: dict[str, str]) -> None:
    done = run("make demo RECORDS=20", place, ROOT)
    assert done.returncode == 0, done.stderr
    assert run("flask audit verify", place, ROOT).returncode == 0


def test_make_run_starts_says_where_and_stops_everything(place: dict[str, str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = subprocess.Popen(
        ["make", "run"], env=place | {"PORT": str(port)}, cwd=ROOT, stdout=subprocess.PIPE, text=True, process_group=0
    )
    try:
        assert program.stdout is not None
        said, until = "", time.monotonic() + 90
        while "Trente is ready" not in said and time.monotonic() < until and (line := program.stdout.readline()):
            said += line
        assert f"http://127.0.0.1:{port}" in said
        assert re.search(r"code will be asked for: \S+", said)
    finally:
        os.killpg(program.pid, signal.SIGTERM)
        program.communicate(timeout=60)
    until = time.monotonic() + 30  # make ends at once; the supervisor asks its programs to stop, and waits for them
    while _answers(port) and time.monotonic() < until:
        time.sleep(0.2)
    assert not _answers(port)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
