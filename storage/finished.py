"""Who has finished which lessons: counted, and looked at again when a text of theirs was corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, tuple_, update

from storage.database import allow_long
from storage.tables import learner, lesson_run

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.standing import Corrected


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


async def wake(conn: AsyncConnection, corrections: Collection[Corrected], now: datetime) -> int:
    """
    Have the clock look again at learners whom nothing waits for and who finished a text that is corrected since.

    Returns:
        How many; those who are looked at anyway are left as they are.
    """
    old = {(corrected.lesson_id, corrected.version) for corrected in corrections}
    if not old:
        return 0
    finished_old = select(lesson_run.c.id).where(
        lesson_run.c.person_id == learner.c.person_id,
        lesson_run.c.kind == "lesson",
        lesson_run.c.finished_at.is_not(None),
        tuple_(lesson_run.c.lesson_id, lesson_run.c.version).in_(sorted(old)),
    )
    await allow_long(conn)
    statement = update(learner).where(learner.c.next_due_at.is_(None), finished_old.exists())
    return (await conn.execute(statement.values(next_due_at=now, next_kind=None))).rowcount
