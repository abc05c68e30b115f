"""`kill -9` under load: nothing is unaccounted for, nothing unasked comes twice, everybody can go on."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest

from bot.fault import POINTS
from tests.soak.stage import IS_LONG, soaking

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7_200 if IS_LONG else 120)]
KILLS = 200 if IS_LONG else 1
ROUNDS = 20 if IS_LONG else 1
BETWEEN_S = (0.1, 2.0) if IS_LONG else (0.3, 0.8)


async def test_killed_at_random_moments(database_url: str, tmp_path: Path) -> None:
    chance = random.Random(7)
    async with soaking(database_url, tmp_path / "log.txt") as soak:
        await soak.queue(60)
        soak.begin_tapping()
        for _ in range(KILLS):
            process = await soak.start()
            if soak.notices - len(soak.server.sent()) < 60 * BETWEEN_S[1]:
                await soak.queue(60)
            await asyncio.sleep(chance.uniform(*BETWEEN_S))
            await process.kill()
        if not IS_LONG:
            await soak.pass_lease()
        await soak.start(rate=300)
        await asyncio.sleep(0.5)
        await soak.end_tapping()
        ended = await soak.settled()
        await soak.everybody_can_go_on()
        await soak.settled()
        await soak.check()
        print(f"{KILLS} kills, {soak.taps} taps, notices {dict(ended)}")
        assert ended["sent"] > 0


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"] if IS_LONG else ["sqlite"], indirect=True)
async def test_killed_at_each_point(database_url: str, tmp_path: Path) -> None:
    async with soaking(database_url, tmp_path / "log.txt", latency_s=0.01) as soak:
        soak.begin_tapping()
        for number in range(ROUNDS):
            for point in POINTS:
                await soak.queue(20)
                process = await soak.start(fault=f"{point}:{number + 1}")
                assert await process.ends() == -9, point
        await soak.start(rate=300)
        await soak.end_tapping()
        await soak.settled()
        await soak.everybody_can_go_on()
        ended = await soak.settled()
        await soak.check()
        print(f"{ROUNDS * len(POINTS)} kills, {soak.taps} taps, notices {dict(ended)}")
        assert ended["sent"] > 0
        assert ended["unknown"] > 0  # after-sending and after-call leave what was in flight
