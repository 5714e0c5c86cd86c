"""Counters of references: one row a prefix and organisation, and the lock of those who draw numbers from it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from compliance.records.models import Numbering
from compliance.support.db import db


def counter_of(prefix: str) -> Numbering:
    """The counter of a prefix, locked; made the first time, also when two ask for the first time at once."""
    chosen = select(Numbering).where(Numbering.prefix == prefix).with_for_update()
    counter = db.session.scalar(chosen)
    if counter is None:
        connection = db.session.connection()
        insertion: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(Numbering)
        row = insertion.values(organisation_id=db.session.info["organisation_id"], prefix=prefix, last=0)
        connection.execute(row.on_conflict_do_nothing(index_elements=["organisation_id", "prefix"]))
        counter = db.session.scalars(chosen).one()
    return counter
