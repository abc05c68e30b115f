"""The token bucket of an endpoint: one row for all processes, so that together they keep to the platform's pace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, literal, select, update

from storage.tables import endpoint

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import EndpointId


@dataclass(frozen=True, slots=True)
class Grant:
    """Tokens of a bucket. `wait_s`: seconds until there may be one more."""

    number: int
    empty_in_s: float  # less than 0: it was empty so long ago
    rate: float
    wait_s: float

    def leaves_in_s(self, place: int) -> float:
        """Seconds until the message at that place, from 0, may leave."""
        return max(0.0, self.empty_in_s + (place + 1) / self.rate)


async def grant(
    conn: AsyncConnection,
    endpoint_id: EndpointId,
    *,
    wanted: int,
    rate: float,
    burst: float,
    real_now: datetime,
    ahead_s: float = 0.0,
) -> Grant:
    """
    Take up to `wanted` tokens of an endpoint's bucket, shared by all processes as its row.

    Tokens that will be there within `ahead_s` may be taken before: who takes them waits until then with its message.
    """
    query = select(endpoint.c.tokens, endpoint.c.refilled_at, endpoint.c.blocked_until).where(
        endpoint.c.id == endpoint_id
    )
    # Not FOR UPDATE: every answer to a tap refers to this row, and would wait.
    row = (await conn.execute(query.with_for_update(key_share=True))).one()
    if row.blocked_until and row.blocked_until > real_now:
        return Grant(0, 0.0, rate, (row.blocked_until - real_now).total_seconds())
    # Whoever waited for the row comes with a moment that has passed: the bucket's own time never goes back.
    at = max(row.refilled_at or real_now, real_now)
    passed_s = (at - row.refilled_at).total_seconds() if row.refilled_at else burst / rate
    tokens = min(burst, row.tokens + passed_s * rate)
    from_now_s = (at - real_now).total_seconds() - tokens / rate  # when the bucket was, or will be, empty
    number = max(0, min(wanted, int(tokens + ahead_s * rate)))
    if number:
        await conn.execute(
            update(endpoint).where(endpoint.c.id == endpoint_id).values(tokens=tokens - number, refilled_at=at)
        )
    return Grant(number, from_now_s, rate, max(0.0, from_now_s + (number + 1) / rate - ahead_s))


async def give_back(conn: AsyncConnection, endpoint_id: EndpointId, tokens: int) -> None:
    """Return tokens that found no message, in the transaction that took them."""
    await conn.execute(update(endpoint).where(endpoint.c.id == endpoint_id).values(tokens=endpoint.c.tokens + tokens))


async def block(conn: AsyncConnection, endpoint_id: EndpointId, until: datetime) -> None:
    """The platform said to wait: no process sends bulk on this endpoint before `until`."""
    latest = case(
        (endpoint.c.blocked_until > until, endpoint.c.blocked_until),
        else_=literal(until, endpoint.c.blocked_until.type),
    )
    await conn.execute(update(endpoint).where(endpoint.c.id == endpoint_id).values(blocked_until=latest))
