from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from reports.digest import render_queued
from reports.shared import LASTS, Shared
from storage.database import counted_statements
from tests.reports.conftest import CUT_OFF, MONDAY

if TYPE_CHECKING:
    from tests.reports.conftest import Union


async def test_what_several_ask_for_at_once_is_made_once() -> None:
    shared, begun, may_end = Shared(), 0, asyncio.Event()

    async def make() -> int:
        nonlocal begun
        begun += 1
        await may_end.wait()
        return begun

    asked = [asyncio.create_task(shared.get("unit", MONDAY, make)) for _ in range(5)]
    await asyncio.sleep(0)
    may_end.set()

    assert await asyncio.gather(*asked) == [1] * 5
    assert await shared.get("other", MONDAY, make) == 2
    assert await shared.get("unit", MONDAY + LASTS - timedelta(seconds=1), make) == 1
    assert await shared.get("unit", MONDAY + LASTS, make) == 3
    assert await shared.get("unit", MONDAY - LASTS, make) == 4  # the demo's clock was set back


async def test_what_failed_is_made_by_the_next_and_the_oldest_goes_first() -> None:
    shared = Shared(most=2)
    made: list[str] = []

    async def fail() -> str:
        raise ConnectionError

    async def make() -> str:
        made.append("x")
        return made[-1]

    with pytest.raises(ConnectionError):
        await shared.get(1, MONDAY, fail)
    for key in (1, 2, 1, 3, 1, 2):
        await shared.get(key, MONDAY, make)

    assert len(made) == 4  # 1, 2, 3, and 2 again


async def test_two_readers_of_a_unit_cost_one_gathering_and_read_the_same(union: Union) -> None:
    await union.snapshot(CUT_OFF)
    shared = Shared()
    texts, costs = [], []
    for kept in (None, shared, shared):
        async with counted_statements() as statements:
            subject = {"person": union.people["phường"], "cut_off": CUT_OFF.isoformat()}
            message = await render_queued(union.conn, subject, MONDAY, shared=kept)
        texts.append(message)
        costs.append(statements[0])

    assert texts[0] == texts[1] == texts[2]
    assert costs[0] == costs[1]
    assert costs[2] <= 2
