"""Learners who have fallen silent within the assigned chuyên đề, and what has been settled about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, literal, literal_column, or_, select, update

from channels.messages import PersonId, UnitId
from learning.roles import GRASSROOTS_TYPES, Role, Track
from storage.posts import exists_on, held_on, is_joined, is_started
from storage.tables import learner, learner_course, org_unit, person, position, unit_closure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Silent:
    """A post whose holder has fallen silent, as the chair of the CĐCS may see it."""

    person_id: PersonId
    name: str
    role: Role
    unit_name: str


@dataclass(frozen=True, slots=True)
class SilentBelow:
    """A CĐCS directly below, and how many of its posts' holders have fallen silent."""

    unit_id: UnitId
    name: str
    posts: int


def is_silent(assigned: Mapping[Track, str], before: datetime) -> ColumnElement[bool]:
    """True of a position whose holder is within the chuyên đề, silent since before then, and nobody settled it."""
    last_word = func.coalesce(learner.c.last_word_at, learner.c.joined_at)
    quiet = (
        select(literal_column("1"))
        .where(
            learner.c.person_id == position.c.person_id,
            last_word < literal(before, learner.c.last_word_at.type),
            or_(learner.c.silence_settled_at.is_(None), learner.c.silence_settled_at < last_word),
        )
        .exists()
    )
    return and_(is_joined(), is_started(assigned, learner_course.c.completed_at.is_(None)), quiet)


def _within(unit_id: UnitId, assigned: Mapping[Track, str], day: date, before: datetime) -> ColumnElement[bool]:
    below = select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id == unit_id)
    return and_(position.c.unit_id.in_(below), held_on(day), is_silent(assigned, before))


async def named(
    conn: AsyncConnection, unit_id: UnitId, assigned: Mapping[Track, str], day: date, before: datetime, *, limit: int
) -> Sequence[Silent]:
    """The silent of a CĐCS and below, by unit and name; a person of several posts by one of them."""
    query = (
        select(
            position.c.person_id,
            person.c.full_name,
            func.min(position.c.role).label("role"),
            func.min(org_unit.c.name).label("unit_name"),
        )
        .select_from(
            position.join(org_unit, org_unit.c.id == position.c.unit_id).join(
                person, person.c.id == position.c.person_id
            )
        )
        .where(_within(unit_id, assigned, day, before), exists_on(day))
        .group_by(position.c.person_id, person.c.full_name, person.c.sort_name)
        .order_by(person.c.sort_name, position.c.person_id)
        .limit(limit)
    )
    return [
        Silent(PersonId(row.person_id), row.full_name, Role(row.role), row.unit_name)
        for row in await conn.execute(query)
    ]


async def below(
    conn: AsyncConnection, unit_id: UnitId, assigned: Mapping[Track, str], day: date, before: datetime
) -> Sequence[SilentBelow]:
    """The CĐCS directly below a unit or managed by it in which somebody is silent, those with most first."""
    number = func.count()
    top = org_unit.alias("top")
    query = (
        select(top.c.id, top.c.name, number.label("posts"))
        .select_from(
            top.join(unit_closure, unit_closure.c.ancestor_id == top.c.id)
            .join(position, position.c.unit_id == unit_closure.c.unit_id)
            .join(org_unit, org_unit.c.id == position.c.unit_id)
        )
        .where(
            or_(top.c.parent_id == unit_id, top.c.manager_id == unit_id),
            top.c.unit_type.in_(GRASSROOTS_TYPES),
            held_on(day),
            exists_on(day),
            is_silent(assigned, before),
        )
        .group_by(top.c.id, top.c.name, top.c.sort_name)
        .order_by(number.desc(), top.c.sort_name, top.c.id)
    )
    return [SilentBelow(UnitId(row.id), row.name, row.posts) for row in await conn.execute(query)]


async def number(
    conn: AsyncConnection, unit_id: UnitId, assigned: Mapping[Track, str], day: date, before: datetime
) -> int:
    """How many posts of a CĐCS and below are held by somebody silent."""
    query = select(func.count()).select_from(position).where(_within(unit_id, assigned, day, before))
    return int((await conn.execute(query)).scalar_one())


async def settle(
    conn: AsyncConnection,
    unit_id: UnitId,
    assigned: Mapping[Track, str],
    day: date,
    before: datetime,
    now: datetime,
    *,
    person_id: PersonId | None = None,
) -> int:
    """Đã xử lý: of one person, or of everybody silent in a CĐCS and below; returns how many persons it settles."""
    silent = select(position.c.person_id).where(_within(unit_id, assigned, day, before))
    if person_id is not None:
        silent = silent.where(position.c.person_id == person_id)
    statement = update(learner).where(learner.c.person_id.in_(silent)).values(silence_settled_at=now)
    return int((await conn.execute(statement)).rowcount)
