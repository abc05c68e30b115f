"""The figures of a unit and of those below it: live from `unit_rollup`, or at a cut-off from `snapshot`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, literal, literal_column, or_, select

from channels.messages import UnitId
from learning.roles import GROUP_TYPES, Role
from storage.database import insert
from storage.posts import ALL, OWN, Counts, total
from storage.tables import COUNTS, org_unit, snapshot, unit_rollup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """The posts of one unit by role: its own, and with everything below it."""

    unit_id: UnitId
    own: Mapping[Role, Counts]
    all: Mapping[Role, Counts]

    @property
    def total_own(self) -> Counts:
        """All of the unit's own posts."""
        return total(self.own.values())

    @property
    def total(self) -> Counts:
        """All posts of the unit and below."""
        return total(self.all.values())


@dataclass(frozen=True, slots=True)
class Line:
    """A unit in a list below another, with everything below it."""

    id: UnitId
    code: str
    name: str
    unit_type: str
    counts: Counts


def source(cut_off: datetime | None) -> tuple[Any, tuple[ColumnElement[bool], ...]]:
    """Where figures are read: live, or as they were at a cut-off; with the condition that chooses it."""
    return (unit_rollup, ()) if cut_off is None else (snapshot, (snapshot.c.cut_off == cut_off,))


async def read(conn: AsyncConnection, unit_id: UnitId, cut_off: datetime | None = None) -> UnitFigures:
    """The posts of a unit, live or at a cut-off; without any row all is zero."""
    table, conditions = source(cut_off)
    query = select(table.c.role, *(table.c[name] for name in (*OWN, *ALL))).where(
        table.c.unit_id == unit_id, *conditions
    )
    rows = (await conn.execute(query)).all()
    return UnitFigures(
        unit_id,
        {Role(row.role): own for row in rows if (own := Counts.of(row, "own_"))},
        {Role(row.role): Counts.of(row, "all_") for row in rows},
    )


def is_listed(cut_off: datetime | None = None) -> ColumnElement[bool]:
    """True of a unit that has not ended, or has posts left."""
    table, conditions = source(cut_off)
    most = select(func.max(table.c.all_posts)).where(table.c.unit_id == org_unit.c.id, *conditions).scalar_subquery()
    return or_(org_unit.c.valid_to.is_(None), most > literal_column("0"))


def lines_query(condition: ColumnElement[bool], cut_off: datetime | None = None) -> Select[Any]:
    """
    A query for the `Line`s of the units that the condition on org_unit chooses; ended units only with posts left.

    `waiting`, the posts without anybody connected, is there to be ordered by: one sum costs half of two.

    The sums are scalar subqueries, so that each unit's rows are found by key however many units there are
    (for a join or EXISTS, PostgreSQL would rather read the whole table once).
    """
    table, conditions = source(cut_off)
    mine = and_(table.c.unit_id == org_unit.c.id, *conditions)
    summed = {name: table.c[f"all_{name}"] for name in COUNTS} | {"waiting": table.c.all_posts - table.c.all_joined}
    sums = (
        select(func.coalesce(func.sum(column), literal_column("0"))).where(mine).scalar_subquery().label(name)
        for name, column in summed.items()
    )
    return select(org_unit.c.id, org_unit.c.code, org_unit.c.name, org_unit.c.unit_type, *sums).where(
        condition, is_listed(cut_off)
    )


def as_line(row: Any) -> Line:
    """A row of `lines_query`."""
    return Line(UnitId(row.id), row.code, row.name, row.unit_type, Counts.of(row))


def children_query(unit_id: UnitId, cut_off: datetime | None = None) -> Select[Any]:
    """The query of `children`."""
    return lines_query(org_unit.c.parent_id == unit_id, cut_off).order_by(org_unit.c.sort_name, org_unit.c.id)


async def children(conn: AsyncConnection, unit_id: UnitId, cut_off: datetime | None = None) -> Sequence[Line]:
    """The units directly below a unit, each with everything below it, in alphabetical order."""
    return [as_line(row) for row in await conn.execute(children_query(unit_id, cut_off))]


async def take_snapshot(conn: AsyncConnection, cut_off: datetime, taken_at: datetime) -> int:
    """Keep the figures of all units above tổ as those of a cut-off, once; returns the rows kept, 0 if it was taken."""
    root: Select[Any] = (
        select(literal_column("1"))
        .select_from(snapshot.join(org_unit, org_unit.c.id == snapshot.c.unit_id))
        .where(org_unit.c.parent_id.is_(None), snapshot.c.cut_off == cut_off)
    )
    if (await conn.execute(root.limit(1))).first():
        return 0
    figures = (
        select(
            unit_rollup.c.unit_id,
            literal(cut_off, snapshot.c.cut_off.type),
            unit_rollup.c.role,
            *(unit_rollup.c[name] for name in (*OWN, *ALL)),
            literal(taken_at, snapshot.c.taken_at.type),
        )
        .join(org_unit, org_unit.c.id == unit_rollup.c.unit_id)
        .where(org_unit.c.unit_type.not_in(GROUP_TYPES))
    )
    columns = ["unit_id", "cut_off", "role", *OWN, *ALL, "taken_at"]
    statement = insert(conn, snapshot).from_select(columns, figures).on_conflict_do_nothing()
    return int((await conn.execute(statement)).rowcount)
