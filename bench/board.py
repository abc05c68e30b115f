"""
`taphuan bench board`: the dashboard of a country, its figures counted anew and kept up, and its pages over HTTP.

PostgreSQL with fsync, or SQLite for one reader. The peer is the same figures counted from what they stand for.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from sqlalchemy import func, insert, select, update

from bench import country, visible
from bench.machine import here
from bench.rig import cpu_s, free_port, memory_mb, postgres, running
from bench.supervisors import open_pages, searched_for, sign_in
from learning.calendar import day_of
from storage import rollup
from storage.database import allow_long, open_database
from storage.posts import ALL, OWN, own_counts
from storage.tables import account, learner_course, person, rollup_dirty, unit_closure, unit_rollup

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import AsyncIterator, Mapping

    from learning.roles import Track
    from storage.database import Database

GOALS = {
    "postgresql": {"p95_ms": 300, "rebuild_s": 120, "unequal": 0, "visible_s": 5},
    "sqlite": {"p95_ms": 100, "rebuild_s": 120, "unequal": 0},
}
EVERY_S = 10.0  # each supervisor opens a page
ALONE_EVERY_S = 0.5
CHANGED = 2_000  # persons to whom something happens before all is compared
COMPLETIONS = 10
_STARTS_WITHIN_S = 120


async def run(args: Namespace) -> int:
    """Measure once, print, and return 0; the figures say for themselves whether the goals are met."""
    is_sqlite = args.on == "sqlite"
    with tempfile.TemporaryDirectory() as folder, nullcontext() if is_sqlite else postgres(folder) as server:
        if server is not None:
            server.psql("CREATE DATABASE bench TEMPLATE template0 ENCODING 'UTF8'")
        url = f"sqlite:///{folder}/bench.db" if server is None else server.get_uri("bench")
        figures, peers = await measure(url, args)
    figures["goals"] = GOALS[args.on]
    result = {"name": "board", "machine": here(), "figures": figures, "peers": peers}
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print(result["machine"])
        for name, value in {**figures, **peers}.items():
            print(f"{name}: {value}")
    return 0


async def measure(url: str, args: Namespace, completions: int = COMPLETIONS) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fill the database, then everything in turn; each part with the machine's load when it began."""
    made = await country.settle(url, units=args.units, learners=args.learners, lessons=args.lessons)
    figures: dict[str, Any] = {
        "on": args.on,
        "units": made.made.units,
        "groups": made.made.groups,
        "learners": made.made.learners,
        "progress_rows": made.progress_rows,
        "made": made.took,
    }
    database = open_database(url)
    try:
        figures["counting"] = await counting(database, made.assigned)
        figures["pages"] = await pages(database, url, args.supervisors, args.seconds, args.processes)
        if args.on == "postgresql":
            figures["visible"] = _loaded(await visible.measure(database, url, made.assigned, completions))
        peers = {"counted_live": await counted_live(database, made.assigned)}
    finally:
        await database.close()
    return figures, peers


def _loaded(figures: dict[str, Any]) -> dict[str, Any]:
    return {"load": round(os.getloadavg()[0], 1), **figures}


# --- figures ----------------------------------------------------------------------------------------------------------


async def counting(database: Database, assigned: Mapping[Track, str]) -> dict[str, Any]:
    """Things happen and are folded; then all is compared with what counting everything gives, and made anew."""
    today = day_of(datetime.now(UTC))
    figures = _loaded({})
    await _happen(database)
    started = time.perf_counter()
    async with database.begin() as conn:
        while await rollup.fold(conn, assigned, today):
            pass
    figures["fold_s"] = round(time.perf_counter() - started, 2)
    started = time.perf_counter()
    async with database.connect() as conn:
        await allow_long(conn)
        wrong = await rollup.differences(conn, assigned, today)
    figures["compare_s"] = round(time.perf_counter() - started, 1)
    figures["unequal"] = len(wrong)
    before = await _sums(database)
    started = time.perf_counter()
    async with database.begin() as conn:
        await rollup.rebuild(conn, assigned, today)
    figures["rebuild_s"] = round(time.perf_counter() - started, 1)
    figures["unequal"] += before != await _sums(database)
    await country.tidied(database)
    return figures


