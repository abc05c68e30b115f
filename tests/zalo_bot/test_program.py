"""The whole program beside the platform: people type, by webhook; messages go out, and are counted."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from sqlalchemy import func, select

from bot.doors import ZALO_BOT
from bot.program import Program, build
from channels.messages import AccountId, Kind, Message
from channels.zalo_bot import parse
from learning.calendar import day_of
from storage import accounts, outbox, zalo_quota
from storage.database import open_database
from storage.tables import account, delivery
from tests.scenarios import cast as union
from tests.standins.zalo import faults
from tests.standins.zalo_bot import BotServer, Person, refuse
from tests.zalo_bot.bot import settings
from web.zalo_bot import PATH, routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.bulk import BulkLane

CODE = "7AAA-AAAA-AA"
SECRET = "mat-khau-cua-webhook_1"


class World:
    """The program and the platform."""

    def __init__(self, program: Program, server: BotServer) -> None:
        self.program = program
        self.server = server

    async def rest(self) -> None:
        await self.program.pipeline.drain()
        await self.program.live.drain()

    async def types(self, person: Person, *texts: str) -> None:
        for text in texts:
            await person.says(text)
            await self.rest()

    async def joined(self) -> Person:
        lan = self.server.person()
        await self.types(lan, CODE, f"Đồng ý {CODE}")
        return lan

    @property
    def lane(self) -> BulkLane:
        """The bot's."""
        assert self.program.zalo_bot is not None
        endpoint = self.program.zalo_bot.endpoint
        return next(lane for lane in self.program.lanes if lane._endpoint == endpoint)

    async def followed(self, number: int) -> list[Person]:
        """People whose doors are open, and who have said nothing yet."""
        people = [self.server.person(each) for each in range(number)]
        assert self.program.zalo_bot is not None
        endpoint, now = self.program.zalo_bot.endpoint, datetime.now(UTC)
        async with self.program.database.begin() as conn:
            for person in people:
                await accounts.open_door(conn, endpoint, person.user_id, unit_id=None, now=now)
        return people

    async def queue(self, *keys: str, to: Person | None = None) -> None:
        """Put notices into the bulk lane, for somebody or for the only one who is there."""
        async with self.program.database.begin() as conn:
            whose = select(account.c.id)
            if to is not None:
                whose = whose.where(account.c.external_id == to.user_id)
            door = AccountId((await conn.execute(whose)).scalar_one())
            for key in keys:
                await outbox.queue(
                    conn,
                    account_id=door,
                    kind=Kind.NOTICE,
                    key=key,
                    subject=None,
                    run_at=datetime.now(UTC) - timedelta(seconds=1),
                    message=Message(f"Thông báo {key}", kind=Kind.NOTICE),
                )

    async def sends(self, key: str) -> tuple[str, str | None]:
        """Queue a notice and let the lane work; returns the state and reason it ended with."""
        await self.queue(key)
        await self.lane.empty()
        async with self.program.database.connect() as conn:
            row = (await conn.execute(select(delivery).where(delivery.c.unique_key == key))).one()
        return row.state, row.reason

    async def used(self) -> zalo_quota.Used:
        assert self.program.zalo_bot is not None
        async with self.program.database.connect() as conn:
            return await zalo_quota.used(conn, self.program.zalo_bot.endpoint, day_of(datetime.now(UTC)))


@asynccontextmanager
async def running(database_url: str, *, month: int = 3_000, day: int = 0, rate: float = 30.0) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(BotServer())
        database = open_database(database_url)
        async with database.begin() as conn:
            await union.settle(conn)
        await database.close()
        program = await build(
            settings(server, database_url, zalo_bot_month=month, zalo_bot_day=day, zalo_bot_rate=rate), stack
        )
        assert program.zalo_bot is not None
        app = web.Application()
        app.add_routes(routes(program.pipeline, SECRET, program.zalo_bot.endpoint, parse))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=10.0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.pusher.url = server.pusher.route = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
        server.pusher.secret, server.pusher.answer_within_s = SECRET, 30.0
        world = World(program, server)
        try:
            yield world
        finally:
            await world.rest()


async def test_joining_by_the_code_and_learning_by_typing(database_url: str) -> None:
    async with running(database_url) as world:
        lan = world.server.person()
        await world.types(lan, "chào")
        assert "mã mời" in lan.last.text
        await world.types(lan, CODE)
        assert f"nhắn: dong y {CODE.replace('-', '')}" in lan.last.text
        await world.types(lan, f"dong y {CODE}")
        assert lan.last.text.startswith("Bài 1/")
        assert lan.last.text.endswith("1. Tiếp\n2. Học sau")
        await world.types(lan, "1")
        assert " · 2/" in lan.last.text
        assert world.program.endpoints[world.program.zalo_bot.endpoint] == ZALO_BOT  # type: ignore[union-attr]
        assert (await world.used()).month == world.server.sent == len([each for each in lan.screen if each.by_bot])
        assert world.server.refused == []


