"""
The outbox's two lanes.

Live: answers to a tap, sent at once, in order for each chat, never behind anybody else's. Bulk: paced by the bucket
that all processes share; rows are claimed only as it grants, rendered then, and asked again whether they are due.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.fault import reached
from bot.ledger import SentMarks
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
from storage.outbox import LEASE, MAX_ATTEMPTS, Grant, Outgoing, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.clock import Clock
    from channels.messages import AccountId, Channel, EndpointId
    from storage.database import Database

log = structlog.get_logger()

IN_FLIGHT = 48
CLAIMED = 128  # in flight, or waiting for their moment
BACK_OFF_S = (1.0, 5.0, 30.0, 120.0, 600.0)
IDLE_S = 0.5
CLAIM_AT_ONCE = 50
AHEAD_S = 0.050  # rows are claimed so long before their moment: a slow claim then costs no pace
CLAIM_EVERY_S = 0.020  # at the least
CALL_WITHIN_S = 12.0
HELD_S = LEASE.total_seconds() - CALL_WITHIN_S - 3.0  # a lease older than this is renewed before the call
# By how much messages arrive sooner or later after their moment than others, seconds: up to 100 a second, and beyond,
# where more of them are on their way at once.
JITTER_S = 0.045
JITTER_OF_MANY_S = 0.070
MANY = 100.0
MOST_LAG_S = 0.05
MOST_LAG_OF_MANY_S = 0.1
LAG_FALLS = 0.01  # seconds a second
ON_TIME_S = 0.005


@dataclass(slots=True)
class Post:
    """What sending works with."""

    database: Database
    channels: Mapping[EndpointId, Channel]
    clock: Clock
    real_clock: Clock
    count: Callable[[EndpointId, str, str], None]  # endpoint, lane, state
    blocked_until: dict[EndpointId, float] = field(default_factory=dict)  # on the loop's clock
    marks: SentMarks = field(init=False)

    def __post_init__(self) -> None:
        self.marks = SentMarks(self.database, self.real_clock)


async def _deliver(post: Post, outgoing: Outgoing, message: Message, lane: str, held_at: float) -> bool:
    """
    Call the platform once and write down what became of it; False if it must be sent again.

    `held_at` is when its lease began, on the loop's clock, seconds.
    """
    if asyncio.get_running_loop().time() - held_at > HELD_S:
        async with post.database.begin() as conn:
            if not await outbox.hold(conn, outgoing, post.real_clock.now()):
                return True
    state = State.SENT
    again = False
    reached("after-sending")
    try:
        ref = await _call(post.channels[outgoing.endpoint_id], outgoing, message)
        reached("after-call")
    except ThrottledError as error:
        state, again = State.QUEUED, True
        await _throttled(post, outgoing, error)
    except UnreachableError:
        state, again = await _unreachable(post, outgoing)
    except ClosedDoorError:
        state = State.FAILED
        await _closed(post, outgoing)
    except UnknownOutcomeError:
        state, again = await _in_doubt(post, outgoing)
    except (RefusedError, SendError) as error:
        state = State.FAILED
        async with post.database.begin() as conn:
            await outbox.mark(conn, outgoing.id, State.FAILED, f"refused:{error}")
    else:
        await post.marks.keep(outgoing.id, ref)
    post.count(outgoing.endpoint_id, lane, state.value)
    return not again


async def _call(channel: Channel, outgoing: Outgoing, message: Message) -> str:
    """Send, within less than a lease."""
    try:
        async with asyncio.timeout(CALL_WITHIN_S):
            return await channel.send(Address(outgoing.external_id, str(outgoing.id)), message)
    except TimeoutError as error:
        raise UnknownOutcomeError("no answer in time") from error


async def _throttled(post: Post, outgoing: Outgoing, error: ThrottledError) -> None:
    until = post.real_clock.now() + timedelta(seconds=error.retry_after_s)
    post.blocked_until[outgoing.endpoint_id] = asyncio.get_running_loop().time() + error.retry_after_s
    async with post.database.begin() as conn:
        await outbox.block(conn, outgoing.endpoint_id, until)
    await _put_off(post, outgoing, error.retry_after_s)


async def _put_off(post: Post, outgoing: Outgoing, seconds: float) -> None:
    """Surely not sent, and the platform wants no more for now: what was claimed would only be refused as well."""
    run_at = post.clock.now() + timedelta(seconds=seconds)
    async with post.database.begin() as conn:
        await outbox.put_back(conn, outgoing.id, run_at=run_at, reason="throttled")


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


async def _in_doubt(post: Post, outgoing: Outgoing) -> tuple[State, bool]:
    """Nobody knows whether it arrived: an edit or a lesson step is sent once more, anything else is parked."""
    async with post.database.begin() as conn:
        if outgoing.kind.is_resent_once and outgoing.attempts <= 1:
            await outbox.put_back(conn, outgoing.id, run_at=post.clock.now(), reason="in_doubt")
            return State.QUEUED, True
        await outbox.mark(conn, outgoing.id, State.UNKNOWN, "in_doubt")
        return State.UNKNOWN, False


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
                        await _deliver(self._post, outgoing, outgoing.message, "live", held_at)
                waiting.popleft()
        except (SQLAlchemyError, OSError) as error:
            # The rows stay in `sending`: the reaper settles them when the database is back.
            log.error("ledger_away", error=type(error).__name__, waiting=len(waiting))
        finally:
            del self._chats[account_id]


@dataclass(frozen=True, slots=True)
class Pace:
    """
    A token bucket: capacity and refill a second together never pass the ceiling of any one second.

    Some room is left for messages that arrive a little sooner or later after their moment than others.
    """

    capacity: float
    refill: float

    @classmethod
    def under(cls, ceiling: float) -> Pace:
        """The bucket for at most `ceiling` messages in any second."""
        capacity = max(1.0, 0.005 * ceiling)
        roomy = (ceiling + 0.9 - capacity) / (1 + (JITTER_OF_MANY_S if ceiling > MANY else JITTER_S))
        return cls(capacity, max(min(ceiling - capacity, roomy), ceiling / 2))


class BulkLane:
    """
    Sends what waits in the ledger, at the pace of its endpoint's bucket.

    Each message leaves at the moment its token is there. If one leaves late the next ones wait as long, and the wait
    shrinks slowly: else the late ones and the next would meet in one second at the platform.
    """

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
        self._lag_s = 0.0  # from a message's moment to its leaving
        self._lag_at = 0.0
        self._most_lag_s = MOST_LAG_OF_MANY_S if pace.refill > MANY else MOST_LAG_S
        self._slots = asyncio.Semaphore(IN_FLIGHT)
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
        if room <= 0 or self._slots.locked():
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

    async def _turn(self, moment: float) -> None:
        """Wait until a message's moment, and as long as others were late before it; then for a free slot."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._lag_s, self._lag_at = max(0.0, self._lag_s - LAG_FALLS * (now - self._lag_at)), now
        lag_s = self._lag_s
        await asyncio.sleep(moment + lag_s - now)
        await self._slots.acquire()
        late_s = loop.time() - moment - lag_s
        if late_s > ON_TIME_S:
            self._lag_s = min(max(self._lag_s, lag_s + late_s), self._most_lag_s)

    async def _claim(self, room: int, now: datetime) -> tuple[list[Outgoing], Grant]:
        """One transaction: tokens, and as many messages."""
        real_now = self._post.real_clock.now()
        async with self._post.database.begin() as conn:
            grant = await outbox.grant(
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
            claimed = await outbox.claim(conn, self._endpoint, limit=grant.number, now=now, real_now=real_now)
            if len(claimed) < grant.number:
                await outbox.give_back(conn, self._endpoint, grant.number - len(claimed))
            self._is_idle = len(claimed) < grant.number
        return claimed, grant

    async def _one(self, outgoing: Outgoing, held_at: float, moment: float) -> None:
        try:
            ready = outgoing if outgoing.message is not None else await self._rendered(outgoing)
            if ready is None or ready.message is None:
                return
            await self._turn(moment)
            try:
                blocked_s = self._post.blocked_until.get(self._endpoint, 0.0) - asyncio.get_running_loop().time()
                if blocked_s > 0:
                    await _put_off(self._post, ready, blocked_s)
                else:
                    await _deliver(self._post, ready, ready.message, "bulk", held_at)
            finally:
                self._slots.release()
        except (SQLAlchemyError, OSError) as error:
            log.error("ledger_away", error=type(error).__name__)

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
                if not await outbox.mark_sending(conn, outgoing.id, message, self._post.real_clock.now()):
                    return None
        except (SQLAlchemyError, OSError):
            raise
        except Exception as error:
            log.exception("render_failed", kind=outgoing.kind.value)
            async with self._post.database.begin() as conn:
                await outbox.mark(conn, outgoing.id, State.FAILED, f"render:{type(error).__name__}")
            return None
        return replace(outgoing, message=message, attempts=outgoing.attempts + 1)
