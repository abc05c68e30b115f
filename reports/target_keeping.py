"""The targets of every unit above the CĐCS at a cut-off, counted at once, to be kept as they stood."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from learning.targets import Whom, targets_on
from reports.targets import tally
from reports.words import last_day
from storage import target_people, target_snapshots, targets
from storage.database import allow_long

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.targets import Facts

Figures = dict[tuple[int, str], tuple[int, int]]


async def figures(conn: AsyncConnection, cut_off: datetime, compulsory: Collection[str]) -> Figures | None:
    """
    Numerator and denominator by unit and target; None if that cut-off has been kept, or nothing was measured then.

    Every unit above the CĐCS has at least one row, so that what is missing is known to have been nought.
    """
    if await target_snapshots.is_taken(conn, cut_off):
        return None
    day = last_day(cut_off)
    wanted = targets_on(day)
    if not wanted:
        return None
    await allow_long(conn)
    above = await target_snapshots.units_above(conn, day)
    found: Figures = {(unit_id, wanted[0].key): (0, 0) for unit_id in above}
    online = await target_people.online_above(conn, day, cut_off)
    for target in wanted:
        if target.whom is Whom.LEARNERS:  # they have no denominator: the chuyên đề stand in its place
            found |= {(unit_id, target.key): online.get(unit_id, (0, 0))[::-1] for unit_id in above}
    for root in await target_snapshots.roots(conn, day):
        facts = await targets.facts(conn, root, day)
        found |= await asyncio.to_thread(_sums, facts, day, compulsory)  # seconds for a whole country
    return found


def _sums(facts: Facts, day: date, compulsory: Collection[str]) -> Figures:
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for target in targets_on(day):
        counts = tally(target, facts, day, compulsory)
        for place, post in enumerate(counts.counted):
            for unit_id in post.path[1:] if post.base else post.path:
                cell = sums[unit_id, target.key]
                cell[0] += place in counts.done
                cell[1] += 1
    return {key: (done, posts) for key, (done, posts) in sums.items()}
