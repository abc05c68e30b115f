"""Jobs in PgQueuer's tables, for PostgreSQL. `storage.jobs` is the way in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel
from pgqueuer.queries import Queries
from sqlalchemy import bindparam, text

from storage.job_rows import HELD, QUEUED, RUNNING, Listed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pgqueuer.ports.driver import Driver
    from pgqueuer.types import JobId
    from sqlalchemy.ext.asyncio import AsyncConnection

LOG_KEPT = timedelta(days=7)
_DUE = "run_at"  # the header that keeps when a job is due by the program's clock
_STATES = {"queued": QUEUED, "picked": RUNNING, "failed": HELD}

# All names are given: PgQueuer would look for them in environment variables such as FUNCTION and CHANNEL.
SETTINGS = DBSettings(
    prefix="",
    db_schema=None,
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.durable,
    widen_id=True,
)


class _Within(AsyncpgDriver):
    """PgQueuer's statements within the transaction of a connection of ours, errors and all."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        result = await self._conn.exec_driver_sql(query, args)
        return [dict(row) for row in result.mappings()]

    async def execute(self, query: str, *args: object) -> str:
        await self._conn.exec_driver_sql(query, args)
        return ""


def queries(driver: Driver, of: type[Queries] = Queries) -> Queries:
    """PgQueuer's queries, with our names of its tables."""
    return of(
        driver,
        qbe=QueryBuilderEnvironment(SETTINGS),
        qbq=QueryQueueBuilder(SETTINGS),
        qbs=QuerySchedulerBuilder(SETTINGS),
    )


async def install(conn: AsyncConnection) -> None:
    """Make PgQueuer's tables, or bring them up to the installed version; `conn` commits each statement."""
    await queries(_Within(conn)).apply_upgrade()


async def enqueue(
    conn: AsyncConnection,
    kind: str,
    payload: Mapping[str, Any],
    *,
    key: str | None,
    run_at: datetime | None,
    priority: int,
) -> bool:
    """Hand a job to PgQueuer; False if one of the key waits or runs."""
    wait = None if run_at is None else max(run_at - datetime.now(UTC), timedelta(0))
    ids = await queries(_Within(conn)).enqueue(
        kind,
        json.dumps(dict(payload), ensure_ascii=False).encode(),
        priority,
        wait,
        key,
        None if run_at is None else {_DUE: run_at.astimezone(UTC).isoformat()},
        on_conflict="skip",
    )
    return ids[0] is not None


async def listed(conn: AsyncConnection, limit: int) -> Sequence[Listed]:
    """The jobs there are: held, running, queued."""
    query = text(
        "SELECT j.id, j.entrypoint, j.status::text AS status, j.attempts, j.execute_after,"
        " j.headers ->> :header AS due, ("
        "  SELECT l.traceback ->> 'exception_message' FROM pgqueuer_log l"
        "  WHERE l.job_id = j.id AND l.traceback IS NOT NULL ORDER BY l.id DESC LIMIT 1"
        ") AS error FROM pgqueuer j"
        " ORDER BY CASE j.status WHEN 'failed' THEN 0 WHEN 'picked' THEN 1 ELSE 2 END, j.id LIMIT :limit"
    )
    return [
        Listed(
            row.id,
            row.entrypoint,
            _STATES[row.status],
            row.attempts + (row.status != "queued"),
            row.execute_after if row.due or row.attempts else None,
            row.error,
        )
        for row in (await conn.execute(query, {"limit": limit, "header": _DUE})).all()
    ]


async def retry(conn: AsyncConnection, job_id: int | None) -> int:
    """Queue held jobs anew, with all their attempts; of those that share a key the newest, if none of it waits."""
    query = text(
        "SELECT j.id FROM pgqueuer j WHERE j.status = 'failed' AND (CAST(:id AS bigint) IS NULL OR j.id = :id)"
        " AND NOT EXISTS (SELECT FROM pgqueuer o WHERE o.dedupe_key = j.dedupe_key"
        "   AND (o.status <> 'failed' OR o.id > j.id)) FOR UPDATE"
    )
    ids: list[JobId] = list((await conn.execute(query, {"id": job_id})).scalars())
    await queries(_Within(conn)).requeue_jobs(ids)
    return len(ids)


async def drop(conn: AsyncConnection, job_id: int | None) -> int:
    """Delete held jobs."""
    query = text("DELETE FROM pgqueuer WHERE status = 'failed' AND (CAST(:id AS bigint) IS NULL OR id = :id)")
    return (await conn.execute(query, {"id": job_id})).rowcount


async def deaths(conn: AsyncConnection, job_id: int) -> int:
    """How many workers took a job and were not heard of again, since it was last queued; the one that has it apart."""
    query = text(
        "SELECT count(*) FROM pgqueuer_log WHERE job_id = :id AND status = 'picked' AND id > ("
        " SELECT coalesce(max(id), 0) FROM pgqueuer_log WHERE job_id = :id AND status = 'queued')"
    )
    return max(0, int((await conn.execute(query, {"id": job_id})).scalar_one()) - 1)


async def is_busy(conn: AsyncConnection, kinds: Collection[str]) -> bool:
    """True while a job is due or runs, here or elsewhere: at this moment, not at the transaction's beginning."""
    query = text(
        "SELECT EXISTS (SELECT FROM pgqueuer WHERE entrypoint IN :kinds"
        " AND (status = 'picked' OR status = 'queued' AND execute_after <= clock_timestamp()))"
    ).bindparams(bindparam("kinds", expanding=True))
    return bool((await conn.execute(query, {"kinds": list(kinds)})).scalar_one())


async def release(conn: AsyncConnection, now: datetime) -> None:
    """Let begin what is due by the program's clock, where that is ahead of the database's."""
    query = text(
        "UPDATE pgqueuer SET execute_after = now() WHERE status = 'queued' AND attempts = 0 AND execute_after > now()"
        " AND CAST(headers ->> :header AS timestamptz) <= :now"
    )
    await conn.execute(query, {"header": _DUE, "now": now})


async def forget_old(conn: AsyncConnection) -> None:
    """Forget what PgQueuer wrote down of jobs that are gone."""
    query = text(
        "DELETE FROM pgqueuer_log l WHERE l.created < now() - CAST(:kept AS interval)"
        " AND NOT EXISTS (SELECT FROM pgqueuer j WHERE j.id = l.job_id)"
    )
    await conn.execute(query, {"kept": LOG_KEPT})
