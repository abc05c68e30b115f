from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from bot.zalo_bot.polling import Poller
from channels.messages import EndpointId, Inbound, Receipt, Text, Unsupported
from channels.wire import Wire
from channels.zalo_bot import ZaloBot
from tests.channels.pipelines import Notebook
from tests.standins.zalo import faults
from tests.standins.zalo_bot import TOKEN, BotServer, refuse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from tests.standins.zalo.faults import Fault

ENDPOINT = EndpointId(4)


class Deduping(Notebook):
    """Takes each message id once, as the ledger does."""

    async def receive(self, inbound: Inbound, *, at: datetime | None = None) -> Receipt:
        if inbound.key in {each.key for each in self.taken}:
            self.began.append(inbound.key)
            return Receipt("duplicate")
        return await super().receive(inbound, at=at)


@pytest.fixture
async def server() -> AsyncIterator[BotServer]:
    async with BotServer(idle_s=0.05) as running:
        yield running


@asynccontextmanager
async def polled(server: BotServer, pipeline: Notebook) -> AsyncIterator[list[str]]:
    bot = ZaloBot(TOKEN, Wire(), server.url)
    stop = asyncio.Event()
    told: list[str] = []

    async def tell(trouble: str) -> None:
        told.append(trouble)

    polling = asyncio.create_task(Poller(bot, pipeline, ENDPOINT, stop, tell, lambda _failures, _chance: 0.02).run())
    try:
        yield told
    finally:
        stop.set()
        asked_at = time.monotonic()
        await polling
        await bot.close()
    assert time.monotonic() - asked_at < 1


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - conditions of many kinds
            await asyncio.sleep(0.01)


def texts(pipeline: Notebook) -> list[str]:
    return [inbound.text for inbound in pipeline.taken if isinstance(inbound, Text)]


async def test_events_are_taken_in_order_without_a_rest_between(server: BotServer) -> None:
    pipeline = Deduping()
    lan = server.person()
    said = [f"câu {number}" for number in range(20)]
    for text in said:
        await lan.says(text)
    await lan.sends("sticker")
    began = time.monotonic()

    async with polled(server, pipeline):
        await until(lambda: len(pipeline.taken) == 21)

    assert texts(pipeline) == said
    assert isinstance(pipeline.taken[-1], Unsupported)
    assert time.monotonic() - began < 10


async def test_what_comes_again_counts_once_and_is_not_asked_for_at_full_speed(server: BotServer) -> None:
    pipeline = Deduping()
    server.replays = 1_000
    await server.person().says("hoc")

    async with polled(server, pipeline):
        await until(lambda: len(pipeline.began) >= 2)
        polls = server.polls
        await asyncio.sleep(0.3)
        assert server.polls == polls

    assert texts(pipeline) == ["hoc"]


async def test_an_event_is_held_until_it_is_written_down(server: BotServer) -> None:
    tries = 0

    def is_away(_: Inbound) -> bool:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise RuntimeError("nobody expected this")
        return tries < 4

    pipeline = Deduping(refuse=is_away)
    await server.person().says("một")
    await server.person().says("hai")

    async with polled(server, pipeline) as told:
        await until(lambda: len(pipeline.taken) == 2)
        await until(lambda: told[-1:] == [""])

    assert texts(pipeline) == ["một", "hai"]
    assert len(told) == 2
    assert "cơ sở dữ liệu bận" in told[0]


async def test_the_end_does_not_wait_for_a_database_that_is_away(
    server: BotServer, caplog: pytest.LogCaptureFixture
) -> None:
    pipeline = Deduping(refuse=lambda _: True)
    await server.person().says("hoc")

    async with polled(server, pipeline):
        await until(lambda: bool(pipeline.began))

    assert "is lost" in caplog.text


async def test_what_concerns_nobody_does_not_hold_up_the_rest(server: BotServer) -> None:
    pipeline = Deduping()
    await server.person().says_in_group("@bot hoc")
    await server.happens({"event_name": "message.unsupported.received"})
    await server.person().says("hoc")

    async with polled(server, pipeline):
        await until(lambda: bool(pipeline.taken))

    assert texts(pipeline) == ["hoc"]


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (refuse(400), "Webhook"),
        (refuse(401), "401"),
        (refuse(403), "đang lỗi"),
        (refuse(429), "429"),
        (faults.page(502), "đang lỗi"),
        (faults.cut_before(), "Kiểm tra mạng"),
    ],
)
async def test_trouble_is_told_once_and_so_is_its_end(
    server: BotServer, caplog: pytest.LogCaptureFixture, fault: Fault, word: str
) -> None:
    caplog.set_level(logging.INFO, logger="bot.zalo_bot.polling")
    pipeline = Deduping()
    server.faults.add(fault, call="getUpdates", times=4)
    await server.person().says("hoc")

    async with polled(server, pipeline) as told:
        await until(lambda: bool(pipeline.taken) and told[-1:] == [""])

    assert len(set(told)) == 2
    assert len(told) == (5 if word == "Webhook" else 2)  # whoever takes the webhook away may have to try again
    assert word in told[0]
    assert caplog.text.count(told[0]) == 1
    assert "bình thường trở lại" in caplog.text
