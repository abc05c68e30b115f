"""
One clock leads.

PostgreSQL: a session's advisory lock on a connection of its own. SQLite: a lock on a file beside the database, which
the kernel lets go of when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.database import Database

# The names of what one process at a time does, and their numbers on PostgreSQL.
CLOCK = "clock"
POLLER = "poller"
ZALO_POLLER = "zalo-poller"
NUMBERS = {CLOCK: 0x7461_7068, POLLER: 0x706F_6C6C, ZALO_POLLER: 0x7A61_6C6F}


class AdvisoryLock:
    """Leadership among processes on one PostgreSQL."""

    def __init__(self, database: Database, number: int) -> None:
        self._database = database
        self._number = number
        self._conn: AsyncConnection | None = None

    async def held(self) -> bool:
        """True if this process leads; tries to, if nobody does. Losing the connection loses the lock."""
        try:
            if self._conn is None:
                conn = await self._database.engine.connect()
                conn = await conn.execution_options(isolation_level="AUTOCOMMIT")
                query = text("SELECT pg_try_advisory_lock(:number)").bindparams(number=self._number)
                if not (await conn.execute(query)).scalar():
                    await conn.close()
                    return False
                self._conn = conn
            else:
                await self._conn.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            await self.release()
            return False
        return True

    async def release(self) -> None:
        """Let go."""
        conn, self._conn = self._conn, None
        if conn is not None:
            await conn.invalidate()
            await conn.close()


class FileLock:
    """Leadership on one SQLite file: the process that holds it is the only one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    async def held(self) -> bool:
        """True if this process holds the file's lock; tries to, if nobody does."""
        if self._file is not None:
            return True
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._file = handle
        return True

    async def release(self) -> None:
        """Let go."""
        handle, self._file = self._file, None
        if handle is not None:
            os.close(handle)


def lock_for(database: Database, url: str, name: str) -> AdvisoryLock | FileLock:
    """The lock called `name` (CLOCK, POLLER or ZALO_POLLER) that fits the database."""
    if database.dialect == "sqlite":
        return FileLock(Path(f"{make_url(url).database}.{name}.lock"))
    return AdvisoryLock(database, NUMBERS[name])
