"""The first schema: chats and their people, what was seen, parked and erased, Telegram's ids of notes."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "chats",
        sa.Column("id", ID, autoincrement=False, nullable=False, comment="Telegram's id of the private chat"),
        sa.Column("rev", sa.BigInteger(), nullable=False, comment="number of the screen"),
        sa.Column("due_at", sa.Double(), comment="virtual unix seconds when time itself is the next event"),
        sa.Column(
            "send_at", sa.Double(), comment="real unix seconds when delivery must act; null: the chat shows the truth"
        ),
        sa.Column("sending", sa.BigInteger(), comment="the rev on the wire"),
        sa.Column("claim", sa.BigInteger(), nullable=False, comment="token that grows with each claim"),
        sa.Column("part", sa.Integer(), nullable=False, comment="parts of this screen that are settled"),
        sa.Column("doubts", sa.Integer(), nullable=False, comment="lost answers of the present part"),
        sa.Column("live", sa.JSON(), nullable=False, comment="ids of messages with this screen's buttons"),
        sa.Column("dead", sa.JSON(), comment="[id, strip or delete] of messages that must lose theirs"),
        sa.Column("heard", sa.BigInteger(), nullable=False, comment="the person's highest message id"),
        sa.Column("state", sa.LargeBinary(), nullable=False, comment="sealed: state, and run without its plan"),
        sa.Column("plan", sa.LargeBinary(), comment="sealed: the plan of the run"),
        sa.PrimaryKeyConstraint("id", name="pk_chats"),
    )
    for name, column, where in (
        ("ix_chats_due_at", "due_at", "due_at IS NOT NULL"),
        ("ix_chats_send_at", "send_at", "send_at IS NOT NULL"),
        ("ix_chats_to_clean", "id", "dead IS NOT NULL AND send_at IS NULL"),
    ):
        op.create_index(name, "chats", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_table(
        "people",
        sa.Column("chat", ID, autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text()),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("consent", sa.JSON()),
        sa.Column("acknowledged", sa.JSON()),
        sa.Column("voice_forbidden_until", sa.Text(), comment="UTC, ISO 8601"),
        sa.Column("inactive_since", sa.Text(), comment="UTC, ISO 8601"),
        sa.Column(
            "health",
            sa.LargeBinary(),
            nullable=False,
            comment="sealed: position, hold, leave-outs, cautions, pictures",
        ),
        sa.ForeignKeyConstraint(["chat"], ["chats.id"], name="fk_people_chat", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat", name="pk_people"),
    )
    op.create_table(
        "updates_seen",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.Double(), nullable=False, comment="real unix seconds"),
        sa.PrimaryKeyConstraint("id", name="pk_updates_seen"),
    )
    op.create_index("ix_updates_seen_at", "updates_seen", ["at"])
    op.create_table(
        "parked",
        sa.Column("id", sa.Text(), nullable=False, comment="random"),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False, comment="kind and place; never what a person wrote"),
        sa.Column("at", sa.Double(), nullable=False, comment="real unix seconds"),
        sa.PrimaryKeyConstraint("id", name="pk_parked"),
    )
    op.create_table(
        "erased",
        sa.Column("hash", sa.Text(), nullable=False, comment="keyed hash of the chat's id"),
        sa.Column(
            "message", sa.BigInteger(), nullable=False, comment="words up to this message id were said before they left"
        ),
        sa.Column("at", sa.Double(), nullable=False, comment="real unix seconds"),
        sa.PrimaryKeyConstraint("hash", name="pk_erased"),
    )
    op.create_table(
        "files",
        sa.Column("key", sa.Text(), nullable=False, comment="of a note: the same key is the same sound"),
        sa.Column("file_id", sa.Text(), nullable=False, comment="Telegram's, good for this bot alone"),
        sa.PrimaryKeyConstraint("key", name="pk_files"),
    )
    op.create_table(
        "about",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_about"),
    )


def downgrade() -> None:
    for table in ("about", "files", "erased", "parked", "updates_seen", "people", "chats"):
        op.drop_table(table)
