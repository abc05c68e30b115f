"""What is on its way to a chat is found by an index of its own"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OPEN = "state IN ('queued', 'leased', 'sending')"


def upgrade() -> None:
    op.create_index(
        "ix_delivery_open",
        "delivery",
        ["account_id"],
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )
