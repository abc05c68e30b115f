"""Pauses, broadcasts and jobs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("unique_key", sa.String(length=120), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("run_at", storage.tables.Instant(timezone=True), nullable=False),
        sa.Column("lease_until", storage.tables.Instant(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.String(length=60), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'held')", name=op.f("ck_job_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_due", ["state", "priority", "run_at", "id"], unique=False)
        batch_op.create_index(
            "uq_job_unique_key",
            ["unique_key"],
            unique=True,
            sqlite_where=sa.text("state <> 'held'"),
            postgresql_where=sa.text("state <> 'held'"),
        )

    op.create_table(
        "broadcast",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", storage.tables.Instant(timezone=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("queued_at", storage.tables.Instant(timezone=True), nullable=True),
        sa.Column("cancelled_at", storage.tables.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_person_id"], ["person.id"], name=op.f("fk_broadcast_by_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_broadcast_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.create_index("ix_broadcast_day", ["on_day", "unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_broadcast_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "sending_pause",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("paused_at", storage.tables.Instant(timezone=True), nullable=False),
        sa.Column("resumed_at", storage.tables.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_person_id"], ["person.id"], name=op.f("fk_sending_pause_by_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_sending_pause_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending_pause")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sending_pause", schema=None) as batch_op:
        batch_op.create_index(
            "uq_sending_pause_unit",
            ["unit_id"],
            unique=True,
            sqlite_where=sa.text("resumed_at IS NULL"),
            postgresql_where=sa.text("resumed_at IS NULL"),
        )

    # Not in batch: SQLite would copy the whole ledger for one column.
    whole = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    constraint = "CONSTRAINT fk_delivery_broadcast_id REFERENCES broadcast (id)"
    op.execute(f"ALTER TABLE delivery ADD COLUMN broadcast_id {whole} {constraint}")
    op.create_index(
        "ix_delivery_broadcast",
        "delivery",
        ["broadcast_id", "state"],
        unique=False,
        sqlite_where=sa.text("broadcast_id IS NOT NULL"),
        postgresql_where=sa.text("broadcast_id IS NOT NULL"),
    )

    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_kind", sa.String(length=12), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.drop_column("next_kind")

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_delivery_broadcast_id"), type_="foreignkey")
        batch_op.drop_index(
            "ix_delivery_broadcast",
            sqlite_where=sa.text("broadcast_id IS NOT NULL"),
            postgresql_where=sa.text("broadcast_id IS NOT NULL"),
        )
        batch_op.drop_column("broadcast_id")

    with op.batch_alter_table("sending_pause", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_sending_pause_unit",
            sqlite_where=sa.text("resumed_at IS NULL"),
            postgresql_where=sa.text("resumed_at IS NULL"),
        )

    op.drop_table("sending_pause")
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_broadcast_unit_id"))
        batch_op.drop_index("ix_broadcast_day")

    op.drop_table("broadcast")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_job_unique_key",
            sqlite_where=sa.text("state <> 'held'"),
            postgresql_where=sa.text("state <> 'held'"),
        )
        batch_op.drop_index("ix_job_due")

    op.drop_table("job")
