"""What a union is measured by"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OPEN = sa.text("valid_to IS NULL")


def _uid() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("recognition", sa.Column("topic", sa.String(length=200), server_default="", nullable=False))
    op.execute(  # what was entered twice counts once from now on
        "DELETE FROM recognition WHERE id NOT IN (SELECT MIN(id) FROM recognition "
        "GROUP BY person_id, held_on, module_id, kind, by_unit_id, topic)"
    )
    with op.batch_alter_table("recognition", schema=None) as batch_op:
        batch_op.create_index(
            "uq_recognition_once",
            ["person_id", "held_on", "module_id", "kind", "by_unit_id", "topic"],
            unique=True,
        )
        batch_op.create_index("ix_recognition_by_unit_id", ["by_unit_id", "held_on"], unique=False)

    op.create_table(
        "recognition_decision",
        sa.Column("id", _uid(), autoincrement=True, nullable=False),
        sa.Column("unit_id", _uid(), nullable=False),
        sa.Column("document", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", storage.tables.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_recognition_decision_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition_decision")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("recognition_decision", schema=None) as batch_op:
        batch_op.create_index(
            "uq_recognition_decision_open", ["unit_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        )

    op.create_table(
        "trainer_assignment",
        sa.Column("id", _uid(), autoincrement=True, nullable=False),
        sa.Column("unit_id", _uid(), nullable=False),
        sa.Column("owner_id", _uid(), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("document", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", storage.tables.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["org_unit.id"], name=op.f("fk_trainer_assignment_owner_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_trainer_assignment_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainer_assignment")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("trainer_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trainer_assignment_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "training_year",
        sa.Column("unit_id", _uid(), nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("planned_classes", sa.Integer(), nullable=True),
        sa.Column("planned_people", sa.Integer(), nullable=True),
        sa.Column("planned_cost", sa.BigInteger(), nullable=True),
        sa.Column("held_classes", sa.Integer(), nullable=True),
        sa.Column("held_people", sa.Integer(), nullable=True),
        sa.Column("spent_on_training", sa.BigInteger(), nullable=True),
        sa.Column("spent_in_all", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", storage.tables.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_training_year_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "year", name=op.f("pk_training_year")),
    )

    op.create_table(
        "target_snapshot",
        sa.Column("unit_id", _uid(), nullable=False),
        sa.Column("cut_off", storage.tables.Instant(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=8), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.Column("taken_at", storage.tables.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_target_snapshot_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "cut_off", "key", name=op.f("pk_target_snapshot")),
    )


def downgrade() -> None:
    for name in ("target_snapshot", "training_year", "trainer_assignment", "recognition_decision"):
        op.drop_table(name)
    with op.batch_alter_table("recognition", schema=None) as batch_op:
        batch_op.drop_index("ix_recognition_by_unit_id")
        batch_op.drop_index("uq_recognition_once")
        batch_op.drop_column("topic")
