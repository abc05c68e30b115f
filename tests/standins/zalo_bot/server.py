"""The Bot Platform over HTTP: errors come with their HTTP status and, once more, in the body."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from tests.standins.serving import Standin
from tests.standins.zalo_bot.parameters import (
    TAKES,
    parameters_of,
    public_url,
    secret_of,
    text_of,
    timeout_of,
)
from tests.standins.zalo_bot.people import Person, Shown
from tests.standins.zalo_bot.push import Pusher
from tests.standins.zalo_bot.refusals import RefusalError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Call = Callable[[dict[str, Any]], Awaitable[Any]]

TOKEN = "1459232241454765289:abc-xyz_of-the-stand-in"
BOT_ID = "1459232241454765289"
FIRST_PERSON = 0xA0C0_1DFE_32B3_DBED_82A2
NOTHING = object()  # {"ok": true} without a result


class BotServer(Standin):
    """
    One bot.

    Args:
        month: messages of the plan, beyond which the answer is 429.
        per_s: messages in any one second, beyond which the answer is 429; None for no limit.
        idle_s: how long a poll is held at most, whatever it asks for; None for as long as it asks.
    """

    def __init__(self, *, month: int = 3_000, per_s: int | None = None, idle_s: float | None = None) -> None:
        super().__init__()
        self.pusher = Pusher()
        self.month, self.per_s, self.idle_s = month, per_s, idle_s
        self.shape: Literal["flat", "wrapped"] = "flat"
        self.replays = 0
        self.sent = 0
        self.polls = self.polls_open = self.most_polls_open = 0
        self.refused: list[tuple[str, int, str]] = []
        self._waiting: deque[tuple[dict[str, Any], int]] = deque()  # events, and how often each may come
        self._arrived = asyncio.Event()
        self._sent_at: deque[float] = deque()
        self._people: dict[str, Person] = {}
        self._last_id = 0
        self._calls: dict[str, Call] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendChatAction": self._send_chat_action,
        }

    # --- running ---

    def application(self) -> web.Application:
        app = web.Application()
        self.extend(app)
        app.router.add_route("*", "/{path:.*}", self._handle)
        return app

    def extend(self, app: web.Application) -> None:
        """Add routes of one's own."""

    async def close(self) -> None:
        await self.pusher.close()

    def person(self, number: int = 0) -> Person:
        user_id = f"{FIRST_PERSON + number:020x}"
        return self._people.setdefault(user_id, Person(self, user_id))

    def next_id(self) -> str:
        self._last_id += 1
        return f"{self._last_id:08x}f56d00e8941a"

    def now_ms(self) -> int:
        return int(time.time() * 1_000)

    @property
    def pending(self) -> int:
        """Events that wait for getUpdates."""
        return len(self._waiting)

    async def happens(self, event: dict[str, Any]) -> None:
        """Hand an event over by webhook, or keep it for getUpdates."""
        if self.pusher.url:
            await self.pusher.push(event if self.shape == "flat" else {"ok": True, "result": event})
            return
        self._waiting.append((event, self.replays))
        self._arrived.set()

    # --- a call ---

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.path.rpartition("/")[2]
        try:
            self._check(request, method)
            given = await parameters_of(request, method)
            fault = self.faults.due(method, given.get("chat_id"))
            if fault and not fault.is_accepted:
                return await self.fail(request, fault)
            result = await self._calls[method](given)
        except RefusalError as refusal:
            self.refused.append((method, refusal.code, str(refusal)))
            said = {"ok": False, "description": str(refusal), "error_code": refusal.code}
            return _json(said, refusal.code)
        if fault:
            return await self.fail(request, fault)
        return _json({"ok": True} | ({} if result is NOTHING else {"result": result}))

    @staticmethod
    def _check(request: web.Request, method: str) -> None:
        if request.method not in {"GET", "POST"} or not request.path.startswith("/bot"):
            raise RefusalError(400)
        if request.path.removeprefix("/bot").partition("/")[0] != TOKEN:
            raise RefusalError(401)
        if method not in TAKES or request.path != f"/bot{TOKEN}/{method}":
            raise RefusalError(404)

    # --- what can be called ---

    async def _get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"id": BOT_ID, "account_name": "bot.VDKyGxQvc", "account_type": "BASIC", "can_join_groups": False}

    async def _get_updates(self, given: dict[str, Any]) -> dict[str, Any]:
        if self.pusher.url:
            raise RefusalError(400, "webhook is set")
        wait_s = timeout_of(given.get("timeout", 30))
        self.polls += 1
        self.polls_open += 1
        self.most_polls_open = max(self.most_polls_open, self.polls_open)
        try:
            async with asyncio.timeout(wait_s if self.idle_s is None else min(wait_s, self.idle_s)):
                while not self._waiting:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError as error:
            raise RefusalError(408) from error
        finally:
            self.polls_open -= 1
        event, again = self._waiting.popleft()
        if again:
            self._waiting.append((event, again - 1))
        return event

    async def _set_webhook(self, given: dict[str, Any]) -> dict[str, Any]:
        url, secret = public_url(given["url"]), secret_of(given["secret_token"])
        self.pusher.url, self.pusher.secret = url, secret
        status = await self.pusher.probe()
        verification = {"ok": status == 200, "outcome": "probed", "status_code": status or 0, "hint": ""}
        return {"url": url, "updated_at": self.now_ms(), "verification": verification}

    async def _delete_webhook(self, _: dict[str, Any]) -> dict[str, Any]:
        self.pusher.url = self.pusher.secret = ""
        return {"url": "", "updated_at": self.now_ms()}

    async def _get_webhook_info(self, _: dict[str, Any]) -> dict[str, Any]:
        if not self.pusher.url:
            raise RefusalError(404)
        return {"url": self.pusher.url, "updated_at": self.now_ms()}

    async def _send_message(self, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("parse_mode", "html") not in {"markdown", "html"}:
            raise RefusalError(400, "parse_mode is invalid")
        return self._shows(given["chat_id"], text_of(given["text"], "text"))

    async def _send_photo(self, given: dict[str, Any]) -> dict[str, Any]:
        photo = public_url(given["photo"], also_plain=True)
        caption = text_of(given["caption"], "caption") if "caption" in given else ""
        return self._shows(given["chat_id"], caption, photo)

    async def _send_chat_action(self, given: dict[str, Any]) -> object:
        if given["action"] != "typing" or given["chat_id"] not in self._people:
            raise RefusalError(400)
        return NOTHING

    def _shows(self, chat_id: object, text: str, photo: str = "") -> dict[str, Any]:
        person = self._people.get(chat_id) if isinstance(chat_id, str) else None
        if person is None:
            raise RefusalError(400, "chat_id is invalid")
        now = time.monotonic()
        while self._sent_at and self._sent_at[0] <= now - 1:
            self._sent_at.popleft()
        if self.sent >= self.month or (self.per_s is not None and len(self._sent_at) >= self.per_s):
            raise RefusalError(429)
        self.sent += 1
        self._sent_at.append(now)
        ref = self.next_id()
        person.shows(Shown(ref, True, text, photo))
        return {"message_id": ref, "date": self.now_ms()}


def _json(said: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(
        status=status, body=json.dumps(said, ensure_ascii=False).encode(), content_type="application/json"
    )
