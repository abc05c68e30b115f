"""
The Bot API as the benchmark needs it, and the people who tap: one process, the same for every program measured.

Each call is answered after `latency_s`. An edit or a message is what its user taps next, by its first button.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

BOT_ID = 700_000_001
TOKEN = f"{BOT_ID}:benchmark-benchmark-benchmark-00"
SECRET = "benchmark-secret"  # noqa: S105 - loopback only
FIRST_USER = 1_000_001
BULK_FROM = 20_000_000  # chats that only a broadcast writes to
_DATE = 1_790_000_000
_FLOOD = {
    "ok": False,
    "error_code": 429,
    "description": "Too Many Requests: retry after 1",
    "parameters": {"retry_after": 1},
}


@dataclass(slots=True)
class User:
    """One person's chat: what they see last, and when they tapped."""

    number: int
    message_id: int = 0
    action: str = ""
    tapped_at: float = 0.0
    ready: asyncio.Event = field(default_factory=asyncio.Event)


class Bulk:
    """
    What came for the chats of a broadcast: when (perf_counter), how often each, and how many were refused.

    Args:
        limit: messages in any sliding second, beyond which it answers 429; None for no limit.
    """

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.at: list[float] = []
        self.copies: Counter[int] = Counter()
        self.refused = 0

    def takes(self, chat_id: int) -> bool:
        """Take one message, or say that there were too many in the last second."""
        now = time.perf_counter()
        if self.limit is not None and len(self.at) >= self.limit and self.at[-self.limit] > now - 1:
            self.refused += 1
            return False
        self.at.append(now)
        self.copies[chat_id] += 1
        return True

    @property
    def most_in_a_second(self) -> int:
        """The most that were taken in any sliding second."""
        return most_in_a_second(self.at)


def most_in_a_second(moments: Sequence[float]) -> int:
    """Of moments in order, the most that lie within one second."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


class Platform:
    """Answers the program's calls; notes when each tap's reply was accepted, and its callback answered."""

    def __init__(self, users: int, latency_s: float, *, bulk_limit: int | None = None) -> None:
        self.users = {FIRST_USER + number: User(FIRST_USER + number) for number in range(users)}
        self.latency_s = latency_s
        self.waits_s: list[float] = []
        self.answered = 0
        self.bulk = Bulk(bulk_limit)
        self.webhook = ""
        self.webhook_set = asyncio.Event()
        self._message_ids = itertools.count(1)
        self._update_ids = itertools.count(1)
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """The address of its Bot API; it answers until the block ends."""
        runner = web.AppRunner(self._app(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            if self._session is not None:
                await self._session.close()
            await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 20)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        return app

    async def _call(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if request.content_type == "application/json":
            data = json.loads(raw or b"{}")
        else:
            data = dict(await request.post()) if raw else {}
        chat_id = int(data.get("chat_id", 0))
        if chat_id >= BULK_FROM and not self.bulk.takes(chat_id):
            return web.json_response(_FLOOD, status=429)
        await asyncio.sleep(self.latency_s)
        name = f"_on_{request.match_info['method'].lower()}"
        handler: Callable[[dict[str, Any]], object] = getattr(self, name, _true)
        return web.json_response({"ok": True, "result": handler(data)})

    def _on_getme(self, _data: dict[str, Any]) -> object:
        return {
            "id": BOT_ID,
            "is_bot": True,
            "first_name": "Bench",
            "username": "bench_bot",
            "can_join_groups": False,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def _on_setwebhook(self, data: dict[str, Any]) -> object:
        self.webhook = data["url"]
        self.webhook_set.set()
        return True

    def _on_answercallbackquery(self, _data: dict[str, Any]) -> object:
        self.answered += 1
        return True

    def _on_sendmessage(self, data: dict[str, Any]) -> object:
        return self._show(data, next(self._message_ids))

    def _on_editmessagetext(self, data: dict[str, Any]) -> object:
        return self._show(data, int(data["message_id"]))

    def _show(self, data: dict[str, Any], message_id: int) -> object:
        user = self.users.get(int(data["chat_id"])) or User(int(data["chat_id"]))
        markup = data.get("reply_markup") or "{}"
        rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard") or [[]]
        if rows[0]:
            user.message_id, user.action = message_id, rows[0][0]["callback_data"]
            if user.tapped_at:
                self.waits_s.append(time.perf_counter() - user.tapped_at)
                user.tapped_at = 0.0
            user.ready.set()
        chat = {"id": user.number, "type": "private", "first_name": "B"}
        return {"message_id": message_id, "date": _DATE, "chat": chat, "text": data["text"][:40]}

    async def post(self, body: dict[str, Any]) -> int:
        """Deliver one update to the program's webhook."""
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        body["update_id"] = next(self._update_ids)
        async with self._session.post(self.webhook, json=body, headers=headers) as answer:
            await answer.read()
            return answer.status

    async def says(self, user: User, text: str) -> None:
        """A user writes."""
        person = {"id": user.number, "is_bot": False, "first_name": "B"}
        chat = {"id": user.number, "type": "private", "first_name": "B"}
        message = {"message_id": next(self._message_ids), "date": _DATE, "chat": chat, "from": person, "text": text}
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        await self.post({"message": message})

    async def taps(self, user: User) -> None:
        """A user presses the first button of what they see."""
        person = {"id": user.number, "is_bot": False, "first_name": "B"}
        chat = {"id": user.number, "type": "private", "first_name": "B"}
        message = {"message_id": user.message_id, "date": _DATE, "chat": chat, "text": "…"}
        query = {
            "id": str(next(self._message_ids)),
            "from": person,
            "chat_instance": "1",
            "data": user.action,
            "message": message,
        }
        user.ready.clear()
        user.tapped_at = time.perf_counter()
        await self.post({"callback_query": query})


