"""
The outbox's two lanes.

Live: answers to a tap, sent at once, in order for each chat, never behind anybody else's. Bulk: paced by the bucket
that all processes share; rows are claimed only as it grants, rendered then, and asked again whether they are due.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.messages import (
    Address,
    ClosedDoorError,
    Message,
    RefusedError,
    SendError,
    ThrottledError,
    UnknownOutcomeError,
    UnreachableError,
)
from storage import accounts, outbox, rollup
from storage.outbox import MAX_ATTEMPTS, Outgoing, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.clock import Clock
    from channels.messages import AccountId, Channel, EndpointId
    from storage.database import Database

log = structlog.get_logger()

IN_FLIGHT = 48
BACK_OFF_S = (1.0, 5.0, 30.0, 120.0, 600.0)
IDLE_S = 0.5
CLAIM_AT_ONCE = 25


@dataclass(slots=True)
class Post:
    """What sending works with."""

    database: Database
    channels: Mapping[EndpointId, Channel]
    clock: Clock
    real_clock: Clock
    count: Callable[[EndpointId, str, str], None]  # endpoint, lane, state


async def _deliver(post: Post, outgoing: Outgoing, message: Message, lane: str) -> bool:
    """Call the platform once and write down what became of it; False if it must be sent again."""
    channel = post.channels[outgoing.endpoint_id]
    state = State.SENT
    again = False
    try:
        ref = await channel.send(Address(outgoing.external_id, str(outgoing.id)), message)
    except ThrottledError as error:
        state, again = State.QUEUED, True
        await _throttled(post, outgoing, error)
    except UnreachableError:
        state, again = await _unreachable(post, outgoing)
    except ClosedDoorError:
        state = State.FAILED
        await _closed(post, outgoing)
    except UnknownOutcomeError:
        state, again = await _in_doubt(post, outgoing, message)
    except (RefusedError, SendError) as error:
        state = State.FAILED
        async with post.database.begin() as conn:
            await outbox.mark(conn, outgoing.id, State.FAILED, f"refused:{error}")
    else:
        async with post.database.single() as conn:
            await outbox.mark_sent(conn, outgoing.id, ref, post.real_clock.now())
    post.count(outgoing.endpoint_id, lane, state.value)
    return not again


async def _throttled(post: Post, outgoing: Outgoing, error: ThrottledError) -> None:
    until = post.real_clock.now() + timedelta(seconds=error.retry_after_s)
    async with post.database.begin() as conn:
        await outbox.block(conn, outgoing.endpoint_id, until)
        await outbox.put_back(
            conn,
            outgoing.id,
            run_at=post.clock.now() + timedelta(seconds=error.retry_after_s),
            reason="throttled",
        )


async def _unreachable(post: Post, outgoing: Outgoing) -> tuple[State, bool]:
    async with post.database.begin() as conn:
        if outgoing.attempts >= MAX_ATTEMPTS:
            await outbox.mark(conn, outgoing.id, State.FAILED, "unreachable")
            return State.FAILED, False
        wait = BACK_OFF_S[min(outgoing.attempts, len(BACK_OFF_S)) - 1 if outgoing.attempts else 0]
        await outbox.put_back(
            conn, outgoing.id, run_at=post.clock.now() + timedelta(seconds=wait), reason="unreachable"
        )
    return State.QUEUED, True


async def _closed(post: Post, outgoing: Outgoing) -> None:
    async with post.database.begin() as conn:
        await outbox.mark(conn, outgoing.id, State.FAILED, "door_closed")
        await accounts.close_door(conn, outgoing.account_id, "blocked")
        await outbox.drop_account(conn, outgoing.account_id, "door_closed")
        owner = await accounts.by_id(conn, outgoing.account_id)
        if owner is not None and owner.person_id is not None:
            await rollup.mark_person(conn, owner.person_id)


async def _in_doubt(post: Post, outgoing: Outgoing, message: Message) -> tuple[State, bool]:
    """Nobody knows whether it arrived: an edit or a lesson step is sent once more, anything else is parked."""
    async with post.database.begin() as conn:
        if outgoing.kind.is_resent_once and outgoing.attempts <= 1:
            await outbox.put_back(conn, outgoing.id, run_at=post.clock.now(), reason="in_doubt")
            return State.QUEUED, True
        await outbox.mark(conn, outgoing.id, State.UNKNOWN, "in_doubt")
        del message
        return State.UNKNOWN, False


class LiveLane:
    """Sends what taps produced: at once, in order for each chat, a bounded number in flight."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._chats: dict[AccountId, deque[Outgoing]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, outgoing: Outgoing) -> None:
        """Send soon; an earlier message of the same chat goes first."""
        waiting = self._chats.get(outgoing.account_id)
        if waiting is not None:
            waiting.append(outgoing)
            return
        self._chats[outgoing.account_id] = deque([outgoing])
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
                outgoing = waiting[0]
                if outgoing.message is not None:
                    async with self._slots:
                        await _deliver(self._post, outgoing, outgoing.message, "live")
                waiting.popleft()
        except (SQLAlchemyError, OSError) as error:
            # The rows stay in `sending`: the reaper settles them when the database is back.
            log.error("ledger_away", error=type(error).__name__, waiting=len(waiting))
        finally:
            del self._chats[account_id]


