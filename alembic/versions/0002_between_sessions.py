"""Between sessions: reminders, and what is kept of runs under a consent."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("chat", ID, autoincrement=False, nullable=False),
        sa.Column("hour", sa.Text(), nullable=False, comment="local time, ISO 8601"),
        sa.Column("weekdays", sa.JSON(), nullable=False, comment="0 is Monday"),
        sa.Column("settled", sa.Text(), comment="the newest local day that is done with, ISO 8601"),
        sa.Column("again", sa.Double(), comment="put off to this moment, virtual unix seconds"),
        sa.Column("unanswered", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Double(), comment="virtual unix seconds when it is due; null: it keeps still"),
        sa.ForeignKeyConstraint(["chat"], ["chats.id"], name="fk_reminders_chat", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat", name="pk_reminders"),
    )
    where = sa.text("next_at IS NOT NULL")
    op.create_index("ix_reminders_next_at", "reminders", ["next_at"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "runs",
        sa.Column("id", sa.Text(), nullable=False, comment="random"),
        sa.Column("chat", ID, nullable=False),
        sa.Column("at", sa.Double(), nullable=False, comment="virtual unix seconds when it ended; kept for 12 months"),
        sa.Column("run", sa.LargeBinary(), nullable=False, comment="sealed: what is kept of it, under a consent"),
        sa.ForeignKeyConstraint(["chat"], ["chats.id"], name="fk_runs_chat", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_chat_at", "runs", ["chat", "at"])


def downgrade() -> None:
    op.drop_table("runs")
    op.drop_table("reminders")