async def test_before_agreeing_nothing_is_kept(database_url: str) -> None:
    async with running(database_url) as world:
        await world.types(world.server.person(), "chào", CODE)

        async with world.program.database.connect() as conn:
            for table in (account, delivery):
                assert (await conn.execute(select(func.count()).select_from(table))).scalar() == 0


async def test_doubled_and_disordered_events_count_once(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined()
        shown = len(lan.screen)
        world.server.pusher.times = 3
        await world.types(lan, "1")
        world.server.pusher.times = 1
        world.server.pusher.hold()
        await lan.says("xin chào")
        await lan.says("trogiup")
        await world.server.pusher.release([1, 0, 1, 0])
        await world.rest()

        assert world.server.pusher.statuses[-4:] == [200] * 4
        assert len([each for each in lan.screen[shown:] if each.by_bot]) == 3


async def test_a_plan_that_is_used_up_is_refused_here_and_counted(database_url: str) -> None:
    with structlog.testing.capture_logs() as logs:
        async with running(database_url, month=10) as world:
            lan = await world.joined()
            assert (await world.used()).month == 3
            ended = [await world.sends(f"n{number}") for number in range(9)]

            assert ended == [("sent", None)] * 7 + [("unsendable", "zalo_quota")] * 2
            await world.types(lan, "1")
            async with world.program.database.connect() as conn:
                states = await conn.execute(select(delivery.c.state).where(delivery.c.lane == "live"))
            assert list(states.scalars())[-1] == "unsendable"
            assert world.server.sent == 10
            assert world.server.refused == []
    told = [(each["event"], each["month"]) for each in logs if each["event"].startswith("zalo_bot_quota")]
    assert told == [("zalo_bot_quota_low", 9), ("zalo_bot_quota_spent", 10)]


async def test_bulk_messages_keep_the_pace(database_url: str) -> None:
    async with running(database_url, rate=10.0) as world:
        world.server.per_s = 16  # a busy machine lets some arrive later, and so closer to the next
        people = await world.followed(40)
        for number, person in enumerate(people):
            await world.queue(f"n{number}", to=person)
        await world.lane.empty()

        assert [len(person.screen) for person in people] == [1] * 40
        assert world.server.refused == []


async def test_a_day_has_its_own_limit(database_url: str) -> None:
    async with running(database_url, day=4, month=0) as world:
        await world.joined()

        assert [await world.sends(f"n{number}") for number in range(2)] == [
            ("sent", None),
            ("unsendable", "zalo_quota"),
        ]


async def test_when_the_platform_says_that_it_is_too_much_the_message_waits(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined()
        before = await world.used()
        world.server.faults.add(refuse(429), call="sendMessage")
        await world.types(lan, "1")

        async with world.program.database.connect() as conn:
            row = (await conn.execute(select(delivery).order_by(delivery.c.id.desc()).limit(1))).one()
        assert (row.state, row.reason) == ("queued", "throttled")
        assert row.run_at - datetime.now(UTC) > timedelta(seconds=20)
        assert await world.used() == before


async def test_an_answer_in_doubt_is_sent_once_more_and_both_are_counted(database_url: str) -> None:
    async with running(database_url) as world:
        lan = await world.joined()
        before = (await world.used()).month
        world.server.faults.add(faults.cut_after(), call="sendMessage", times=1)
        await world.types(lan, "1")
        await world.sends("n1")

        copies = [each.text for each in lan.screen if " · 2/" in each.text]
        assert len(copies) == 2
        assert (await world.used()).month == before + 3


async def test_many_at_once_never_pass_the_plan(database_url: str) -> None:
    databases = [open_database(database_url, pool_size=4) for _ in range(2)]
    async with running(database_url) as world:
        assert world.program.zalo_bot is not None
        endpoint = world.program.zalo_bot.endpoint
        days = [datetime(2026, 11, day, tzinfo=UTC).date() for day in (1, 20, 21)]

        async def take(number: int) -> bool:
            async with databases[number % 2].begin() as conn:
                taken, _ = await zalo_quota.take(conn, endpoint, days[number % 3], per_day=4, per_month=9)
                return taken

        taken = await asyncio.gather(*(take(number) for number in range(24)))
        async with world.program.database.connect() as conn:
            used = await zalo_quota.used(conn, endpoint, days[2])
            by_day = await zalo_quota.by_day(conn, endpoint, days[0])
    for database in databases:
        await database.close()

    assert used.month == sum(taken) == 9
    assert sum(number for _, number in by_day) == sum(taken)
    assert max(number for _, number in by_day) <= 4
