"""The units below a unit, a page at a time, in an order that a reader chose, and found by name or code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal_column, or_, select, text, union_all

from learning.roles import GROUP_TYPES
from storage.posts import Counts
from storage.reporting import is_managed
from storage.tables import ABOVE_GROUPS, COUNTS, org_unit, unit_closure, unit_rollup
from storage.unit_figures import as_line, is_listed, lines_query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId
    from storage.unit_figures import Line

PAGE = 50
MOST_ORDERED = 500  # units found by a search of which the figures are read to put them in order
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
    """
    Units, and where the next page begins after; None at the end.

    `order` is the one asked for, or by name where a search found more than `MOST_ORDERED`.
    """

    lines: Sequence[Line]
    next: Place | None
    order: Order


def _value(line: Any, order: Order) -> Any:
    match order:
        case Order.NAME:
            return literal_column("0")
        case Order.NEED:
            return -line.c.waiting
        case Order.DONE:
            return literal_column("0") - line.c.completed
        case Order.SHARE:
            share = line.c.completed * literal_column("1000") / line.c.posts
            return case((line.c.posts == 0, literal_column(_NOBODY_TO_TRAIN)), else_=share)


def _managed(unit_id: UnitId) -> ColumnElement[bool]:
    return and_(org_unit.c.manager_id == unit_id, is_managed())


def page_query(condition: ColumnElement[bool], *, order: Order, after: Place | None, limit: int) -> Select[Any]:
    """The query of a page of the units that the condition chooses."""
    line = lines_query(condition).add_columns(org_unit.c.sort_name).subquery()
    valued = select(line, _value(line, order).label("value")).subquery()
    query = select(valued).order_by(valued.c.value, valued.c.sort_name, valued.c.id).limit(limit)
    if after is not None:
        name = select(org_unit.c.sort_name).where(org_unit.c.id == after.unit_id).scalar_subquery()
        later_name = or_(valued.c.sort_name > name, and_(valued.c.sort_name == name, valued.c.id > after.unit_id))
        query = query.where(or_(valued.c.value > after.value, and_(valued.c.value == after.value, later_name)))
    return query


def direct(unit_id: UnitId) -> ColumnElement[bool]:
    """True of a unit directly below, tổ apart, or managed."""
    return or_(and_(org_unit.c.parent_id == unit_id, org_unit.c.unit_type.not_in(GROUP_TYPES)), _managed(unit_id))


def found_query(
    unit_id: UnitId, search: str, *, is_grassroots: bool, is_root: bool, after: Place | None, limit: int
) -> Select[Any]:
    """
    Ids of the units below or managed whose folded name or code holds what is searched for, by name.

    Args:
        unit_id: the unit.
        search: folded.
        is_grassroots: the parts of a CĐCS too.
        is_root: nothing is above the unit: each unit that is found is looked up, rather than all below it gathered.
        after: behind this one.
        limit: at most so many.
    """
    pattern = f"%{search.replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
    named = or_(org_unit.c.name_fold.like(pattern, escape="/"), func.lower(org_unit.c.code).like(pattern, escape="/"))
    if is_root:
        depth = select(unit_closure.c.depth).where(
            unit_closure.c.ancestor_id == unit_id, unit_closure.c.unit_id == org_unit.c.id
        )
        here: ColumnElement[bool] = depth.scalar_subquery() > literal_column("0")
    else:
        below = select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id == unit_id, unit_closure.c.depth > 0)
        here = org_unit.c.id.in_(union_all(below, select(org_unit.c.id).where(_managed(unit_id))))
    query = (
        select(org_unit.c.id, org_unit.c.sort_name)
        .where(text(f"org_unit.{ABOVE_GROUPS}"), named, is_listed(), here)
        .order_by(org_unit.c.sort_name, org_unit.c.id)
        .limit(limit)
    )
    if not is_grassroots:
        query = query.where(org_unit.c.unit_type.not_in(_PARTS))
    if after is not None:
        name = select(org_unit.c.sort_name).where(org_unit.c.id == after.unit_id).scalar_subquery()
        query = query.where(
            or_(org_unit.c.sort_name > name, and_(org_unit.c.sort_name == name, org_unit.c.id > after.unit_id))
        )
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
    """
    A page of units, each with everything below it.

    Without `search` what lies directly below or is managed, in one statement; else all below whose folded name or code
    holds it, in at most four.
    """
    condition = direct(unit_id)
    if search:
        found, order = await _found(conn, unit_id, search, order, is_grassroots=is_grassroots, after=after, limit=limit)
        condition = org_unit.c.id.in_(found)
    rows = (await conn.execute(page_query(condition, order=order, after=after, limit=limit + 1))).all()
    last = rows[limit - 1] if len(rows) > limit else None
    lines = [as_line(row) for row in rows[:limit]]
    return Page(lines, Place(int(last.value), last.id) if last else None, order)


async def _found(
    conn: AsyncConnection,
    unit_id: UnitId,
    search: str,
    order: Order,
    *,
    is_grassroots: bool,
    after: Place | None,
    limit: int,
) -> tuple[Sequence[int], Order]:
    """All units that a search finds and the order asked for; where they are too many, the next ones by name."""
    top = select(org_unit.c.parent_id).where(org_unit.c.id == unit_id)
    is_root = (await conn.execute(top)).scalar_one_or_none() is None
    most = max(MOST_ORDERED, limit)

    async def by_name(behind: Place | None, number: int) -> Sequence[int]:
        query = found_query(unit_id, search, is_grassroots=is_grassroots, is_root=is_root, after=behind, limit=number)
        return list((await conn.execute(query)).scalars())

    found = await by_name(None, most + 1)
    if len(found) <= most:
        return found, order
    return (found if after is None else await by_name(after, limit + 1))[: limit + 1], Order.NAME


async def managed_totals(conn: AsyncConnection, unit_id: UnitId) -> tuple[int, Counts]:
    """How many units a unit manages without being above them, and their posts together. One statement."""
    below = select(org_unit.c.id).where(org_unit.c.manager_id == unit_id, is_managed(), org_unit.c.valid_to.is_(None))
    query = select(
        func.count(unit_rollup.c.unit_id.distinct()).label("units"),
        *(func.sum(unit_rollup.c[f"all_{name}"]).label(name) for name in COUNTS),
    ).where(unit_rollup.c.unit_id.in_(below))
    row = (await conn.execute(query)).one()
    return int(row.units), Counts.of(row)
