"""The outbox's two lanes. Live: answers to a tap, sent at once, never behind anybody else's. Bulk: see `bot.bulk`."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.bulk import IN_FLIGHT, BulkLane
from bot.pace import Pace
from bot.post import BACK_OFF_S, Post, deliver

if TYPE_CHECKING:
    from channels.messages import AccountId
    from storage.outbox import Outgoing

__all__ = ["BACK_OFF_S", "BulkLane", "LiveLane", "Pace", "Post"]

log = structlog.get_logger()


class LiveLane:
    """Sends what taps produced: at once, in order for each chat, a bounded number in flight."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._chats: dict[AccountId, deque[tuple[Outgoing, float]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, outgoing: Outgoing) -> None:
        """Send soon; an earlier message of the same chat goes first."""
        held = (outgoing, asyncio.get_running_loop().time())
        waiting = self._chats.get(outgoing.account_id)
        if waiting is not None:
            waiting.append(held)
            return
        self._chats[outgoing.account_id] = deque([held])
        task = asyncio.create_task(self._work(outgoing.account_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Wait until nothing is in flight."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self, account_id: AccountId) -> None:
        waiting = self._chats[account_id]
        try:
            while waiting:
                outgoing, held_at = waiting[0]
                if outgoing.message is not None:
                    async with self._slots:
                        await deliver(self._post, outgoing, outgoing.message, "live", held_at)
                waiting.popleft()
        except (SQLAlchemyError, OSError) as error:
            # The rows stay in `sending`: the reaper settles them when the database is back.
            log.error("ledger_away", error=type(error).__name__, waiting=len(waiting))
        finally:
            del self._chats[account_id]
