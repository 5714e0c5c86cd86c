"""What the register shows in lists, and what people decide about findings. The records are `records.Record`."""

import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from compliance.support.clock import now
from compliance.support.db import Audited, Base, Departmental, Owned


def _of_record() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["organisation_id", "record_id"], ["records.organisation_id", "records.id"])


#: The day by which a record without a review is sorted: after all others.
NO_REVIEW = "9999-12-31"


class RegisterEntry(Owned, Departmental, Base):
    """One line of the register: what the list shows of one face of a record. Rebuilt whenever the record is kept."""

    __tablename__ = "register_entries"
    __table_args__ = (
        UniqueConstraint("record_id", "face"),
        _of_record(),
        Index("ix_register_entries_reference", "organisation_id", "face", "reference", "record_id"),
        Index("ix_register_entries_name", "organisation_id", "face", "name_key", "record_id"),
        Index("ix_register_entries_department", "organisation_id", "face", "department_name", "record_id"),
        Index("ix_register_entries_updated", "organisation_id", "face", "updated_at", "record_id"),
        Index("ix_register_entries_review", "organisation_id", "face", "review_key", "record_id"),
        Index("ix_register_entries_weight", "organisation_id", "face", "weight", "record_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int]
    face: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    name_key: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    edition: Mapped[int]
    role: Mapped[str] = mapped_column(String(16))
    phase: Mapped[str] = mapped_column(String(16))
    department_name: Mapped[str] = mapped_column(String(255), default="")
    owner_email: Mapped[str] = mapped_column(String(255), default="")
    owner_name: Mapped[str] = mapped_column(String(255), default="")
    legal_bases: Mapped[str] = mapped_column(String(255), default="")
    special: Mapped[bool]
    criminal: Mapped[bool]
    transfers: Mapped[bool]
    blockers: Mapped[int]
    criticals: Mapped[int]
    errors: Mapped[int]
    warnings: Mapped[int]
    infos: Mapped[int]
    weight: Mapped[int]
    answered: Mapped[int]
    asked: Mapped[int]
    review_due_on: Mapped[datetime.date | None]
    review_key: Mapped[str] = mapped_column(String(10))
    updated_at: Mapped[datetime.datetime]


class RegisterFacet(Owned, Departmental, Base):
    """One value by which a face of a record can be filtered and counted."""

    __tablename__ = "register_facets"
    __table_args__ = (
        _of_record(),
        Index("ix_register_facets_value", "organisation_id", "face", "facet", "value", "record_id"),
        Index("ix_register_facets_record_id", "record_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int]
    face: Mapped[str] = mapped_column(String(16))
    facet: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(String(255))


class FindingRow(Owned, Departmental, Base):
    """What the X-ray found on one face of a record: derived, rebuilt whenever something may have changed it."""

    __tablename__ = "findings"
    __table_args__ = (
        _of_record(),
        Index("ix_findings_record_id", "record_id"),
        Index("ix_findings_rule", "organisation_id", "face", "rule", "record_id"),
        Index("ix_findings_severity", "organisation_id", "face", "severity", "record_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int]
    face: Mapped[str] = mapped_column(String(16))
    rule: Mapped[str] = mapped_column(String(8))
    severity: Mapped[str] = mapped_column(String(8))
    path: Mapped[str] = mapped_column(String(128))
    row_key: Mapped[str] = mapped_column(String(16), default="")
    params: Mapped[dict[str, Any]]
    waived: Mapped[bool] = mapped_column(default=False)
    first_seen_on: Mapped[datetime.date]


class Waiver(Audited, Owned, Base):
    """A finding that somebody accepts for a time, and why; while it is not graver than it was then."""

    __tablename__ = "waivers"
    __table_args__ = (_of_record(), Index("ix_waivers_record_id", "record_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int]
    rule: Mapped[str] = mapped_column(String(8))
    row_key: Mapped[str] = mapped_column(String(16), default="")
    severity: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime.date]
    given_by: Mapped[str] = mapped_column(String(255))
    given_at: Mapped[datetime.datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime.datetime | None]


class Action(Audited, Owned, Base):
    """What will be done about a finding, by whom, until when, and the evidence that it was."""

    __tablename__ = "actions"
    __table_args__ = (_of_record(), Index("ix_actions_record_id", "record_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int]
    rule: Mapped[str] = mapped_column(String(8))
    row_key: Mapped[str] = mapped_column(String(16), default="")
    title: Mapped[str] = mapped_column(String(500))
    owner_email: Mapped[str] = mapped_column(String(255), default="")
    due_on: Mapped[datetime.date]
    evidence: Mapped[str] = mapped_column(Text, default="")
    done_on: Mapped[datetime.date | None]
    created_by: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime.datetime] = mapped_column(default=now)


class Opinion(Audited, Owned, Base):
    """The DPO's dated advice on one version of a record. It advises; the controller decides (Arts 38(6), 39)."""

    __tablename__ = "opinions"
    __table_args__ = (_of_record(), Index("ix_opinions_record_id", "record_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int]
    version: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(16))
    words: Mapped[str] = mapped_column(Text, default="")
    given_by: Mapped[str] = mapped_column(String(255))
    given_by_id: Mapped[int | None]
    given_at: Mapped[datetime.datetime] = mapped_column(default=now)


class ImportRun(Audited, Owned, Base):
    """One import of a file: what was read, what the person decided, what came of it, and whether it was undone."""

    __tablename__ = "import_runs"
    __table_args__ = (UniqueConstraint("organisation_id", "token"), UniqueConstraint("organisation_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32))
    file_name: Mapped[str] = mapped_column(String(255))
    file_digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_by: Mapped[str] = mapped_column(String(255))
    started_at: Mapped[datetime.datetime] = mapped_column(default=now)


class ImportedRecord(Owned, Base):
    """A record that an import created or updated, and the version it left: an undo touches nothing changed since."""

    __tablename__ = "imported_records"
    __table_args__ = (
        _of_record(),
        ForeignKeyConstraint(["organisation_id", "run_id"], ["import_runs.organisation_id", "import_runs.id"]),
        Index("ix_imported_records_run_id", "run_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int]
    record_id: Mapped[int]
    act: Mapped[str] = mapped_column(String(16))
    position: Mapped[str] = mapped_column(String(255), default="")
    version_before: Mapped[int]
    version_after: Mapped[int]
    undone: Mapped[bool] = mapped_column(default=False)


class HeaderMemory(Owned, Base):
    """How this organisation once mapped a header by hand: the next file is read the same way."""

    __tablename__ = "header_memories"
    __table_args__ = (UniqueConstraint("organisation_id", "header"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    header: Mapped[str] = mapped_column(String(255))
    target: Mapped[str] = mapped_column(String(64))
