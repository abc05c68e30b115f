"""The units below a unit, a page at a time, in an order that a reader chose, and found by name or code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal_column, or_, select

from learning.roles import GROUP_TYPES
from storage.posts import Counts
from storage.reporting import is_managed
from storage.tables import COUNTS, org_unit, unit_closure, unit_rollup
from storage.unit_figures import as_line, lines_query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId
    from storage.unit_figures import Line

PAGE = 50
_NOBODY_TO_TRAIN = "2000"  # behind 1000 per mille
_PARTS = ("CDCS_TV", "CDBP")  # inside of a CĐCS: nothing that a union above looks at


class Order(StrEnum):
    """By name; most not connected first; least completed first, as a share; most completed first."""

    NAME = "ten"
    NEED = "can"
    SHARE = "ty-le"
    DONE = "xong"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the order's value and the id of its last unit."""

    value: int
    unit_id: int


@dataclass(frozen=True, slots=True)
class Page:
    """Units, and where the next page begins after; None at the end."""

    lines: Sequence[Line]
    next: Place | None


def _value(line: Any, order: Order) -> Any:
    match order:
        case Order.NAME:
            return literal_column("0")
        case Order.NEED:
            return line.c.joined - line.c.posts
        case Order.DONE:
            return literal_column("0") - line.c.completed
        case Order.SHARE:
            share = line.c.completed * literal_column("1000") / line.c.posts
            return case((line.c.posts == 0, literal_column(_NOBODY_TO_TRAIN)), else_=share)


def page_query(
    unit_id: UnitId, *, order: Order, is_grassroots: bool, search: str, after: Place | None, limit: int
) -> Select[Any]:
    """
    The query of `page`.

    Without `search` what lies directly below or is managed, else all below whose folded name or code holds it.
    """
    managed = and_(org_unit.c.manager_id == unit_id, is_managed())
    if search:
        pattern = f"%{search.replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
        hidden = GROUP_TYPES if is_grassroots else {*GROUP_TYPES, *_PARTS}
        below = org_unit.c.id.in_(
            select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id == unit_id, unit_closure.c.depth > 0)
        )
        named = or_(
            org_unit.c.name_fold.like(pattern, escape="/"), func.lower(org_unit.c.code).like(pattern, escape="/")
        )
        condition = and_(or_(below, managed), named, org_unit.c.unit_type.not_in(hidden))
    else:
        condition = or_(and_(org_unit.c.parent_id == unit_id, org_unit.c.unit_type.not_in(GROUP_TYPES)), managed)
    line = lines_query(condition).add_columns(org_unit.c.sort_name).subquery()
    valued = select(line, _value(line, order).label("value")).subquery()
    query = select(valued).order_by(valued.c.value, valued.c.sort_name, valued.c.id).limit(limit)
    if after is not None:
        name = select(org_unit.c.sort_name).where(org_unit.c.id == after.unit_id).scalar_subquery()
        later_name = or_(valued.c.sort_name > name, and_(valued.c.sort_name == name, valued.c.id > after.unit_id))
        query = query.where(or_(valued.c.value > after.value, and_(valued.c.value == after.value, later_name)))
    return query


async def page(
    conn: AsyncConnection,
    unit_id: UnitId,
    *,
    order: Order,
    is_grassroots: bool,
    search: str = "",
    after: Place | None = None,
    limit: int = PAGE,
) -> Page:
    """A page of the units below a unit, each with everything below it. One statement."""
    query = page_query(unit_id, order=order, is_grassroots=is_grassroots, search=search, after=after, limit=limit + 1)
    rows = (await conn.execute(query)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page([as_line(row) for row in rows[:limit]], Place(int(last.value), last.id) if last else None)


async def managed_totals(conn: AsyncConnection, unit_id: UnitId) -> tuple[int, Counts]:
    """How many units a unit manages without being above them, and their posts together. One statement."""
    below = select(org_unit.c.id).where(org_unit.c.manager_id == unit_id, is_managed(), org_unit.c.valid_to.is_(None))
    query = select(
        func.count(unit_rollup.c.unit_id.distinct()).label("units"),
        *(func.sum(unit_rollup.c[f"all_{name}"]).label(name) for name in COUNTS),
    ).where(unit_rollup.c.unit_id.in_(below))
    row = (await conn.execute(query)).one()
    return int(row.units), Counts.of(row)
