"""A digest that waits for its reader, and the price of a message at Zalo"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0011"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest_waits", storage.tables.Instant(timezone=True), nullable=True))
    with op.batch_alter_table("zalo_charge", schema=None) as batch_op:
        batch_op.add_column(sa.Column("price", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("zalo_charge", schema=None) as batch_op:
        batch_op.drop_column("price")
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.drop_column("digest_waits")
