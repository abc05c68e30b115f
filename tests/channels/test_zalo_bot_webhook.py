from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

import pytest
from aiohttp import web

from channels.messages import EndpointId, Text
from channels.zalo_bot import parse
from tests.channels.pipelines import Notebook
from tests.standins.zalo_bot import BotServer
from web.zalo_bot import MAX_BODY_BYTES, PATH, routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SECRET = "mat-khau-cua-webhook_1"


@asynccontextmanager
async def serving(pipeline: Notebook) -> AsyncIterator[BotServer]:
    """The route, and a platform that has its address and secret."""
    app = web.Application()
    app.add_routes(routes(pipeline, SECRET, EndpointId(4), parse))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with BotServer() as server:
        server.pusher.url = server.pusher.route = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
        server.pusher.secret = SECRET
        try:
            yield server
        finally:
            await runner.cleanup()


@pytest.mark.parametrize("shape", ["flat", "wrapped"])
async def test_either_shape_is_taken_before_it_is_acknowledged(shape: Literal["flat", "wrapped"]) -> None:
    pipeline = Notebook(pause_s=0.02)
    async with serving(pipeline) as server:
        server.shape = shape
        key = await server.person().says("hoc")

        assert server.pusher.statuses == [200]
    assert [(each.key, each.text) for each in pipeline.taken if isinstance(each, Text)] == [(key, "hoc")]


@pytest.mark.parametrize("secret", ["", SECRET + "x", SECRET[:-1], "mật-khẩu"])
async def test_without_the_secret_nothing_is_read(secret: str) -> None:
    pipeline = Notebook()
    async with serving(pipeline) as server:
        server.pusher.secret = secret
        await server.person().says("hoc")

        assert server.pusher.statuses == [403]
    assert pipeline.began == []


async def test_probes_and_what_nobody_can_read_are_acknowledged() -> None:
    pipeline = Notebook()
    async with serving(pipeline) as server:
        statuses = [await server.pusher.post(b"", ""), await server.pusher.post(b" {} \n", "")]
        statuses += [await server.pusher.post(body) for body in (b"{", b"[" * 100_000, b"5", b'{"result":{}}')]
        await server.person().says_in_group("@bot hoc")

        assert statuses == [200] * 6
        assert server.pusher.statuses[-1] == 200
    assert pipeline.began == []


async def test_the_platform_hears_that_it_was_not_written_down() -> None:
    async with serving(Notebook(refuse=lambda _: True)) as server:
        await server.person().says("hoc")

        assert server.pusher.statuses == [503]


async def test_too_much_is_not_read() -> None:
    async with serving(Notebook()) as server:
        assert await server.pusher.post(b" " * (MAX_BODY_BYTES + 1)) == 413


def test_no_secret_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="secret"):
        routes(Notebook(), "", EndpointId(4), parse)