@dataclass(frozen=True, slots=True)
class Pace:
    """A token bucket: capacity and refill a second together never pass the ceiling of any one second."""

    capacity: float
    refill: float

    @classmethod
    def under(cls, ceiling: float) -> Pace:
        """The bucket for at most `ceiling` messages in any second."""
        capacity = min(max(1.5, 0.04 * ceiling), max(1.0, ceiling / 2))
        return cls(capacity, max(ceiling - capacity, ceiling / 2))


class BulkLane:
    """Sends what waits in the ledger, at the pace of its endpoint's bucket."""

    def __init__(
        self,
        post: Post,
        endpoint: EndpointId,
        render: Callable[[AsyncConnection, Outgoing], Awaitable[Message | str | datetime]],
        *,
        pace: Pace,
    ) -> None:
        self._post = post
        self._endpoint = endpoint
        self._render = render
        self._pace = pace
        self._flying: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something was queued."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; ride out a database that is away."""
        reaped_at = 0.0
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            wait = IDLE_S
            try:
                if loop.time() - reaped_at > outbox.LEASE.total_seconds() / 4:
                    reaped_at = loop.time()
                    await self.reap()
                wait = await self._some()
            except (SQLAlchemyError, OSError) as error:
                log.error("bulk_lane_waits", error=type(error).__name__)
                wait = 2.0
            self._wake.clear()
            waiter = asyncio.ensure_future(self._wake.wait())
            stopper = asyncio.ensure_future(stop.wait())
            await asyncio.wait({waiter, stopper}, timeout=max(wait, 0.005), return_when=asyncio.FIRST_COMPLETED)
            for task in (waiter, stopper):
                task.cancel()
        await self._land()

    async def reap(self) -> None:
        """Settle what a stopped process left."""
        async with self._post.database.begin() as conn:
            settled = await outbox.reap(conn, self._post.real_clock.now())
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
        now, real_now = self._post.clock.now(), self._post.real_clock.now()
        room = IN_FLIGHT - len(self._flying)
        if room <= 0:
            return 0.02
        async with self._post.database.connect() as conn:
            due = await outbox.count_due(conn, self._endpoint, now, min(room, CLAIM_AT_ONCE))
        if not due:
            return IDLE_S
        async with self._post.database.begin() as conn:
            granted, wait = await outbox.grant(
                conn, self._endpoint, wanted=due, rate=self._pace.refill, burst=self._pace.capacity, real_now=real_now
            )
            claimed = (
                await outbox.claim(conn, self._endpoint, limit=granted, now=now, real_now=real_now) if granted else []
            )
        for outgoing in claimed:
            task = asyncio.create_task(self._one(outgoing))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
        return wait if claimed else max(wait, 0.05)

    async def _one(self, outgoing: Outgoing) -> None:
        try:
            async with self._post.database.begin() as conn:
                message = outgoing.message or await self._render(conn, outgoing)
                if isinstance(message, datetime):
                    await outbox.put_back(conn, outgoing.id, run_at=message, reason="later_today")
                    return
                if isinstance(message, str):
                    await outbox.mark(conn, outgoing.id, State.UNSENDABLE, message)
                    self._post.count(self._endpoint, "bulk", State.UNSENDABLE.value)
                    return
                await outbox.mark_sending(conn, outgoing.id, message, self._post.real_clock.now())
            await _deliver(self._post, _once_more(outgoing), message, "bulk")
        except (SQLAlchemyError, OSError) as error:
            log.error("ledger_away", error=type(error).__name__)
        except Exception as error:
            log.exception("render_failed", kind=outgoing.kind.value)
            async with self._post.database.begin() as conn:
                await outbox.mark(conn, outgoing.id, State.FAILED, f"render:{type(error).__name__}")


def _once_more(outgoing: Outgoing) -> Outgoing:
    return Outgoing(
        outgoing.id,
        outgoing.endpoint_id,
        outgoing.account_id,
        outgoing.external_id,
        outgoing.kind,
        outgoing.subject,
        outgoing.message,
        outgoing.attempts + 1,
    )
