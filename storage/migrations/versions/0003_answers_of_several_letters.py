"""Answers of several letters, and numbers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE = {"sqlite_autoincrement": True}  # SQLite copies the table, and would forget it


def upgrade() -> None:
    with op.batch_alter_table("attempt", schema=None, table_kwargs=TABLE) as batch_op:
        batch_op.alter_column(
            "chosen", existing_type=sa.String(length=1), type_=sa.String(length=20), existing_nullable=True
        )


def downgrade() -> None:
    with op.batch_alter_table("attempt", schema=None, table_kwargs=TABLE) as batch_op:
        batch_op.alter_column(
            "chosen", existing_type=sa.String(length=20), type_=sa.String(length=1), existing_nullable=True
        )
