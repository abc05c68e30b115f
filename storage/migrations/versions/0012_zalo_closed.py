"""Whom Zalo did not let one write to at a cut-off, in numbers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_UID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "closed_snapshot",
        sa.Column("unit_id", _UID, nullable=False),
        sa.Column("cut_off", storage.tables.Instant(timezone=True), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("taken_at", storage.tables.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_closed_snapshot_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "cut_off", name=op.f("pk_closed_snapshot")),
    )


def downgrade() -> None:
    op.drop_table("closed_snapshot")
