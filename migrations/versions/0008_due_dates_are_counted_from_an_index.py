"""Due dates are counted from an index that holds all that is counted."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """How many there are of each kind and state is asked whenever something has changed."""
    with op.batch_alter_table("due_dates") as batch_op:
        batch_op.create_index(
            "ix_due_dates_counted", ["organisation_id", "state", "kind", "due_on", "done_on"], unique=False
        )


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("due_dates") as batch_op:
        batch_op.drop_index("ix_due_dates_counted")
