"""Webhooks on their way to the program: with the secret, once each, doubled or out of order. Nothing is tried again."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Sequence

SECRET_HEADER = "X-Bot-Api-Secret-Token"


@dataclass
class Pusher:
    """
    The bot's webhook.

    `url` and `secret` are what setWebhook was given; `route` is where that address leads, for it is never loopback.
    """

    url: str = ""
    secret: str = ""
    route: str = ""
    times: int = 1  # how often each event is sent
    answer_within_s: float = 5.0
    held: list[bytes] | None = None
    statuses: list[int | None] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = None

    async def probe(self) -> int | None:
        """What setWebhook does: an empty body."""
        return await self.post(b"")

    async def push(self, event: dict[str, Any]) -> None:
        """Send an event; while held, keep it."""
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        if self.held is not None:
            self.held.append(body)
            return
        await asyncio.gather(*(self.post(body) for _ in range(self.times)))

    def hold(self) -> None:
        """Keep what comes, to let it go in another order."""
        self.held = []

    async def release(self, order: Sequence[int]) -> None:
        """Send what was kept, in that order."""
        held, self.held = self.held or [], None
        for place in order:
            await self.post(held[place])

    async def post(self, body: bytes, secret: str | None = None) -> int | None:
        """Post a body; None where there was no answer."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.answer_within_s))
        headers = {"Content-Type": "application/json", SECRET_HEADER: self.secret if secret is None else secret}
        try:
            async with self._session.post(self.route or self.url, data=body, headers=headers) as response:
                await response.read()
                status: int | None = response.status
        except (aiohttp.ClientError, TimeoutError):
            status = None
        self.statuses.append(status)
        return status

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
