"""How events come: by webhook where there is a public address, else by one poller, whatever was left on before."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from bot.program import Program, build
from bot.start import ZALO_BOT_TROUBLE
from bot.zalo_bot.intake import take_events
from storage import accounts, planning
from storage.database import open_database
from tests.scenarios import cast as union
from tests.standins.zalo_bot import BOT_ID, BotServer, refuse
from tests.zalo_bot.bot import settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

PUBLIC = "https://tap-huan.example"


@asynccontextmanager
async def programs(
    server: BotServer, database_url: str, *, number: int = 1, **more: str
) -> AsyncIterator[list[Program]]:
    async with AsyncExitStack() as stack:
        database = open_database(database_url)
        async with database.begin() as conn:
            await union.settle(conn)
        await database.close()
        built = [await build(settings(server, database_url, **more), stack) for _ in range(number)]
        works = []
        for place, program in enumerate(built):
            if place:
                await until(lambda: server.polls > 0)
            assert program.zalo_bot is not None
            works.append(asyncio.create_task(take_events(program, program.zalo_bot)))
        try:
            yield built
        finally:
            for program in built:
                program.stop.set()
            await asyncio.gather(*works)
            for program in built:
                await program.pipeline.drain()
                await program.live.drain()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - conditions of many kinds
            await asyncio.sleep(0.01)


async def test_a_webhook_that_was_left_on_is_taken_away_and_the_bot_named(database_url: str) -> None:
    async with BotServer(idle_s=0.05) as server:
        server.pusher.url = f"{PUBLIC}/old"
        async with programs(server, database_url) as [program]:
            await until(lambda: server.polls > 0)
            lan = server.person()
            await lan.says("chào")
            assert "mã mời" in (await lan.answered()).text
            async with program.database.connect() as conn:
                assert await accounts.endpoint_name(conn, "zalo_bot", BOT_ID) == "bot.VDKyGxQvc"


async def test_one_process_polls_and_the_next_takes_over(database_url: str) -> None:
    async with BotServer(idle_s=0.05) as server, programs(server, database_url, number=2) as [first, second]:
        lan = server.person()
        await lan.says("chào")
        await lan.answered()
        first.stop.set()
        await until(lambda: server.polls_open == 0)  # what it would still be given would be lost with it
        await lan.says("chào")
        await lan.answered(20.0)
        await until(lambda: b'channel="zalo_bot"' in second.metrics.text())

        assert server.most_polls_open == 1


async def test_with_a_public_address_the_webhook_is_set_as_soon_as_the_platform_answers(database_url: str) -> None:
    async with BotServer() as server:
        server.faults.add(refuse(403), call="setWebhook", times=1)
        server.pusher.route = f"{server.url}/nobody"
        async with programs(server, database_url, public_url=PUBLIC + "/") as [program]:
            await until(lambda: bool(server.pusher.url))
            assert server.pusher.url == f"{PUBLIC}/zalo-bot/webhook"
            assert server.pusher.secret == program.settings.zalo_bot_webhook_secret
            assert server.polls == 0


async def test_what_is_wrong_is_kept_for_the_doctor(database_url: str) -> None:
    async with BotServer(idle_s=0.05) as server:
        server.faults.add(refuse(401), call="getUpdates")
        async with programs(server, database_url) as [program]:
            async with asyncio.timeout(20):
                while "401" not in await _trouble(program):  # noqa: ASYNC110 - a row, not an event
                    await asyncio.sleep(0.02)
            server.faults.clear()
            async with asyncio.timeout(20):
                while await _trouble(program):  # noqa: ASYNC110 - a row, not an event
                    await asyncio.sleep(0.02)


async def _trouble(program: Program) -> str:
    async with program.database.connect() as conn:
        return str(await planning.read_setting(conn, ZALO_BOT_TROUBLE) or "")
