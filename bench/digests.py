"""
`taphuan bench digests`: all digests of one level (CĐ xã, phường: a hundredth of the units), and the country's own.

PostgreSQL with fsync. The peer is the same database counting all posts anew, which is what the roll-up saves.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

from bench.machine import here
from bench.rig import postgres
from bot.demo import scale
from learning.calendar import at, day_of, monday
from learning.periods import week_ending
from learning.roles import Track
from reports.digest import plan_digests, render_digest, render_queued
from reports.shared import Shared
from scheduler.slots import DIGEST_HOUR
from storage import rollup, schema
from storage.database import open_database
from storage.posts import own_counts
from storage.tables import delivery, org_unit, position

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId
    from storage.database import Database

GOALS = {"level_s": 60, "country_ms": 50, "doubled": 0}
MOST_LEARNERS = 150_000  # figures are read from the roll-up: how many people it was counted from makes no difference
LEVEL = "CD_XA"
ROUNDS = 20
WRITERS = 4  # connections by which digests are written side by side, in one process
ASSIGNED: Mapping[Track, str] = dict.fromkeys(Track, "M0")


async def run(args: Namespace) -> int:
    """Measure once, print, and return 0; the figures say for themselves whether the goals are met."""
    with tempfile.TemporaryDirectory() as folder, postgres(folder) as server:
        server.psql("CREATE DATABASE bench")
        figures, peer = await _measure(server.get_uri("bench"), args.units, min(args.learners, MOST_LEARNERS))
    result = {"name": "digests", "machine": here(), "figures": figures | {"goals": GOALS}, "peers": peer}
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print(result["machine"])
        for name, value in {**figures, **peer, "goals": GOALS}.items():
            print(f"{name}: {value}")
    return 0


async def _measure(url: str, units: int, learners: int) -> tuple[dict[str, Any], dict[str, Any]]:
    database = open_database(url, statement_timeout_s=0)
    await schema.upgrade(database)
    week = monday(day_of(datetime.now(UTC)))
    now = at(week, DIGEST_HOUR)
    cut_off = at(week, datetime.min.time())
    made = await scale.generate(url, max(learners, units + units // 10), units, now=now)
    async with database.begin() as conn:
        await _only_the_level(conn)
        await rollup.rebuild(conn, ASSIGNED, week)
        await rollup.take_snapshot(conn, cut_off - timedelta(days=7), now)
        await conn.execute(text("UPDATE snapshot SET all_completed = 0, own_completed = 0"))
        await rollup.take_snapshot(conn, cut_off, now)
    async with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
        await conn.execute(text("VACUUM ANALYZE"))
    figures = {"units": made.units, "learners": made.learners, **await _level(database, cut_off, now)}
    figures["country_ms"] = await _country(database, now)
    peer = {"counting_anew_s": await _anew(database, week)}
    await database.close()
    return figures, peer


async def _only_the_level(conn: AsyncConnection) -> None:
    level = select(org_unit.c.id).where(org_unit.c.unit_type == LEVEL)
    others = position.c.unit_id.not_in(level), position.c.receives_reports
    await conn.execute(position.update().where(*others).values(receives_reports=False))


async def _level(database: Database, cut_off: datetime, now: datetime) -> dict[str, Any]:
    told = [week_ending(day_of(cut_off - timedelta(days=1)))]
    started = time.perf_counter()
    async with database.begin() as conn:
        queued = await plan_digests(conn, cut_off, now, told)
    plan_s = time.perf_counter() - started
    async with database.begin() as conn:
        doubled = await plan_digests(conn, cut_off, now, told)
        subjects: Sequence[Mapping[str, Any]] = (await conn.execute(select(delivery.c.subject))).scalars().all()
        unions = (
            await conn.execute(select(func.count()).select_from(org_unit).where(org_unit.c.unit_type == LEVEL))
        ).scalar_one()
    took: list[float] = []
    shared = Shared()  # as the running program has one
    started, worked = time.perf_counter(), time.process_time()
    await asyncio.gather(*(_write(database, subjects[place::WRITERS], now, shared, took) for place in range(WRITERS)))
    write_s, write_cpu_s = time.perf_counter() - started, time.process_time() - worked
    return {
        "unions": unions,
        "digests": queued,
        "persons": len({subject["person"] for subject in subjects}),
        "doubled": doubled,
        "plan_s": round(plan_s, 2),
        "write_s": round(write_s, 2),
        "write_cpu_s": round(write_cpu_s, 2),
        "level_s": round(plan_s + write_s, 2),
        "p99_ms": round(statistics.quantiles(took, n=100)[98] * 1_000, 1),
    }


async def _write(
    database: Database, subjects: Sequence[Mapping[str, Any]], now: datetime, shared: Shared, took: list[float]
) -> None:
    async with database.connect() as conn:
        for subject in subjects:
            started = time.perf_counter()
            await render_queued(conn, subject, now, shared=shared)
            took.append(time.perf_counter() - started)


async def _country(database: Database, now: datetime) -> float:
    """The median time of the root's digest, live, in ms."""
    top = (
        select(position.c.person_id)
        .join(org_unit, org_unit.c.id == position.c.unit_id)
        .where(org_unit.c.parent_id.is_(None), position.c.role == "chu_tich")
    )
    took = []
    async with database.connect() as conn:
        person: PersonId = (await conn.execute(top.limit(1))).scalar_one()
        for _ in range(ROUNDS):
            started = time.perf_counter()
            await render_digest(conn, person, None, now)
            took.append(time.perf_counter() - started)
    return round(statistics.median(took) * 1_000, 1)


async def _anew(database: Database, today: Any) -> float:
    started = time.perf_counter()
    async with database.connect() as conn:
        counted = own_counts(ASSIGNED, today).subquery()
        await conn.execute(select(func.sum(counted.c.posts), func.sum(counted.c.completed)))
    return round(time.perf_counter() - started, 2)
