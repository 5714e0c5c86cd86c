"""A waiver holds for a severity: the one for which it was given, and lower ones."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An error is the gravest that could ever be waived: what was given before holds up to that."""
    with op.batch_alter_table("waivers") as batch_op:
        batch_op.add_column(sa.Column("severity", sa.String(length=8), nullable=False, server_default="error"))
    with op.batch_alter_table("waivers") as batch_op:
        batch_op.alter_column("severity", server_default=None)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("waivers") as batch_op:
        batch_op.drop_column("severity")
