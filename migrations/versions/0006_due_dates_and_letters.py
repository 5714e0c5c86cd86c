"""Due dates are kept and told: rhythms, notices, letters, the pulse of what works unseen."""

import sqlalchemy as sa
from alembic import op

from compliance.support.db import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_calendar_feeds_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_calendar_feeds_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_feeds_digest")),
    )
    op.create_table(
        "letter_choices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_letter_choices_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_letter_choices_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_choices")),
        sa.UniqueConstraint(
            "organisation_id", "person_id", "kind", name=op.f("uq_letter_choices_organisation_id_person_id_kind")
        ),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(length=255), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("unsubscribe", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_letters_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_letters_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letters_message_id")),
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letters_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_letters_state", ["state", "created_at"], unique=False)

    op.create_table(
        "rhythms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("risk", sa.String(length=16), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("leads", sa.JSON(), nullable=False),
        sa.Column("escalate_after", sa.Integer(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(length=255), nullable=False),
        sa.Column("decided_at", Moment(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_rhythms_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rhythms")),
        sa.UniqueConstraint(
            "organisation_id",
            "kind",
            "risk",
            "effective_from",
            name=op.f("uq_rhythms_organisation_id_kind_risk_effective_from"),
        ),
    )
    op.create_table(
        "sweep_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_sweep_runs_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweep_runs")),
        sa.UniqueConstraint("organisation_id", "day", name=op.f("uq_sweep_runs_organisation_id_day")),
    )
    op.create_table(
        "due_dates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("row_key", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("endpoint", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("counted_from", sa.Date(), nullable=True),
        sa.Column("risk", sa.String(length=16), nullable=False),
        sa.Column("named_email", sa.String(length=255), nullable=False),
        sa.Column("owner_email", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told_through", sa.Date(), nullable=False),
        sa.Column("next_step_on", sa.Date(), nullable=True),
        sa.Column("handed_by", sa.String(length=255), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("common", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "record_id"],
            ["records.organisation_id", "records.id"],
            name=op.f("fk_due_dates_organisation_id_record_id_records"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_due_dates_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_dates")),
        sa.UniqueConstraint("record_id", "kind", "row_key", name=op.f("uq_due_dates_record_id_kind_row_key")),
    )
    with op.batch_alter_table("due_dates", schema=None) as batch_op:
        batch_op.create_index("ix_due_dates_agenda", ["organisation_id", "state", "due_on", "id"], unique=False)
        batch_op.create_index("ix_due_dates_next_step", ["next_step_on", "organisation_id"], unique=False)
        batch_op.create_index("ix_due_dates_owner", ["organisation_id", "owner_email", "state", "due_on"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("due_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["due_id"], ["due_dates.id"], name=op.f("fk_notices_due_id_due_dates"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_notices_letter_id_letters")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_notices_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_notices_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "due_id", "due_on", "step", "person_id", name=op.f("uq_notices_due_id_due_on_step_person_id")
        ),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("ix_notices_waiting", ["organisation_id", "letter_id", "person_id"], unique=False)

    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("not_before", Moment(), nullable=True))
        batch_op.add_column(sa.Column("put_off", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.alter_column("put_off", server_default=None)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_column("put_off")
        batch_op.drop_column("not_before")

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index("ix_notices_waiting")

    op.drop_table("notices")
    with op.batch_alter_table("due_dates", schema=None) as batch_op:
        batch_op.drop_index("ix_due_dates_owner")
        batch_op.drop_index("ix_due_dates_next_step")
        batch_op.drop_index("ix_due_dates_agenda")

    op.drop_table("due_dates")
    op.drop_table("sweep_runs")
    op.drop_table("rhythms")
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index("ix_letters_state")
        batch_op.drop_index(batch_op.f("ix_letters_organisation_id"))

    op.drop_table("letters")
    op.drop_table("letter_choices")
    op.drop_table("calendar_feeds")
    op.drop_table("heartbeats")
