"""
The bulk lane: lessons, reminders, digests, notices, paced by the bucket that all processes share.

Rows are claimed only as the bucket grants, shortly before their moment; rendered then, and asked again whether they are
due.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.fault import reached
from bot.pace import Turns
from bot.post import deliver, put_off
from storage import bucket, outbox
from storage.outbox import LEASE, Outgoing, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.pace import Pace
    from bot.post import Post
    from channels.messages import EndpointId, Message
    from storage.bucket import Grant

log = structlog.get_logger()

IN_FLIGHT = 48
CLAIMED = 128  # in flight, or waiting for their moment
CLAIM_AT_ONCE = 50
AHEAD_S = 0.050  # rows are claimed so long before their moment: a slow claim then costs no pace
CLAIM_EVERY_S = 0.020  # at the least
IDLE_S = 0.5


class Gate(Protocol):
    """Whether a platform's rules, and the union's budget, let a message be sent now."""

    async def stops(self, conn: AsyncConnection, outgoing: Outgoing) -> str | None:
        """Why it is not to be sent, None if it is; then what it may cost is reserved."""
        ...

    async def tried(self, outgoing: Outgoing, *, is_settled: bool) -> None:
        """The platform was called; not `is_settled`: its turn comes again."""
        ...


class BulkLane:
    """Sends what waits in the ledger, at the pace of its endpoint's bucket."""

    def __init__(
        self,
        post: Post,
        endpoint: EndpointId,
        render: Callable[[AsyncConnection, Outgoing], Awaitable[Message | str | datetime]],
        *,
        pace: Pace,
        gate: Gate | None = None,
    ) -> None:
        self._post = post
        self._endpoint = endpoint
        self._render = render
        self._pace = pace
        self._gate = gate
        self._flying: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._turns = Turns(IN_FLIGHT, pace)
        self._is_idle = True
        self._made_at = post.real_clock.now()

    def wake(self) -> None:
        """Something was queued."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; ride out a database that is away."""
        reaped_at: float | None = None
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            wait = IDLE_S
            self._wake.clear()
            try:
                if reaped_at is None:
                    await self._settle_orphans()
                if reaped_at is None or loop.time() - reaped_at > LEASE.total_seconds() / 4:
                    await self.reap()
                    reaped_at = loop.time()
                wait = await self._some()
            except (SQLAlchemyError, OSError) as error:
                log.error("bulk_lane_waits", error=type(error).__name__)
                wait = 2.0
            waiter = asyncio.ensure_future(self._wake.wait())
            stopper = asyncio.ensure_future(stop.wait())
            await asyncio.wait({waiter, stopper}, timeout=max(wait, 0.001), return_when=asyncio.FIRST_COMPLETED)
            for task in (waiter, stopper):
                task.cancel()
        await self._land()

    async def _settle_orphans(self) -> None:
        """On SQLite one process is alone on its file: what was leased before it is nobody's."""
        if self._post.database.dialect == "sqlite":
            await self._reap(self._made_at + LEASE)

    async def reap(self) -> None:
        """Settle what a stopped process left."""
        await self._reap(self._post.real_clock.now())

    async def _reap(self, until: datetime) -> None:
        async with self._post.database.begin() as conn:
            settled = await outbox.reap(conn, until)
        if any(settled.values()):
            log.warning("leases_settled", **settled)

    async def empty(self) -> None:
        """Send all that is due now, and return when it has ended (sent, parked or put off)."""
        while True:
            wait = await self._some()
            await self._land()
            async with self._post.database.connect() as conn:
                if not await outbox.count_due(conn, self._endpoint, self._post.clock.now(), 1):
                    return
            await asyncio.sleep(min(wait, 1.0))

    async def _land(self) -> None:
        while self._flying:
            await asyncio.gather(*self._flying, return_exceptions=True)

    async def _some(self) -> float:
        """Claim what the bucket grants and start sending it; returns seconds until there may be more to do."""
        loop = asyncio.get_running_loop()
        now = self._post.clock.now()
        room = min(CLAIMED - len(self._flying), CLAIM_AT_ONCE)
        if room <= 0 or self._turns.are_taken:
            return 0.01
        if self._is_idle:
            async with self._post.database.connect() as conn:
                if not await outbox.count_due(conn, self._endpoint, now, 1):
                    return IDLE_S
        reached("before-claim")
        granted_at = loop.time()
        claimed, grant = await self._claim(room, now)
        reached("after-claim")
        for place, outgoing in enumerate(claimed):
            task = asyncio.create_task(self._one(outgoing, granted_at, granted_at + grant.leaves_in_s(place)))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
        if self._is_idle and not claimed:
            return max(grant.wait_s, 0.05)  # each waits behind an older one of its chat
        return max(grant.wait_s, CLAIM_EVERY_S) - (loop.time() - granted_at)

    async def _claim(self, room: int, now: datetime) -> tuple[list[Outgoing], Grant]:
        """One transaction: tokens, and as many messages."""
        real_now = self._post.real_clock.now()
        async with self._post.database.begin() as conn:
            grant = await bucket.grant(
                conn,
                self._endpoint,
                wanted=room,
                rate=self._pace.refill,
                burst=self._pace.capacity,
                real_now=real_now,
                ahead_s=AHEAD_S,
            )
            if not grant.number:
                return [], grant
            claimed = await outbox.claim(
                conn,
                self._endpoint,
                limit=grant.number,
                now=now,
                real_now=real_now,
                chat_rests_s=self._pace.chat_rests_s,
            )
            if len(claimed) < grant.number:
                await bucket.give_back(conn, self._endpoint, grant.number - len(claimed))
            self._is_idle = len(claimed) < grant.number
        return claimed, grant

    async def _one(self, outgoing: Outgoing, held_at: float, moment: float) -> None:
        try:
            ready = await (self._rendered(outgoing) if outgoing.message is None else self._admitted(outgoing))
            if ready is None or ready.message is None:
                return
            async with self._turns.at(moment):
                blocked_s = self._post.blocked_until.get(self._endpoint, 0.0) - asyncio.get_running_loop().time()
                is_settled = False
                if blocked_s > 0:
                    await put_off(self._post, ready, blocked_s)
                else:
                    is_settled = await deliver(self._post, ready, ready.message, "bulk", held_at)
            if self._gate is not None:
                await self._gate.tried(ready, is_settled=is_settled)
        except (SQLAlchemyError, OSError) as error:
            log.error("ledger_away", error=type(error).__name__)

    async def _admitted(self, outgoing: Outgoing) -> Outgoing | None:
        """What was ready before; None if it may not be sent."""
        if self._gate is None:
            return outgoing
        async with self._post.database.begin() as conn:
            return None if await self._is_stopped(conn, outgoing) else outgoing

    async def _is_stopped(self, conn: AsyncConnection, outgoing: Outgoing) -> bool:
        reason = await self._gate.stops(conn, outgoing) if self._gate is not None else None
        if reason is None:
            return False
        await outbox.mark(conn, outgoing.id, State.UNSENDABLE, reason)
        self._post.count(self._endpoint, "bulk", State.UNSENDABLE.value)
        return True

    async def _rendered(self, outgoing: Outgoing) -> Outgoing | None:
        """What it says now, committed as `sending`; None if it is not to be sent."""
        try:
            async with self._post.database.begin() as conn:
                message = await self._render(conn, outgoing)
                if isinstance(message, datetime):
                    await outbox.put_back(conn, outgoing.id, run_at=message, reason="later_today")
                    return None
                if isinstance(message, str):
                    await outbox.mark(conn, outgoing.id, State.UNSENDABLE, message)
                    self._post.count(self._endpoint, "bulk", State.UNSENDABLE.value)
                    return None
                if await self._is_stopped(conn, outgoing):
                    return None
                if not await outbox.mark_sending(conn, outgoing.id, message, self._post.real_clock.now()):
                    return None
        except (SQLAlchemyError, OSError):
            raise
        except Exception as error:  # it ends `failed`, with its reason; the others go on
            log.exception("render_failed", kind=outgoing.kind.value)
            self._post.count(self._endpoint, "bulk", State.FAILED.value)
            async with self._post.database.begin() as conn:
                await outbox.mark(conn, outgoing.id, State.FAILED, f"render:{type(error).__name__}")
            return None
        return replace(outgoing, message=message, attempts=outgoing.attempts + 1)
