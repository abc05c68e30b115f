from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import polling
from bot.polling import LONGEST_PAUSE_S, pause_s, poll
from channels.messages import EndpointId, Inbound, Text
from channels.telegram import open_bot
from tests.channels.pipelines import Notebook
from tests.standins.telegram import TOKEN, TelegramServer, faults

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

ENDPOINT = EndpointId(1)


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as running:
        yield running


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "pause_s", lambda _failures, _chance: 0.02)


@asynccontextmanager
async def polled(server: TelegramServer, pipeline: Notebook) -> AsyncIterator[asyncio.Event]:
    bot = open_bot(TOKEN, server.url)
    stop = asyncio.Event()
    polling_task = asyncio.create_task(poll(bot, pipeline, ENDPOINT, stop))
    try:
        yield stop
    finally:
        stop.set()
        asked_at = time.monotonic()
        await polling_task
        await bot.request.shutdown()
    assert time.monotonic() - asked_at < 1


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - conditions of many kinds
            await asyncio.sleep(0.01)


def texts(pipeline: Notebook, person: str = "1001") -> list[str]:
    return [i.text for i in pipeline.taken if isinstance(i, Text) and i.sender.external_id == person]


async def test_updates_are_taken_and_then_forgotten_by_the_server(server: TelegramServer) -> None:
    pipeline = Notebook()
    lan = server.user(1_001)
    await lan.says("trước")

    async with polled(server, pipeline):
        await until(lambda: not server.intake.pending)
        await lan.says("sau")
        await until(lambda: not server.intake.pending)

    assert texts(pipeline) == ["trước", "sau"]


async def test_the_server_keeps_what_was_not_committed(server: TelegramServer) -> None:
    is_away = True
    pipeline = Notebook(refuse=lambda i: is_away and i.sender.external_id == "1001")
    lan, nam = server.user(1_001), server.user(1_002, "Nam")
    numbers = [await lan.says("1"), await nam.says("2"), await lan.says("3")]

    async with polled(server, pipeline):
        await until(lambda: pipeline.began.count(str(numbers[0])) >= 3)
        assert sorted(server.intake.pending) == numbers
        assert pipeline.began.count(str(numbers[2])) == 0
        is_away = False
        await until(lambda: not server.intake.pending)

    assert texts(pipeline) == ["1", "3"]
    assert "2" in texts(pipeline, "1002")


async def test_a_fault_in_the_pipeline_keeps_the_update(server: TelegramServer) -> None:
    failures = 0

    def break_twice(_: Inbound) -> bool:
        nonlocal failures
        failures += 1
        if failures <= 2:
            raise RuntimeError("nobody expected this")
        return False

    pipeline = Notebook(refuse=break_twice)
    await server.user(1_001).says("1")

    async with polled(server, pipeline):
        await until(lambda: not server.intake.pending)

    assert texts(pipeline) == ["1"]


async def test_people_are_served_side_by_side_and_each_in_order(server: TelegramServer) -> None:
    pipeline = Notebook(pause_s=0.01)
    for text in "abc":
        for number in range(1, 51):
            await server.user(number).says(text)

    async with polled(server, pipeline):
        await until(lambda: not server.intake.pending)

    assert 1 < pipeline.most_at_once <= polling.AT_ONCE
    assert all(texts(pipeline, str(number)) == ["a", "b", "c"] for number in range(1, 51))


async def test_what_nobody_can_read_does_not_hold_up_the_rest(server: TelegramServer) -> None:
    pipeline = Notebook()
    server.intake.post(1_001, {"message": {"text": 5}})
    await server.user(1_001).says("1")

    async with polled(server, pipeline):
        await until(lambda: not server.intake.pending)

    assert texts(pipeline) == ["1"]


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (faults.answer(409, "Conflict: terminated by other getUpdates request"), "409"),
        (faults.unauthorized(), "401"),
        (faults.fail(500), "đang lỗi"),
        (faults.page(502), "đang lỗi"),
        (faults.garbage(b'{"ok":true,"result":5}'), "đang lỗi"),
        (faults.garbage(b'{"ok":true,"result":[5,{"update_id":"x"}]}'), "đang lỗi"),
        (faults.throttle(0.01), "429"),
    ],
)
async def test_trouble_is_told_once_and_so_is_its_end(
    server: TelegramServer, caplog: pytest.LogCaptureFixture, fault: faults.Fault, word: str
) -> None:
    caplog.set_level(logging.INFO, logger="bot.polling")
    pipeline = Notebook()
    server.faults.add(fault, call="getUpdates", times=4)
    await server.user(1_001).says("1")

    async with polled(server, pipeline):
        await until(lambda: bool(pipeline.taken))
        await until(lambda: "bình thường trở lại" in caplog.text)

    told = [record.getMessage() for record in caplog.records if "without a number" not in record.getMessage()]
    assert len(told) == 2
    assert word in told[0]


async def test_no_network_is_told_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    pipeline = Notebook()
    gone = TelegramServer()
    await gone.start()
    await gone.stop()
    async with polled(gone, pipeline):
        await until(lambda: "Kiểm tra mạng" in caplog.text)
        back = TelegramServer()
        await back.start(int(gone.url.rsplit(":", 1)[1]))
        await back.user(1_001).says("1")
        await until(lambda: bool(pipeline.taken))
    await back.stop()

    assert caplog.text.count("Kiểm tra mạng") == 1


async def test_it_stops_while_it_waits_for_updates(server: TelegramServer) -> None:
    async with polled(server, Notebook()):
        await until(lambda: server.intake.polls == 1)


async def test_it_stops_while_it_pauses(server: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "pause_s", lambda _failures, _chance: 60)
    server.faults.add(faults.fail(), call="getUpdates")

    async with polled(server, Notebook()):
        await asyncio.sleep(0.1)


async def test_it_stops_between_two_updates(server: TelegramServer) -> None:
    pipeline = Notebook(pause_s=0.1)
    lan = server.user(1_001)
    for text in "abcdefghijklmnopqrstuvwxyz":
        await lan.says(text)

    async with polled(server, pipeline):
        await until(lambda: bool(pipeline.taken))

    assert len(pipeline.taken) < 5
    assert len(server.intake.pending) == 26


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_pauses_grow_and_stay_within_bounds(failures: int, chance: float) -> None:
    assert 1 <= pause_s(failures, chance) <= LONGEST_PAUSE_S
    assert pause_s(failures, chance) <= pause_s(failures + 1, chance)
