"""What was looked up and not found, counted by day for the authors; nobody's name is with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Date, Integer, String, bindparam, delete, func, literal, select

from storage.database import insert
from storage.tables import search_miss

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncConnection

MOST_ROWS = 10_000  # a flood of nonsense fills no disk
KEPT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Miss:
    """A term (folded), how often it was asked for in all, and the last day."""

    term: str
    number: int
    last_day: date


async def count(conn: AsyncConnection, term: str, day: date, most_rows: int = MOST_ROWS) -> None:
    """Count a term once more; a new one is left out while `most_rows` are kept."""
    room = select(literal(term, String(60)), bindparam("day", day, type_=Date), literal(1, Integer)).where(
        select(func.count()).select_from(search_miss).scalar_subquery() < most_rows
    )
    known = search_miss.update().where(search_miss.c.term == term, search_miss.c.day == day)
    if not (await conn.execute(known.values(number=search_miss.c.number + 1))).rowcount:
        statement = insert(conn, search_miss).from_select(["term", "day", "number"], room)
        await conn.execute(
            statement.on_conflict_do_update(index_elements=["term", "day"], set_={"number": search_miss.c.number + 1})
        )


async def listed(conn: AsyncConnection, limit: int) -> Sequence[Miss]:
    """The terms asked for most, those first."""
    number = func.sum(search_miss.c.number)
    query = (
        select(search_miss.c.term, number.label("number"), func.max(search_miss.c.day).label("last_day"))
        .group_by(search_miss.c.term)
        .order_by(number.desc(), search_miss.c.term)
        .limit(limit)
    )
    return [Miss(row.term, int(row.number), row.last_day) for row in await conn.execute(query)]


async def forget_old(conn: AsyncConnection, today: date) -> None:
    """Forget what was asked for more than 180 days ago."""
    await conn.execute(delete(search_miss).where(search_miss.c.day < today - KEPT))
