"""How migrations run: on the application's own engine, batch mode so that SQLite follows, one transaction for all."""

from alembic import context
from flask import current_app

migrate = current_app.extensions["migrate"]
#: Made by hand for one database alone: the search table of SQLite and its shadows.
BY_HAND = ("search_fts",)


def _is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
    return not (kind in ("table", "index") and name and name.startswith(BY_HAND))


with migrate.db.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=migrate.db.metadatas[None],
        include_object=_is_ours,
        **migrate.configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()
