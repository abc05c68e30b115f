"""Sums for item analysis, over each person's first answer to each question."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import Float, Integer, case, cast, func, select

from learning.items import Item, Sums
from storage.database import allow_long
from storage.tables import attempt, lesson_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection


async def items(conn: AsyncConnection) -> Sequence[Item]:
    """Every question that was answered, by id."""
    await allow_long(conn)
    numbered = (
        select(
            attempt.c.person_id,
            attempt.c.question_id,
            lesson_run.c.module_id,
            attempt.c.chosen,
            cast(attempt.c.is_right, Integer).label("x"),
            func.row_number()
            .over(partition_by=(attempt.c.person_id, attempt.c.question_id), order_by=attempt.c.id)
            .label("turn"),
        )
        .join(lesson_run, lesson_run.c.id == attempt.c.run_id)
        .where(attempt.c.is_first.is_(True), attempt.c.answered_at.is_not(None))
        .subquery()
    )
    first = select(numbered).where(numbered.c.turn == 1).cte("first")
    score = (
        select(
            first.c.person_id,
            first.c.module_id,
            func.sum(first.c.x).label("right"),
            func.count().label("number"),
        )
        .group_by(first.c.person_id, first.c.module_id)
        .cte("score")
    )
    rest = cast(score.c.right - first.c.x, Float) / func.nullif(score.c.number - 1, 0)
    has_rest = score.c.number > 1
    query = (
        select(
            first.c.question_id,
            func.count().label("answered"),
            func.sum(first.c.x).label("right"),
            func.sum(case((has_rest, 1), else_=0)).label("n"),
            func.sum(case((has_rest, first.c.x), else_=0)).label("sx"),
            func.coalesce(func.sum(rest), 0.0).label("sr"),
            func.coalesce(func.sum(rest * rest), 0.0).label("srr"),
            func.coalesce(func.sum(rest * first.c.x), 0.0).label("sxr"),
        )
        .join(score, (score.c.person_id == first.c.person_id) & (score.c.module_id == first.c.module_id))
        .group_by(first.c.question_id)
        .order_by(first.c.question_id)
    )
    rows = (await conn.execute(query)).all()
    chosen: defaultdict[str, dict[str, int]] = defaultdict(dict)
    counts = select(first.c.question_id, first.c.chosen, func.count()).group_by(first.c.question_id, first.c.chosen)
    for question_id, key, number in (await conn.execute(counts)).all():
        chosen[question_id][key] = number
    return [
        Item(row.question_id, row.answered, row.right, Sums(row.n, row.sx, row.sr, row.srr, row.sxr), chosen[row[0]])
        for row in rows
    ]