def _true(_data: dict[str, Any]) -> object:
    return True


async def everybody_begins(platform: Platform, text: str) -> None:
    """Every user writes once and waits for a message with a button."""
    people = list(platform.users.values())
    for start in range(0, len(people), 16):
        part = people[start : start + 16]
        await asyncio.gather(*(platform.says(user, text) for user in part))
        async with asyncio.timeout(30):
            await asyncio.gather(*(user.ready.wait() for user in part))


async def as_fast_as_answered(platform: Platform, at_once: int, seconds: float) -> tuple[int, list[float]]:
    """A closed loop: `at_once` users each tap again as soon as they are answered; returns taps answered, and waits."""
    platform.waits_s.clear()
    ends = time.perf_counter() + seconds

    async def one(user: User) -> None:
        while time.perf_counter() < ends:
            await platform.taps(user)
            async with asyncio.timeout(30):
                await user.ready.wait()

    await asyncio.gather(*(one(user) for user in list(platform.users.values())[:at_once]))
    return len(platform.waits_s), list(platform.waits_s)


async def at_a_rate(platform: Platform, rate: float, seconds: float) -> tuple[int, list[float]]:
    """An open loop: `rate` taps a second whatever the answers do; returns taps offered, and waits."""
    platform.waits_s.clear()
    people = itertools.cycle(platform.users.values())
    begins = time.perf_counter()
    tasks: set[asyncio.Task[None]] = set()
    offered = 0
    while (late := time.perf_counter() - begins) < seconds:
        for user in itertools.islice(people, len(platform.users)):  # nobody taps again who still waits
            if offered >= late * rate:
                break
            if user.ready.is_set():
                task = asyncio.create_task(platform.taps(user))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                offered += 1
        await asyncio.sleep(0.002)
    await asyncio.gather(*tasks)
    async with asyncio.timeout(30):
        await asyncio.gather(*(user.ready.wait() for user in platform.users.values()))
    return offered, list(platform.waits_s)
