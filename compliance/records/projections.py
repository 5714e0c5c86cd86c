"""Derived rows: thrown away and written again whenever their record is kept. Nothing in them is anybody's decision."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Delete, Insert, Select, bindparam, delete, insert, select

from compliance.records.kinds import FACES, Faces
from compliance.records.models import Record
from compliance.support.db import db

Rows = Mapping[Any, list[dict[str, Any]]]


@functools.cache
def _deletion(model: Any) -> Delete:
    """Made once a table: every save deletes, and making a statement costs more than running it."""
    table = model.__table__
    # By the record alone: with the organisation beside it, SQLite would rather read all that the organisation has.
    here = table.c.record_id == bindparam("of")
    return delete(table).where(here, table.c.face.in_(bindparam("faces", expanding=True)))


@functools.cache
def _insertion(model: Any) -> tuple[Insert, bool]:
    """How rows are written, and whether they belong to a department."""
    table = model.__table__
    return insert(table), "department_id" in table.c


@functools.cache
def _reading(model: Any, columns: tuple[str, ...]) -> Select[Any]:
    table = model.__table__
    return select(*(table.c[name] for name in columns)).where(table.c.record_id == bindparam("of"))


def read(model: Any, record_id: int, *columns: str) -> Sequence[Any]:
    """These columns of the rows of a table that belong to a record: for what is asked whenever one is kept."""
    db.session.flush()
    return db.session.connection().execute(_reading(model, columns), {"of": record_id}).all()


def replace(record: Record, rows: Rows, faces: Faces = FACES) -> None:
    """Make these the only rows that the tables named derive from these faces of a record."""
    connection = db.session.connection()
    for model, new in rows.items():
        connection.execute(_deletion(model), {"of": record.id, "faces": faces})
        if new:
            connection.execute(_insertion(model)[0], _placed(model, record, new))


def write(pairs: Iterable[tuple[Record, Rows]]) -> None:
    """Write what is derived from many new records, one statement a table."""
    by_model: dict[Any, list[dict[str, Any]]] = {}
    for record, rows in pairs:
        for model, new in rows.items():
            by_model.setdefault(model, []).extend(_placed(model, record, new))
    for model, new in by_model.items():
        if new:
            db.session.connection().execute(_insertion(model)[0], new)


def _placed(model: Any, record: Record, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    place: dict[str, Any] = {"organisation_id": record.organisation_id, "record_id": record.id}
    if _insertion(model)[1]:
        place |= {"department_id": record.department_id, "common": record.common}
    return [place | row for row in rows]
