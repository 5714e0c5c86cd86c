"""Migrations lead from nothing to the models and back, on both databases, under names that say what they do."""

import re
from collections.abc import Iterator
from pathlib import Path

import alembic.autogenerate
import flask_migrate
import pytest
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect

from compliance.app import create_app
from compliance.support.db import Base, db
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
