from __future__ import annotations

import hashlib
import io
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, web

from channels.messages import EndpointId, Started, Text
from channels.zalo import MAX_LATE, ZaloHook
from tests.channels.pipelines import Notebook
from tests.channels.zalo_events import event, text
from tests.standins.zalo import APP_ID, OA_ID, OA_SECRET_KEY, ZaloServer
from web.zalo import MAX_BODY_BYTES, PATH, routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SAID_AT = datetime.fromtimestamp(1_794_100_000, UTC)


@asynccontextmanager
async def serving(pipeline: Notebook, *, now: datetime | None = SAID_AT, within_s: float = 1.6) -> AsyncIterator[str]:
    clock = (lambda: now) if now else (lambda: datetime.now(UTC))
    hook = ZaloHook(APP_ID, OA_SECRET_KEY, OA_ID, EndpointId(3), clock)
    app = web.Application()
    app.add_routes(routes(pipeline, hook.read, within_s=within_s))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    finally:
        await runner.cleanup()


def signed(
    body: bytes, timestamp: str = "1794100000000", *, header: str = "", key: str = OA_SECRET_KEY
) -> dict[str, str]:
    at = header or timestamp
    digest = hashlib.sha256(APP_ID.encode() + body + at.encode() + key.encode()).hexdigest()
    return {"X-ZEvent-Signature": f"mac={digest}"} | ({"X-ZEvent-Timestamp": header} if header else {})


async def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    async with ClientSession() as session, session.post(url, data=io.BytesIO(body), headers=headers) as response:
        return response.status


def packed(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()


SAID = packed(text("học"))


@pytest.mark.parametrize("body", [b"{}", b" {}\n", b""])
async def test_the_consoles_probe_is_answered(body: bytes) -> None:
    pipeline = Notebook()
    async with serving(pipeline) as url:
        assert await post(url, body, {}) == 200
    assert pipeline.taken == []


async def test_an_event_is_taken_before_it_is_answered() -> None:
    pipeline = Notebook(pause_s=0.05)
    async with serving(pipeline) as url:
        assert await post(url, SAID, signed(SAID)) == 200
    assert [inbound.key for inbound in pipeline.taken] == ["96d3cdf3af150460909"]


async def test_the_headers_timestamp_may_be_what_is_signed() -> None:
    pipeline = Notebook()
    async with serving(pipeline) as url:
        assert await post(url, SAID, signed(SAID, header="1794100000123")) == 200
    assert len(pipeline.taken) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-ZEvent-Signature": ""},
        {"X-ZEvent-Signature": "mac="},
        signed(SAID, key="another"),
        signed(SAID + b" "),
        signed(SAID, "1794100000001"),
    ],
)
async def test_what_is_not_signed_is_refused(headers: dict[str, str]) -> None:
    pipeline = Notebook()
    async with serving(pipeline) as url:
        assert await post(url, SAID, headers) == 403
    assert pipeline.taken == []


@pytest.mark.parametrize("body", [b"[]", b"not json", b'{"event_name":', b"\xff\xfe", b"5", b"{" * 50_000])
async def test_what_is_no_event_needs_a_signature_all_the_same(body: bytes) -> None:
    async with serving(Notebook()) as url:
        assert await post(url, body, {}) == 403
        assert await post(url, body, signed(body, "")) in {200, 403}


async def test_a_body_that_is_too_long_costs_nothing() -> None:
    body = packed(text("a" * MAX_BODY_BYTES))
    async with serving(Notebook()) as url:
        assert await post(url, body, signed(body)) == 413


@pytest.mark.parametrize(
    ("late", "is_taken"),
    [
        (timedelta(0), True),
        (timedelta(hours=1, minutes=51), True),
        (MAX_LATE, True),
        (MAX_LATE + timedelta(seconds=1), False),
        (timedelta(minutes=-9), True),
        (timedelta(minutes=-11), False),
        (timedelta(days=30), False),
    ],
)
async def test_a_retry_is_legal_and_a_replay_is_not(late: timedelta, is_taken: bool) -> None:
    pipeline = Notebook()
    async with serving(pipeline, now=SAID_AT + late) as url:
        assert await post(url, SAID, signed(SAID)) == 200
    assert bool(pipeline.taken) is is_taken


async def test_unknown_events_and_echoes_are_answered_and_dropped() -> None:
    pipeline = Notebook()
    echo = event("oa_send_text") | {"sender": {"id": OA_ID}, "recipient": {"id": "1"}}
    async with serving(pipeline) as url:
        for said in (echo, event("a_new_event"), event("user_seen_message")):
            assert await post(url, packed(said), signed(packed(said))) == 200
    assert pipeline.taken == []


async def test_with_the_database_away_the_platform_is_asked_to_come_again() -> None:
    pipeline = Notebook(refuse=lambda _: True)
    async with serving(pipeline) as url:
        assert await post(url, SAID, signed(SAID)) == 503


async def test_what_takes_long_is_not_given_up() -> None:
    pipeline = Notebook(pause_s=0.3)
    async with serving(pipeline, within_s=0.05) as url:
        assert await post(url, SAID, signed(SAID)) == 503
        assert pipeline.taken == []
    assert len(pipeline.taken) == 1  # a server that stops waits for it


def test_without_a_key_there_is_no_webhook() -> None:
    with pytest.raises(ValueError, match="key"):
        ZaloHook(APP_ID, "", OA_ID, EndpointId(3))


# --- with the stand-in, which signs and tries again as the platform does ---


@pytest.mark.parametrize("header_timestamp", [False, True])
@pytest.mark.parametrize("prefix", ["mac=", ""])
async def test_the_stand_ins_events_are_taken(header_timestamp: bool, prefix: str) -> None:
    pipeline = Notebook()
    async with ZaloServer() as server, serving(pipeline, now=None) as url:
        server.pusher.url, server.pusher.prefix = url, prefix
        server.pusher.header_timestamp = header_timestamp
        lan = server.person("246845883529197922")

        assert await server.pusher.probe() == 200
        await lan.follows()
        await lan.says("Xin chào")
        await lan.event("user_seen_message")

    assert [type(inbound) for inbound in pipeline.taken] == [Started, Text]


async def test_what_was_not_taken_comes_again() -> None:
    refusals = iter([True, True, False])
    pipeline = Notebook(refuse=lambda _: next(refusals))
    async with ZaloServer() as server, serving(pipeline, now=None) as url:
        server.pusher.url, server.pusher.scale = url, 0.0001
        await server.person("246845883529197922").says("học")

    assert [each.num_retry for each in server.pusher.tries] == [0, 1, 2]
    assert len(pipeline.taken) == 1


async def test_after_the_last_retry_the_platform_gives_up() -> None:
    pipeline = Notebook(refuse=lambda _: True)
    async with ZaloServer() as server, serving(pipeline, now=None) as url:
        server.pusher.url, server.pusher.scale = url, 0.00001
        await server.person("246845883529197922").says("học")

    assert len(server.pusher.tries) == 6
    assert not server.pusher.is_enabled
