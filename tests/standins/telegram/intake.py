"""Updates on their way to the bot: fetched, or delivered to a webhook in order per chat until it answers 2xx."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.standins.telegram.markup import RefusalError

BY_DEFAULT = frozenset({"message", "edited_message", "callback_query", "my_chat_member", "poll", "poll_answer"})
LONGEST_DELAY_S = 1.0  # the real one: 60 to 120 s


@dataclass
class Update:
    number: int
    chat_id: int
    body: dict[str, Any]
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Webhook:
    url: str
    secret: str
    connections: int = 40


@dataclass(frozen=True)
class Delivery:
    """One try to hand over an update; `status` None where there was no answer."""

    update_id: int
    status: int | None
    at: float


@dataclass
class Intake:
    retry_s: float = 0.05  # doubled at each failure
    answer_within_s: float = 10.0
    webhook: Webhook | None = None
    allowed: frozenset[str] = BY_DEFAULT
    pending: dict[int, Update] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    polls: int = 0
    _last: int = 7_000_000
    _queues: dict[int, deque[Update]] = field(default_factory=dict)
    _workers: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _session: aiohttp.ClientSession | None = None
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _poller: object = None

    @property
    def is_active(self) -> bool:
        """Whether somebody takes updates."""
        return self.webhook is not None or self.polls > 0

    def post(self, chat_id: int, body: dict[str, Any], *, number: int | None = None) -> Update:
        """Queue `body` (one key: the kind) as an update; of a kind that nobody asked for, it is dropped."""
        if number is None:
            self._last += 1
        update = Update(number or self._last, chat_id, {"update_id": number or self._last, **body})
        if self.allowed.isdisjoint(body):
            update.acknowledged.set()
            return update
        self.pending[update.number] = update
        self._arrived.set()
        self._arrived = asyncio.Event()
        if self.webhook:
            self._enqueue(update)
        return update

    # --- getUpdates ---

    async def get(
        self, offset: int, limit: int, timeout_s: float, allowed: frozenset[str] | None
    ) -> list[dict[str, Any]]:
        """Return the oldest updates from `offset` on; those before it are forgotten."""
        if self.webhook:
            raise RefusalError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
                "webhook first",
            )
        me = self._poller = object()
        self.polls += 1
        self.allowed = self.allowed if allowed is None else allowed
        self._arrived.set()
        self._arrived = asyncio.Event()
        for number in [n for n in self.pending if n < offset]:
            self.pending.pop(number).acknowledged.set()
        until = time.monotonic() + timeout_s
        while not self.pending and (left := until - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(self._arrived.wait(), left)
            except TimeoutError:
                break
            if self._poller is not me:
                raise RefusalError(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
        return [self.pending[n].body for n in sorted(self.pending)[:limit]]

    # --- webhook ---

    async def set_webhook(self, webhook: Webhook | None, allowed: frozenset[str] | None, *, drop: bool) -> None:
        await self._stop_workers()
        if drop:
            for update in self.pending.values():
                update.acknowledged.set()
            self.pending.clear()
        self.webhook = webhook
        self.allowed = self.allowed if allowed is None else allowed
        self._queues.clear()
        if webhook:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=webhook.connections),
                timeout=aiohttp.ClientTimeout(total=self.answer_within_s),
            )
            for number in sorted(self.pending):
                self._enqueue(self.pending[number])

    async def close(self) -> None:
        await self._stop_workers()

    def _enqueue(self, update: Update) -> None:
        self._queues.setdefault(update.chat_id, deque()).append(update)
        if update.chat_id not in self._workers:
            self._workers[update.chat_id] = asyncio.create_task(self._deliver_all(update.chat_id))

    async def _deliver_all(self, chat_id: int) -> None:
        queue = self._queues[chat_id]
        delay = self.retry_s
        while queue:
            status = await self._deliver(queue[0])
            if status is not None and 200 <= status < 300:
                update = queue.popleft()
                self.pending.pop(update.number, None)
                update.acknowledged.set()
                delay = self.retry_s
            else:
                await asyncio.sleep(delay)
                delay = min(2 * delay, LONGEST_DELAY_S)
        del self._workers[chat_id]

    async def _deliver(self, update: Update) -> int | None:
        assert self.webhook is not None
        assert self._session is not None
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.secret} if self.webhook.secret else {}
        try:
            async with self._session.post(self.webhook.url, json=update.body, headers=headers) as response:
                await response.read()
                status: int | None = response.status
        except (aiohttp.ClientError, TimeoutError):
            status = None
        self.deliveries.append(Delivery(update.number, status, time.monotonic()))
        return status

    async def _stop_workers(self) -> None:
        workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        self._workers.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None
