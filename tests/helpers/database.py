"""Real databases for tests: migrated once, fresh for each test; and a counter of statements."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url

from compliance.support.db import Base, db

TRANSACTION_WORDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


class Fresh:
    """Gives an application's database back its first state, as the migrations left it.

    Transactions are real: what a test commits is seen by other connections, threads and processes.
    """

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self.engine: Engine = db.engine
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if self.is_sqlite:
            self.engine.dispose()
            self.template = Path(str(self.engine.url.database))
            self.files = map(self.template.with_suffix, map(".{}".format, itertools.count()))
            self.file = self.template
            event.listen(self.engine, "do_connect", self._connect_elsewhere)
            event.listen(self.engine, "connect", _without_waiting_for_the_disk)
        else:
            with self.engine.connect() as connection:
                self.first = {
                    table: rows
                    for table in Base.metadata.sorted_tables
                    if (rows := [dict(row._mapping) for row in connection.execute(table.select())])
                }

    def restore(self) -> None:
        """Forget everything that was written since the migrations."""
        assert not self.engine.pool.checkedout(), "the test before left a connection open"  # type: ignore[attr-defined]
        if not self.is_sqlite:
            self._empty()
            return
        self.engine.dispose()
        if self.file != self.template:
            for leftover in self.file.parent.glob(self.file.name + "*"):
                leftover.unlink(missing_ok=True)
        self.file = next(self.files)
        shutil.copy(self.template, self.file)

    def _connect_elsewhere(self, _dialect: object, _record: object, arguments: list[Any], _options: object) -> None:
        arguments[0] = str(self.file)

    def _empty(self) -> None:
        # TRUNCATE waits for the disk once a table, a hundred times longer than these deletes; the tables are small.
        deletes = "; ".join(f'DELETE FROM "{table.name}"' for table in Base.metadata.tables.values())
        with self.engine.begin() as connection:
            connection.exec_driver_sql(
                "SET LOCAL session_replication_role = replica"
            )  # in any order; wants a superuser
            connection.exec_driver_sql(deletes)
            for table, rows in self.first.items():
                connection.execute(table.insert(), rows)


def _without_waiting_for_the_disk(connection: Any, _: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def count_queries() -> Iterator[list[str]]:
    """Collect the statements sent to any database meanwhile, those of transactions left out."""
    statements: list[str] = []

    def note(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        if not statement.lstrip().startswith(TRANSACTION_WORDS):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@contextmanager
def scratch_database(server: str, name: str) -> Iterator[str]:
    """An empty database of that name on a PostgreSQL server, dropped at the end; gives its address."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'"))
            # Nothing here outlives the tests: no commit waits for the disk.
            connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        engine.dispose()
