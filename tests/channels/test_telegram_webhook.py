from __future__ import annotations

import asyncio
import io
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, web

from channels.messages import EndpointId, Text
from channels.telegram import ALLOWED_UPDATES, open_bot, parse, set_webhook
from tests.channels.pipelines import Notebook
from tests.channels.updates import message
from tests.standins.telegram import TOKEN, TelegramServer
from web.telegram import MAX_BODY_BYTES, PATH, routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from channels.messages import Inbound

SECRET = "mat-khau-cua-webhook_1"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@asynccontextmanager
async def serving(pipeline: Notebook) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(routes(pipeline, SECRET, EndpointId(1), parse))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    finally:
        await runner.cleanup()


async def post(url: str, body: bytes, headers: dict[str, str] | None = None) -> int:
    async with (
        ClientSession() as session,
        session.post(url, data=io.BytesIO(body), headers={HEADER: SECRET} if headers is None else headers) as response,
    ):
        return response.status


UPDATE = json.dumps(message(text="hoc")).encode()


async def test_an_update_is_taken_before_it_is_acknowledged() -> None:
    pipeline = Notebook(pause_s=0.05)
    async with serving(pipeline) as url:
        assert await post(url, UPDATE) == 200

    assert [inbound.key for inbound in pipeline.taken] == ["5"]


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: SECRET + "x"}, {HEADER: "mật-khẩu"}])
async def test_without_the_secret_nothing_is_read(headers: dict[str, str]) -> None:
    pipeline = Notebook()
    async with serving(pipeline) as url:
        assert await post(url, UPDATE, headers) == 403

    assert pipeline.began == []


def test_no_secret_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="secret"):
        routes(Notebook(), "", EndpointId(1), parse)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"9" * 5_000,
        b"[]",
        b"null",
        b'{"update_id": 5}',
        b'"' + b"x" * 500_000,
    ],
)
async def test_what_makes_no_sense_is_acknowledged_and_dropped(body: bytes) -> None:
    pipeline = Notebook()
    async with serving(pipeline) as url:
        assert await post(url, body) == 200

    assert pipeline.began == []


async def test_a_body_too_large_is_refused() -> None:
    pipeline = Notebook()
    fits = UPDATE + b" " * (MAX_BODY_BYTES - len(UPDATE))
    async with serving(pipeline) as url:
        assert await post(url, fits) == 200
        assert await post(url, fits + b" ") == 413

    assert pipeline.began == ["5"]


async def test_what_cannot_be_written_now_is_kept_by_the_platform() -> None:
    pipeline = Notebook(refuse=lambda _: True)
    async with serving(pipeline) as url:
        assert await post(url, UPDATE) == 503


async def test_from_setting_the_webhook_to_the_last_redelivery() -> None:
    """Each update until it is taken, one person's in order, others not held up."""
    tries: dict[str, int] = {}

    def twice(inbound: Inbound) -> bool:
        tries[inbound.key] = tries.get(inbound.key, 0) + 1
        return inbound.sender.external_id == "1001" and tries[inbound.key] <= 2

    pipeline = Notebook(refuse=twice)
    async with TelegramServer() as server, serving(pipeline) as url:
        server.intake.retry_s = 0.01
        bot = open_bot(TOKEN, server.url)
        await set_webhook(bot, url, SECRET, ALLOWED_UPDATES)
        lan, nam = server.user(1_001), server.user(1_002, "Nam")

        await asyncio.gather(lan.says("1"), lan.says("2"), lan.says("3"), nam.says("4"))
        await bot.request.shutdown()

    texts = {
        person: [i.text for i in pipeline.taken if isinstance(i, Text) and i.sender.external_id == person]
        for person in ("1001", "1002")
    }
    assert texts == {"1001": ["1", "2", "3"], "1002": ["4"]}
    assert pipeline.taken[0].sender.external_id == "1002"
    assert [d.status for d in server.intake.deliveries].count(503) == 6
