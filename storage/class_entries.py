"""Which classes were entered for a unit on the dashboard, and taking one back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from learning.recognition import Kind
from storage.class_people import chosen
from storage.posts import held_on
from storage.rollup_tree import batches
from storage.tables import org_unit, position, recognition, rollup_dirty

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Entered:
    """A class of one person that was entered; `full_name` is None where the reader's level may not see names."""

    id: int
    person_id: int
    full_name: str | None
    unit_name: str | None
    module_id: str
    topic: str
    held_on: date
    hours: float | None
    organiser: str
    document: str


async def entered(
    conn: AsyncConnection, unit_id: int, day: date, *, limit: int, before: int | None = None
) -> Sequence[Entered]:
    """
    A page of the classes that were entered for a unit, the latest entry first, behind the entry `before`.

    Names are of the own direct level alone; of others there is the unit in which they hold a post.
    """
    organiser = org_unit.alias("organiser")
    query = (
        select(
            recognition.c.id,
            recognition.c.person_id,
            recognition.c.module_id,
            recognition.c.topic,
            recognition.c.held_on,
            recognition.c.hours,
            organiser.c.name.label("organiser"),
            recognition.c.document,
        )
        .join(organiser, organiser.c.id == recognition.c.by_unit_id)
        .where(recognition.c.entered_by_unit_id == unit_id, recognition.c.kind == Kind.CLASS.value)
        .order_by(recognition.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(recognition.c.id < before)
    rows = (await conn.execute(query)).all()
    persons = {row.person_id for row in rows}
    names = {one.person_id: one for one in await chosen(conn, unit_id, day, persons)}
    units = await _units_of(conn, persons - names.keys(), day)
    return [
        Entered(
            row.id,
            row.person_id,
            names[row.person_id].full_name if row.person_id in names else None,
            names[row.person_id].unit_name if row.person_id in names else units.get(row.person_id),
            *row[2:],
        )
        for row in rows
    ]


async def _units_of(conn: AsyncConnection, persons: Collection[int], day: date) -> dict[int, str]:
    """A unit in which each of these persons holds a post."""
    found: dict[int, str] = {}
    for batch in batches(persons):
        query = (
            select(position.c.person_id, org_unit.c.name)
            .join(org_unit, org_unit.c.id == position.c.unit_id)
            .where(position.c.person_id.in_(batch), held_on(day))
            .order_by(position.c.id)
        )
        for row in await conn.execute(query):
            found.setdefault(row.person_id, row.name)
    return found


async def withdraw(conn: AsyncConnection, unit_id: int, recognition_id: int) -> Any:
    """
    Take back a class that was entered for a unit; the person's figures follow.

    Returns:
        The row as it was; None if there is none, or it was entered elsewhere.
    """
    statement = (
        delete(recognition)
        .where(
            recognition.c.id == recognition_id,
            recognition.c.entered_by_unit_id == unit_id,
            recognition.c.kind == Kind.CLASS.value,
        )
        .returning(recognition)
    )
    row = (await conn.execute(statement)).first()
    if row is not None:
        await conn.execute(rollup_dirty.insert().values(person_id=row.person_id))
    return row
