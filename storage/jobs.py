"""
Work for later: the port through which a transaction leaves it, and its operator looks at it.

On SQLite a job is a row of our own table, on PostgreSQL one of PgQueuer's. It is worked at least once, by whichever
process has a handler for its kind (`scheduler.jobs`): a handler must do no harm when it does its work again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from storage import job_rows
from storage.job_rows import HELD, Listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["HELD", "Listed", "drop", "enqueue", "listed", "retry"]

SHOWN = 1_000


class _Queue(Protocol):
    async def enqueue(
        self,
        conn: AsyncConnection,
        kind: str,
        payload: Mapping[str, Any],
        *,
        key: str | None,
        run_at: datetime | None,
        priority: int,
    ) -> bool: ...
    async def listed(self, conn: AsyncConnection, limit: int) -> Sequence[Listed]: ...
    async def retry(self, conn: AsyncConnection, job_id: int | None) -> int: ...
    async def drop(self, conn: AsyncConnection, job_id: int | None) -> int: ...


def _queue(conn: AsyncConnection) -> _Queue:
    if conn.dialect.name == "sqlite":
        return job_rows
    from storage import job_pgqueuer  # noqa: PLC0415 - SQLite does without PgQueuer and all it brings

    return job_pgqueuer


async def enqueue(
    conn: AsyncConnection,
    kind: str,
    payload: Mapping[str, Any],
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    priority: int = 0,
) -> bool:
    """
    Leave a job, in the caller's transaction: rolled back with it, worked only once it is committed.

    Args:
        conn: a connection in a write transaction.
        kind: which handler works it, at most 40 characters.
        payload: what the handler is given, JSON; ids rather than what people wrote.
        key: at most 120 characters; of one key one job waits or runs at a time, whatever its kind.
        run_at: not before this moment of the program's clock; None for at once.
        priority: the higher goes first.

    Returns:
        False, and nothing is left, if a job of `key` waits or runs.
    """
    return await _queue(conn).enqueue(conn, kind, payload, key=key, run_at=run_at, priority=priority)


async def listed(conn: AsyncConnection, limit: int = SHOWN) -> Sequence[Listed]:
    """The jobs there are, those held first, then those that run."""
    return await _queue(conn).listed(conn, limit)


async def retry(conn: AsyncConnection, job_id: int | None) -> int:
    """
    Queue a held job anew, or with None all of them.

    Returns:
        How many; a held job of whose key another waits, runs or was held later is left as it is.
    """
    return await _queue(conn).retry(conn, job_id)


async def drop(conn: AsyncConnection, job_id: int | None) -> int:
    """Delete a held job, or with None all of them; returns how many."""
    return await _queue(conn).drop(conn, job_id)
