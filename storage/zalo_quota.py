"""How many messages a bot of Zalo's Bot Platform has sent today and this month, for all processes together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from storage.database import insert
from storage.tables import account, endpoint, zalo_spending

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import EndpointId

CHANNEL = "zalo_bot"


@dataclass(frozen=True, slots=True)
class Used:
    """Messages on a day, and in its month, in Viet Nam."""

    today: int
    month: int

    def fits(self, per_day: int, per_month: int) -> bool:
        """True if one more may be sent; 0: no limit."""
        return (not per_day or self.today < per_day) and (not per_month or self.month < per_month)


async def take(
    conn: AsyncConnection, endpoint_id: EndpointId, on_day: date, *, per_day: int, per_month: int
) -> tuple[bool, Used]:
    """Take one message, if there is one left (0: no limit); returns whether it was, and what is used by then."""
    first = on_day.replace(day=1)
    await _ensure(conn, endpoint_id, first)
    lock = select(zalo_spending.c.reserved).where(
        zalo_spending.c.endpoint_id == endpoint_id, zalo_spending.c.on_day == first
    )
    await conn.execute(lock.with_for_update())  # the month's first row: whoever holds it counts alone
    before = await used(conn, endpoint_id, on_day)
    if not before.fits(per_day, per_month):
        return False, before
    await _ensure(conn, endpoint_id, on_day)
    await conn.execute(
        update(zalo_spending)
        .where(zalo_spending.c.endpoint_id == endpoint_id, zalo_spending.c.on_day == on_day)
        .values(reserved=zalo_spending.c.reserved + 1)
    )
    return True, Used(before.today + 1, before.month + 1)


async def used(conn: AsyncConnection, endpoint_id: EndpointId, on_day: date) -> Used:
    """What is used of a day and its month."""
    first = on_day.replace(day=1)
    query = select(zalo_spending.c.on_day, zalo_spending.c.reserved).where(
        zalo_spending.c.endpoint_id == endpoint_id,
        zalo_spending.c.on_day >= first,
        zalo_spending.c.on_day < (first + timedelta(days=32)).replace(day=1),
    )
    numbers = {row.on_day: row.reserved for row in (await conn.execute(query)).all()}
    return Used(numbers.get(on_day, 0), sum(numbers.values()))


async def by_day(conn: AsyncConnection, endpoint_id: EndpointId, since: date) -> Sequence[tuple[date, int]]:
    """Messages of each day that had any, oldest first."""
    query = (
        select(zalo_spending.c.on_day, zalo_spending.c.reserved)
        .where(
            zalo_spending.c.endpoint_id == endpoint_id, zalo_spending.c.on_day >= since, zalo_spending.c.reserved > 0
        )
        .order_by(zalo_spending.c.on_day)
    )
    return [(day, number) for day, number in (await conn.execute(query)).all()]


async def known(conn: AsyncConnection, bot_id: str) -> EndpointId | None:
    """The bot's row; None before its first start."""
    query = select(endpoint.c.id).where(endpoint.c.channel == CHANNEL, endpoint.c.external_id == bot_id)
    found: EndpointId | None = (await conn.execute(query)).scalar()
    return found


async def people(conn: AsyncConnection, endpoint_id: EndpointId) -> int:
    """Doors that are open on the bot."""
    query = select(func.count()).select_from(account).where(account.c.endpoint_id == endpoint_id, account.c.is_open)
    return (await conn.execute(query)).scalar_one()


async def _ensure(conn: AsyncConnection, endpoint_id: EndpointId, on_day: date) -> None:
    await conn.execute(
        insert(conn, zalo_spending).values(endpoint_id=endpoint_id, on_day=on_day, reserved=0).on_conflict_do_nothing()
    )
