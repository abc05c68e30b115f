"""A digest that waits for its reader; at Zalo, the price of a message and what was uploaded"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_UID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest_waits", storage.tables.Instant(timezone=True), nullable=True))
    with op.batch_alter_table("zalo_charge", schema=None) as batch_op:
        batch_op.add_column(sa.Column("price", sa.Integer(), nullable=True))
    op.create_table(
        "zalo_upload",
        sa.Column("endpoint_id", _UID, nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reference", sa.String(length=400), nullable=False),
        sa.Column("expires_at", storage.tables.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoint.id"], name=op.f("fk_zalo_upload_endpoint_id")),
        sa.PrimaryKeyConstraint("endpoint_id", "content_hash", name=op.f("pk_zalo_upload")),
    )


def downgrade() -> None:
    op.drop_table("zalo_upload")
    with op.batch_alter_table("zalo_charge", schema=None) as batch_op:
        batch_op.drop_column("price")
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.drop_column("digest_waits")
