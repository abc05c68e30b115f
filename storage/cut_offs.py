"""The cut-offs at which a unit's figures were kept, and what they were."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from storage.posts import Counts
from storage.tables import COUNTS, org_unit, snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId

_MOMENT = timedelta(microseconds=1)


async def previous_cut_off(conn: AsyncConnection, before: datetime, unit_id: UnitId | None = None) -> datetime | None:
    """The last cut-off before then at which a unit (None: the root) was counted."""
    whose = (
        snapshot.c.unit_id.in_(select(org_unit.c.id).where(org_unit.c.parent_id.is_(None)))
        if unit_id is None
        else snapshot.c.unit_id == unit_id
    )
    query = select(func.max(snapshot.c.cut_off)).where(whose, snapshot.c.cut_off < before)
    found: datetime | None = (await conn.execute(query)).scalar_one()
    return found


async def compared_with(
    conn: AsyncConnection, cut_off: datetime, since: datetime | None, unit_id: UnitId | None = None
) -> datetime | None:
    """The cut-off to compare with: the last one not after `since`; without one, the last before `cut_off`."""
    kept = None if since is None else await previous_cut_off(conn, since + _MOMENT, unit_id)
    return kept or await previous_cut_off(conn, cut_off, unit_id)


async def history(
    conn: AsyncConnection, units: Sequence[UnitId], cut_off: datetime, limit: int
) -> Sequence[tuple[datetime, Counts]]:
    """What these units had together at a cut-off and at those before it, the latest first."""
    query = (
        select(snapshot.c.cut_off, *(func.sum(snapshot.c[f"all_{name}"]).label(name) for name in COUNTS))
        .where(snapshot.c.unit_id.in_(units), snapshot.c.cut_off <= cut_off)
        .group_by(snapshot.c.cut_off)
        .order_by(snapshot.c.cut_off.desc())
        .limit(limit)
    )
    return [(row.cut_off, Counts.of(row)) for row in await conn.execute(query)]
