"""Drills"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drill_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("drill_id", sa.String(length=10), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("opened_at", storage.tables.Instant(timezone=True), nullable=False),
        sa.Column("finished_at", storage.tables.Instant(timezone=True), nullable=True),
        sa.Column("points", sa.SmallInteger(), nullable=True),
        sa.Column("full", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_drill_run_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_run")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("drill_run", schema=None) as batch_op:
        batch_op.create_index("ix_drill_run_person", ["person_id", "drill_id"], unique=False)
        batch_op.create_index(
            "uq_drill_run_open",
            ["person_id", "drill_id"],
            unique=True,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("drill_run", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_drill_run_open",
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )
        batch_op.drop_index("ix_drill_run_person")

    op.drop_table("drill_run")
