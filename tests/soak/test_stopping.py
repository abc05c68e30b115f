"""SIGTERM under load, and two processes that are given the same tap."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from sqlalchemy import func, select

from bench.platform import FIRST_USER, SECRET
from bench.rig import free_port
from storage.database import open_database
from storage.tables import attempt, inbound_update
from tests.soak.stage import IS_LONG, soaking
from web.telegram import PATH

if TYPE_CHECKING:
    from pathlib import Path

    from tests.soak.stage import Process, Soak

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3_600 if IS_LONG else 120)]
DRAINED_WITHIN_S = 30.0
TIMES = 20 if IS_LONG else 1
A_DAY_S = 86_400


async def test_sigterm_under_load_lets_what_was_begun_end(postgres_url: str, tmp_path: Path) -> None:
    async with soaking(postgres_url, tmp_path / "log.txt", latency_s=0.2) as soak:
        soak.begin_tapping()
        for _ in range(TIMES):
            await soak.queue(60)
            process = await soak.start()
            await asyncio.sleep(0.7)
            begun = time.monotonic()
            assert await process.stop(DRAINED_WITHIN_S) == 0
            took_s = time.monotonic() - begun
            states = {row.state for row in await soak.deliveries()}
            print(f"stopped in {took_s:.1f} s")
            assert "queued" in states  # there was more to do
            assert not states & {"leased", "sending"}
        await soak.end_tapping()
        await soak.start(rate=300)
        ended = await soak.settled()
        await soak.check()
        assert ended == {"sent": soak.notices}


async def test_one_tap_given_to_two_processes_has_one_effect(postgres_url: str, tmp_path: Path) -> None:
    async with soaking(postgres_url, tmp_path / "log.txt") as soak:
        first, second = await asyncio.gather(soak.start(), soak.start(port=free_port()))
        for number in range(TIMES):
            await _one_question(soak, (first, second), number)
        await soak.settled()


async def _one_question(soak: Soak, processes: tuple[Process, Process], number: int) -> None:
    lan = soak.learners[number % len(soak.learners)]
    await lan.says("hoc")
    seen = await lan.answered()
    while "A" not in seen.labels:
        await lan.taps(seen.labels[0])
        seen = await lan.answered()
    await soak.server.settled()
    action = next(action for row in seen.actions for action in row)
    before, calls = await _answers(soak), len(soak.server.accepted)

    # The same update five times to each, a second press of the button, one that comes before it, and one a day old.
    base = 9_000_000 + 10 * number
    same = [_press(lan.number, seen.number, action, base + 1)] * 5
    others = [
        _press(lan.number, seen.number, action, base + 2),
        _press(lan.number, seen.number, action, base),
        _press(lan.number, seen.number, action, base + 3, ago_s=A_DAY_S),
    ]
    async with aiohttp.ClientSession(headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}) as session:

        async def give(process: Process, update: dict[str, Any], after_s: float) -> int:
            await asyncio.sleep(after_s)
            async with session.post(f"http://127.0.0.1:{process.port}{PATH}", json=update) as answer:
                return answer.status

        statuses = await asyncio.gather(
            *(
                give(process, update, 0.05 * place / 8)
                for place, update in enumerate(same + others)
                for process in processes
            )
        )
    await soak.server.settled()

    assert set(statuses) == {200}
    assert await _answers(soak) == before + 1
    shown = [
        call for call in soak.server.accepted[calls:] if call.chat_id == lan.number and call.method != "sendChatAction"
    ]
    assert len(shown) == 1, shown
    assert lan.number >= FIRST_USER


async def _answers(soak: Soak) -> int:
    """Answers that were graded; each update is remembered once."""
    database = open_database(soak.url, pool_size=1)
    async with database.connect() as conn:
        query = select(func.count()).select_from(attempt).where(attempt.c.answered_at.is_not(None))
        found = int((await conn.execute(query)).scalar_one())
        twice = select(inbound_update.c.key).group_by(inbound_update.c.key).having(func.count() > 1)
        assert (await conn.execute(twice)).first() is None
    await database.close()
    return found


def _press(chat_id: int, message_id: int, action: str, number: int, ago_s: int = 0) -> dict[str, Any]:
    person = {"id": chat_id, "is_bot": False, "first_name": "Lan"}
    chat = {"id": chat_id, "type": "private", "first_name": "Lan"}
    message = {"message_id": message_id, "date": int(time.time()) - ago_s, "chat": chat, "text": "…"}
    query = {"id": str(number), "from": person, "chat_instance": "1", "data": action, "message": message}
    return {"update_id": number, "callback_query": query}
