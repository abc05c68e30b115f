"""Jobs as rows of the table `job`: what SQLite has in place of a queue. `storage.jobs` is the way in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, case, delete, not_, or_, select, update

from storage.database import insert
from storage.tables import job

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)  # due by every clock
QUEUED, RUNNING, HELD = "queued", "running", "held"


@dataclass(frozen=True, slots=True)
class Listed:
    """A job as its operator sees it; `attempts` counts those begun, `run_at` is None for at once."""

    id: int
    kind: str
    state: str  # queued | running | held
    attempts: int
    run_at: datetime | None
    error: str | None  # the type of the last one, never its text


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job this process works under a lease; `attempts`, this one counted, tells it from a later claim."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int


async def enqueue(
    conn: AsyncConnection,
    kind: str,
    payload: Mapping[str, Any],
    *,
    key: str | None,
    run_at: datetime | None,
    priority: int,
) -> bool:
    """Insert a row; False if one of the key waits or runs."""
    values = {"kind": kind, "payload": dict(payload), "unique_key": key, "priority": priority}
    statement = insert(conn, job).values(**values, state=QUEUED, run_at=run_at or AT_ONCE)
    return bool((await conn.execute(statement.on_conflict_do_nothing())).rowcount)


async def listed(conn: AsyncConnection, limit: int) -> Sequence[Listed]:
    """The jobs there are: held, running, queued."""
    rank = case({HELD: 0, RUNNING: 1}, value=job.c.state, else_=2)
    columns = (job.c.id, job.c.kind, job.c.state, job.c.attempts, job.c.run_at, job.c.error)
    rows = (await conn.execute(select(*columns).order_by(rank, job.c.id).limit(limit))).all()
    return [
        Listed(row.id, row.kind, row.state, row.attempts, None if row.run_at == AT_ONCE else row.run_at, row.error)
        for row in rows
    ]


async def retry(conn: AsyncConnection, job_id: int | None) -> int:
    """Queue held jobs anew, with all their attempts; of those that share a key the newest, if none of it waits."""
    other = job.alias()
    taken = (
        select(other.c.id)
        .where(other.c.unique_key == job.c.unique_key, or_(other.c.state != HELD, other.c.id > job.c.id))
        .exists()
    )
    ids = (await conn.execute(select(job.c.id).where(_held(job_id), not_(taken)))).scalars().all()
    await conn.execute(
        update(job).where(job.c.id.in_(ids)).values(state=QUEUED, attempts=0, run_at=AT_ONCE, lease_until=None)
    )
    return len(ids)


async def drop(conn: AsyncConnection, job_id: int | None) -> int:
    """Delete held jobs."""
    return (await conn.execute(delete(job).where(_held(job_id)))).rowcount


def _held(job_id: int | None) -> ColumnElement[bool]:
    held = job.c.state == HELD
    return held if job_id is None else and_(held, job.c.id == job_id)


def _claimable(kinds: Collection[str], now: datetime, real_now: datetime) -> ColumnElement[bool]:
    waits = and_(job.c.state == QUEUED, job.c.run_at <= now)
    left = and_(job.c.state == RUNNING, job.c.lease_until < real_now)
    return and_(job.c.kind.in_(kinds), or_(waits, left))


async def is_due(conn: AsyncConnection, kinds: Collection[str], now: datetime, real_now: datetime) -> bool:
    """True if `claim` would find one."""
    found = await conn.execute(select(job.c.id).where(_claimable(kinds, now, real_now)).limit(1))
    return found.first() is not None


async def is_busy(conn: AsyncConnection, kinds: Collection[str], now: datetime) -> bool:
    """True while a job is due or runs, here or elsewhere."""
    busy = or_(job.c.state == RUNNING, and_(job.c.state == QUEUED, job.c.run_at <= now))
    return (await conn.execute(select(job.c.id).where(job.c.kind.in_(kinds), busy).limit(1))).first() is not None


async def claim(
    conn: AsyncConnection,
    kinds: Collection[str],
    *,
    limit: int,
    now: datetime,
    real_now: datetime,
    lease_until: datetime,
) -> Sequence[Claimed]:
    """Take jobs that are due, or whose worker let its lease lapse, the higher priority first."""
    chosen = select(job.c.id).where(_claimable(kinds, now, real_now)).order_by(job.c.priority.desc(), job.c.id)
    taking = (
        update(job)
        .where(job.c.id.in_(chosen.limit(limit)))
        .values(state=RUNNING, lease_until=lease_until, attempts=job.c.attempts + 1)
        .returning(job.c.id, job.c.kind, job.c.payload, job.c.attempts, job.c.priority)
    )
    rows = sorted((await conn.execute(taking)).all(), key=lambda row: (-row.priority, row.id))
    return [Claimed(row.id, row.kind, row.payload, row.attempts) for row in rows]


async def renew(conn: AsyncConnection, ids: Collection[int], until: datetime) -> None:
    """Lengthen the leases of jobs that still run."""
    await conn.execute(update(job).where(job.c.id.in_(ids), job.c.state == RUNNING).values(lease_until=until))


async def finish(conn: AsyncConnection, claimed: Claimed) -> None:
    """Forget a job that is done."""
    await conn.execute(delete(job).where(_still(claimed)))


async def put_back(conn: AsyncConnection, claimed: Claimed, run_at: datetime, error: str) -> None:
    """Let a job wait for its next attempt."""
    values = {"state": QUEUED, "run_at": run_at, "lease_until": None, "error": error}
    await conn.execute(update(job).where(_still(claimed)).values(**values))


async def hold(conn: AsyncConnection, claimed: Claimed, error: str) -> None:
    """Keep a job for its operator; its key is free again."""
    await conn.execute(update(job).where(_still(claimed)).values(state=HELD, lease_until=None, error=error))


def _still(claimed: Claimed) -> ColumnElement[bool]:
    return and_(job.c.id == claimed.id, job.c.state == RUNNING, job.c.attempts == claimed.attempts)
