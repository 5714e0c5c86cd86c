"""The loaded database that measures are taken on, made once and kept until the code that makes it changes."""

import datetime
import hashlib
import os
import re
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, insert, select

from compliance.accounts.models import Membership, Organisation, Person
from compliance.app import create_app
from compliance.records import services as records
from compliance.records.actor import system
from compliance.records.models import Record
from compliance.reminders.models import DueDate
from compliance.sample import large
from compliance.support.clock import now, today
from compliance.support.db import across_organisations, db

ROOT = Path(__file__).resolve().parents[1]
#: What the loaded database depends on.
SOURCES = (
    "compliance/sample",
    "compliance/records",
    "compliance/regulation",
    "compliance/register",
    "compliance/reminders",
    "migrations/versions",
)
NAME = "Groupe Halverin"


def environ(database: str, records: int) -> dict[str, str]:
    """The settings under which everything is measured: the same for every process of the bench."""
    var = Path(os.environ.get("VAR_DIR", "var"))
    return {
        "ENVIRONMENT": "test",
        "VAR_DIR": str(var.resolve()),
        "SECRET_KEY": "for measuring only, never for people",
        "DATABASE_URL": database or f"sqlite:///{(var / f'bench-{records}.sqlite3').resolve()}",
    }


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for source in SOURCES:
        for path in sorted((ROOT / source).rglob("*")):
            if path.suffix in (".py", ".toml") and "views" not in path.parts and "intake" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def prepare(database: str, records: int, *, keep: bool) -> Flask:
    """The application on a database with that many records; an old file is made again unless it is to be kept."""
    settings = environ(database, records)
    if not database:
        file = Path(settings["DATABASE_URL"].removeprefix("sqlite:///"))
        mark = file.with_suffix(".made-by")
        known = mark.read_text("utf-8") if mark.exists() else ""
        if file.exists() and known != _fingerprint() and not keep:
            for old in file.parent.glob(f"{file.name}*"):
                old.unlink()
    app = create_app(settings)
    with app.app_context():
        upgrade()
        if not _loaded(records):
            print(f"Loading {records} records", flush=True)
            large.load(records, name=NAME, told=lambda done: print(f"\r{done}", end="", flush=True))
            print()
            if not database:
                mark.write_text(_fingerprint(), "utf-8")
        db.session.remove()
    return app


def _loaded(records: int) -> bool:
    found = db.session.scalar(select(Organisation).where(Organisation.name == NAME))
    if found is None:
        return False
    with across_organisations():
        count = db.session.scalar(
            select(func.count(Record.id)).where(Record.organisation_id == found.id, Record.kind == "activity")
        )
    return (count or 0) >= records


def organisation() -> Organisation:
    """The organisation that is measured."""
    return db.session.scalars(select(Organisation).where(Organisation.name == NAME)).one()


def officer(place: Organisation) -> Person:
    """Its data protection officer, in whose name everything is asked."""
    found = db.session.scalars(select(Person).where(Person.email == f"person01@{place.slug}.example.org")).one()
    found.language = "fr"
    return found


def version() -> str:
    """The database, as its name and version."""
    dialect = db.engine.dialect
    numbers = ".".join(map(str, dialect.server_version_info or ()))
    return f"{dialect.name} {re.sub(r'[^0-9.]', '', numbers)}"


def due_dates(organisation: Organisation, dates: int, told: int) -> None:
    """So many due dates of one record, of which so many are told today, each to a person of their own."""
    day = today(organisation.zone)
    host = f"{organisation.slug}.example.org"
    people = [{"email": f"p{n}@{host}", "name": f"P {n}", "fs_uniquifier": f"{host}{n}"} for n in range(told)]
    common = {"active": True, "language": "", "theme": "auto", "is_operator": False, "created_at": now()}
    db.session.execute(insert(Person), [person | common for person in people])
    ids = db.session.scalars(select(Person.id).where(Person.email.like(f"%@{host}"))).all()
    roles = {"organisation_id": organisation.id, "role": "legal", "since": now()}
    db.session.execute(insert(Membership), [{"person_id": number, **roles} for number in ids])
    record = records.create("party", {"name": "Bench"}, actor=system(organisation.id), tag="register:record:add")
    db.session.flush()
    later = day + datetime.timedelta(days=40)
    for start in range(0, dates, 5000):
        numbers = range(start, min(start + 5000, dates))
        db.session.execute(insert(DueDate), [_due(record, n, told, people, day, later) for n in numbers])


def _due(
    record: Record, number: int, told: int, people: list[dict[str, str]], day: datetime.date, later: datetime.date
) -> dict[str, object]:
    is_told = number < told
    return {
        "organisation_id": record.organisation_id, "record_id": record.id, "kind": "measure", "row_key": str(number),
        "reference": record.reference, "title": f"Measure {number}", "endpoint": "parties.show_party", "place": "",
        "due_on": day if is_told else later, "risk": "standard", "named_email": "", "state": "open", "reason": "",
        "owner_email": people[number % told]["email"], "told_through": day - datetime.timedelta(days=1),
        "next_step_on": day if is_told else later - datetime.timedelta(days=30), "handed_by": "", "common": True,
    }  # fmt: skip
