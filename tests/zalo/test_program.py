"""The whole program beside the platform: events come by the signed webhook, messages go out by the API."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from sqlalchemy import func, select

from bot.program import Program, build
from channels.messages import AccountId, Button, Kind, Message
from channels.zalo import ZaloHook
from storage import outbox, zalo_costs
from storage.database import open_database
from storage.tables import account, delivery, zalo_charge
from tests.scenarios import cast as union
from tests.standins.zalo import APP_ID, OA_ID, OA_SECRET_KEY, Person, ZaloServer, faults
from tests.zalo.office import logged_in, settings
from web.zalo import routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LAN, AN = "246845883529197922", "246845883529197923"


class World:
    """The program and the platform."""

    def __init__(self, program: Program, server: ZaloServer) -> None:
        self.program = program
        self.server = server

    async def rest(self) -> None:
        await self.program.pipeline.drain()
        await self.program.live.drain()

    async def joined(self, user_id: str, phone: str) -> Person:
        person = self.server.person(user_id)
        await person.follows()
        await self.rest()
        await person.says("đồng ý")
        await self.rest()
        await person.shares_phone(phone)
        await self.rest()
        return person

    async def door(self, person: Person) -> AccountId:
        async with self.program.database.connect() as conn:
            found = await conn.execute(select(account.c.id).where(account.c.external_id == person.user_id))
            return AccountId(found.scalar_one())

    async def spoke(self, person: Person, ago: timedelta) -> None:
        """Let the person's last word be so long ago, here and at the platform."""
        person.spoke_at = self.server.clock.now() - ago.total_seconds()
        async with self.program.database.begin() as conn:
            await conn.execute(
                account.update()
                .where(account.c.external_id == person.user_id)
                .values(last_word_at=datetime.now(UTC) - ago)
            )

    async def sends(self, person: Person, key: str) -> tuple[str, str | None]:
        """Queue a notice and let the lane work; returns the state and reason it ended with."""
        door = await self.door(person)
        async with self.program.database.begin() as conn:
            await outbox.queue(
                conn,
                account_id=door,
                kind=Kind.NOTICE,
                key=key,
                subject=None,
                run_at=datetime.now(UTC) - timedelta(seconds=1),
                message=Message(f"Thông báo {key}", ((Button("Học tiếp ▸", "resume"),),), kind=Kind.NOTICE),
            )
        assert self.program.zalo_gate is not None
        lane = next(lane for lane in self.program.lanes if lane._endpoint == self.program.zalo_gate.endpoint)
        await lane.empty()
        await self.program.zalo_gate.flush()
        async with self.program.database.connect() as conn:
            row = (await conn.execute(select(delivery).where(delivery.c.unique_key == key))).one()
        return row.state, row.reason

    async def counted(self) -> dict[str, int]:
        assert self.program.zalo_gate is not None
        await self.program.zalo_gate.flush()
        query = select(zalo_charge.c.counted_as, func.count()).group_by(zalo_charge.c.counted_as)
        async with self.program.database.connect() as conn:
            return {row[0]: row[1] for row in (await conn.execute(query)).all()}


@asynccontextmanager
async def running(database_url: str, *, budget: int = 0, **platform: object) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(ZaloServer(**platform))  # type: ignore[arg-type]
        database = open_database(database_url)
        async with database.begin() as conn:
            await union.settle(conn)
        await logged_in(database, server)
        await database.close()
        chosen = settings(server, database_url, zalo_oa_budget=budget)
        program = await build(chosen, stack)
        assert program.zalo_gate is not None
        app = web.Application()
        hook = ZaloHook(APP_ID, OA_SECRET_KEY, OA_ID, program.zalo_gate.endpoint)
        app.add_routes(routes(program.pipeline, hook.read, within_s=30.0))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.pusher.url = f"http://127.0.0.1:{runner.addresses[0][1]}/zalo/webhook"
        server.pusher.answer_within_s = 30.0
        world = World(program, server)
        try:
            yield world
        finally:
            await world.rest()


