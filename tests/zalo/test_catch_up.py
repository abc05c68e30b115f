"""What was written while the program or its database was away is answered later, and once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from bot.clock import SystemClock
from bot.zalo.catch_up import FARTHEST, GAP, HEARD_UNTIL, CatchUp
from channels.messages import SendError
from storage import planning
from storage.tables import account, inbound_update
from tests.standins.zalo import OA_ID, faults
from tests.zalo.world import AN, LAN, running

if TYPE_CHECKING:
    from tests.zalo.world import World


def catching_up(world: World) -> CatchUp:
    program = world.program
    assert program.zalo is not None
    assert program.zalo_gate is not None
    endpoint = program.zalo_gate.endpoint
    return CatchUp(program.database, program.zalo.client, program.pipeline, endpoint, OA_ID, SystemClock())


async def heard(world: World, ago: timedelta) -> None:
    """Let the mark stand where it was so long ago."""
    async with world.program.database.begin() as conn:
        await planning.keep_setting(conn, HEARD_UNTIL, (datetime.now(UTC) - ago).isoformat())


async def mark(world: World) -> datetime:
    async with world.program.database.connect() as conn:
        return datetime.fromisoformat(await planning.read_setting(conn, HEARD_UNTIL))


async def test_what_was_missed_is_answered_once(database_url: str) -> None:
    async with running(database_url) as world:
        lan, an = await world.joined(LAN, "84900000001"), await world.joined(AN, "84900000002")
        url, world.server.pusher.url = world.server.pusher.url, ""
        await lan.says("1")
        await lan.says("học")
        await an.says("1")
        world.server.pusher.url = url
        await heard(world, timedelta(hours=1))

        assert await catching_up(world).once() == 3
        await world.rest()
        assert " · 2/" in lan.last.text
        assert " · 2/" in an.last.text

        screens = len(lan.screen), len(an.screen)
        await heard(world, timedelta(hours=1))
        assert await catching_up(world).once() == 0
        await world.rest()
        assert (len(lan.screen), len(an.screen)) == screens


async def test_the_webhook_that_comes_late_counts_once(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        world.server.pusher.hold()
        await lan.says("1")
        await heard(world, timedelta(hours=1))
        assert await catching_up(world).once() == 1
        await world.rest()
        shown = len(lan.screen)

        held = world.server.pusher.held or []
        for pushed in world.server.pusher.release(list(range(len(held)))):
            await pushed.is_settled.wait()
        await world.rest()

        assert len(lan.screen) == shown


async def test_the_last_word_is_when_it_was_said(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        url, world.server.pusher.url = world.server.pusher.url, ""
        world.server.clock.advance(hours=-6)
        await lan.says("1")
        world.server.clock.advance(hours=6)
        world.server.pusher.url = url
        await heard(world, timedelta(hours=7))
        await catching_up(world).once()

        async with world.program.database.connect() as conn:
            word_at = (await conn.execute(select(account.c.last_word_at))).scalar_one()
        assert timedelta(hours=5, minutes=59) < datetime.now(UTC) - word_at < timedelta(hours=6, minutes=2)


@pytest.mark.parametrize("gap", [GAP - timedelta(minutes=1), None])
async def test_without_a_gap_the_platform_is_not_asked(database_url: str, gap: timedelta | None) -> None:
    async with running(database_url) as world:
        world.server.faults.add(faults.error(-32), call="/v2.0/oa/listrecentchat")
        if gap is not None:
            await heard(world, gap)

        assert await catching_up(world).once() == 0
        assert datetime.now(UTC) - await mark(world) < timedelta(minutes=1)


async def test_a_pull_that_fails_is_tried_again(database_url: str) -> None:
    async with running(database_url) as world:
        await heard(world, timedelta(hours=1))
        world.server.faults.add(faults.error(-32), call="/v2.0/oa/listrecentchat", times=1)
        with pytest.raises(SendError):
            await catching_up(world).once()
        assert datetime.now(UTC) - await mark(world) > timedelta(minutes=59)

        await catching_up(world).once()
        assert datetime.now(UTC) - await mark(world) < timedelta(minutes=1)


async def test_pages_are_bounded_and_what_is_old_is_left(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        world.server.pusher.url = ""
        world.server.clock.advance(hours=-25)
        await lan.says("cũ")
        world.server.clock.advance(hours=25)
        for number in range(35):
            await lan.says(f"tin {number}")
        await heard(world, FARTHEST * 3)
        async with world.program.database.connect() as conn:
            before = (await conn.execute(select(func.count()).select_from(inbound_update))).scalar_one()

        taken = await catching_up(world).once()
        await world.rest()

        async with world.program.database.connect() as conn:
            after = (await conn.execute(select(func.count()).select_from(inbound_update))).scalar_one()
        assert 25 <= taken == after - before <= 30
