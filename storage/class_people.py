"""Whom an officer may enter classes for, and which classes were entered for a unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, or_, select

from learning.recognition import Kind
from learning.roles import Role
from storage.posts import exists_on, held_on
from storage.rollup_tree import batches
from storage.tables import org_unit, person, position, recognition, rollup_dirty, unit_closure

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
