"""A record, its revisions, and the rows that stand beside it."""

import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from compliance.support.clock import now
from compliance.support.db import Audited, Base, Departmental, Owned

DRAFT, SUBMITTED, APPROVED, ARCHIVED = "draft", "submitted", "approved", "archived"


class Record(Audited, Owned, Departmental, Base):
    """Identity, working document and lifecycle of anything that has a history. The document is one JSON column."""

    __tablename__ = "records"
    __table_args__ = (
        UniqueConstraint("organisation_id", "kind", "reference"),
        UniqueConstraint("organisation_id", "id"),
        ForeignKeyConstraint(
            ["organisation_id", "approved_revision_id"],
            ["revisions.organisation_id", "revisions.id"],
            use_alter=True,
            name="fk_records_approved_revision",
        ),
        ForeignKeyConstraint(["organisation_id", "department_id"], ["departments.organisation_id", "departments.id"]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255), default="")
    document: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(16), default=DRAFT)
    version: Mapped[int] = mapped_column(default=0)
    edition: Mapped[int] = mapped_column(default=0)
    approved_revision_id: Mapped[int | None]
    owner_email: Mapped[str] = mapped_column(String(255), default="")
    created_at: Mapped[datetime.datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime.datetime] = mapped_column(default=now)
    submitted_at: Mapped[datetime.datetime | None]
    submitted_by_id: Mapped[int | None]
    approved_at: Mapped[datetime.datetime | None]
    approved_by: Mapped[str] = mapped_column(String(255), default="")
    reviewed_on: Mapped[datetime.date | None]
    review_due_on: Mapped[datetime.date | None]

    @property
    def is_archived(self) -> bool:
        """Whether the record was taken out of the lists and the register."""
        return self.state == ARCHIVED

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}


class Revision(Owned, Base):
    """What a record was after one kept change: the whole document, who, when, why."""

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("organisation_id", "id"),
        UniqueConstraint("record_id", "number"),
        ForeignKeyConstraint(["organisation_id", "record_id"], ["records.organisation_id", "records.id"]),
        Index("ix_revisions_as_of", "organisation_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int]
    number: Mapped[int]
    tag: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    edition: Mapped[int] = mapped_column(default=0)
    document: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime.datetime]

    @property
    def is_approved(self) -> bool:
        """Whether it was kept by an approval."""
        return self.state == APPROVED


class JournalEntry(Base):
    """One link of a chain: what was done, by whom, and the digest that ties it to all that came before.

    `chain` is the organisation's id, or 0 for the installation (sign-ins and failures).
    """

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("chain", "sequence"),
        Index("ix_journal_record", "chain", "record_id"),
        Index("ix_journal_subject", "chain", "subject", "sequence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chain: Mapped[int]
    sequence: Mapped[int]
    at: Mapped[datetime.datetime]
    tag: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(255))
    record_id: Mapped[int | None]
    revision_id: Mapped[int | None]
    subject: Mapped[str] = mapped_column(String(255), default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    content: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class ChainHead(Base):
    """The last link of each chain: its row is the lock that keeps a chain single."""

    __tablename__ = "chain_heads"

    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")


class AccessEntry(Base):
    """One line of the access log: who read or took away what. Only added to, and sealed into the chain day by day."""

    __tablename__ = "access_log"
    __table_args__ = (
        Index("ix_access_log_at", "chain", "at"),
        Index("ix_access_log_person", "chain", "actor_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chain: Mapped[int]
    at: Mapped[datetime.datetime]
    tag: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255), default="")


class RecordLink(Owned, Base):
    """From a record to another, and as what: any page shows both directions."""

    __tablename__ = "record_links"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "from_id"], ["records.organisation_id", "records.id"]),
        ForeignKeyConstraint(["organisation_id", "to_id"], ["records.organisation_id", "records.id"]),
        Index("ix_record_links_from_id", "from_id"),
        Index("ix_record_links_to_id", "to_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int]
    role: Mapped[str] = mapped_column(String(64))
    to_id: Mapped[int]


class Fact(Owned, Base):
    """What an upper storey told about a record, and from when to when it was so."""

    __tablename__ = "facts"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "record_id"], ["records.organisation_id", "records.id"]),
        Index("ix_facts_record_id", "record_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int]
    subject: Mapped[str] = mapped_column(String(128), default="")
    name: Mapped[str] = mapped_column(String(64))
    value: Mapped[dict[str, Any]]
    since: Mapped[datetime.datetime]
    until: Mapped[datetime.datetime | None]


class SearchEntry(Owned, Departmental, Base):
    """The folded words of one face of a record: of its name, of its reference, of all that it says."""

    __tablename__ = "search_entries"
    __table_args__ = (
        UniqueConstraint("record_id", "face"),
        ForeignKeyConstraint(["organisation_id", "record_id"], ["records.organisation_id", "records.id"]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int]
    face: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Text)


class Draft(Owned, Base):
    """What one person has typed into one section and not yet saved: raw, unchecked, theirs alone."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("organisation_id", "person_id", "kind", "reference", "section"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(64))
    section: Mapped[str] = mapped_column(String(32))
    base_version: Mapped[int]
    fields: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime.datetime]


class Numbering(Owned, Base):
    """The last number given for references of one kind in one organisation."""

    __tablename__ = "numberings"
    __table_args__ = (UniqueConstraint("organisation_id", "prefix"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(String(32))
    last: Mapped[int] = mapped_column(default=0)


class StoredFile(Owned, Base):
    """A file received or built, named by its SHA-256 in the store; `purge_on` marks one that nothing keeps."""

    __tablename__ = "stored_files"
    __table_args__ = (UniqueConstraint("organisation_id", "token"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(128))
    size: Mapped[int]
    person_id: Mapped[int | None]
    created_at: Mapped[datetime.datetime] = mapped_column(default=now)
    purge_on: Mapped[datetime.date | None]
