"""The loaded database that measures are taken on, made once and kept until the code that makes it changes."""

import hashlib
import os
import re
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from compliance.accounts.models import Organisation, Person
from compliance.app import create_app
from compliance.records.models import Record
from compliance.sample import large
from compliance.support.db import across_organisations, db

ROOT = Path(__file__).resolve().parents[1]
#: What the loaded database depends on.
SOURCES = (
    "compliance/sample",
    "compliance/records",
    "compliance/regulation",
    "compliance/register",
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
