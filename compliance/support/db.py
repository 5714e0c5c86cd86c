"""The database: one session a request, one organisation a session, and no change that nobody answers for."""

import datetime
import functools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import orjson
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, ForeignKey, MetaData, TypeDecorator, event, false, inspect, or_
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.pool import ConnectionPoolEntry

#: Set while a GET is answered: SQLite then takes no write lock.
reading: ContextVar[bool] = ContextVar("reading", default=False)


class Moment(TypeDecorator[datetime.datetime]):
    """An instant, stored in UTC, always given back with its zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, dialect: Dialect) -> datetime.datetime | None:
        """Refuse an instant without a zone: it would mean something else on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone cannot be stored")
        return value.astimezone(datetime.UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime.datetime | None, dialect: Dialect) -> datetime.datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=datetime.UTC)


class Base(DeclarativeBase):
    """All models; constraint names are stable so that migrations can name them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


Base.registry.update_type_annotation_map({datetime.datetime: Moment, dict[str, Any]: JSON})


class Owned:
    """A row that belongs to one organisation: invisible to a session that has not entered it."""

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=False)


class Departmental:
    """A row that belongs to a department, unless it is `common` to the whole organisation."""

    department_id: Mapped[int | None] = mapped_column()
    common: Mapped[bool] = mapped_column(default=False)


class Audited:
    """A row whose every change must be claimed by `records.keep` or `records.note` before the commit."""


class UnclaimedChange(RuntimeError):
    """A change nobody answers for: a bug of ours, stopped before it is kept."""


db = SQLAlchemy(
    model_class=Base,
    engine_options={
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
        "pool_pre_ping": True,
        "hide_parameters": True,  # what people typed, and the hashes of passwords, have no place in a log
    },
)


def enter(organisation_id: int | None, department_ids: frozenset[int] | None = None) -> None:
    """Make this session see one organisation, and of its departmental rows only those departments (None: all)."""
    db.session.info["organisation_id"] = organisation_id
    db.session.info["department_ids"] = department_ids


@contextmanager
def across_organisations() -> Iterator[None]:
    """Lift the filter: for what concerns the installation as a whole, such as walking every chain."""
    before = db.session.info.get("across", False)
    db.session.info["across"] = True
    try:
        yield
    finally:
        db.session.info["across"] = before


#: For a statement made once and run at every request, of tables that belong to no organisation: nothing to filter.
UNOWNED = {"unowned": True}


def _filter_by_organisation(state: ORMExecuteState) -> None:
    info = state.session.info
    if not state.is_select or state.is_column_load or state.is_relationship_load or info.get("across"):
        return
    if state.execution_options.get("unowned"):
        return
    state.statement = state.statement.options(*_walls(info.get("organisation_id"), info.get("department_ids")))


@functools.lru_cache(maxsize=1024)
def _walls(organisation_id: int | None, departments: frozenset[int] | None) -> tuple[Any, ...]:
    """What every SELECT of an organisation carries; made once, because making it costs as much as a small SELECT."""
    if organisation_id is None:
        return (with_loader_criteria(Owned, lambda cls: false(), include_aliases=True, track_closure_variables=False),)
    whole = with_loader_criteria(Owned, lambda cls: cls.organisation_id == organisation_id, include_aliases=True)
    if departments is None:
        return (whole,)
    ids = list(departments)
    branch = with_loader_criteria(
        Departmental, lambda cls: or_(cls.common, cls.department_id.in_(ids)), include_aliases=True
    )
    return whole, branch


def _note_changes(session: Session, *_: Any) -> None:
    unclaimed = session.info.setdefault("unclaimed", {})
    organisation_id = session.info.get("organisation_id")
    for row in session.new:
        if isinstance(row, Owned) and getattr(row, "organisation_id", None) is None:
            row.organisation_id = organisation_id  # type: ignore[assignment]
    changed = [row for row in session.dirty if session.is_modified(row)]
    for row in (*session.new, *changed, *session.deleted):
        if isinstance(row, Audited):
            unclaimed[id(row)] = row


def claim(row: Audited) -> None:
    """Answer for every change made to this row so far."""
    db.session.flush()
    db.session.info.get("unclaimed", {}).pop(id(row), None)


def _refuse_unclaimed(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    if unclaimed := session.info.get("unclaimed"):
        names = sorted({f"{type(row).__name__} {inspect(row).identity}" for row in unclaimed.values()})
        raise UnclaimedChange("changed without being kept: " + ", ".join(names))


def _forget(session: Session, previous: SessionTransaction) -> None:
    if not previous.nested:  # what was changed before a savepoint is still changed after it
        session.info.get("unclaimed", {}).clear()


_PAGES_KEPT, _PAGES_LEAFED = 16_000, 1_000  # kilobytes of the embedded database in memory, by connection


@contextmanager
def leafing() -> Iterator[None]:
    """While much is read once and nothing twice: the embedded database keeps few of the pages it has read."""
    if db.engine.dialect.name != "sqlite":
        yield
        return
    connection = db.session.connection()
    connection.exec_driver_sql(f"PRAGMA cache_size=-{_PAGES_LEAFED}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_PAGES_KEPT}")


def _prepare_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the begin event below decides, so that writers never start as readers
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        f"cache_size=-{_PAGES_KEPT}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if reading.get() else "BEGIN IMMEDIATE")


def prepare_engine(engine: Engine) -> None:
    """Take over transactions on SQLite: read-then-write without BEGIN IMMEDIATE loses updates in silence."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def listen() -> None:
    """Attach the guarantees to every session of the application, once."""
    event.listen(db.session, "do_orm_execute", _filter_by_organisation)
    event.listen(db.session, "before_flush", _note_changes)
    event.listen(db.session, "before_commit", _refuse_unclaimed)
    event.listen(db.session, "after_soft_rollback", _forget)


def random_token() -> str:
    """An unguessable name for a row that is reached by its address alone."""
    return uuid.uuid4().hex
