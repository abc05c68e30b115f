"""What of the messages to the people of a unit arrived and what did not, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, literal_column, select

from storage.pauses import people_below
from storage.tables import account, delivery

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId


async def since(
    conn: AsyncConnection, unit_id: UnitId, start: datetime, now: datetime, day: date
) -> Mapping[tuple[str, str], int]:
    """Deliveries due from `start` until now, to whoever holds a post in or below a unit, by (state, reason)."""
    query = (
        select(delivery.c.state, func.coalesce(delivery.c.reason, literal_column("''")), func.count())
        .join(account, account.c.id == delivery.c.account_id)
        .where(
            account.c.person_id.in_(people_below(unit_id, day)), delivery.c.run_at >= start, delivery.c.run_at <= now
        )
        .group_by(delivery.c.state, func.coalesce(delivery.c.reason, literal_column("''")))
    )
    found: dict[tuple[str, str], int] = {}
    for state, reason, number in (await conn.execute(query)).all():
        found[state, reason] = found.get((state, reason), 0) + number
    return found
