"""
Works jobs with PgQueuer on PostgreSQL, any number of processes beside each other.

PgQueuer claims, beats, and takes over what a dead process left; what a failure means is decided here. Four of its ways
are kept from us: a job whose task is cancelled would be deleted, one that fails while the database is away might be
held at once, errors would be kept with all they say, and its log would grow for ever.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.errors import PgqException, RetryRequested
from pgqueuer.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from scheduler.job_work import LEFT, Engine, attempt, pause
from storage import job_pgqueuer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from pgqueuer.executors import EntrypointExecutorParameters
    from pgqueuer.models import Job, TracebackRecord

    from scheduler.job_work import Clock, Handler, Pace
    from storage.database import Database

log = structlog.get_logger()

AWAY = (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
CONNECTIONS = 3
AHEAD = timedelta(seconds=1)
FORGET_EVERY = timedelta(hours=1)
_ANSWER_S = 30.0
_CLOSE_S = 2.0
_OF_SQLALCHEMY = ("prepared_statement_cache_size", "prepared_statement_name_func", "async_fallback")


class HeldError(Exception):
    """A job failed for the last time; says only the type of its error."""


class _Lenient(Queries):
    """Leaves a job that cannot be put back to whoever finds its lease lapsed."""

    async def retry_job(self, job: Job, delay: timedelta, traceback_record: TracebackRecord | None) -> None:
        try:
            await super().retry_job(job, delay, traceback_record)
        except AWAY as error:
            log.error("job_outcome_lost", kind=job.entrypoint, id=job.id, error=type(error).__name__)


class PgQueuerJobs(Engine):
    """An engine on PostgreSQL."""

    def __init__(self, database: Database, url: str, handlers: Mapping[str, Handler], clock: Clock, pace: Pace) -> None:
        super().__init__(pace)
        self._database = database
        self._url = url
        self._handlers = handlers
        self._clock = clock

    async def _is_busy(self) -> bool:
        await self._follow_clock()
        async with self._database.connect() as conn:
            return await job_pgqueuer.is_busy(conn, self._handlers.keys())

    async def _work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            error = "ConnectionLost"
            try:
                await self._until_lost(stop)
            except (*AWAY, PgqException) as failure:
                error = type(failure).__name__
            except RuntimeError as failure:  # PgQueuer's tables are missing or old
                error = type(failure).__name__
                log.error("jobs_not_ready", hint="Chạy: taphuan db upgrade")
            if not stop.is_set():
                log.error("jobs_away", error=error)
                await pause(self._pace.again.total_seconds(), stop)

    async def _until_lost(self, stop: asyncio.Event) -> None:
        """Work until `stop`, or until a connection is lost."""
        async with self._pool() as (pool, lost):
            queries = job_pgqueuer.queries(AsyncpgPoolDriver(pool), _Lenient)
            manager = QueueManager(queries, channel=job_pgqueuer.SETTINGS.channel)
            for kind, handler in self._handlers.items():
                entrypoint = manager.entrypoint(kind, on_failure="hold", executor_factory=self._executor)
                entrypoint(self._worked_by(kind, handler, manager.shutdown))
            beside = [
                asyncio.create_task(_end(manager.shutdown, stop)),
                asyncio.create_task(_end(manager.shutdown, lost)),
                asyncio.create_task(self._tend()),
            ]
            try:
                await manager.run(
                    dequeue_timeout=self._pace.poll,
                    batch_size=self._pace.at_once,
                    max_concurrent_tasks=2 * self._pace.at_once,
                    shutdown_on_listener_failure=True,
                    heartbeat_timeout=self._pace.lease,
                    log_aggregation_interval=timedelta(0),
                )
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)  # one may hold a connection

    def _executor(self, parameters: EntrypointExecutorParameters) -> DatabaseRetryEntrypointExecutor:
        return DatabaseRetryEntrypointExecutor(parameters, max_attempts=0)  # `work` says what is tried again

    def _worked_by(self, kind: str, handler: Handler, shutdown: asyncio.Event) -> Callable[[Job], Awaitable[None]]:
        pauses = self._pace.back_off

        async def work(job: Job) -> None:
            if shutdown.is_set() and not self._drains:  # it was being claimed when the end came
                raise RetryRequested(timedelta(0), "Stopping")
            try:
                number, error = await self._once(kind, handler, job)
            except asyncio.CancelledError:
                # The program ends before the job does. PgQueuer would take it for unwanted.
                raise RetryRequested(timedelta(0), "Cancelled") from None
            if error is None:
                return
            if number <= len(pauses):
                raise RetryRequested(pauses[number - 1], error)
            log.error("job_held", kind=kind, id=job.id, error=error)
            raise HeldError(error)

        return work

    async def _once(self, kind: str, handler: Handler, job: Job) -> tuple[int, str | None]:
        """Work a job; which attempt it was, those counted on which a worker died, and how it failed."""
        try:
            async with self._database.connect() as conn:
                number = job.attempts + 1 + await job_pgqueuer.deaths(conn, job.id)
        except AWAY as error:
            return job.attempts + 1, type(error).__name__
        if number > len(self._pace.back_off) + 1:
            return number, LEFT
        return number, await attempt(kind, handler, json.loads(job.payload or b"{}"), number)

    async def _follow_clock(self) -> None:
        now = self._clock.now()
        if now > datetime.now(UTC) + AHEAD:
            async with self._database.single() as conn:
                await job_pgqueuer.release(conn, now)

    async def _tend(self) -> None:
        """Follow the program's clock where it is ahead of the database's, and keep PgQueuer's log short."""
        forgotten_at = 0.0
        loop = asyncio.get_running_loop()
        while True:
            try:
                await self._follow_clock()
                if not forgotten_at or loop.time() - forgotten_at > FORGET_EVERY.total_seconds():
                    forgotten_at = loop.time()
                    async with self._database.single() as conn:
                        await job_pgqueuer.forget_old(conn)
            except AWAY as error:
                log.error("jobs_away", error=type(error).__name__)
            await asyncio.sleep(self._pace.idle.total_seconds())

    @asynccontextmanager
    async def _pool(self) -> AsyncIterator[tuple[asyncpg.Pool, asyncio.Event]]:
        """PgQueuer's connections, and an event that one of them was lost."""
        lost = asyncio.Event()

        async def watch(connection: asyncpg.Connection) -> None:
            connection.add_termination_listener(lambda _: lost.set())

        _, options = self._database.engine.dialect.create_connect_args(make_url(self._url))
        pool = await asyncpg.create_pool(
            **{name: value for name, value in options.items() if name not in _OF_SQLALCHEMY},
            min_size=1,
            max_size=CONNECTIONS,
            max_inactive_connection_lifetime=0,
            command_timeout=_ANSWER_S,
            init=watch,
            server_settings={"application_name": "taphuan jobs", "timezone": "UTC", "jit": "off"},
        )
        try:
            yield pool, lost
        finally:
            try:
                async with asyncio.timeout(_CLOSE_S):
                    await pool.close()
            except (TimeoutError, *AWAY):
                pool.terminate()


async def _end(shutdown: asyncio.Event, cause: asyncio.Event) -> None:
    await cause.wait()
    shutdown.set()
