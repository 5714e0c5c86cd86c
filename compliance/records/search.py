"""Finding records by their words: the same folded prefixes on both databases."""

import functools
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite

from compliance.records.actor import Actor
from compliance.records.models import Record, SearchEntry
from compliance.support.db import db
from compliance.support.documents import Json
from compliance.support.text import words

MOST_SUGGESTIONS = 10
#: Of a document beyond this the first characters are found: PostgreSQL refuses to index more than a megabyte.
MOST_INDEXED = 200_000


def body_of(record: Record, document: Json) -> str:
    """The folded words of a document, its reference first, each once: the index says whether, not how often."""
    texts = [record.reference]
    _gather(document, texts)
    return " ".join(dict.fromkeys(words("\n".join(texts))))[:MOST_INDEXED]


def _gather(node: Any, texts: list[str]) -> None:
    """Every text below a dictionary or list; one call a branch and none a leaf, of which a document has hundreds."""
    for name, item in node.items() if isinstance(node, dict) else ((None, item) for item in node):
        if not item or name in ("key", "kind"):
            continue
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, dict | list):
            _gather(item, texts)


@functools.cache
def _statements(dialect: str) -> tuple[Any, Any]:
    """Write an entry unless it says the same already; forget one. Made once: every save runs them."""
    table = SearchEntry.metadata.tables[SearchEntry.__tablename__]
    insertion: Any = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    named = ("reference", "name", "department_id", "common", "body")
    differs = or_(*(table.c[name].is_distinct_from(insertion.excluded[name]) for name in named))
    upsert = insertion.on_conflict_do_update(
        index_elements=["record_id", "face"], set_={name: insertion.excluded[name] for name in named}, where=differs
    )
    return upsert, delete(table).where(table.c.record_id == bindparam("of"), table.c.face == bindparam("seen"))


def index(faces: Iterable[tuple[Record, str, Json | None]]) -> None:
    """Make faces of records findable or, those without a document, no longer."""
    connection = db.session.connection()
    upsert, forget = _statements(connection.dialect.name)
    rows: list[dict[str, Any]] = []
    gone = []
    before: tuple[Record, Json, str] | None = None
    for record, face, document in faces:
        if document is None:
            gone.append({"of": record.id, "seen": face})
            continue
        is_same = before is not None and before[0] is record and before[1] == document
        body = before[2] if before and is_same else body_of(record, document)
        before = record, document, body
        rows.append(_entry(record, face, document, body))
    if gone:
        connection.execute(forget, gone)
    if rows:
        connection.execute(upsert, rows)


def _entry(record: Record, face: str, document: Json, body: str) -> dict[str, Any]:
    return {
        "organisation_id": record.organisation_id,
        "record_id": record.id,
        "face": face,
        "kind": record.kind,
        "reference": record.reference,
        "name": str(document.get("name", record.name)),
        "department_id": record.department_id,
        "common": record.common,
        "body": body,
    }


def matches(query: str) -> ColumnElement[bool] | None:
    """The condition that every word of the query begins a word of the entry; None when it holds no word."""
    terms = words(query)[:8]
    if not terms:
        return None
    if db.engine.dialect.name == "sqlite":
        found = text("SELECT rowid FROM search_fts WHERE search_fts MATCH :terms")
        return SearchEntry.id.in_(found.bindparams(terms=" ".join(f'"{t}"*' for t in terms)))
    return func.to_tsvector(text("'simple'"), SearchEntry.body).op("@@")(
        func.to_tsquery(text("'simple'"), " & ".join(f"{t}:*" for t in terms))
    )


def found(query: str, face: str, kind: str | None = None) -> Select[int] | None:
    """A selection of record ids, to narrow a list with."""
    condition = matches(query)
    if condition is None:
        return None
    chosen = select(SearchEntry.record_id).where(condition, SearchEntry.face == face)
    return chosen.where(SearchEntry.kind == kind) if kind else chosen


def suggest(query: str, actor: Actor) -> list[Any]:
    """At most ten entries, unranked, for search as you type."""
    condition = matches(query)
    if condition is None:
        return []
    shown = (SearchEntry.kind, SearchEntry.reference, SearchEntry.name)
    chosen = select(*shown).where(condition, SearchEntry.face == actor.faces[0])
    return list(db.session.execute(chosen.order_by(SearchEntry.id).limit(MOST_SUGGESTIONS)))
