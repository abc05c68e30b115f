from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from storage import job_pgqueuer, schema
from storage.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.database import Database


async def pending(conn: AsyncConnection) -> tuple[str, ...]:
    plan = await job_pgqueuer.queries(job_pgqueuer._Within(conn)).plan_upgrade()
    return plan.statements


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


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_pgqueuers_tables_are_made_and_mended(database: Database) -> None:
    async with database.single() as conn:
        assert await pending(conn) == ()
        await conn.execute(text("DROP INDEX pgqueuer_unique_dedupe_key"))
        assert len(await pending(conn)) == 1

    await schema.upgrade(database)

    async with database.single() as conn:
        assert await pending(conn) == ()


async def test_environment_variables_do_not_rename_pgqueuers_tables() -> None:
    code = "from storage.job_pgqueuer import SETTINGS; print(SETTINGS.model_dump_json())"
    changed = {"PGQUEUER_PREFIX": "x_", "QUEUE_TABLE": "other", "CHANNEL": "c", "PGQUEUER_SCHEMA": "s"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE, env=os.environ | changed
    )
    told, _ = await process.communicate()

    assert json.loads(told) == json.loads(job_pgqueuer.SETTINGS.model_dump_json())
