"""Organisations, departments, people, their memberships, and the organisation's own vocabulary."""

import datetime
from typing import Any

from flask_security import RoleMixin, UserMixin
from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from compliance.support.clock import now
from compliance.support.db import Audited, Base, Owned


class Organisation(Audited, Base):
    """A tenant. What Art. 30(1)(a) asks of it is a record of kind `organisation`; here is how it works."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(2), default="fr")
    zone: Mapped[str] = mapped_column(String(64), default="Europe/Paris")
    is_sample: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime.datetime] = mapped_column(default=now)


class Department(Audited, Owned, Base):
    """A node of the organisation's tree; who answers for it sees its whole branch."""

    __tablename__ = "departments"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        UniqueConstraint("organisation_id", "id"),
        ForeignKeyConstraint(["organisation_id", "parent_id"], ["departments.organisation_id", "departments.id"]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    parent_id: Mapped[int | None]
    archived: Mapped[bool] = mapped_column(default=False)


class Person(Base, UserMixin):
    """Somebody who can be named, and who signs in if they have a password."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str] = mapped_column(String(2), default="")
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    is_operator: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime.datetime] = mapped_column(default=now)
    memberships: Mapped[list["Membership"]] = relationship(back_populates="person", lazy="raise")

    roles: list[RoleMixin] = []


class InstallationRole(RoleMixin):
    """The sign-in library wants a role class; roles here are granted per organisation instead."""


class Membership(Audited, Base):
    """A person has a role in an organisation, for the whole of it or for a department's branch."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("person_id", "organisation_id", "role", "department_id"),
        ForeignKeyConstraint(["organisation_id", "department_id"], ["departments.organisation_id", "departments.id"]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[str] = mapped_column(String(32))
    department_id: Mapped[int | None]
    since: Mapped[datetime.datetime] = mapped_column(default=now)
    until: Mapped[datetime.datetime | None]
    person: Mapped[Person] = relationship(back_populates="memberships", lazy="raise")


class VocabularyEntry(Audited, Owned, Base):
    """An entry that an organisation added to a reference list, or a shipped one that it hides."""

    __tablename__ = "vocabulary_entries"
    __table_args__ = (UniqueConstraint("organisation_id", "vocabulary", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    vocabulary: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(64))
    en: Mapped[str] = mapped_column(String(255), default="")
    fr: Mapped[str] = mapped_column(String(255), default="")
    hidden: Mapped[bool] = mapped_column(default=False)
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)


class SavedView(Owned, Base):
    """A list with its filters, sort and columns, kept by a person under a name."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("organisation_id", "person_id", "list_name", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    list_name: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64))
    query: Mapped[str] = mapped_column(Text)
