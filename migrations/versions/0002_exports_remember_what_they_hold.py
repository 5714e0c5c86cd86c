"""Exports remember what they hold, so that it can be asked again at each download."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; a file built before has no row in it and cannot be fetched any more."""
    op.create_table(
        "exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_token", sa.String(length=32), nullable=False),
        sa.Column("face", sa.String(length=16), nullable=False),
        sa.Column("department_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "file_token"],
            ["stored_files.organisation_id", "stored_files.token"],
            name=op.f("fk_exports_organisation_id_file_token_stored_files"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_exports_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("organisation_id", "file_token", name=op.f("uq_exports_organisation_id_file_token")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("exports")
