"""What targets are counted from: posts, their unions as at the start of the year, and what their holders learned."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select, union

from learning.roles import BELOW_PROVINCE_TYPES, Role
from learning.target_count import LEADERS, Learned, Post, union_year
from learning.trainers import CHAIRED_TYPES, Above, Assignment, Base
from learning.unit_sizes import size_on
from storage.posts import exists_on, held_on
from storage.tables import (
    org_unit,
    position,
    trainer_assignment,
    unit_closure,
)
from storage.target_people import credits_of, finished_lessons
from storage.trainer_assignments import assignments
from storage.unit_past import as_sizes, changes_below, changes_of, paths

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection

_POST = (
    position.c.id.label("position_id"),
    position.c.person_id,
    position.c.role,
    position.c.is_full_time,
    position.c.elected_on,
    position.c.is_first_term,
    position.c.valid_from.label("held_from"),
)
_UNIT = (
    org_unit.c.id.label("unit_id"),
    org_unit.c.unit_type,
    org_unit.c.parent_id,
    org_unit.c.manager_id,
    org_unit.c.sector,
    org_unit.c.member_count,
    org_unit.c.member_count_on,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """The posts that targets may count, and what was decided about who trains."""

    posts: Sequence[Post] = ()
    learned: Mapping[int, Learned] = field(default_factory=dict)
    assignments: Mapping[int, Sequence[Assignment]] = field(default_factory=dict)

    def of(self, post: Post) -> Learned:
        """What the holder of a post has to show."""
        return self.learned.get(post.person_id or 0, Learned())


def chairs_query(ancestors: Collection[int], day: date, managers: Collection[int] = ()) -> Select[Any]:
    """A row for each chair's post, vacant ones too, of the CĐCS at or below `ancestors` or managed by `managers`."""
    below = select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id.in_(ancestors))
    if managers:
        managed = select(org_unit.c.id.label("unit_id")).where(org_unit.c.manager_id.in_(managers))
        chosen = union(below, managed).subquery()
    else:
        chosen = (below.distinct() if len(ancestors) > 1 else below).subquery()
    is_chair = and_(position.c.unit_id == org_unit.c.id, position.c.role == Role.CHAIR.value, held_on(day))
    return (
        select(*_UNIT, *_POST)
        .select_from(chosen.join(org_unit, org_unit.c.id == chosen.c.unit_id).outerjoin(position, is_chair))
        .where(org_unit.c.unit_type.in_(CHAIRED_TYPES), exists_on(day))
        .order_by(org_unit.c.sort_name, org_unit.c.id, position.c.id)
    )


def staff_query(unit_id: int, day: date) -> Select[Any]:
    """A row for each leader's and full-timer's post of the unions above the CĐCS, at or below a unit."""
    counted = or_(
        position.c.is_full_time,
        position.c.role == Role.FULL_TIMER.value,
        and_(position.c.is_first_term, position.c.role.in_([role.value for role in LEADERS])),
    )
    return (
        select(*_UNIT, *_POST)
        .select_from(
            unit_closure.join(org_unit, org_unit.c.id == unit_closure.c.unit_id).join(
                position, position.c.unit_id == org_unit.c.id
            )
        )
        .where(
            unit_closure.c.ancestor_id == unit_id,
            org_unit.c.unit_type.not_in(BELOW_PROVINCE_TYPES),
            exists_on(day),
            held_on(day),
            counted,
        )
        .order_by(org_unit.c.sort_name, org_unit.c.id, position.c.id)
    )


async def facts(
    conn: AsyncConnection, unit_id: int, day: date, *, lessons: tuple[Collection[str], datetime] | None = None
) -> Facts:
    """
    All that targets count of a unit and below on a day.

    Args:
        conn: a connection.
        unit_id: the unit.
        day: positions and units as on this day, recognitions until it, sizes as at the start of its union year.
        lessons: the ids of lessons that matter and the moment until which they are looked at; None for none.
    """
    chairs = _one_a_unit((await conn.execute(chairs_query([unit_id], day))).all())
    staff = (await conn.execute(staff_query(unit_id, day))).all()
    return await _facts(conn, [*chairs, *staff], day, await changes_below(conn, unit_id), lessons)


async def trained_by(conn: AsyncConnection, unit_id: int, day: date) -> Facts:
    """The chairs whom a unit may have to train: below it, managed by it, or given to it by a decision."""
    given = select(trainer_assignment.c.unit_id).where(trainer_assignment.c.owner_id == unit_id)
    units = sorted({unit_id, *(await conn.execute(given)).scalars()})
    rows = _one_a_unit((await conn.execute(chairs_query(units, day, units))).all())
    return await _facts(conn, rows, day, await changes_of(conn, {row.unit_id for row in rows}), None)


def _one_a_unit(rows: Sequence[Any]) -> list[Any]:
    """The chair elected last where the roster still has the one before: a union counts once."""
    latest: dict[int, Any] = {}
    for row in rows:
        other = latest.get(row.unit_id)
        if other is None or _began(row) >= _began(other):
            latest[row.unit_id] = row
    return list(latest.values())


def _began(row: Any) -> tuple[date, int]:
    return row.elected_on or row.held_from or date.min, row.position_id or 0


async def _facts(
    conn: AsyncConnection,
    rows: Sequence[Any],
    day: date,
    history: Mapping[int, Sequence[Any]],
    lessons: tuple[Collection[str], datetime] | None,
) -> Facts:
    ways = await paths(conn, {row.unit_id: row for row in rows})
    starts = union_year(day)[0]

    def build() -> list[Post]:
        return [_post(row, ways[row.unit_id], history.get(row.unit_id, ()), starts) for row in rows]

    posts = await asyncio.to_thread(build)  # a second or two for a whole country
    persons = {post.person_id for post in posts if post.person_id is not None}
    recognised = await credits_of(conn, persons, day)
    finished = await finished_lessons(conn, persons, *lessons) if lessons else {}
    learned = {one: Learned(recognised.get(one, ()), finished.get(one, frozenset())) for one in persons}
    return Facts(posts, learned, await assignments(conn))


def _post(row: Any, path: tuple[Above, ...], history: Sequence[Any], starts: date) -> Post:
    base: Base | None = None
    if row.unit_type in CHAIRED_TYPES:
        members = size_on(as_sizes(row, history), starts)
        base = Base(row.unit_id, row.sector, members, path[1:], row.manager_id)
    return Post(
        position_id=row.position_id,
        person_id=row.person_id,
        unit_id=row.unit_id,
        unit_type=row.unit_type,
        role=Role(row.role) if row.role else Role.CHAIR,
        is_full_time=bool(row.is_full_time),
        elected_on=row.elected_on,
        is_first_term=bool(row.is_first_term),
        valid_from=row.held_from,
        base=base,
        path=tuple(step.unit_id for step in path),
    )
