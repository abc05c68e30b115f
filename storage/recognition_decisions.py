"""The decisions that the assistant's courses are recognised, and what was recognised by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from learning.calendar import day_of
from learning.recognition import Kind
from storage import recognitions
from storage.rollup_tree import batches
from storage.tables import (
    learner_course,
    org_unit,
    position,
    recognition,
    recognition_decision,
    unit_closure,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId


@dataclass(frozen=True, slots=True)
class Decision:
    """A union's decision that completing a course on the assistant is recognised; on `valid_to` it holds no more."""

    id: int
    unit_id: UnitId
    unit_code: str
    unit_name: str
    document: str
    valid_from: date
    valid_to: date | None


_DECISION = (
    recognition_decision.c.id,
    recognition_decision.c.unit_id,
    org_unit.c.code,
    org_unit.c.name,
    recognition_decision.c.document,
    recognition_decision.c.valid_from,
    recognition_decision.c.valid_to,
)


async def decide(conn: AsyncConnection, unit_id: int, document: str, valid_from: date, now: datetime) -> bool:
    """
    From a day on, a course completed on the assistant by a cadre of the unit or below is recognised by it.

    Returns:
        False if such a decision holds already, or ends after that day: end it first.
    """
    same = select(recognition_decision.c.id).where(
        recognition_decision.c.unit_id == unit_id,
        or_(recognition_decision.c.valid_to.is_(None), recognition_decision.c.valid_to > valid_from),
    )
    if (await conn.execute(same)).first():
        return False
    await conn.execute(
        recognition_decision.insert().values(unit_id=unit_id, document=document, valid_from=valid_from, recorded_at=now)
    )
    await grant(conn, None, unit_id)
    return True


async def end_decision(conn: AsyncConnection, unit_id: int, on: date) -> bool:
    """End the decision that holds; what was recognised until then stays. False if there is none, or it begins later."""
    statement = (
        update(recognition_decision)
        .where(
            recognition_decision.c.unit_id == unit_id,
            recognition_decision.c.valid_to.is_(None),
            recognition_decision.c.valid_from <= on,
        )
        .values(valid_to=on)
    )
    return bool((await conn.execute(statement)).rowcount)


async def decisions(conn: AsyncConnection) -> Sequence[Decision]:
    """Every decision, those that hold first, by unit."""
    query = (
        select(*_DECISION)
        .join(org_unit, org_unit.c.id == recognition_decision.c.unit_id)
        .order_by(recognition_decision.c.valid_to.is_not(None), org_unit.c.sort_name, recognition_decision.c.id)
    )
    return [Decision(*row) for row in await conn.execute(query)]


async def over(conn: AsyncConnection, unit_id: int, day: date) -> Sequence[Decision]:
    """The decisions of a unit and of those above it that hold on a day or begin later; the unit's own first."""
    query = (
        select(*_DECISION)
        .join(org_unit, org_unit.c.id == recognition_decision.c.unit_id)
        .join(unit_closure, unit_closure.c.ancestor_id == recognition_decision.c.unit_id)
        .where(
            unit_closure.c.unit_id == unit_id,
            or_(recognition_decision.c.valid_to.is_(None), recognition_decision.c.valid_to > day),
        )
        .order_by(unit_closure.c.depth, recognition_decision.c.id)
    )
    return [Decision(*row) for row in await conn.execute(query)]


async def grant(conn: AsyncConnection, persons: Collection[int] | None, unit_id: int | None = None) -> int:
    """
    Recognise what was completed under a decision and is not recognised yet.

    It is asked when a decision is made, and when a figure of somebody is folded; what was once recognised stays, also
    after the person has moved elsewhere.

    Args:
        conn: a write transaction.
        persons: only theirs; None for everybody.
        unit_id: only by the decisions of that unit; None for all.
    """
    if persons is not None and not persons:
        return 0
    if (await conn.execute(select(recognition_decision.c.id).limit(1))).first() is None:
        return 0
    granted = 0
    for batch in [None] if persons is None else batches(persons):
        query = _completed()
        if batch is not None:
            query = query.where(learner_course.c.person_id.in_(batch))
        if unit_id is not None:
            query = query.where(recognition_decision.c.unit_id == unit_id)
        granted += await recognitions.add_rows(conn, _granted((await conn.execute(query)).all()))
    return granted


def _completed() -> Select[Any]:
    """What was completed by somebody with a post below a unit that ever decided, and is not recognised by it yet."""
    course, decision = learner_course.c, recognition_decision.c
    done = (
        select(recognition.c.id)
        .where(
            recognition.c.person_id == course.person_id,
            recognition.c.module_id == course.module_id,
            recognition.c.kind == Kind.DECISION.value,
            recognition.c.by_unit_id == decision.unit_id,
            recognition.c.recorded_at >= course.completed_at,
        )
        .exists()
    )
    return (
        select(
            course.person_id,
            course.module_id,
            course.completed_at,
            position.c.valid_from.label("held_from"),
            position.c.valid_to.label("held_to"),
            decision.unit_id,
            decision.document,
            decision.valid_from,
            decision.valid_to,
        )
        .select_from(
            learner_course.join(position, position.c.person_id == course.person_id)
            .join(unit_closure, unit_closure.c.unit_id == position.c.unit_id)
            .join(recognition_decision, decision.unit_id == unit_closure.c.ancestor_id)
        )
        .where(course.completed_at.is_not(None), ~done)
    )


def _granted(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """The recognitions that follow: completed while the post was held and the decision was in force."""
    granted: dict[tuple[int, str, int, date], dict[str, Any]] = {}
    for row in rows:
        day = day_of(row.completed_at)
        if _holds(day, row.held_from, row.held_to) and _holds(day, row.valid_from, row.valid_to):
            granted[row.person_id, row.module_id, row.unit_id, day] = {
                "person_id": row.person_id,
                "module_id": row.module_id,
                "kind": Kind.DECISION.value,
                "held_on": day,
                "by_unit_id": row.unit_id,
                "document": row.document,
                "recorded_at": row.completed_at,
            }
    return list(granted.values())


def _holds(day: date, since: date, until: date | None) -> bool:
    return since <= day and (until is None or day < until)
