from __future__ import annotations

from typing import TYPE_CHECKING

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage import schema
from storage.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.database import Database


async def test_the_migrations_make_exactly_the_tables(database: Database) -> None:
    def differences(conn: Connection) -> list[object]:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "include_object": schema.is_ours})
        return list(compare_metadata(context, metadata))

    async with database.connect() as conn:
        assert await conn.run_sync(differences) == []
    assert await schema.current(database) == schema.newest()


async def test_upgrading_twice_changes_nothing(database: Database) -> None:
    await schema.upgrade(database)

    assert await schema.current(database) == schema.newest()
