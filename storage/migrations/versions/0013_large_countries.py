"""What the dashboard of a whole country reads: units by name without tổ, and questions added up"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ABOVE_GROUPS = sa.text("unit_type NOT IN ('TO_CD', 'TO_ND')")


def upgrade() -> None:
    op.create_index(
        "ix_org_unit_search",
        "org_unit",
        ["sort_name", "id", "name_fold", "code", "unit_type", "valid_to"],
        sqlite_where=_ABOVE_GROUPS,
        postgresql_where=_ABOVE_GROUPS,
    )
    op.create_table(
        "item_figure",
        sa.Column("question_id", sa.String(length=30), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("counted_at", storage.tables.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_item_figure")),
    )


def downgrade() -> None:
    op.drop_table("item_figure")
    op.drop_index("ix_org_unit_search", "org_unit")
