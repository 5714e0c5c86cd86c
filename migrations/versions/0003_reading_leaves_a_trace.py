"""Reading leaves a trace: the access log, and an index that finds what the journal says of a subject."""

import sqlalchemy as sa
from alembic import op

from compliance.support.db import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "access_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    op.create_index("ix_access_log_at", "access_log", ["chain", "at"])
    op.create_index("ix_access_log_person", "access_log", ["chain", "actor_id", "id"])
    op.create_index("ix_journal_subject", "journal", ["chain", "subject", "sequence"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_journal_subject", "journal")
    op.drop_index("ix_access_log_person", "access_log")
    op.drop_index("ix_access_log_at", "access_log")
    op.drop_table("access_log")
