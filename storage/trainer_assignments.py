"""The decisions on who trains chairs in a level's place."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from learning.trainers import Assignment, Level
from storage.tables import trainer_assignment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection


async def assignments(conn: AsyncConnection) -> Mapping[int, Sequence[Assignment]]:
    """The decisions on who trains, by the unit they are about."""
    found: dict[int, list[Assignment]] = defaultdict(list)
    for row in await conn.execute(select(trainer_assignment).order_by(trainer_assignment.c.id.desc())):
        found[row.unit_id].append(
            Assignment(row.unit_id, row.owner_id, Level(row.level), row.document, row.valid_from, row.valid_to)
        )
    return found


async def assign(conn: AsyncConnection, one: Assignment, now: datetime) -> None:
    """A union decided who trains in a level's place; the decision made last for a unit holds."""
    await conn.execute(
        trainer_assignment.insert().values(
            unit_id=one.unit_id,
            owner_id=one.owner_id,
            level=one.level.value,
            document=one.document,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            recorded_at=now,
        )
    )


async def end(conn: AsyncConnection, unit_id: int, level: Level, on: date) -> bool:
    """From a day on the rule decides again for a unit; False if nothing was decided."""
    statement = (
        update(trainer_assignment)
        .where(
            trainer_assignment.c.unit_id == unit_id,
            trainer_assignment.c.level == level.value,
            trainer_assignment.c.valid_to.is_(None),
        )
        .values(valid_to=on)
    )
    return bool((await conn.execute(statement)).rowcount)
