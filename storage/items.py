"""Sums for item analysis, over each person's first answer to each question."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import astuple
from typing import TYPE_CHECKING

from sqlalchemy import Float, Integer, case, cast, delete, func, select

from learning.items import Item, Sums
from storage.database import allow_long
from storage.tables import attempt, item_figure, lesson_run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

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


async def number_of_answers(conn: AsyncConnection) -> int:
    """How many answers there are at most, by their last id: what adding them up would have to read."""
    return int((await conn.execute(select(func.coalesce(func.max(attempt.c.id), 0)))).scalar_one())


async def keep(conn: AsyncConnection, found: Sequence[Item], now: datetime) -> None:
    """Let these be the figures that `kept` gives, and no others."""
    await conn.execute(delete(item_figure))
    rows = [
        {
            "question_id": item.question_id,
            "answered": item.answered,
            "right": item.right,
            "sums": list(astuple(item.sums)),
            "chosen": [[key, number] for key, number in item.chosen.items()],
            "counted_at": now,
        }
        for item in found
    ]
    if rows:
        await conn.execute(item_figure.insert(), rows)


async def kept(conn: AsyncConnection) -> tuple[Sequence[Item], datetime | None]:
    """Every question as it was added up last, by id, and when that was; None if it never was."""
    rows = (await conn.execute(select(item_figure).order_by(item_figure.c.question_id))).all()
    found = [Item(row.question_id, row.answered, row.right, Sums(*row.sums), dict(row.chosen)) for row in rows]
    return found, rows[0].counted_at if rows else None
