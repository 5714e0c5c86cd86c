"""What is remembered of an export that was built."""

from sqlalchemy import JSON, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from compliance.support.db import Base, Owned


class Export(Owned, Base):
    """What a built file holds: which face of the records, of which departments (None: of all).

    Asked again at each download: a role may have been taken back since, or moved to another department.
    """

    __tablename__ = "exports"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "file_token"], ["stored_files.organisation_id", "stored_files.token"]),
        UniqueConstraint("organisation_id", "file_token"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_token: Mapped[str] = mapped_column(String(32))
    face: Mapped[str] = mapped_column(String(16))
    department_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
