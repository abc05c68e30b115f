"""Calls of the Bot Platform's API."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from channels.messages import UnknownOutcomeError
from channels.zalo_bot.verdicts import Verdict, as_send_error, verdict_of

if TYPE_CHECKING:
    from channels.wire import Answer, Wire

_log = logging.getLogger(__name__)

API_BASE = "https://bot-api.zaloplatforms.com"
QUOTA_WAITS_S = (30.0, 120.0, 600.0, 3_600.0)  # the platform does not say how long


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """Who the bot is: its id, and its public name."""

    external_id: str
    name: str


class ZaloBot:
    """
    One bot; `wire.close` closes it.

    Args:
        token: `<id>:<secret>`, as Zalo Bot Creator gave it.
        wire: its connections.
        base: where the platform is.
    """

    def __init__(self, token: str, wire: Wire, base: str = API_BASE) -> None:
        self._address = f"{base.rstrip('/')}/bot{token}"
        self._wire = wire
        self._quota_refusals = 0
        self._quota_until = 0.0  # on the loop's clock

    async def introduce(self) -> BotIdentity:
        """
        Ask who the bot is.

        Raises:
            SendError: as the subclass says.
        """
        match await self.call("getMe", {}):
            case {"id": str() | int() as number, "account_name": str(name)}:
                return BotIdentity(str(number), name)
            case _:
                raise UnknownOutcomeError("getMe does not say who the bot is")

    async def send_message(self, chat_id: str, text: str) -> str:
        """
        Send a text of 1 to 2,000 characters and return its id.

        Raises:
            SendError: as the subclass says.
        """
        return _message_id(await self.call("sendMessage", {"chat_id": chat_id, "text": text}))

    async def send_photo(self, chat_id: str, photo: str, caption: str = "") -> str:
        """
        Send the picture at the public address `photo`, with a caption of up to 2,000 characters, and return its id.

        Raises:
            SendError: as the subclass says.
        """
        parameters = {"chat_id": chat_id, "photo": photo} | ({"caption": caption} if caption else {})
        return _message_id(await self.call("sendPhoto", parameters))

    async def set_webhook(self, url: str, secret: str) -> None:
        """
        Have events sent to `url` with `secret` (8 to 256 characters) in a header.

        Raises:
            SendError: it was not set.
        """
        await self.call("setWebhook", {"url": url, "secret_token": secret})

    async def delete_webhook(self) -> None:
        """
        Stop sending events, so that they can be fetched.

        Raises:
            SendError: it was not deleted.
        """
        await self.call("deleteWebhook", {})

    async def call(self, method: str, parameters: dict[str, Any]) -> Any:
        """
        Call a method and return its result.

        Raises:
            SendError: as the subclass says.
        """
        answer = await self.ask(method, parameters)
        verdict = verdict_of(answer)
        if verdict is Verdict.DONE:
            self._quota_refusals = 0
            return (answer.body or {}).get("result")
        wait_s = self._quota_wait_s() if verdict is Verdict.QUOTA else 0.0
        if verdict is Verdict.TOKEN:
            _log.error("Zalo không nhận mã (token) của bot (401): xem docs/zalo.md, mục Chạy thử bằng Zalo Bot.")
        raise as_send_error(answer, wait_s)

    async def ask(self, method: str, parameters: dict[str, Any], *, read_timeout_s: float | None = None) -> Answer:
        """
        Call a method and return the answer as it is.

        Raises:
            SendError: there was none.
        """
        return await self._wire.request(
            "POST", f"{self._address}/{method}", json_body=parameters, read_timeout_s=read_timeout_s
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    def _quota_wait_s(self) -> float:
        """Longer with each refusal after a wait; refusals of calls that were under way together count as one."""
        now = asyncio.get_running_loop().time()
        if now < self._quota_until:
            return self._quota_until - now
        wait_s = QUOTA_WAITS_S[min(self._quota_refusals, len(QUOTA_WAITS_S) - 1)]
        self._quota_refusals += 1
        self._quota_until = now + wait_s
        _log.error(
            "Zalo từ chối tin của bot vì hết hạn mức hoặc quá nhịp (429); chờ %d giây. Lặp lại nhiều lần: "
            "hết số tin của gói, xem docs/zalo.md.",
            wait_s,
        )
        return wait_s


def _message_id(result: Any) -> str:
    match result:
        case {"message_id": str(ref)} if ref:
            return ref
        case _:
            raise UnknownOutcomeError("taken, but the answer carries no message_id")
