"""The schema's migrations: bring a database to the newest, and tell where one stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.database import Database


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def newest() -> str:
    """The revision that this program needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("the program carries no migrations")
    return head


async def current(database: Database) -> str | None:
    """The revision that the database has; None for an empty one."""

    def read(conn: Connection) -> str | None:
        return MigrationContext.configure(conn).get_current_revision()

    async with database.connect() as conn:
        return await conn.run_sync(read)


def is_ours(_item: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    """Tell Alembic to leave PgQueuer's tables alone: they come and change with PgQueuer."""
    return not (kind == "table" and (name or "").startswith("pgqueuer"))


async def upgrade(database: Database) -> None:
    """Bring PgQueuer's tables up to date, then run what migrations are missing, in one transaction."""

    def run(conn: Connection) -> None:
        config = _config()
        config.attributes["connection"] = conn
        command.upgrade(config, "head")

    if database.dialect == "postgresql":
        from storage import job_pgqueuer  # noqa: PLC0415 - SQLite does without PgQueuer and all it brings

        async with database.single() as conn:  # PgQueuer may add to an enum, which one transaction could not use
            await job_pgqueuer.install(conn)
    async with database.begin() as conn:
        await conn.run_sync(run)


async def prepare(database: Database) -> None:
    """Make the tables of an empty database; one that has any is left for `upgrade`, which its operator runs."""

    def is_empty(conn: Connection) -> bool:
        return not inspect(conn).get_table_names()

    async with database.connect() as conn:
        empty = await conn.run_sync(is_empty)
    if empty:
        await upgrade(database)
