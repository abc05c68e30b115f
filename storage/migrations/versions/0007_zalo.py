"""Tokens, charges and the daily budget of a Zalo Official Account"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_UID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "zalo_token",
        sa.Column("oa_id", sa.String(length=40), nullable=False),
        sa.Column("access", sa.LargeBinary(), nullable=False),
        sa.Column("refresh", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", storage.tables.Instant(timezone=True), nullable=False),
        sa.Column("obtained_at", storage.tables.Instant(timezone=True), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("leased_until", storage.tables.Instant(timezone=True), nullable=True),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("lost_at", storage.tables.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("oa_id", name=op.f("pk_zalo_token")),
    )
    op.create_table(
        "zalo_charge",
        sa.Column("id", _UID, autoincrement=True, nullable=False),
        sa.Column("endpoint_id", _UID, nullable=False),
        sa.Column("delivery_id", _UID, nullable=True),
        sa.Column("counted_as", sa.String(length=20), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoint.id"], name=op.f("fk_zalo_charge_endpoint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zalo_charge")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_zalo_charge_day", "zalo_charge", ["endpoint_id", "on_day", "counted_as"])
    op.create_table(
        "zalo_spending",
        sa.Column("endpoint_id", _UID, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoint.id"], name=op.f("fk_zalo_spending_endpoint_id")),
        sa.PrimaryKeyConstraint("endpoint_id", "on_day", name=op.f("pk_zalo_spending")),
    )
