"""Letters that are to leave: rows written in the transaction that causes them, delivered by a job, never lost."""

import datetime
import hashlib
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from compliance.support import jobs
from compliance.support.clock import now
from compliance.support.db import Base, db

WAITING, SENT, DEAD, WITHDRAWN = "waiting", "sent", "dead", "withdrawn"


class Letter(Base):
    """A letter to one person, as it leaves, and how its delivery goes. `name` is its folder of templates.

    `message_id` is the same however often it is tried, so that a mail server that saw it twice can tell.
    """

    __tablename__ = "letters"
    __table_args__ = (Index("ix_letters_state", "state", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recipient: Mapped[str] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(2))
    name: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    subject: Mapped[str] = mapped_column(String(255), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    unsubscribe: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(16), default=WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime.datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime.datetime | None]


class Heartbeat(Base):
    """When a process that works unseen was last alive, and what it said of itself."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime.datetime]
    said: Mapped[dict[str, Any]] = mapped_column(default=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as it leaves: its words, and the address that stops letters of its kind with one click."""

    subject: str
    text: str
    html: str
    unsubscribe: str = ""


def write(
    name: str, *, recipient: str, language: str, written: Written, key: str, person_id: int | None = None,
    organisation_id: int | None = None,
) -> Letter:  # fmt: skip
    """Put a letter in the post: a row, and the job that delivers it. The same `key` is the same letter."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    letter = Letter(
        name=name, recipient=recipient, language=language, person_id=person_id, organisation_id=organisation_id,
        subject=written.subject, text=written.text, html=written.html, unsubscribe=written.unsubscribe,
        message_id=f"<{digest}@{current_app.config['MAIL_HOST']}>",
    )  # fmt: skip
    db.session.add(letter)
    db.session.flush()
    jobs.enqueue("deliver", organisation_id=organisation_id, letter=letter.id)
    return letter
