"""Whom an officer may enter classes for: cadres of the own direct level by hand, those below and managed by a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from learning.roles import Role
from storage.posts import exists_on, held_on
from storage.rollup_tree import batches
from storage.tables import org_unit, person, position, unit_closure

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

_HEADS = (Role.CHAIR.value, Role.GROUP_LEADER.value)


@dataclass(frozen=True, slots=True)
class Cadre:
    """A holder of a post of one's own direct level."""

    person_id: int
    full_name: str
    role: Role
    unit_name: str


def _is_direct(unit_id: int, day: date) -> ColumnElement[bool]:
    """True of a position of a unit itself, or of the head of a unit directly below or managed, held on a day."""
    is_head = and_(or_(org_unit.c.parent_id == unit_id, org_unit.c.manager_id == unit_id), position.c.role.in_(_HEADS))
    return and_(or_(org_unit.c.id == unit_id, is_head), held_on(day), exists_on(day), position.c.person_id.is_not(None))


def _direct(unit_id: int, day: date) -> Select[Any]:
    return (
        select(person.c.id, person.c.full_name, person.c.sort_name, position.c.role, org_unit.c.name)
        .select_from(
            position.join(org_unit, org_unit.c.id == position.c.unit_id).join(
                person, person.c.id == position.c.person_id
            )
        )
        .where(_is_direct(unit_id, day))
        .order_by(person.c.sort_name, person.c.id, position.c.id)
    )


def _each_once(rows: Sequence[Any]) -> Sequence[Cadre]:
    """Each person once, with the first of several posts."""
    found: dict[int, Cadre] = {}
    for row in rows:
        found.setdefault(row.id, Cadre(row.id, row.full_name, Role(row.role), row.name))
    return list(found.values())


async def page(
    conn: AsyncConnection, unit_id: int, day: date, *, search: str = "", limit: int, after: int | None = None
) -> tuple[Sequence[Cadre], int | None]:
    """
    A page of the cadres of one's own direct level, by name, and the person behind whom the next one begins.

    Args:
        conn: a connection.
        unit_id: one's own unit.
        day: when the posts are held.
        search: a folded part of the person's or the unit's name; empty for all.
        limit: posts on the page; who holds several stands there once.
        after: the person behind whom it begins.
    """
    query = _direct(unit_id, day).limit(limit + 1)
    if search:
        names = (person.c.name_fold, org_unit.c.name_fold)
        query = query.where(or_(*(name.contains(search, autoescape=True) for name in names)))
    if after is not None:
        last = (await conn.execute(select(person.c.sort_name).where(person.c.id == after))).scalar_one_or_none()
        if last is None:
            return [], None
        is_behind = and_(person.c.sort_name == last, person.c.id > after)
        query = query.where(or_(person.c.sort_name > last, is_behind))
    rows = (await conn.execute(query)).all()
    return _each_once(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None


async def chosen(conn: AsyncConnection, unit_id: int, day: date, persons: Collection[int]) -> Sequence[Cadre]:
    """Those of these persons who are of one's own direct level, by name."""
    found: list[Any] = []
    for batch in batches(persons):
        found += (await conn.execute(_direct(unit_id, day).where(person.c.id.in_(batch)))).all()
    return _each_once(found)


async def reached(conn: AsyncConnection, persons: Collection[int], unit_id: int) -> set[int]:
    """Those of these persons who ever held a post in a unit, below it, or in or below a unit that it manages."""
    found: set[int] = set()
    above = org_unit.alias("above")
    for batch in batches(persons):
        query = (
            select(position.c.person_id)
            .join(unit_closure, unit_closure.c.unit_id == position.c.unit_id)
            .join(above, above.c.id == unit_closure.c.ancestor_id)
            .where(position.c.person_id.in_(batch), or_(above.c.id == unit_id, above.c.manager_id == unit_id))
            .distinct()
        )
        found.update((await conn.execute(query)).scalars())
    return found
