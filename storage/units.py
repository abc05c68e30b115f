"""Units: finding one, what is below it, and the closure that answers so."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, literal, or_, select

from learning.text import fold
from storage.roster import UnitRecord
from storage.tables import org_unit, rollup_dirty, unit_closure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

_COLUMNS = tuple(org_unit.c[field.name] for field in fields(UnitRecord))


async def unit_by_code(conn: AsyncConnection, code: str) -> UnitRecord | None:
    """The unit of that code; its case does not count unless two units differ in nothing else."""
    query = (
        select(*_COLUMNS)
        .where(or_(org_unit.c.code == code, func.lower(org_unit.c.code) == code.lower()))
        .order_by(org_unit.c.code != code)
    )
    row = (await conn.execute(query)).first()
    return UnitRecord(*row) if row else None


async def units_called(conn: AsyncConnection, text: str) -> Sequence[UnitRecord]:
    """The unit of that code, else those of that name, whatever its case and diacritics; at most two."""
    found = await unit_by_code(conn, text)
    if found is not None:
        return [found]
    query = select(*_COLUMNS).where(org_unit.c.name_fold == fold(text)).order_by(org_unit.c.id).limit(2)
    return [UnitRecord(*row) for row in await conn.execute(query)]


async def unit_by_id(conn: AsyncConnection, unit_id: int) -> UnitRecord | None:
    """The unit of that id."""
    row = (await conn.execute(select(*_COLUMNS).where(org_unit.c.id == unit_id))).first()
    return UnitRecord(*row) if row else None


async def root(conn: AsyncConnection, today: date) -> UnitRecord | None:
    """The unit that is above all others; None while there are none."""
    query = select(*_COLUMNS).where(org_unit.c.parent_id.is_(None), _active(today)).order_by(org_unit.c.id)
    row = (await conn.execute(query)).first()
    return UnitRecord(*row) if row else None


async def children(conn: AsyncConnection, unit_id: int, today: date) -> Sequence[UnitRecord]:
    """The units directly below that have not ended, by name."""
    query = (
        select(*_COLUMNS)
        .where(org_unit.c.parent_id == unit_id, _active(today))
        .order_by(org_unit.c.sort_name, org_unit.c.id)
    )
    return [UnitRecord(*row) for row in await conn.execute(query)]


async def subtree(conn: AsyncConnection, unit_id: int) -> Sequence[int]:
    """Ids of the unit and of everything below it, ended units too, nearest first."""
    query = (
        select(unit_closure.c.unit_id)
        .where(unit_closure.c.ancestor_id == unit_id)
        .order_by(unit_closure.c.depth, unit_closure.c.unit_id)
    )
    return list((await conn.execute(query)).scalars())


async def ancestors(conn: AsyncConnection, unit_id: int) -> Sequence[int]:
    """Ids of the unit and of everything above it, nearest first."""
    query = select(unit_closure.c.ancestor_id).where(unit_closure.c.unit_id == unit_id).order_by(unit_closure.c.depth)
    return list((await conn.execute(query)).scalars())


async def is_below(conn: AsyncConnection, unit_id: int, ancestor_id: int) -> bool:
    """Whether a unit is `ancestor_id` itself or below it."""
    query = select(unit_closure.c.depth).where(
        unit_closure.c.ancestor_id == ancestor_id, unit_closure.c.unit_id == unit_id
    )
    return (await conn.execute(query)).first() is not None


async def rebuild_closure(conn: AsyncConnection) -> None:
    """Write the closure anew from the units' parents, in the database, and mark that the tree has changed."""
    await conn.execute(insert(rollup_dirty).values(person_id=None, unit_id=None))
    await conn.execute(delete(unit_closure))
    walk = select(org_unit.c.id.label("ancestor_id"), org_unit.c.id.label("unit_id"), literal(0).label("depth")).cte(
        "walk", recursive=True
    )
    walk = walk.union_all(
        select(walk.c.ancestor_id, org_unit.c.id, walk.c.depth + 1).join_from(
            walk, org_unit, org_unit.c.parent_id == walk.c.unit_id
        )
    )
    statement = insert(unit_closure).from_select(
        ["ancestor_id", "unit_id", "depth"], select(walk.c.ancestor_id, walk.c.unit_id, walk.c.depth)
    )
    await conn.execute(statement)


def _active(today: date) -> ColumnElement[bool]:
    return or_(org_unit.c.valid_to.is_(None), org_unit.c.valid_to > today)
