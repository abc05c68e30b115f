"""What officers enter on the dashboard: plans, classes, and a journal of who changed what"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_UID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "office_change",
        sa.Column("id", _UID, autoincrement=True, nullable=False),
        sa.Column("unit_id", _UID, nullable=False),
        sa.Column("by_person_id", _UID, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("about_person_id", _UID, nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("recorded_at", storage.tables.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_office_change_unit_id")),
        sa.ForeignKeyConstraint(["by_person_id"], ["person.id"], name=op.f("fk_office_change_by_person_id")),
        sa.ForeignKeyConstraint(["about_person_id"], ["person.id"], name=op.f("fk_office_change_about_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_office_change_unit_id", "office_change", ["unit_id", "id"])
    op.create_index(op.f("ix_office_change_by_person_id"), "office_change", ["by_person_id"])
    with op.batch_alter_table("roster_upload", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=10), nullable=False, server_default="roster"))
    with op.batch_alter_table("recognition", schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("entered_by_unit_id", _UID, nullable=True))
        batch_op.create_foreign_key("fk_recognition_entered_by_unit_id", "org_unit", ["entered_by_unit_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("recognition", schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint("fk_recognition_entered_by_unit_id", type_="foreignkey")
        batch_op.drop_column("entered_by_unit_id")
    with op.batch_alter_table("roster_upload", schema=None) as batch_op:
        batch_op.drop_column("kind")
    op.drop_table("office_change")
