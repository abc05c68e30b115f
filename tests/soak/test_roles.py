"""The program in parts, on one PostgreSQL: each does its own, and a standby leads when the clock dies."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text, update

from bench.rig import free_port
from scheduler.leader import CLOCK, NUMBERS
from storage.database import open_database
from storage.tables import learner
from tests.soak.stage import soaking

if TYPE_CHECKING:
    from pathlib import Path

    from storage.database import Database
    from tests.soak.stage import Process, Soak

pytestmark = [pytest.mark.soak, pytest.mark.timeout(120)]
TAKEN_OVER_WITHIN_S = 5.0


async def test_each_part_in_a_process_of_its_own(postgres_url: str, tmp_path: Path) -> None:
    async with soaking(postgres_url, tmp_path / "log.txt") as soak:
        await soak.queue(60)
        await asyncio.gather(
            soak.start(role="web"), *(soak.start(role=role, port=free_port()) for role in ("sender", "worker", "clock"))
        )
        soak.begin_tapping()
        ended = await soak.settled()
        await soak.end_tapping()
        await soak.everybody_can_go_on()
        await soak.settled()
        await soak.check()
        assert ended == {"sent": 60}
        assert soak.taps > 0


async def test_a_web_alone_sends_nothing_that_waits(postgres_url: str, tmp_path: Path) -> None:
    async with soaking(postgres_url, tmp_path / "log.txt") as soak:
        await soak.queue(3)
        await soak.start(role="web")
        await soak.everybody_can_go_on()

        assert {row.state for row in await soak.deliveries() if row.lane == "bulk"} == {"queued"}


async def test_the_standby_leads_when_the_clock_is_killed(postgres_url: str, tmp_path: Path) -> None:
    async with soaking(postgres_url, tmp_path / "log.txt") as soak:
        database = open_database(postgres_url, pool_size=2)
        await soak.start(role="worker", port=free_port())
        leads, first = await _starts(soak, database)
        await soak.start(role="clock", port=free_port())
        assert await _leader(database) == first

        await leads.kill()
        begun = time.monotonic()
        await _other_than(database, first)
        took_s = time.monotonic() - begun
        print(f"taken over within {took_s:.1f} s")

        await _due_now(database)
        async with asyncio.timeout(60):
            while await _is_due(database):  # noqa: ASYNC110 - the ledger rings no bell
                await asyncio.sleep(0.1)
        await database.close()
        assert took_s <= TAKEN_OVER_WITHIN_S


async def _starts(soak: Soak, database: Database) -> tuple[Process, int]:
    process = await soak.start(role="clock", port=free_port())
    return process, await _other_than(database, 0)


async def _other_than(database: Database, before: int) -> int:
    """Wait until a session other than `before` leads; its id."""
    async with asyncio.timeout(60):
        while (now := await _leader(database)) in {0, before}:  # noqa: ASYNC110 - a lock rings no bell
            await asyncio.sleep(0.05)
    return now


async def _leader(database: Database) -> int:
    query = text(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = :number"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    async with database.connect() as conn:
        found = (await conn.execute(query, {"number": NUMBERS[CLOCK]})).scalar()
    return int(found or 0)


async def _due_now(database: Database) -> None:
    async with database.begin() as conn:
        await conn.execute(update(learner).values(next_due_at=datetime.now(UTC), next_kind=None))


async def _is_due(database: Database) -> bool:
    """True while somebody is still to be looked at."""
    query = select(learner.c.person_id).where(learner.c.next_due_at < datetime.now(UTC), learner.c.next_kind.is_(None))
    async with database.connect() as conn:
        return (await conn.execute(query.limit(1))).first() is not None
