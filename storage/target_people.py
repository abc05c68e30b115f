"""What holders of posts have to show: recognitions, lessons, courses begun; and what they and units are called."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from learning.recognition import Credit, Kind
from learning.roles import BELOW_PROVINCE_TYPES
from storage.posts import held_on
from storage.rollup_tree import batches
from storage.tables import learner_course, lesson_run, org_unit, person, position, recognition, unit_closure

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection


async def credits_of(conn: AsyncConnection, persons: Collection[int], until: date) -> Mapping[int, Sequence[Credit]]:
    """What these persons were recognised for until a day, that included."""
    found: dict[int, list[Credit]] = defaultdict(list)
    columns = (
        recognition.c.person_id,
        recognition.c.module_id,
        recognition.c.held_on,
        recognition.c.by_unit_id,
        recognition.c.kind,
    )
    for batch in batches(persons):
        query = select(*columns).where(recognition.c.person_id.in_(batch), recognition.c.held_on <= until)
        for row in await conn.execute(query):
            found[row.person_id].append(Credit(row.module_id, row.held_on, row.by_unit_id, Kind(row.kind)))
    return found


async def finished_lessons(
    conn: AsyncConnection, persons: Collection[int], lessons: Collection[str], until: datetime
) -> Mapping[int, Collection[str]]:
    """Which of these lessons these persons finished before a moment."""
    found: dict[int, set[str]] = defaultdict(set)
    for batch in batches(persons):
        query = select(lesson_run.c.person_id, lesson_run.c.lesson_id).where(
            lesson_run.c.person_id.in_(batch),
            lesson_run.c.lesson_id.in_(lessons),
            lesson_run.c.kind == "lesson",
            lesson_run.c.finished_at < until,
        )
        for row in await conn.execute(query):
            found[row.person_id].add(row.lesson_id)
    return found


async def online(conn: AsyncConnection, unit_id: int, day: date, until: datetime) -> tuple[int, int]:
    """Chuyên đề that were begun on the assistant, and distinct persons who began one, among a unit and below."""
    holders = (
        select(position.c.person_id)
        .join(unit_closure, unit_closure.c.unit_id == position.c.unit_id)
        .where(unit_closure.c.ancestor_id == unit_id, held_on(day), position.c.person_id.is_not(None))
    )
    query = select(
        func.count(learner_course.c.module_id.distinct()), func.count(learner_course.c.person_id.distinct())
    ).where(learner_course.c.person_id.in_(holders), learner_course.c.started_at < until)
    courses, learners = (await conn.execute(query)).one()
    return int(courses), int(learners)


async def online_above(conn: AsyncConnection, day: date, until: datetime) -> Mapping[int, tuple[int, int]]:
    """As `online`, of every unit above the CĐCS in which somebody began one; one statement for all of them."""
    above = org_unit.alias("above")
    query = (
        select(
            unit_closure.c.ancestor_id,
            func.count(learner_course.c.module_id.distinct()),
            func.count(learner_course.c.person_id.distinct()),
        )
        .select_from(
            unit_closure.join(above, above.c.id == unit_closure.c.ancestor_id)
            .join(position, position.c.unit_id == unit_closure.c.unit_id)
            .join(learner_course, learner_course.c.person_id == position.c.person_id)
        )
        .where(above.c.unit_type.not_in(BELOW_PROVINCE_TYPES), held_on(day), learner_course.c.started_at < until)
        .group_by(unit_closure.c.ancestor_id)
    )
    return {unit_id: (int(courses), int(people)) for unit_id, courses, people in await conn.execute(query)}


async def unit_names(conn: AsyncConnection, units: Collection[int]) -> Mapping[int, tuple[str, str]]:
    """Code and name of each of these units."""
    found: dict[int, tuple[str, str]] = {}
    for batch in batches(units):
        query = select(org_unit.c.id, org_unit.c.code, org_unit.c.name).where(org_unit.c.id.in_(batch))
        found |= {row.id: (row.code, row.name) for row in await conn.execute(query)}
    return found


async def full_names(conn: AsyncConnection, persons: Collection[int]) -> Mapping[int, str]:
    """The names of these persons."""
    found: dict[int, str] = {}
    for batch in batches(persons):
        query = select(person.c.id, person.c.full_name).where(person.c.id.in_(batch))
        found |= {row.id: row.full_name for row in await conn.execute(query)}
    return found
