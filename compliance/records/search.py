"""Finding records by their words: the same folded prefixes on both databases."""

import functools
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    column,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from compliance.records.actor import WORKING, Actor
from compliance.records.kinds import all_kinds
from compliance.records.models import Record, Revision, SearchEntry
from compliance.support.db import db
from compliance.support.documents import Json
from compliance.support.text import words

MOST_SUGGESTIONS = 10
MOST_TERMS = 8
#: Of a document beyond this the first characters are found: PostgreSQL refuses to index more than a megabyte.
MOST_INDEXED = 200_000

#: What the databases keep for finding words, known to no model: a table on SQLite, a column on PostgreSQL.
_FTS = table("search_fts", column("rowid"))
_FTS_ITSELF: ColumnElement[Any] = literal_column("search_fts")
_WORDS: ColumnElement[Any] = literal_column("search_entries.fts_words")


def body_of(record: Record, document: Json) -> str:
    """The folded words of a document, its reference first, each once: the index says whether, not how often."""
    texts = [record.reference]
    _gather(document, texts)
    return " ".join(dict.fromkeys(words("\n".join(dict.fromkeys(texts)))))[:MOST_INDEXED]


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
    entries = SearchEntry.metadata.tables[SearchEntry.__tablename__]
    insertion: Any = (postgresql if dialect == "postgresql" else sqlite).insert(entries)
    named = ("reference", "name", "department_id", "common", "title", "code", "body")
    differs = or_(*(entries.c[name].is_distinct_from(insertion.excluded[name]) for name in named))
    upsert = insertion.on_conflict_do_update(
        index_elements=["record_id", "face"], set_={name: insertion.excluded[name] for name in named}, where=differs
    )
    return upsert, delete(entries).where(entries.c.record_id == bindparam("of"), entries.c.face == bindparam("seen"))


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
    name = str(document.get("name", record.name))
    return {
        "organisation_id": record.organisation_id,
        "record_id": record.id,
        "face": face,
        "kind": record.kind,
        "reference": record.reference,
        "name": name,
        "title": " ".join(words(name)),
        "code": " ".join(words(record.reference)),
        "department_id": record.department_id,
        "common": record.common,
        "body": body,
    }


def terms_of(query: str) -> list[str]:
    """The folded words that are looked for; of a whole paragraph, the first."""
    return words(query)[:MOST_TERMS]


#: Asked by itself, so that the index answers: beside other conditions PostgreSQL would rather read every line.
_HITS = text(
    "WITH hits AS MATERIALIZED (SELECT id FROM search_entries WHERE fts_words @@ to_tsquery('simple', :terms))"
    " SELECT id FROM hits"
)


def _holding(terms: Sequence[str]) -> ColumnElement[bool]:
    """The condition that every term begins a word of the entry."""
    if db.engine.dialect.name == "sqlite":
        found = text("SELECT rowid FROM search_fts WHERE search_fts MATCH :terms")
        return SearchEntry.id.in_(found.bindparams(terms=_spelled(terms)))
    return SearchEntry.id.in_(_HITS.bindparams(terms=_spelled(terms)))


def _spelled(terms: Sequence[str]) -> str:
    """The terms as the database wants to be asked for words that begin so."""
    if db.engine.dialect.name == "sqlite":
        return " ".join(f'"{t}"*' for t in terms)
    return " & ".join(f"{t}:*" for t in terms)


def _all_begin_in(folded: Any, terms: Sequence[str]) -> ColumnElement[bool]:
    """The condition that every term begins one of the folded words of a column."""
    return and_(*((literal(" ") + folded).contains(f" {term}", autoescape=True) for term in terms))


def matches(query: str) -> ColumnElement[bool] | None:
    """The condition that every word of the query begins a word of the entry; None when it holds no word."""
    terms = terms_of(query)
    return _holding(terms) if terms else None


def found(query: str, face: str, kind: str | None = None) -> Select[int] | None:
    """A selection of record ids, to narrow a list with."""
    condition = matches(query)
    if condition is None:
        return None
    chosen = select(SearchEntry.record_id).where(condition, SearchEntry.face == face)
    return chosen.where(SearchEntry.kind == kind) if kind else chosen


def _shown_to(actor: Actor) -> ColumnElement[bool]:
    """What this person finds: kinds that a role lets them read, and of those that are approved the face they see."""
    readable = [kind for kind in all_kinds() if actor.can(kind.read)]
    approved = [kind.name for kind in readable if kind.needs_approval]
    plain = [kind.name for kind in readable if not kind.needs_approval]
    return or_(
        and_(SearchEntry.kind.in_(approved), SearchEntry.face == actor.faces[0]),
        and_(SearchEntry.kind.in_(plain), SearchEntry.face == WORKING),
    )


_CARD = (SearchEntry.record_id, SearchEntry.face, SearchEntry.kind, SearchEntry.reference, SearchEntry.name)


def suggest(query: str, actor: Actor) -> list[Any]:
    """At most ten entries, unranked, for search as you type."""
    condition = matches(query)
    if condition is None:
        return []
    chosen = select(*_CARD).where(condition, _shown_to(actor))
    return list(db.session.execute(chosen.order_by(SearchEntry.id).limit(MOST_SUGGESTIONS)))


def count(query: str, actor: Actor) -> dict[str, int]:
    """How many entries of each kind this person finds."""
    condition = matches(query)
    if condition is None:
        return {}
    chosen = select(SearchEntry.kind, func.count(SearchEntry.id)).where(condition, _shown_to(actor))
    return dict(iter(db.session.execute(chosen.group_by(SearchEntry.kind))))


def ranked(query: str, actor: Actor, *, kind: str = "", start: int = 0, most: int = 20) -> list[Any]:
    """What this person finds: hits of the whole query in a name first, then in a reference, then by the rank that
    the database gives, where a word of the name weighs more than one of the text.
    """
    terms = terms_of(query)
    if not terms:
        return []
    is_named, is_numbered = _all_begin_in(SearchEntry.title, terms), _all_begin_in(SearchEntry.code, terms)
    tier = case((is_named, 0), (is_numbered, 1), else_=2)
    chosen = select(*_CARD).where(_shown_to(actor))
    if db.engine.dialect.name == "sqlite":
        chosen = chosen.join(_FTS, _FTS.c.rowid == SearchEntry.id).where(_FTS_ITSELF.op("MATCH")(_spelled(terms)))
        rank: ColumnElement[Any] = literal_column("bm25(search_fts, 10.0, 5.0, 1.0)")  # the smaller, the better
    else:
        asked = func.to_tsquery(text("'simple'"), _spelled(terms))
        chosen, rank = chosen.where(_holding(terms)), -func.ts_rank(_WORDS, asked)
    if kind:
        chosen = chosen.where(SearchEntry.kind == kind)
    ordered = chosen.order_by(tier, rank, SearchEntry.title, SearchEntry.id)
    return list(db.session.execute(ordered.limit(most).offset(start)))


def documents_of(hits: Iterable[Any]) -> dict[int, Json]:
    """The documents in which these hits were found, by record."""
    faces = {hit.record_id: hit.face for hit in hits}
    chosen = (
        select(Record.id, Record.document, Revision.document)
        .outerjoin(Revision, Revision.id == Record.approved_revision_id)
        .where(Record.id.in_(faces))
    )
    return {
        number: working if faces[number] == WORKING else approved or {}
        for number, working, approved in db.session.execute(chosen)
    }