async def _happen(database: Database) -> None:
    """Some close their door, others complete their course; each is marked, as a tap does it."""
    rng = random.Random(7)
    async with database.begin() as conn:
        last = (await conn.execute(select(func.max(person.c.id)))).scalar_one()
        chosen = rng.sample(range(1, last + 1), min(CHANGED, last // 2))
        gone, done = chosen[::2], chosen[1::2]
        await conn.execute(update(account).where(account.c.person_id.in_(gone)).values(is_open=False))
        course = learner_course.c.person_id.in_(done)
        await conn.execute(update(learner_course).where(course).values(completed_at=datetime.now(UTC)))
        await conn.execute(insert(rollup_dirty), [{"person_id": one} for one in chosen])


async def _sums(database: Database) -> tuple[Any, ...]:
    """The roll-up in a few numbers, each of which any single difference changes."""
    numbers = [func.sum(unit_rollup.c[name] * unit_rollup.c.unit_id) for name in (*OWN, *ALL)]
    async with database.connect() as conn:
        return tuple((await conn.execute(select(func.count(), *numbers).select_from(unit_rollup))).one())


async def counted_live(database: Database, assigned: Mapping[Track, str]) -> dict[str, Any]:
    """What one unit's figures would take without the roll-up, in ms: a commune's, and the country's."""
    today = day_of(datetime.now(UTC))
    found = _loaded({})
    async with database.connect() as conn:
        await allow_long(conn)
        top = sorted(await sign_in(database, 5), key=lambda one: one.level)
        for one in top:
            if one.level not in {"CD_XA", "TLD"}:
                continue
            below = select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id == one.unit_id)
            units = (await conn.execute(below)).scalars().all() if one.level == "CD_XA" else None
            started = time.perf_counter()
            counted = own_counts(assigned, today, units).subquery()
            await conn.execute(select(func.sum(counted.c.posts), func.sum(counted.c.completed)))
            found[f"{one.level}_ms"] = round(1_000 * (time.perf_counter() - started), 1)
    return found


# --- pages ------------------------------------------------------------------------------------------------------------


async def pages(database: Database, url: str, supervisors: int, seconds: float, processes: int) -> dict[str, Any]:
    """On PostgreSQL all supervisors at once, on SQLite one after the other from each level."""
    searches = await searched_for(database)
    people = await sign_in(database, supervisors)
    async with AsyncExitStack() as stack:
        count = 1 if database.dialect == "sqlite" else processes
        programs = [await stack.enter_async_context(_web(url, database.dialect)) for _ in range(count)]
        if database.dialect == "sqlite":
            first = {one.level: one for one in people}
            seen = None
            for one in first.values():
                part = await open_pages(
                    programs[0][0], [one], searches, every_s=ALONE_EVERY_S, seconds=seconds / len(first)
                )
                seen = seen.joined(part) if seen else part
            assert seen is not None
        else:
            await asyncio.gather(  # the first pages of a program that has just begun are not the ones measured
                *(open_pages(address, people[:5], searches, every_s=0.5, seconds=1.0) for address, _ in programs)
            )
            began = [cpu_s(pid) for _, pid in programs]
            load = os.getloadavg()[0]
            found = await asyncio.gather(
                *(
                    open_pages(address, people[turn::count], searches, every_s=EVERY_S, seconds=seconds)
                    for turn, (address, _) in enumerate(programs)
                )
            )
            seen = found[0]
            for part in found[1:]:
                seen = seen.joined(part)
            used = sum(cpu_s(pid) - since for (_, pid), since in zip(programs, began, strict=True))
        figures = seen.figures()
        memory = [round(memory_mb(pid)) for _, pid in programs]
    if database.dialect == "sqlite":
        return _loaded({**figures, "memory_mb": memory})
    return {
        "load": [round(load, 1), round(os.getloadavg()[0], 1)],
        "supervisors": len(people),
        **figures,
        "web_cpu_ms_a_page": round(1_000 * used / max(1, figures["pages"]), 1),
        "memory_mb": memory,
    }


@asynccontextmanager
async def _web(url: str, dialect: str) -> AsyncIterator[tuple[str, int]]:
    """`taphuan serve` with pages alone (on SQLite it is always the whole): its address and its process."""
    port = free_port()
    role = [] if dialect == "sqlite" else ["--role", "web"]
    environment = {"TAPHUAN_DATABASE_URL": url, "TAPHUAN_PORT": str(port), "TAPHUAN_LOG_FORMAT": "json"}
    program = str(Path(sys.executable).with_name("taphuan"))
    async with running(program, "serve", *role, environment=environment) as process:
        address = f"http://127.0.0.1:{port}"
        async with asyncio.timeout(_STARTS_WITHIN_S), aiohttp.ClientSession() as session:
            while not await _is_ready(session, address):
                if process.returncode is not None:
                    raise RuntimeError(f"taphuan serve ended with {process.returncode}")
                await asyncio.sleep(0.1)
        yield address, process.pid


async def _is_ready(session: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with session.get(f"{address}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
