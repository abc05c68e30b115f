"""Webhooks on their way to the program: signed, tried again on the platform's schedule, doubled and out of order."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

RETRY_S = (30.0, 300.0, 900.0, 1_800.0, 3_600.0)


@dataclass(frozen=True)
class Try:
    """One try to hand over an event; `status` None where there was no answer."""

    body: bytes
    num_retry: int
    status: int | None
    seconds: float


@dataclass
class Pushed:
    """An event under way. `is_settled` once it was taken, or given up."""

    body: bytes
    timestamp: str
    is_settled: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Pusher:
    """
    One app's webhook.

    Args:
        scale: seconds that one of the platform's takes, for the waits between tries.
        header_timestamp: the header's timestamp, and not the body's, is what is signed.
        prefix: what stands before the hex of the signature.
    """

    app_id: str
    secret_key: str
    url: str = ""
    scale: float = 0.001
    answer_within_s: float = 2.0
    header_timestamp: bool = False
    prefix: str = "mac="
    times: int = 1  # how often each event is sent
    is_enabled: bool = True
    held: list[Pushed] | None = None
    tries: list[Try] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _session: aiohttp.ClientSession | None = None

    async def probe(self) -> int | None:
        """What saving the address in the console does: an unsigned `{}` must be answered with 200."""
        return await self._post(b"{}", {})

    def push(self, event: dict[str, Any]) -> Pushed:
        """Send an event; while `hold` is on, keep it."""
        pushed = Pushed(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(), str(event["timestamp"]))
        if self.held is not None:
            self.held.append(pushed)
        else:
            self._start(pushed)
        return pushed

    def hold(self) -> None:
        """Keep what comes, to let it go in another order."""
        self.held = []

    def release(self, order: list[int]) -> list[Pushed]:
        """Send what was kept, in that order."""
        held, self.held = self.held or [], None
        for place in order:
            self._start(held[place])
        return held

    def signature(self, body: bytes, timestamp: str) -> str:
        signed = self.app_id.encode() + body + timestamp.encode() + self.secret_key.encode()
        return self.prefix + hashlib.sha256(signed).hexdigest()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _start(self, pushed: Pushed) -> None:
        if not self.url or not self.is_enabled:
            pushed.is_settled.set()
            return
        for _ in range(self.times):
            task = asyncio.create_task(self._deliver(pushed))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, pushed: Pushed) -> None:
        shown = str(int(pushed.timestamp) + 123)
        signed_at = shown if self.header_timestamp else pushed.timestamp
        headers = {
            "Content-Type": "application/json",
            "X-ZEvent-Signature": self.signature(pushed.body, signed_at),
            "X-ZEvent-Timestamp": shown,
        }
        for number, wait_s in enumerate((0.0, *RETRY_S)):
            await asyncio.sleep(wait_s * self.scale)
            if await self._post(pushed.body, headers | ({"num_retry": str(number)} if number else {}), number) == 200:
                break
        else:
            self.is_enabled = False
        pushed.is_settled.set()

    async def _post(self, body: bytes, headers: dict[str, str], number: int = 0) -> int | None:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.answer_within_s))
        began = time.monotonic()
        try:
            async with self._session.post(self.url, data=body, headers=headers) as response:
                await response.read()
                status: int | None = response.status
        except (aiohttp.ClientError, TimeoutError):
            status = None
        self.tries.append(Try(body, number, status, time.monotonic() - began))
        return status
