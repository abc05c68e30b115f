"""`taphuan bench plan`: a day for a million learners, beside PgQueuer that only takes a job for each of them."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.queries import Queries
from sqlalchemy import text

from bench.machine import here
from bench.rig import memory_mb, postgres
from bot.demo import scale
from scheduler.planner import DAY_PAGE, day_ends
from storage import schema
from storage.database import open_database

if TYPE_CHECKING:
    from argparse import Namespace

LEARNERS = 1_000_000
GOAL_S, GOAL_MB = 120, 300
_LOOK_S = 0.2


async def run(args: Namespace) -> int:
    """Measure once, print, and return 0; the figures say for themselves whether the goals are met."""
    with tempfile.TemporaryDirectory() as folder, postgres(folder) as server:
        server.psql("CREATE DATABASE bench")
        figures = await _measure(server.get_uri("bench"), args.learners)
        server.psql("DROP DATABASE bench WITH (FORCE)")
        server.psql("CREATE DATABASE peer")
        peers = {"pgqueuer": await _peer(server.get_uri("peer"), args.learners)}
    result = {"name": "plan", "machine": here(), "figures": figures, "peers": peers}
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print(result["machine"])
        for who, found in {"taphuan": figures, **peers}.items():
            for name, value in found.items():
                print(f"{who}: {name}: {value}")
    return 0


async def _measure(url: str, learners: int) -> dict[str, Any]:
    database = open_database(url, statement_timeout_s=0)
    await schema.upgrade(database)
    now = datetime.now(UTC)
    started = time.perf_counter()
    await scale.generate(url, learners, max(learners // 8, 200), now=now)
    made_s = time.perf_counter() - started
    room_s = (day_ends(now) - now).total_seconds() * 0.9
    async with database.begin() as conn:
        decided = text(
            "UPDATE learner SET next_kind = CASE WHEN person_id % 5 = 0 THEN 'reminder' ELSE 'new_lesson' END,"
            " next_due_at = CAST(:now AS timestamptz)"
            " + make_interval(secs => CAST(:room AS float8) * (person_id % 1000) / 1000)"
        )
        await conn.execute(decided, {"now": now, "room": room_s})
    async with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
        await conn.execute(text("VACUUM ANALYZE"))
    dry_s, dry_mb, found = await _taphuan(url, "plan", "--dry-run", "--json")
    plan_s, plan_mb, queued = await _taphuan(url, "plan", "--json")
    async with database.connect() as conn:
        rows = (await conn.execute(text("SELECT count(*) FROM delivery WHERE state = 'queued'"))).scalar_one()
    started = time.perf_counter()
    async with database.begin() as conn:
        stop = text("UPDATE delivery SET state = 'unsendable', reason = 'stopped' WHERE state = 'queued'")
        stopped = (await conn.execute(stop)).rowcount
    stop_s = time.perf_counter() - started
    await database.close()
    return {
        "learners": learners,
        "made_s": round(made_s, 1),
        "plan_s": round(plan_s, 1),
        "goal_s": GOAL_S,
        "learners_per_s": round(learners / plan_s),
        "memory_mb": round(plan_mb),
        "goal_mb": GOAL_MB,
        "queued": rows,
        "said_queued": queued["queued"],
        "dry_run_s": round(dry_s, 1),
        "dry_run_memory_mb": round(dry_mb),
        "dry_run_total": sum(found["total"].values()),
        "stopped": stopped,
        "stop_s": round(stop_s, 1),
    }


async def _peer(url: str, learners: int) -> dict[str, Any]:
    """Enqueue as many jobs with a time each, in batches as large as the planner's pages, each its own transaction."""
    conn = await asyncpg.connect(url)
    queries = Queries(AsyncpgDriver(conn))
    await queries.install()
    rng = random.Random(7)
    started = time.perf_counter()
    for begin in range(0, learners, DAY_PAGE):
        ids = range(begin, min(begin + DAY_PAGE, learners))
        await queries.enqueue(
            ["nudge"] * len(ids),
            [b'{"person": %d}' % person for person in ids],
            [0] * len(ids),
            [timedelta(seconds=rng.uniform(0, 40_000)) for _ in ids],
            [f"nudge:{person}:20261121" for person in ids],
        )
    seconds = time.perf_counter() - started
    rows = await conn.fetchval("SELECT count(*) FROM pgqueuer")
    await conn.close()
    return {"seconds": round(seconds, 1), "jobs_per_s": round(learners / seconds), "queued": rows}


async def _taphuan(url: str, *arguments: str) -> tuple[float, float, dict[str, Any]]:
    """Run the command; returns its seconds, the most memory seen, in MB, and what it printed."""
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("taphuan")),
        *arguments,
        env=os.environ | {"TAPHUAN_DATABASE_URL": url},
        stdout=asyncio.subprocess.PIPE,
    )
    reading = asyncio.create_task(process.communicate())
    most = 0.0
    while not reading.done():
        most = max(most, memory_mb(process.pid))
        await asyncio.wait({reading}, timeout=_LOOK_S)
    printed, _ = reading.result()
    if process.returncode:
        raise RuntimeError(f"taphuan {arguments[0]} ended with {process.returncode}")
    return time.perf_counter() - started, most, json.loads(printed)
