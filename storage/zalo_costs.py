"""What messages cost at Zalo: the ledger of what each counted as, and the day's budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from storage.database import insert
from storage.tables import endpoint, zalo_charge, zalo_spending

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import EndpointId

CHANNEL = "zalo"
FREE = frozenset({"reply", "welcome_msg"})
NAMES: Mapping[str, str] = {
    "reply": "miễn phí (trong 48 giờ)",
    "welcome_msg": "miễn phí (tin chào)",
    "sub_quota": "trừ vào gói",
    "purchase_quota": "trừ vào số đã mua",
    "reward_quota": "trừ vào số được tặng",
    "billed": "tính phí",
    "template": "mẫu tin (ZBS)",
}
_MAX_NAME = 20


async def charge(
    conn: AsyncConnection, endpoint_id: EndpointId, on_day: date, charges: Sequence[tuple[int | None, str, int | None]]
) -> None:
    """Write down what messages counted as: delivery (None for a visitor's), quota_type, and price in đồng if known."""
    await conn.execute(
        zalo_charge.insert(),
        [
            {
                "endpoint_id": endpoint_id,
                "delivery_id": each,
                "counted_as": what[:_MAX_NAME],
                "on_day": on_day,
                "price": price,
            }
            for each, what, price in charges
        ],
    )


async def reserve(conn: AsyncConnection, endpoint_id: EndpointId, on_day: date, budget: int) -> bool:
    """Take one message of the day's budget, for all processes together; False if it is spent."""
    if budget <= 0:
        return False
    await conn.execute(
        insert(conn, zalo_spending).values(endpoint_id=endpoint_id, on_day=on_day, reserved=0).on_conflict_do_nothing()
    )
    done = await conn.execute(
        update(zalo_spending)
        .where(
            zalo_spending.c.endpoint_id == endpoint_id,
            zalo_spending.c.on_day == on_day,
            zalo_spending.c.reserved < budget,
        )
        .values(reserved=zalo_spending.c.reserved + 1)
    )
    return bool(done.rowcount)


async def give_back(conn: AsyncConnection, endpoint_id: EndpointId, on_day: date, number: int) -> None:
    """Return what was reserved for messages that cost nothing, or were surely not sent."""
    await conn.execute(
        update(zalo_spending)
        .where(
            zalo_spending.c.endpoint_id == endpoint_id,
            zalo_spending.c.on_day == on_day,
            zalo_spending.c.reserved >= number,
        )
        .values(reserved=zalo_spending.c.reserved - number)
    )


async def reserved(conn: AsyncConnection, endpoint_id: EndpointId, on_day: date) -> int:
    """How much of the day's budget is taken."""
    query = select(zalo_spending.c.reserved).where(
        zalo_spending.c.endpoint_id == endpoint_id, zalo_spending.c.on_day == on_day
    )
    return (await conn.execute(query)).scalar() or 0


async def by_day(conn: AsyncConnection, oa_id: str, since: date) -> Sequence[tuple[date, str, int, int | None]]:
    """Messages by day and by what they counted as, oldest first, with the sum of the prices that were told (đồng)."""
    query = (
        select(zalo_charge.c.on_day, zalo_charge.c.counted_as, func.count(), func.sum(zalo_charge.c.price))
        .join(endpoint, endpoint.c.id == zalo_charge.c.endpoint_id)
        .where(endpoint.c.channel == CHANNEL, endpoint.c.external_id == oa_id, zalo_charge.c.on_day >= since)
        .group_by(zalo_charge.c.on_day, zalo_charge.c.counted_as)
        .order_by(zalo_charge.c.on_day, zalo_charge.c.counted_as)
    )
    return [(day, what, number, price) for day, what, number, price in (await conn.execute(query)).all()]
