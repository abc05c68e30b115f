"""What a digest says of a month, quarter or half-year that has ended: one line of the highest unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import words
from storage import period_figures
from storage.unit_figures import read

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from learning.periods import Period
    from storage.reporting import Unit


async def told(conn: AsyncConnection, unit: Unit, period: Period) -> str:
    """Return how many completed at a period's end, and how many more than at its beginning; nothing if not kept."""
    at = await period_figures.kept(conn, unit.id, period.cut_off, after=period.begins)
    if at is None:
        return ""
    counts = (await read(conn, unit.id, at)).total
    if not counts.posts:
        return ""
    more = ""
    before_at = await period_figures.kept(conn, unit.id, period.begins)
    if before_at is not None:
        before = (await read(conn, unit.id, before_at)).total
        more = words.change(counts.completed - before.completed)
    label = period.label[0].upper() + period.label[1:]
    share = words.share(counts.completed, counts.posts)
    return f"{label} (đến hết {words.day(words.last_day(at))}): hoàn thành {share}{f', {more}' if more else ''}."
