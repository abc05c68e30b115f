"""One call of a platform, and writing down what became of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.fault import reached
from bot.ledger import SentMarks
from channels.messages import (
    Address,
    ClosedDoorError,
    Kind,
    NotAllowedError,
    RefusedError,
    SendError,
    ThrottledError,
    UnknownOutcomeError,
    UnreachableError,
)
from reports import digest
from storage import accounts, bucket, outbox, rollup
from storage.outbox import LEASE, MAX_ATTEMPTS, Outgoing, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.clock import Clock
    from channels.messages import Channel, EndpointId, Message
    from storage.database import Database

BACK_OFF_S = (1.0, 5.0, 30.0, 120.0, 600.0)
CALL_WITHIN_S = 12.0
HELD_S = LEASE.total_seconds() - CALL_WITHIN_S - 3.0  # a lease older than this is renewed before the call


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


async def deliver(post: Post, outgoing: Outgoing, message: Message, lane: str, held_at: float) -> bool:
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
    except NotAllowedError as error:
        state = State.UNSENDABLE
        await _not_allowed(post, outgoing, error)
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
        await bucket.block(conn, outgoing.endpoint_id, until)
    await put_off(post, outgoing, error.retry_after_s)


async def put_off(post: Post, outgoing: Outgoing, seconds: float) -> None:
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


async def _not_allowed(post: Post, outgoing: Outgoing, error: NotAllowedError) -> None:
    """It is not sent later either; a digest waits for its reader."""
    async with post.database.begin() as conn:
        await outbox.mark(conn, outgoing.id, State.UNSENDABLE, error.reason)
        if outgoing.kind is Kind.DIGEST:
            await digest.keep_waiting(conn, outgoing.subject or {})


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
