"""Who works the jobs that `storage.jobs` takes: on SQLite this process, on PostgreSQL any number beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from scheduler.job_work import Pace
from scheduler.jobs_sqlite import SqliteJobs

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

    from scheduler.job_work import Clock, Handler
    from storage.database import Database

__all__ = ["JobEngine", "Pace", "engine_for"]


class JobEngine(Protocol):
    """Works jobs, each at least once: a handler may see a job again after a crash."""

    async def run(self, stop: asyncio.Event) -> None:
        """Work jobs until `stop`, then let those that run end; a database that is away is waited for."""
        ...

    async def drain(self) -> None:
        """Return when no job is due or runs any more; works them itself if `run` does not."""
        ...


def engine_for(
    database: Database, url: str, handlers: Mapping[str, Handler], clock: Clock, pace: Pace | None = None
) -> JobEngine:
    """
    The engine that fits the database.

    Args:
        database: where the jobs are.
        url: its address; PgQueuer has connections of its own.
        handlers: by kind; jobs of other kinds are left to other processes.
        clock: the program's, which decides when a job is due; leases use real time.
        pace: other patience than usual, for tests.
    """
    if database.dialect == "sqlite":
        return SqliteJobs(database, handlers, clock, pace or Pace())
    from scheduler.jobs_pgqueuer import PgQueuerJobs  # noqa: PLC0415 - SQLite does without PgQueuer and all it brings

    return PgQueuerJobs(database, url, handlers, clock, pace or Pace())
