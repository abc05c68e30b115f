"""The wire to a platform: an answer that comes in pieces is read whole, and one without an end is not."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.wire import MAX_ANSWER, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TEXT = "Đồng chí " * 20_000
PIECES = 5


async def _in_pieces(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    body = json.dumps({"error": 0, "message": TEXT}).encode()
    size = len(body) // PIECES + 1
    for start in range(0, len(body), size):
        await response.write(body[start : start + size])
        await asyncio.sleep(0.01)
    return response


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(4):
        await response.write(b" " * (MAX_ANSWER // 2))
    await response.write(b"{}")
    return response


async def _list(_request: web.Request) -> web.StreamResponse:
    return web.json_response([1])


@pytest.fixture
async def platform() -> AsyncIterator[TestServer]:
    app = web.Application()
    app.add_routes([web.get("/pieces", _in_pieces), web.get("/endless", _endless), web.get("/list", _list)])
    server = TestServer(app)
    async with server:
        yield server


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    opened = Wire(connect_timeout_s=2.0, read_timeout_s=5.0)
    yield opened
    await opened.close()


async def test_an_answer_in_pieces_is_read_whole(platform: TestServer, wire: Wire) -> None:
    answer = await wire.request("GET", str(platform.make_url("/pieces")))

    assert answer.status == 200
    assert answer.body == {"error": 0, "message": TEXT}


@pytest.mark.parametrize("path", ["/endless", "/list"])
async def test_what_is_no_object_of_bounded_size_is_none(platform: TestServer, wire: Wire, path: str) -> None:
    answer = await wire.request("GET", str(platform.make_url(path)))

    assert answer.status == 200
    assert answer.body is None
