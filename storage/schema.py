"""The schema's migrations: bring a database to the newest, and tell where one stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.database import Database


_MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION = text("SELECT version_num FROM alembic_version")


def newest() -> str:
    """The revision that this program needs; the name of a migration's file begins with its revision."""
    return max(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


async def current(database: Database) -> str | None:
    """The revision that the database has; None for an empty one."""

    def is_there(conn: Connection) -> bool:
        return inspect(conn).has_table("alembic_version")

    async with database.connect() as conn:
        return (await conn.execute(_VERSION)).scalar() if await conn.run_sync(is_there) else None


def is_ours(_item: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    """Tell Alembic to leave PgQueuer's tables alone: they come and change with PgQueuer."""
    return not (kind == "table" and (name or "").startswith("pgqueuer"))


async def upgrade(database: Database) -> None:
    """Bring PgQueuer's tables up to date, then run what migrations are missing, in one transaction."""
    from alembic import command  # noqa: PLC0415 - a program whose tables are up to date does without its 15 MB
    from alembic.config import Config  # noqa: PLC0415 - part of those 15 MB

    def run(conn: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.set_main_option("path_separator", "os")
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
