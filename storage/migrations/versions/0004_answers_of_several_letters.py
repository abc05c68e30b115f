"""Answers of several letters, and numbers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    resize(1, 20)


def downgrade() -> None:
    resize(20, 1)


def resize(before: int, after: int) -> None:
    """Change how long an answer may be. SQLite copies the table; ids that were given out stay given out."""
    conn = op.get_bind()
    is_sqlite = conn.dialect.name == "sqlite"
    last = conn.scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'attempt'")) if is_sqlite else None
    with op.batch_alter_table("attempt", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column(
            "chosen",
            existing_type=sa.String(length=before),
            type_=sa.String(length=after),
            existing_nullable=True,
        )
    if last is not None:
        conn.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'attempt'"))
        conn.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('attempt', :last)"), {"last": last})
