"""Due dates, the rhythms they follow, what was told of them and how each person wants to be told."""

import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, mapped_column

from compliance.reminders.documents import STANDARD
from compliance.support.clock import now
from compliance.support.db import Audited, Base, Departmental, Owned

OPEN, DONE, SNOOZED, CANCELLED = "open", "done", "snoozed", "cancelled"


class DueDate(Owned, Departmental, Base):
    """One duty with a date. Told by the domain whose record it is about; snoozed or handed over by people.

    `counted_from` is the day from which the rhythm counts, none when the day is fixed. `named_email` is who the domain
    says answers for it, `owner_email` who does now. Every step up to `told_through` was told or overtaken.
    `changes` counts what a calendar shows of it, `changed_at` says when that changed last.
    """

    __tablename__ = "due_dates"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "record_id"], ["records.organisation_id", "records.id"]),
        UniqueConstraint("record_id", "kind", "row_key"),
        Index("ix_due_dates_agenda", "organisation_id", "state", "due_on", "id"),
        Index("ix_due_dates_counted", "organisation_id", "state", "kind", "due_on", "done_on"),
        Index("ix_due_dates_owner", "organisation_id", "owner_email", "state", "due_on"),
        Index("ix_due_dates_next_step", "next_step_on", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    row_key: Mapped[str] = mapped_column(String(32), default="")
    reference: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(255))
    endpoint: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(64), default="")
    due_on: Mapped[datetime.date]
    counted_from: Mapped[datetime.date | None]
    risk: Mapped[str] = mapped_column(String(16), default=STANDARD)
    named_email: Mapped[str] = mapped_column(String(255), default="")
    owner_email: Mapped[str] = mapped_column(String(255), default="")
    state: Mapped[str] = mapped_column(String(16), default=OPEN)
    snoozed_until: Mapped[datetime.date | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    told_through: Mapped[datetime.date]
    next_step_on: Mapped[datetime.date | None]
    handed_by: Mapped[str] = mapped_column(String(255), default="")
    done_on: Mapped[datetime.date | None]
    changes: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime.datetime] = mapped_column(default=now)


#: What a calendar shows of a due date.
SHOWN = ("due_on", "endpoint", "owner_email", "place", "reference", "snoozed_until", "state", "title")


@event.listens_for(DueDate, "before_update")
def _count_change(_mapper: Any, _connection: Any, row: DueDate) -> None:
    """A calendar takes an event over the one it knows only if that says it is later (RFC 5545, 3.8.7.4)."""
    known = inspect(row).attrs
    if any(known[name].history.has_changes() for name in SHOWN):
        row.changes, row.changed_at = row.changes + 1, now()


class Rhythm(Audited, Owned, Base):
    """How often something is due in an organisation and when people hear of it, from a day on."""

    __tablename__ = "rhythms"
    __table_args__ = (UniqueConstraint("organisation_id", "kind", "risk", "effective_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    risk: Mapped[str] = mapped_column(String(16), default=STANDARD)
    months: Mapped[int | None]
    leads: Mapped[list[int]] = mapped_column(JSON, default=list)
    escalate_after: Mapped[int]
    is_required: Mapped[bool] = mapped_column(default=False)
    effective_from: Mapped[datetime.date]
    decided_by: Mapped[str] = mapped_column(String(255), default="")
    decided_at: Mapped[datetime.datetime] = mapped_column(default=now)


class Notice(Owned, Base):
    """That somebody is to hear of a step of a due date: once, whoever sweeps and however often."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("due_id", "due_on", "step", "person_id"),
        Index("ix_notices_waiting", "organisation_id", "letter_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    due_id: Mapped[int] = mapped_column(ForeignKey("due_dates.id", ondelete="CASCADE"))
    due_on: Mapped[datetime.date]
    step: Mapped[str] = mapped_column(String(32))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    day: Mapped[datetime.date]
    how: Mapped[str] = mapped_column(String(8))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))


class LetterChoice(Owned, Base):
    """How a person wants to hear of one kind of due date here: by itself, once a day, once a week, not at all."""

    __tablename__ = "letter_choices"
    __table_args__ = (UniqueConstraint("organisation_id", "person_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(32))
    how: Mapped[str] = mapped_column(String(8))


class CalendarFeed(Owned, Base):
    """A person's private calendar address; only the digest of its token is kept."""

    __tablename__ = "calendar_feeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime.datetime] = mapped_column(default=now)
    used_at: Mapped[datetime.datetime | None]
    revoked_at: Mapped[datetime.datetime | None]


class SweepRun(Owned, Base):
    """That an organisation's dates were swept on a day, and what came of it."""

    __tablename__ = "sweep_runs"
    __table_args__ = (UniqueConstraint("organisation_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[datetime.date]
    finished_at: Mapped[datetime.datetime] = mapped_column(default=now)
    found: Mapped[dict[str, Any]] = mapped_column(default=dict)
