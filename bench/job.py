"""One job in a process of its own; the last line printed is what it measured, as JSON."""

import datetime
import json
import os
import resource
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import flask_migrate

from bench import pages, place
from compliance.accounts import services as accounts
from compliance.app import create_app
from compliance.exports import services as exports
from compliance.exports.delimited import write_csv
from compliance.exports.entries import ALL
from compliance.exports.printed import write_pdf
from compliance.records.actor import Actor, system
from compliance.register.services import importing
from compliance.regulation.reference import reference
from compliance.reminders import services as reminders
from compliance.support import clock, transactions
from compliance.support.db import db, enter, leafing

app = create_app()


def _peak() -> float:
    """The most memory this process has held, or one that it started and that has ended, in megabytes."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(one.ru_maxrss for one in used) / 1024


def _worked() -> float:
    """Processor seconds of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])


def _here() -> Actor:
    found = place.organisation()
    enter(found.id)
    return system(found.id)


def export(form: str) -> dict[str, float]:
    """A complete export, from the database to the file."""
    actor = _here()
    reference()
    idle, started = _peak(), _worked()
    with tempfile.TemporaryDirectory() as folder:
        exports.to_path(exports.Wish(form, "fr", status=ALL), Path(folder) / f"all.{form}", actor=actor)
    return {"seconds": _worked() - started, "more": _peak() - idle, "peak": _peak()}


def excerpt(path: str, count: str) -> dict[str, float]:
    """The first records of the register as a CSV file, as a person would bring one."""
    actor, wish = _here(), exports.Wish("csv", "fr", status=ALL)
    stream = exports.entries(wish, actor)
    with Path(path).open("wb") as out:
        write_csv(
            out, (entry for entry, _number in zip(stream, range(int(count)), strict=False)), exports.frame(wish, actor)
        )
    return {}


def imported(path: str) -> dict[str, float]:
    """That file read, understood and applied."""
    flask_migrate.upgrade()
    made = accounts.create_organisation("Import", actor=system(None, "bench"), language="fr")
    enter(made.id)
    actor = system(made.id)
    transactions.commit()
    idle, started = _peak(), _worked()
    with Path(path).open("rb") as content:
        run = importing.begin(content, "rows.csv", actor=actor)
    transactions.commit()
    reading = _worked() - started
    importing.apply(run, actor=actor, between=lambda *_done: transactions.commit())
    transactions.commit()
    number = len(importing.imported(run))
    return {"seconds": _worked() - started, "reading": reading, "made": number, "more": _peak() - idle}


def printed(count: str) -> dict[str, float]:
    """A book of so many records."""
    actor, wish = _here(), exports.Wish("pdf", "fr", status=ALL)
    stream = exports.entries(wish, actor)
    started, begun = _worked(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.pdf"
        with path.open("wb") as out, leafing():
            write_pdf(
                out,
                (entry for entry, _number in zip(stream, range(int(count)), strict=False)),
                exports.frame(wish, actor),
            )
        seconds, elapsed, peak = _worked() - started, time.monotonic() - begun, _peak()
        return {"seconds": seconds, "elapsed": elapsed, "peak": peak, "pages": _pages_of(path)}


def _pages_of(path: Path) -> int:
    from pypdf import PdfReader  # after the measure: it is part of no program but those that print

    return len(PdfReader(path).pages)


def swept(dates: str, told: str) -> dict[str, float]:
    """A morning's sweep over so many due dates, of which so many are to be told, each to somebody else."""
    with clock.frozen(datetime.datetime(2027, 3, 2, 9, tzinfo=datetime.UTC)):  # a Tuesday on which people work
        return _swept(int(dates), int(told))


def _swept(dates: int, told: int) -> dict[str, float]:
    flask_migrate.upgrade()
    made = accounts.create_organisation(f"Sweep {time.time_ns()}", actor=system(None, "bench"), language="fr")
    enter(made.id)
    place.due_dates(made, dates, told)
    number = made.id
    transactions.commit()
    db.session.remove()
    enter(number)
    idle, started = _peak(), _worked()
    found = reminders.sweep()
    seconds = _worked() - started
    return {"seconds": seconds, "letters": len(found.letters), "more": _peak() - idle}


def visit(port: str) -> dict[str, float]:
    """Two hundred pages fetched from a running server by somebody signed in."""
    visitor = pages.Visitor(app)
    cookie = visitor.environ("")["HTTP_COOKIE"]
    for number in range(200):
        rest = ("register/", f"register/{visitor.reference}/", "register/filters", "search?q=recru")[number % 4]
        wanted = urllib.request.Request(f"http://127.0.0.1:{port}{visitor.path(rest)}", headers={"Cookie": cookie})
        with urllib.request.urlopen(wanted, timeout=30) as answer:
            answer.read()
    return {}


JOBS: dict[str, Callable[..., dict[str, float]]] = {
    "export": export, "excerpt": excerpt, "import": imported, "print": printed, "sweep": swept, "visit": visit,
}  # fmt: skip

if __name__ == "__main__":
    name, *words = sys.argv[1:]
    if name == "visit":
        answer = JOBS[name](*words)
    else:
        with app.app_context():
            answer = JOBS[name](*words)
            db.session.rollback()
    print(json.dumps(answer))
