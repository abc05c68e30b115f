"""Who has finished which lessons, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from storage.tables import lesson_run

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.ext.asyncio import AsyncConnection


async def learners_of(conn: AsyncConnection, lessons: Collection[str]) -> tuple[int, dict[str, int]]:
    """
    Count the persons who finished lessons, in any version.

    Returns:
        How many finished at least one of them, each person once; and how many each lesson.
    """
    done = (
        select(lesson_run.c.person_id, lesson_run.c.lesson_id)
        .where(
            lesson_run.c.kind == "lesson", lesson_run.c.finished_at.is_not(None), lesson_run.c.lesson_id.in_(lessons)
        )
        .distinct()
        .cte("done")
    )
    rows = await conn.execute(select(done.c.lesson_id, func.count().label("number")).group_by(done.c.lesson_id))
    each = {row.lesson_id: row.number for row in rows}
    anyone = (await conn.execute(select(func.count(func.distinct(done.c.person_id))))).scalar_one()
    return anyone, {lesson: each.get(lesson, 0) for lesson in lessons}
