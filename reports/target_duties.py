"""Phải đào tạo: which chairs a unit itself must train, apart from what other units owe."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learning.targets import targets_on
from learning.trainers import RESOLUTION_RULES
from reports.targets import duty_of, tally
from reports.words import last_day
from storage import target_people, targets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId
    from storage.targets import Facts


@dataclass(frozen=True, slots=True)
class Owed:
    """Chairs whom one unit must train, and how many it has; `is_own`: the unit that asks. Codes are "" for nobody."""

    key: str
    unit_code: str
    unit_name: str
    posts: int
    done: int
    is_own: bool


async def owed(conn: AsyncConnection, unit_id: UnitId, cut_off: datetime, facts: Facts | None = None) -> Sequence[Owed]:
    """
    Who must train which chairs by the resolution (T4, T5, T6): the unit's own debts first, then those of other units.

    Its own are all that it must train, also those it only manages or was given; others' are among the chairs below it.
    """
    day = last_day(cut_off)
    own = await asyncio.to_thread(_by_owner, await targets.trained_by(conn, unit_id, day), day)
    below = await asyncio.to_thread(_by_owner, facts or await targets.facts(conn, unit_id, day), day)
    cells = {key: cell for key, cell in own.items() if key[1] == unit_id}
    cells |= {key: cell for key, cell in below.items() if key[1] != unit_id}
    units = await target_people.unit_names(conn, {owner for _, owner in cells if owner is not None})
    lines = [
        Owed(key, *(units[owner] if owner is not None else ("", "")), posts, done, owner == unit_id)
        for (key, owner), (posts, done) in cells.items()
    ]
    return sorted(lines, key=lambda line: (not line.is_own, line.key, line.done - line.posts, line.unit_code))


def _by_owner(facts: Facts, day: date) -> Mapping[tuple[str, int | None], tuple[int, int]]:
    cells: dict[tuple[str, int | None], tuple[int, int]] = {}
    for target in targets_on(day):
        if target.rule not in RESOLUTION_RULES:
            continue
        counts = tally(target, facts, day, ())
        for place, post in enumerate(counts.counted):
            whose = duty_of(target, post, facts, day)
            cell = (target.key, whose.owner_id if whose else None)
            posts, done = cells.get(cell, (0, 0))
            cells[cell] = (posts + 1, done + (place in counts.done))
    return cells
