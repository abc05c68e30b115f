"""`taphuan serve` as a process, beside the platform as a process."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import ClientSession

from tests.scenarios import cast as union
from tests.standins.zalo_bot import BotServer
from tests.zalo_bot.bot import environment
from web.zalo_bot import PATH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage.database import Database

CODE = "7AAA-AAAA-AA"


@asynccontextmanager
async def process(*command: str, env: dict[str, str] | None = None) -> AsyncIterator[list[str]]:
    """A Python process; yields the words of its first line, and ends it cleanly."""
    started = await asyncio.create_subprocess_exec(
        sys.executable, *command, env=os.environ | (env or {}), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert started.stdout is not None
        async with asyncio.timeout(60):
            yield (await started.stdout.readline()).decode().split()
    finally:
        started.send_signal(signal.SIGTERM)
        await started.wait()
    assert started.returncode == 0


async def test_events_come_in_and_messages_go_out(database: Database, database_url: str) -> None:
    is_hooked = database.dialect == "postgresql"  # each way once, for a process takes seconds to start
    async with database.begin() as conn:
        await union.settle(conn)
    more = {"public_url": "https://tap-huan.example"} if is_hooked else {}
    async with BotServer() as server:
        with_ = environment(server, database_url, port="0", **more)
        async with process("-c", "from bot.cli.main import main; main(['serve'])", env=with_) as ready:
            server.pusher.route = ready[1] + PATH
            lan = server.person()
            async with asyncio.timeout(60):
                while is_hooked and not server.pusher.url:  # noqa: ASYNC110 - the other process's doing
                    await asyncio.sleep(0.02)
            await lan.says(CODE)
            assert "dong y" in (await lan.answered(20.0)).text
            await lan.says(f"dong y {CODE}")
            while not lan.last.text.startswith("Bài 1/"):
                await lan.answered(20.0)
        assert server.refused == []
        assert (server.polls > 0) is not is_hooked


async def test_the_stand_in_as_a_process() -> None:
    async with process("-m", "tests.standins.zalo_bot", "--port", "0") as [url, token], ClientSession() as session:
        async with session.post(f"{url}/control/says", json={"user": 0, "text": "hoc"}) as response:
            assert response.status == 200
        async with session.post(f"{url}/bot{token}/getUpdates", json={"timeout": 5}) as response:
            said = (await response.json())["result"]["message"]
        sent = {"chat_id": said["chat"]["id"], "text": "Bài 1"}
        async with session.post(f"{url}/bot{token}/sendMessage", json=sent) as response:
            assert (await response.json())["ok"]
        async with session.get(f"{url}/control/screen?user=0") as response:
            assert [each["text"] for each in await response.json()] == ["hoc", "Bài 1"]
