"""Migrations lead from nothing to the models and back, on both databases, under names that say what they do."""

import re
from collections.abc import Iterator
from pathlib import Path

import alembic.autogenerate
import flask_migrate
import pytest
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect, text

from compliance.app import create_app
from compliance.records import search
from compliance.records.actor import system
from compliance.support.db import Base, db, enter
from tests.helpers import services
from tests.helpers.application import SECRET
from tests.helpers.database import scratch_database
from tests.house.sources import ROOT, relative

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))


@pytest.fixture
def empty(engine: str, tmp_path: Path) -> Iterator[Flask]:
    """An application whose database has never been migrated."""
    settings = {"ENVIRONMENT": "test", "VAR_DIR": str(tmp_path), "SECRET_KEY": SECRET}
    if engine == "sqlite":
        yield from _entered(settings)
    else:
        with scratch_database(services.DATABASE_SERVER, f"trente_test_{tmp_path.name[:20]}_{id(settings)}") as address:
            yield from _entered(settings | {"DATABASE_URL": address})


def _entered(settings: dict[str, str]) -> Iterator[Flask]:
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.mark.database
def test_migrations_make_what_the_models_say_and_undo_it(empty: Flask) -> None:
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _is_ours})
        assert alembic.autogenerate.compare_metadata(context, Base.metadata) == []
    flask_migrate.downgrade(revision="base")
    assert {name for name in inspect(db.engine).get_table_names() if "fts" not in name} == {"alembic_version"}
    flask_migrate.upgrade()
    assert set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names())


def _is_ours(thing: object, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
    """What serves full-text search is made by the migrations and known to no model."""
    return not (kind in ("table", "index", "column") and reflected and compared is None and "fts" in (name or ""))


def test_a_migration_has_a_number_and_a_readable_name() -> None:
    assert [relative(p) for p in VERSIONS if not re.fullmatch(r"\d{4}_[a-z]+(_[a-z0-9]+){2,}", p.stem)] == []
    assert [path.stem[:4] for path in VERSIONS] == [f"{number:04}" for number in range(1, len(VERSIONS) + 1)]


@pytest.mark.parametrize("path", VERSIONS, ids=[path.stem for path in VERSIONS])
def test_a_migration_says_what_it_does_and_how_to_undo_it(path: Path) -> None:
    text = path.read_text()
    assert text.lstrip().startswith('"""')
    assert re.search(r"def downgrade\(\)[^\n]*:\n(?!\s+pass\b)", text)


MOMENT = "'2026-11-23 09:00:00'"
#: A party as it stood when search knew only the words of the whole document, as SQL.
KEPT_BEFORE = {
    "organisations": {
        "id": "1", "slug": "'o'", "name": "'O'", "language": "'fr'", "zone": "'Europe/Paris'", "is_sample": "FALSE",
        "settings": "'{}'", "created_at": MOMENT,
    },
    "records": {
        "id": "1", "organisation_id": "1", "kind": "'party'", "reference": "'P-1'", "name": "'Œuvre'",
        "document": "'{}'", "state": "'approved'", "version": "1", "edition": "0", "owner_email": "''",
        "common": "TRUE", "approved_by": "''", "created_at": MOMENT, "updated_at": MOMENT,
    },
    "search_entries": {
        "id": "1", "organisation_id": "1", "record_id": "1", "face": "'working'", "kind": "'party'",
        "reference": "'P-1'", "name": "'L’Œuvre'", "body": "'p 1 l oeuvre'", "common": "TRUE",
    },
}  # fmt: skip


@pytest.mark.database
def test_what_was_kept_before_search_ranked_is_found_by_its_name_afterwards(empty: Flask) -> None:
    flask_migrate.upgrade(revision="0003")
    with db.engine.begin() as connection:
        for table, row in KEPT_BEFORE.items():
            connection.execute(text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(row.values())})"))
    flask_migrate.upgrade()

    enter(1)
    reader = system(1)
    assert [hit.name for query in ("oeuv", "p 1") for hit in search.ranked(query, reader)] == ["L’Œuvre", "L’Œuvre"]
    db.session.rollback()
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT title, code FROM search_entries")).all() == [("l oeuvre", "p 1")]
    flask_migrate.downgrade(revision="0003")
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT body FROM search_entries")) == "p 1 l oeuvre"
