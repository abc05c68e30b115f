"""The whole program beside the platform: events come by the signed webhook, messages go out by the API."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import func, select

from bot.program import Program, build
from channels.messages import AccountId, Button, Kind, Message
from channels.zalo import ZaloHook
from storage import outbox
from storage.database import open_database
from storage.tables import account, delivery, zalo_charge
from tests.scenarios import cast as union
from tests.standins.zalo import APP_ID, OA_ID, OA_SECRET_KEY, Person, ZaloServer
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
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=10.0)
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
