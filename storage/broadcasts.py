"""Gửi tin: one message of a union to the learners of its subtree. At most one a day for a unit, and for a learner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select, update

from channels.messages import PersonId, UnitId
from learning.calendar import day_of
from storage import recipients
from storage.tables import broadcast, delivery, org_unit, person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.recipients import Audience

MOST = 400  # characters of a message
PAGE = 5_000  # learners queued in one transaction
FORGOTTEN_AFTER = timedelta(days=7)  # one that nobody could queue for so long is old news
CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A message as it was confirmed; `by_name` is None for the operator, or somebody erased since."""

    id: int
    unit_id: UnitId
    unit_name: str
    roles: tuple[str, ...]
    text: str
    recipients: int
    confirmed_at: datetime
    by_name: str | None
    is_queued: bool
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a message has come, in deliveries; `lost` did not arrive, or nobody knows whether they did."""

    total: int
    sent: int
    waiting: int
    cancelled: int
    lost: int


def _broadcast(row: Any) -> Broadcast:
    return Broadcast(
        row.id,
        UnitId(row.unit_id),
        row.unit_name,
        tuple(row.roles),
        row.text,
        row.recipients,
        row.confirmed_at,
        row.full_name,
        row.queued_at is not None,
        row.cancelled_at is not None,
    )


_QUERY = (
    select(broadcast, org_unit.c.name.label("unit_name"), person.c.full_name)
    .join(org_unit, org_unit.c.id == broadcast.c.unit_id)
    .outerjoin(person, person.c.id == broadcast.c.by_person_id)
)


async def by_id(conn: AsyncConnection, broadcast_id: int) -> Broadcast | None:
    """The broadcast of that id."""
    row = (await conn.execute(_QUERY.where(broadcast.c.id == broadcast_id))).first()
    return _broadcast(row) if row else None


async def of_day(conn: AsyncConnection, unit_id: UnitId, day: date) -> Broadcast | None:
    """What a unit itself sent on that day in Viet Nam."""
    query = _QUERY.where(broadcast.c.on_day == day, broadcast.c.unit_id == unit_id)
    row = (await conn.execute(query)).first()
    return _broadcast(row) if row else None


async def audience(conn: AsyncConnection, unit_id: UnitId, roles: Sequence[str], now: datetime) -> Audience:
    """Count who would receive a message now, and who would not and why."""
    return await recipients.count(conn, recipients.Aim(unit_id, tuple(roles), now))


async def create(
    conn: AsyncConnection,
    *,
    unit_id: UnitId,
    by: PersonId | None,
    roles: Sequence[str],
    text: str,
    now: datetime,
) -> int | None:
    """
    Write down a confirmed message; its deliveries are queued by `queue_page`.

    Args:
        conn: a connection in a transaction; the unit's row stays locked, so that two do not send at once.
        unit_id: whose learners, with all below.
        by: who confirmed it; None for the operator.
        roles: `learning.roles.Role` values; empty for all.
        text: at most `MOST` characters, already clean.
        now: the program's clock.

    Returns:
        Its id, or None if the unit has sent one today.

    Raises:
        ValueError: the text is empty or too long.
    """
    if not 0 < len(text) <= MOST:
        raise ValueError("a broadcast's text is empty or too long")
    await conn.execute(select(org_unit.c.id).where(org_unit.c.id == unit_id).with_for_update())
    if await of_day(conn, unit_id, day_of(now)) is not None:
        return None
    counted = await audience(conn, unit_id, roles, now)
    statement = (
        broadcast.insert()
        .values(
            unit_id=unit_id,
            by_person_id=by,
            roles=list(roles),
            text=text,
            recipients=counted.recipients,
            confirmed_at=now,
            on_day=day_of(now),
        )
        .returning(broadcast.c.id)
    )
    return int((await conn.execute(statement)).scalar_one())


async def waiting(conn: AsyncConnection, now: datetime) -> Sequence[int]:
    """Ids of the messages whose deliveries are not all in the ledger, the oldest first."""
    query = (
        select(broadcast.c.id)
        .where(
            broadcast.c.on_day >= day_of(now - FORGOTTEN_AFTER),
            broadcast.c.queued_at.is_(None),
            broadcast.c.cancelled_at.is_(None),
        )
        .order_by(broadcast.c.id)
    )
    return list((await conn.execute(query)).scalars())


async def queue_page(
    conn: AsyncConnection, broadcast_id: int, after: PersonId, now: datetime, size: int = PAGE
) -> PersonId | None:
    """
    Queue a message for the next `size` learners after `after`, by person; may be repeated without harm.

    Returns:
        Where the next page begins, or None: all are queued, or it was cancelled.
    """
    await recipients.lock(conn)
    row = (await conn.execute(select(broadcast).where(broadcast.c.id == broadcast_id).with_for_update())).first()
    if row is None or row.queued_at is not None or row.cancelled_at is not None:
        return None
    aim = recipients.Aim(UnitId(row.unit_id), tuple(row.roles), now, broadcast_id)
    last = await recipients.end_of_page(conn, aim, after, size)
    await recipients.queue(conn, aim, after, last)
    if last is None:
        await conn.execute(update(broadcast).where(broadcast.c.id == broadcast_id).values(queued_at=now))
    return last


async def progress(conn: AsyncConnection, found: Broadcast) -> Progress:
    """How far a message has come; read by the index on (broadcast, state)."""
    reason = case((delivery.c.state == "unsendable", delivery.c.reason), else_="").label("reason")
    each = select(delivery.c.state, reason).where(delivery.c.broadcast_id == found.id).subquery()
    query = select(each.c.state, each.c.reason, func.count().label("number")).group_by(each.c.state, each.c.reason)
    numbers = {(row.state, row.reason): row.number for row in await conn.execute(query)}
    sent = sum(number for (state, _), number in numbers.items() if state == "sent")
    open_now = sum(number for (state, _), number in numbers.items() if state in {"queued", "leased", "sending"})
    cancelled = numbers.get(("unsendable", CANCELLED), 0)
    known = sum(numbers.values())
    lost = known - sent - open_now - cancelled
    if found.is_queued:
        return Progress(known, sent, open_now, cancelled, lost)
    to_come = max(0, found.recipients - known)
    if found.is_cancelled:
        return Progress(known + to_come, sent, open_now, cancelled + to_come, lost)
    return Progress(known + to_come, sent, open_now + to_come, cancelled, lost)


async def cancel(conn: AsyncConnection, broadcast_id: int, now: datetime) -> None:
    """Send no more of a message: what is queued will not be, what is being sent arrives."""
    await conn.execute(
        update(broadcast)
        .where(broadcast.c.id == broadcast_id, broadcast.c.cancelled_at.is_(None))
        .values(cancelled_at=now)
    )
    await conn.execute(
        update(delivery)
        .where(delivery.c.broadcast_id == broadcast_id, delivery.c.state == "queued")
        .values(state="unsendable", reason=CANCELLED)
    )