async def test_joining_by_the_phone_and_choosing_by_number(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        assert [shown.card for shown in lan.screen if shown.by_oa][:2] == [False, True]
        assert lan.last.text.startswith("Bài 1/")
        assert lan.last.text.endswith("1. Tiếp\n2. Học sau")

        await lan.says("1")
        await world.rest()

        assert " · 2/" in lan.last.text
        assert set(await world.counted()) == {"reply"}


async def test_a_phone_that_is_on_no_list_opens_nothing(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84999999999")
        assert "chưa khớp" in lan.last.text

        await lan.says("7AAA-AAAA-AA")
        await world.rest()
        assert lan.last.text.startswith("Bài 1/")


async def test_a_phone_that_was_typed_proves_nothing(database_url: str) -> None:
    async with running(database_url) as world:
        lan = world.server.person(LAN)
        await lan.follows()
        await lan.says("đồng ý")
        await world.rest()
        await lan.says("0900000001")
        await world.rest()

        assert lan.last.card


async def test_before_agreeing_nothing_is_kept(database_url: str) -> None:
    async with running(database_url) as world:
        lan = world.server.person(LAN)
        await lan.follows()
        await lan.shares_phone("84900000001")
        await world.rest()

        assert "đồng chí nhắn: dong y" in lan.last.text
        async with world.program.database.connect() as conn:
            assert (await conn.execute(select(func.count()).select_from(account))).scalar() == 0


async def test_doubled_and_disordered_events_count_once(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        world.server.echoes = False
        shown = len(lan.screen)
        world.server.pusher.times = 3
        await lan.says("1")
        await world.rest()
        await asyncio.gather(*world.server.pusher._tasks)
        await world.rest()

        assert len([each for each in lan.screen[shown:] if each.by_oa]) == 1


async def test_who_leaves_in_a_lesson_goes_on_where_they_were(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        await lan.says("1")
        await world.rest()
        await lan.unfollows()
        async with world.program.database.connect() as conn:
            assert (await conn.execute(select(account.c.is_open))).scalar() is False

        await lan.follows()
        await world.rest()

        assert " · 2/" in lan.last.text


async def test_a_withdrawal_erases(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        an = world.server.person(AN)
        await an.follows()
        await an.says("đồng ý")
        await world.rest()
        for person in (lan, an):
            await person.withdraws()
        await world.rest()

        async with world.program.database.connect() as conn:
            for table in (account, delivery):
                assert (await conn.execute(select(func.count()).select_from(table))).scalar() == 0


async def test_within_48_hours_it_is_free_whatever_the_budget(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        await world.spoke(lan, timedelta(hours=45))

        assert await world.sends(lan, "n1") == ("sent", None)
        assert "billed" not in await world.counted()


async def test_a_day_never_costs_more_than_its_budget(database_url: str) -> None:
    async with running(database_url, budget=2, sub_quota=1) as world:
        lan = await world.joined(LAN, "84900000001")
        await world.spoke(lan, timedelta(hours=49))

        ended = [await world.sends(lan, f"n{number}") for number in range(4)]

        assert [state for state, _ in ended] == ["sent", "sent", "unsendable", "unsendable"]
        assert ended[-1] == ("unsendable", "zalo_budget")
        counted = await world.counted()
        assert (counted["sub_quota"], counted["billed"]) == (1, 1)


async def test_what_turned_out_free_is_given_back(database_url: str) -> None:
    async with running(database_url, budget=1) as world:
        lan = await world.joined(LAN, "84900000001")
        await world.spoke(lan, timedelta(hours=47))  # beyond the margin here, free at the platform

        assert [(await world.sends(lan, f"n{number}"))[0] for number in range(3)] == ["sent"] * 3
        assert world.program.zalo_gate is not None
        async with world.program.database.connect() as conn:
            today = (datetime.now(UTC) + timedelta(hours=7)).date()
            assert await zalo_costs.reserved(conn, world.program.zalo_gate.endpoint, today) == 0


async def test_after_seven_days_nothing_is_tried(database_url: str) -> None:
    async with running(database_url, budget=100) as world:
        lan = await world.joined(LAN, "84900000001")
        await world.spoke(lan, timedelta(days=7))

        assert await world.sends(lan, "n1") == ("unsendable", "zalo_window")
        assert world.server.refused == []


async def test_a_window_that_closed_earlier_is_no_failure(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        world.server.faults.add(faults.error(-230), user_id=LAN)

        assert await world.sends(lan, "n1") == ("unsendable", "zalo_window")


@pytest.mark.parametrize("code", [-213, -217])
async def test_who_cannot_be_reached_is_not_written_to_again(database_url: str, code: int) -> None:
    async with running(database_url) as world:
        lan = await world.joined(LAN, "84900000001")
        world.server.faults.add(faults.error(code), user_id=LAN)

        assert await world.sends(lan, "n1") == ("failed", "door_closed")
        async with world.program.database.connect() as conn:
            assert (await conn.execute(select(account.c.is_open))).scalar() is False
