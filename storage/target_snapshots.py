"""The targets of units as they stood at a cut-off: what a unit showed then, whatever has moved since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from learning.roles import BELOW_PROVINCE_TYPES
from storage.database import insert
from storage.posts import exists_on
from storage.tables import org_unit, target_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

_PAGE = 1_000


async def is_taken(conn: AsyncConnection, cut_off: datetime) -> bool:
    """Whether that cut-off has been kept for a root."""
    query = (
        select(target_snapshot.c.key)
        .join(org_unit, org_unit.c.id == target_snapshot.c.unit_id)
        .where(org_unit.c.parent_id.is_(None), target_snapshot.c.cut_off == cut_off)
    )
    return (await conn.execute(query.limit(1))).first() is not None


async def roots(conn: AsyncConnection, day: date) -> Sequence[int]:
    """The units without one above."""
    return list(
        (await conn.execute(select(org_unit.c.id).where(org_unit.c.parent_id.is_(None), exists_on(day)))).scalars()
    )


async def units_above(conn: AsyncConnection, day: date) -> Sequence[int]:
    """Every unit above the CĐCS."""
    query = select(org_unit.c.id).where(org_unit.c.unit_type.not_in(BELOW_PROVINCE_TYPES), exists_on(day))
    return list((await conn.execute(query)).scalars())


async def write(
    conn: AsyncConnection, cut_off: datetime, taken_at: datetime, figures: Mapping[tuple[int, str], tuple[int, int]]
) -> int:
    """Keep numerator and denominator by unit and target."""
    rows = [
        {
            "unit_id": unit_id,
            "cut_off": cut_off,
            "key": key,
            "numerator": numerator,
            "denominator": denominator,
            "taken_at": taken_at,
        }
        for (unit_id, key), (numerator, denominator) in sorted(figures.items())
    ]
    for start in range(0, len(rows), _PAGE):
        await conn.execute(insert(conn, target_snapshot).on_conflict_do_nothing(), rows[start : start + _PAGE])
    return len(rows)


async def read(conn: AsyncConnection, unit_id: int, cut_off: datetime) -> Mapping[str, tuple[int, int]]:
    """Numerator and denominator that a unit had at a cut-off, by target; empty if it was not kept."""
    query = select(target_snapshot.c.key, target_snapshot.c.numerator, target_snapshot.c.denominator).where(
        target_snapshot.c.unit_id == unit_id, target_snapshot.c.cut_off == cut_off
    )
    return {row.key: (row.numerator, row.denominator) for row in await conn.execute(query)}
