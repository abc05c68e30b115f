"""
Long polling for a bot on Zalo's Bot Platform without a webhook.

The platform forgets an event once it has handed it out, or hands it out again: there is no offset and nothing to
confirm. So one event is held here until it is taken, and what comes a second time is told by its message id.
"""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING

from bot.polling import pause_s, unless
from channels.messages import Ignored
from channels.zalo_bot import FetchError, Trouble, fetch, parse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from channels.messages import EndpointId, Inbound, Pipeline, Receipt
    from channels.zalo_bot import ZaloBot

_log = logging.getLogger(__name__)

WAIT_S = 30
REST_S = 1.0  # between polls that bring nothing new: the platform may answer those at once, for ever

CONFLICT = "Webhook của Zalo Bot vẫn bật, hoặc địa chỉ API sai (400, 404); chương trình tự tắt webhook rồi thử lại."
_WORDS = {
    Trouble.CONFLICT: CONFLICT,
    Trouble.TOKEN: "Zalo không nhận mã (token) của bot (401). Lấy lại mã ở Zalo Bot Creator.",
    Trouble.NETWORK: "Không kết nối được Zalo Bot Platform. Kiểm tra mạng; chương trình tự thử lại.",
    Trouble.THROTTLED: "Zalo báo hết hạn mức khi nhận tin (429); chương trình tự chờ.",
    Trouble.SERVER: "Zalo Bot Platform đang lỗi hoặc không trả lời; chương trình tự thử lại.",
}
_BUSY = "Chưa ghi được tin nhận từ Zalo Bot (cơ sở dữ liệu bận); tin được giữ trong bộ nhớ và ghi lại."
_WELL = "Đã nhận tin từ Zalo Bot bình thường trở lại."
_DUPLICATE = "duplicate"


class Poller:
    """
    Hands a bot's events to a pipeline, one by one.

    Args:
        bot: whose events; without a webhook.
        pipeline: takes them.
        endpoint: the bot, as the pipeline knows it.
        stop: ends the polling within a second.
        tell: is told what is wrong when that changes, of a webhook in the way each time; "" when it is well again.
        pause: seconds to wait after so many failures in a row, and a chance in [0, 1).
    """

    def __init__(
        self,
        bot: ZaloBot,
        pipeline: Pipeline,
        endpoint: EndpointId,
        stop: asyncio.Event,
        tell: Callable[[str], Awaitable[None]],
        pause: Callable[[int, float], float] = pause_s,
    ) -> None:
        self._bot = bot
        self._pipeline = pipeline
        self._endpoint = endpoint
        self._stop = stop
        self._tell = tell
        self._pause = pause
        self._trouble = ""
        self._failures = 0

    async def run(self) -> None:
        """Poll until `stop`. Never raises for what the network or the platform does."""
        while not self._stop.is_set():
            try:
                event = await unless(self._stop, fetch(self._bot, WAIT_S))
            except FetchError as error:
                await self._note(_WORDS[error.trouble])
                continue
            is_new = event is not None and await self._is_new(event)
            await self._note("")
            if not is_new:
                await unless(self._stop, asyncio.sleep(REST_S))

    async def _is_new(self, event: object) -> bool:
        """See an event taken; False for one that was taken before, or concerns nobody."""
        inbound = parse(event, self._endpoint)
        if isinstance(inbound, Ignored):
            _log.info("event ignored: %s", inbound.reason)
            return False
        while True:
            receipt = await self._received(inbound)
            if receipt is not None and not receipt.retry_later:
                return receipt.outcome != _DUPLICATE
            if self._stop.is_set():
                _log.error("event %s is lost: it could not be written down before the end", inbound.key)
                return False
            await self._note(_BUSY)

    async def _received(self, inbound: Inbound) -> Receipt | None:
        """What the pipeline says; None if it failed, with nothing committed."""
        try:
            return await self._pipeline.receive(inbound)
        except Exception:  # noqa: BLE001 - whatever it was, it is tried again
            _log.exception("event %s was not taken", inbound.key)
            return None

    async def _note(self, found: str) -> None:
        """Tell what is wrong when it changes; after a failure, wait."""
        if found != self._trouble:
            _log.log(logging.WARNING if found else logging.INFO, found or _WELL)
        if found != self._trouble or found == CONFLICT:
            self._trouble = found
            await self._tell(found)
        self._failures = self._failures + 1 if found else 0
        if found:
            await unless(self._stop, asyncio.sleep(self._pause(self._failures, random.random())))  # noqa: S311 - jitter
