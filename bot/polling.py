"""
Long polling for a bot without a webhook.

The offset moves only past updates that were committed, so whatever the server was told to forget has had its effect.
Different people are served side by side, one person's updates in order.
"""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING

from channels.messages import Ignored
from channels.telegram import FetchError, Trouble, fetch, parse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence
    from typing import Any, TypeVar

    from channels.messages import EndpointId, Inbound, Pipeline
    from channels.telegram import Bot

    T = TypeVar("T")

_log = logging.getLogger(__name__)

WAIT_S = 30
AT_ONCE = 32
LONGEST_PAUSE_S = 60.0

CONFLICT = "Có chương trình khác đang nhận tin của bot này, hoặc webhook vẫn bật (409). Chỉ để một nơi."
_WORDS = {
    Trouble.CONFLICT: CONFLICT,
    Trouble.TOKEN: "Telegram không nhận mã (token) của bot (401). Kiểm tra lại mã do @BotFather cấp.",
    Trouble.NETWORK: "Không kết nối được Telegram. Kiểm tra mạng; chương trình tự thử lại.",
    Trouble.THROTTLED: "Telegram yêu cầu nhận tin chậm lại (429); chương trình tự chờ.",
    Trouble.SERVER: "Telegram đang lỗi hoặc không trả lời; chương trình tự thử lại.",
}
_BUSY = "Chưa ghi được tin nhận từ Telegram (cơ sở dữ liệu bận); tin được giữ lại và nhận lại sau."
_WELL = "Đã nhận tin từ Telegram bình thường trở lại."


async def _tell_nobody(_trouble: str) -> None:
    """Leave it at the log."""


async def poll(
    bot: Bot,
    pipeline: Pipeline,
    endpoint: EndpointId,
    stop: asyncio.Event,
    tell: Callable[[str], Awaitable[None]] = _tell_nobody,
) -> None:
    """
    Fetch updates and hand them to `pipeline` until `stop` is set. Never raises for what the network or server does.

    Args:
        bot: whose updates; without a webhook.
        pipeline: takes them; an update it wants kept is fetched again.
        endpoint: the bot, as the pipeline knows it.
        stop: ends the polling within a second, between two updates.
        tell: is told what is wrong when that changes; "" when it is well again.
    """
    offset: int | None = None
    trouble = ""
    pauses = 0
    while not stop.is_set():
        at_least_s = 0.0
        try:
            updates = await unless(stop, fetch(bot, offset, WAIT_S))
            if updates is None:
                return
            offset, is_done = await _take(updates, offset, pipeline, endpoint, stop)
            if stop.is_set():
                return
            found = "" if is_done else _BUSY
        except FetchError as error:
            found = _WORDS[error.trouble]
            at_least_s = error.retry_after_s
        if found != trouble:
            _log.log(logging.WARNING if found else logging.INFO, found or _WELL)
            trouble = found
            await tell(trouble)
        pauses = pauses + 1 if found else 0
        if found:
            await unless(stop, asyncio.sleep(max(at_least_s, pause_s(pauses, random.random()))))  # noqa: S311 - jitter


def pause_s(failures: int, chance: float) -> float:
    """Return the wait after `failures` in a row, 1 s to `LONGEST_PAUSE_S`; `chance` in [0, 1) spreads it."""
    longest: float = min(LONGEST_PAUSE_S, 2.0 ** min(failures, 10))
    return max(1.0, longest * (0.5 + chance / 2))


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Return what `work` returns, or None if `stop` is set before."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


async def _take(
    updates: Sequence[object], offset: int | None, pipeline: Pipeline, endpoint: EndpointId, stop: asyncio.Event
) -> tuple[int | None, bool]:
    """Hand over a batch; return the next offset, and False if it stops short of the batch's end."""
    places = asyncio.Semaphore(AT_ONCE)
    by_sender: dict[str, list[tuple[int, Inbound]]] = {}
    numbers = []
    for update in updates:
        inbound = parse(update, endpoint)
        if inbound.key is None:
            _log.warning("update without a number ignored")
            continue
        numbers.append(int(inbound.key))
        if isinstance(inbound, Ignored):
            _log.info("update %s ignored: %s", inbound.key, inbound.reason)
        else:
            by_sender.setdefault(inbound.sender.external_id, []).append((numbers[-1], inbound))
    if updates and not numbers:
        raise FetchError(Trouble.SERVER)

    async def serve(mine: Sequence[tuple[int, Inbound]]) -> int | None:
        """Return the number of the first update that was not taken."""
        async with places:
            for number, inbound in mine:
                if stop.is_set() or not await _is_taken(pipeline, inbound):
                    return number
        return None

    left = await asyncio.gather(*(serve(mine) for mine in by_sender.values()))
    kept = [number for number in left if number is not None]
    if kept:
        return min(kept), False
    return (max(numbers) + 1 if numbers else offset), True


async def _is_taken(pipeline: Pipeline, inbound: Inbound) -> bool:
    try:
        receipt = await pipeline.receive(inbound)
    except Exception:  # noqa: BLE001 - whatever it was, nothing was committed: the update must come again
        _log.exception("update %s was not taken", inbound.key)
        return False
    return not receipt.retry_later
