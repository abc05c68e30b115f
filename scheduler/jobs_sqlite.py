"""Works the jobs of SQLite's table: leases that are renewed while a job runs, attempts, then held for the operator."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from scheduler.job_work import LEFT, Engine, attempt, pause
from storage import job_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.job_work import Clock, Handler, Pace
    from storage.database import Database
    from storage.job_rows import Claimed

log = structlog.get_logger()


class SqliteJobs(Engine):
    """An engine on SQLite; several may work one file."""

    def __init__(self, database: Database, handlers: Mapping[str, Handler], clock: Clock, pace: Pace) -> None:
        super().__init__(pace)
        self._database = database
        self._handlers = handlers
        self._clock = clock
        self._mine: set[int] = set()

    async def _is_busy(self) -> bool:
        async with self._database.connect() as conn:
            return await job_rows.is_busy(conn, self._handlers.keys(), self._clock.now())

    async def _work(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            renewing = group.create_task(self._renew())
            while not stop.is_set():
                self._wake.clear()
                wait = self._pace.idle
                try:
                    for claimed in await self._claim():
                        group.create_task(self._one(claimed))
                except (SQLAlchemyError, OSError) as error:
                    log.error("jobs_away", error=type(error).__name__)
                    wait = self._pace.again
                await pause(wait.total_seconds(), stop, self._wake)
            while self._mine:
                self._wake.clear()
                await self._wake.wait()
            renewing.cancel()

    async def _claim(self) -> list[Claimed]:
        """Take what is due, as much as may run at once."""
        room = self._pace.at_once - len(self._mine)
        kinds, now, real_now = self._handlers.keys(), self._clock.now(), datetime.now(UTC)
        if room <= 0:
            return []
        async with self._database.connect() as conn:
            if not await job_rows.is_due(conn, kinds, now, real_now):
                return []
        until = real_now + self._pace.lease
        taken = []
        async with self._database.begin() as conn:
            found = await job_rows.claim(conn, kinds, limit=room, now=now, real_now=real_now, lease_until=until)
            for claimed in found:
                if claimed.attempts > len(self._pace.back_off) + 1:  # each of its workers died on it
                    await job_rows.hold(conn, claimed, LEFT)
                    log.error("job_held", kind=claimed.kind, id=claimed.id, error=LEFT)
                else:
                    taken.append(claimed)
        self._mine.update(claimed.id for claimed in taken)
        return taken

    async def _one(self, claimed: Claimed) -> None:
        try:
            error = await attempt(claimed.kind, self._handlers[claimed.kind], claimed.payload, claimed.attempts)
            async with self._database.begin() as conn:
                if error is None:
                    await job_rows.finish(conn, claimed)
                elif claimed.attempts <= len(self._pace.back_off):
                    run_at = self._clock.now() + self._pace.back_off[claimed.attempts - 1]
                    await job_rows.put_back(conn, claimed, run_at, error)
                else:
                    await job_rows.hold(conn, claimed, error)
                    log.error("job_held", kind=claimed.kind, id=claimed.id, error=error)
        except (SQLAlchemyError, OSError) as failure:
            # The lease lapses, and the job is worked again.
            log.error("job_outcome_lost", kind=claimed.kind, id=claimed.id, error=type(failure).__name__)
        finally:
            self._mine.discard(claimed.id)
            self._wake.set()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._pace.lease.total_seconds() / 4)
            if not self._mine:
                continue
            try:
                async with self._database.begin() as conn:
                    await job_rows.renew(conn, self._mine, datetime.now(UTC) + self._pace.lease)
            except (SQLAlchemyError, OSError) as error:
                log.error("jobs_away", error=type(error).__name__)
