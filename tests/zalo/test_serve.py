"""`taphuan serve` as a process, beside the platform."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

from tests.scenarios import cast as union
from tests.standins.zalo import ZaloServer
from tests.zalo.office import environment, logged_in

if TYPE_CHECKING:
    from storage.database import Database


async def test_events_come_in_and_messages_go_out(database: Database, database_url: str) -> None:
    async with database.begin() as conn:
        await union.settle(conn)
    async with ZaloServer() as server:
        await logged_in(database, server)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from bot.cli.main import main; main(['serve'])",
            env=os.environ | environment(server, database_url, port="0", public_url="https://tap-huan.example"),
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stdout is not None
            async with asyncio.timeout(60):
                ready = (await process.stdout.readline()).decode().split()
            server.pusher.url = f"{ready[1]}/zalo/webhook"
            server.pusher.answer_within_s = 20.0  # its first requests, on a busy machine
            lan = server.person("246845883529197922")

            assert await server.pusher.probe() == 200
            await lan.follows()
            assert "dong y" in (await lan.answered(20.0)).text
            await lan.says("đồng ý")
            assert (await lan.answered(20.0)).card
            await lan.shares_phone(84900000001)
            while not lan.last.text.startswith("Bài 1/"):
                await lan.answered(20.0)
            answered = [each.status for each in server.pusher.tries]  # before echoes meet a closed door
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()
        assert process.returncode == 0
        assert set(answered) == {200}
