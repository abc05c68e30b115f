"""The posts of one's own direct level by name: who they are, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal_column, or_, select

from learning.roles import Role, Track
from storage.posts import exists_on, held_on, is_completed, is_joined
from storage.tables import org_unit, person, position

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId


@dataclass(frozen=True, slots=True)
class Named:
    """A post of one's own direct level, as its chair may see it."""

    name: str | None  # None: vacant
    role: Role
    unit_name: str
    is_joined: bool
    is_completed: bool
    position_id: int = 0


async def named_posts(
    conn: AsyncConnection,
    unit_id: UnitId,
    assigned: Mapping[Track, str],
    day: date,
    *,
    limit: int,
    offset: int = 0,
    after: int | None = None,
) -> Sequence[Named]:
    """
    The cadres of a unit, and the heads of the units directly below or managed; only how far they are.

    A page begins at `offset`, or behind the position `after`.
    """
    near = org_unit.alias("near")
    is_near = or_(near.c.id == unit_id, near.c.parent_id == unit_id, near.c.manager_id == unit_id)
    is_head = position.c.role.in_([Role.CHAIR.value, Role.GROUP_LEADER.value])
    rank = case({role.value: literal_column(str(place)) for place, role in enumerate(Role)}, value=position.c.role)
    is_below = case((org_unit.c.id == unit_id, literal_column("0")), else_=literal_column("1"))
    keys = (
        is_below,
        org_unit.c.sort_name,
        rank,
        func.coalesce(person.c.sort_name, literal_column("''")),
        position.c.id,
    )
    everybody = position.join(org_unit, org_unit.c.id == position.c.unit_id).outerjoin(
        person, person.c.id == position.c.person_id
    )
    query = (
        select(
            position.c.id,
            person.c.full_name,
            position.c.role,
            org_unit.c.name,
            is_joined().label("is_joined"),
            is_completed(assigned).label("is_completed"),
        )
        .select_from(everybody)
        .where(
            position.c.unit_id.in_(select(near.c.id).where(is_near)),
            or_(position.c.unit_id == unit_id, is_head),
            held_on(day),
            exists_on(day),
        )
        .order_by(*keys)
        .limit(limit)
        .offset(offset)
    )
    if after is not None:
        last = (await conn.execute(select(*keys).select_from(everybody).where(position.c.id == after))).first()
        if last is None:
            return []
        query = query.where(_behind(keys, last))
    return [
        Named(row.full_name, Role(row.role), row.name, bool(row.is_joined), bool(row.is_completed), row.id)
        for row in await conn.execute(query)
    ]


def _behind(keys: Sequence[ColumnElement[Any]], last: Sequence[Any]) -> ColumnElement[bool]:
    """True of rows that come after the one with the keys `last`."""
    (first, *others), (value, *values) = keys, last
    if not others:
        return and_(first > value)
    return or_(first > value, and_(first == value, _behind(others, values)))
