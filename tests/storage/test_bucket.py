"""The token bucket that all processes share: no second has more than the platform allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sender import Pace
from storage import accounts, bucket

if TYPE_CHECKING:
    from channels.messages import EndpointId
    from storage.database import Database

NOW = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)


@dataclass
class Bot:
    """An endpoint whose bucket nobody has used."""

    database: Database
    endpoint: EndpointId


@pytest.fixture
async def bot(database: Database) -> Bot:
    async with database.begin() as conn:
        return Bot(database, await accounts.ensure_endpoint(conn, "telegram", "1", None))


@given(st.sampled_from([1.0, 2.0, 5.0, 20.0, 30.0, 100.0, 1_000.0]))
def test_a_full_bucket_and_a_second_of_refill_stay_under_the_ceiling(ceiling: float) -> None:
    pace = Pace.under(ceiling)

    assert pace.capacity >= 1
    assert pace.capacity + pace.refill <= max(ceiling, 1.5 * ceiling if ceiling < 3 else ceiling)


@pytest.mark.parametrize("ceiling", [5, 30])
async def test_no_second_has_more_than_the_ceiling(bot: Bot, ceiling: int) -> None:
    pace = Pace.under(ceiling)
    granted: list[float] = []
    clock = 0.0
    async with bot.database.begin() as conn:
        while clock < 12:
            grant = await bucket.grant(
                conn,
                bot.endpoint,
                wanted=25,
                rate=pace.refill,
                burst=pace.capacity,
                real_now=NOW + timedelta(seconds=clock),
                ahead_s=0.08,
            )
            granted += [clock + grant.leaves_in_s(place) for place in range(grant.number)]
            clock += max(grant.wait_s, 0.04) if clock < 8 else 0.37  # as the lane asks, then at odd moments

    for begin in granted:
        assert sum(begin <= moment < begin + 1 for moment in granted) <= ceiling
    assert len([moment for moment in granted if moment < 8]) >= 8 * pace.refill - 1


async def test_who_waited_for_the_bucket_does_not_turn_its_time_back(bot: Bot) -> None:
    async def ask(at_s: float) -> bucket.Grant:
        async with bot.database.begin() as conn:
            moment = NOW + timedelta(seconds=at_s)
            return await bucket.grant(conn, bot.endpoint, wanted=99, rate=100, burst=1, real_now=moment, ahead_s=0.1)

    assert (await ask(0)).number == 11
    assert (await ask(0.5)).number == 11
    assert (await ask(0.4)).number == 0
    late = await ask(0.55)
    assert late.number == 5
    assert late.leaves_in_s(0) == pytest.approx(0.06)


async def test_a_blocked_endpoint_grants_nothing_until_then(bot: Bot) -> None:
    async with bot.database.begin() as conn:
        await bucket.block(conn, bot.endpoint, NOW + timedelta(seconds=30))
        await bucket.block(conn, bot.endpoint, NOW + timedelta(seconds=10))  # an earlier one changes nothing
        early = await bucket.grant(conn, bot.endpoint, wanted=5, rate=30, burst=2, real_now=NOW + timedelta(seconds=20))
        late = await bucket.grant(conn, bot.endpoint, wanted=5, rate=30, burst=2, real_now=NOW + timedelta(seconds=30))

    assert (early.number, early.wait_s) == (0, 10.0)
    assert late.number == 2
