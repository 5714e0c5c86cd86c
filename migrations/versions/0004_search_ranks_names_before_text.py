"""Search ranks names before text: the words of name and reference stand beside those of the document."""

import sqlalchemy as sa
from alembic import op

from compliance.support.text import words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: Of what the full-text index on SQLite is made, before and after.
BEFORE, AFTER = ("body",), ("title", "code", "body")
#: On PostgreSQL the ranked words are kept: to make them again for each hit would cost more than to find it.
KEPT_WORDS = """ALTER TABLE search_entries ADD COLUMN fts_words tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('simple'::regconfig, title), 'A') || setweight(to_tsvector('simple'::regconfig, code), 'B')
    || setweight(to_tsvector('simple'::regconfig, body), 'D')) STORED"""


def upgrade() -> None:
    """Forwards."""
    if is_sqlite():
        forget()
    with op.batch_alter_table("search_entries") as batch_op:
        batch_op.add_column(sa.Column("title", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("code", sa.String(length=255), nullable=False, server_default=""))
    fold_what_is_there()
    with op.batch_alter_table("search_entries") as batch_op:
        batch_op.alter_column("title", server_default=None)
        batch_op.alter_column("code", server_default=None)
    if is_sqlite():
        follow(AFTER)
    else:
        op.execute("DROP INDEX search_fts_words")
        op.execute(KEPT_WORDS)
        op.execute("CREATE INDEX search_fts_words ON search_entries USING gin (fts_words)")


def downgrade() -> None:
    """Back."""
    if is_sqlite():
        forget()
    else:
        op.execute("DROP INDEX search_fts_words")
        op.execute("ALTER TABLE search_entries DROP COLUMN fts_words")
    with op.batch_alter_table("search_entries") as batch_op:
        batch_op.drop_column("title")
        batch_op.drop_column("code")
    if is_sqlite():
        follow(BEFORE)
    else:
        op.execute("CREATE INDEX search_fts_words ON search_entries USING gin (to_tsvector('simple'::regconfig, body))")


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def fold_what_is_there() -> None:
    entries = sa.table("search_entries", *(sa.column(name) for name in ("id", "name", "reference", "title", "code")))
    rows = op.get_bind().execute(sa.select(entries.c.id, entries.c.name, entries.c.reference)).all()
    folded = [{"of": number, "t": " ".join(words(name)), "c": " ".join(words(code))} for number, name, code in rows]
    if folded:
        change = entries.update().where(entries.c.id == sa.bindparam("of"))
        op.get_bind().execute(change.values(title=sa.bindparam("t"), code=sa.bindparam("c")), folded)


def forget() -> None:
    """Without the triggers a table can be copied and renamed; the index is made again from it."""
    for name in ("ai", "ad", "au"):
        op.execute(f"DROP TRIGGER IF EXISTS search_entries_{name}")
    op.execute("DROP TABLE search_fts")


def follow(columns: tuple[str, ...]) -> None:
    """Make the index over these columns, fill it, and let it follow the table."""
    names, new, old = (", ".join(f"{prefix}{c}" for c in columns) for prefix in ("", "new.", "old."))
    out = f"INSERT INTO search_fts(search_fts, rowid, {names}) VALUES ('delete', old.id, {old});"  # noqa: S608  # our own names
    into = f"INSERT INTO search_fts(rowid, {names}) VALUES (new.id, {new});"  # noqa: S608  # our own names
    op.execute(
        f"CREATE VIRTUAL TABLE search_fts USING fts5({names}, content='search_entries', content_rowid='id',"
        " tokenize='unicode61 remove_diacritics 0', prefix='2 3')"
    )
    op.execute("INSERT INTO search_fts(search_fts) VALUES ('rebuild')")
    for name, when, does in (("ai", "INSERT", into), ("ad", "DELETE", out), ("au", "UPDATE", f"{out} {into}")):
        op.execute(f"CREATE TRIGGER search_entries_{name} AFTER {when} ON search_entries BEGIN {does} END")
