"""Due dates count their changes, so that a calendar takes the later of two."""

import sqlalchemy as sa
from alembic import op

from compliance.support.db import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is known already has not changed since the product began to count."""
    with op.batch_alter_table("due_dates") as batch_op:
        batch_op.add_column(sa.Column("changes", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("changed_at", Moment(), nullable=False, server_default="2026-11-23 00:00:00"))
    with op.batch_alter_table("due_dates") as batch_op:
        batch_op.alter_column("changes", server_default=None)
        batch_op.alter_column("changed_at", server_default=None)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("due_dates") as batch_op:
        batch_op.drop_column("changed_at")
        batch_op.drop_column("changes")
