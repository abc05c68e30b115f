"""Được công nhận ĐTBD: classes attended, and the decisions that the assistant's courses count; once each."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select, update

from learning.calendar import at, day_of
from learning.recognition import Kind
from storage.database import insert
from storage.rollup_tree import batches
from storage.tables import (
    learner_course,
    org_unit,
    position,
    recognition,
    recognition_decision,
    rollup_dirty,
    unit_closure,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId

_PAGE = 500  # rows of one statement


@dataclass(frozen=True, slots=True)
class Attended:
    """One person in one class; `topic` is what was taught, "" where it is a module of the assistant's."""

    person_id: int
    module_id: str
    topic: str
    held_on: date
    hours: float | None
    by_unit_id: int
    document: str


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


_ONCE = tuple(recognition.c[name] for name in ("person_id", "held_on", "module_id", "by_unit_id", "topic"))


def _key(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, column.name) for column in _ONCE)


async def known_classes(conn: AsyncConnection, persons: Collection[int]) -> set[tuple[Any, ...]]:
    """What `is_new` compares with: the classes that these persons have been entered for."""
    found: set[tuple[Any, ...]] = set()
    for batch in batches(persons):
        query = select(*_ONCE).where(recognition.c.person_id.in_(batch), recognition.c.kind == Kind.CLASS.value)
        found.update(tuple(row) for row in await conn.execute(query))
    return found


def only_new(rows: Iterable[Attended], known: set[tuple[Any, ...]]) -> list[Attended]:
    """The rows that have not been entered, each once: same person, day, topic and organiser is the same class."""
    fresh: dict[tuple[Any, ...], Attended] = {}
    for row in rows:
        if _key(row) not in known:
            fresh.setdefault(_key(row), row)
    return list(fresh.values())


async def add_classes(conn: AsyncConnection, rows: Sequence[Attended], now: datetime) -> int:
    """
    Enter classes attended; what was entered before counts once. The figures follow within seconds.

    Returns:
        How many rows are new.
    """
    fresh = only_new(rows, await known_classes(conn, {row.person_id for row in rows}))
    values = [{**asdict(row), "kind": Kind.CLASS.value, "recorded_at": now} for row in fresh]
    return await _add(conn, values)


async def _add(conn: AsyncConnection, rows: Sequence[dict[str, Any]]) -> int:
    for start in range(0, len(rows), _PAGE):
        await conn.execute(insert(conn, recognition).on_conflict_do_nothing(), rows[start : start + _PAGE])
    persons = sorted({row["person_id"] for row in rows})
    if persons:
        await conn.execute(rollup_dirty.insert(), [{"person_id": person} for person in persons])
    return len(rows)


async def of_person(conn: AsyncConnection, person_id: int) -> Sequence[Attended]:
    """What a person was recognised for, the latest first."""
    columns = [recognition.c[field.name] for field in fields(Attended)]
    query = select(*columns).where(recognition.c.person_id == person_id).order_by(recognition.c.held_on.desc())
    return [Attended(*row) for row in await conn.execute(query)]


# --- the assistant's courses count ------------------------------------------------------------------------------------


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
    await grant(conn, None)
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
        select(
            recognition_decision.c.id,
            recognition_decision.c.unit_id,
            org_unit.c.code,
            org_unit.c.name,
            recognition_decision.c.document,
            recognition_decision.c.valid_from,
            recognition_decision.c.valid_to,
        )
        .join(org_unit, org_unit.c.id == recognition_decision.c.unit_id)
        .order_by(recognition_decision.c.valid_to.is_not(None), org_unit.c.sort_name, recognition_decision.c.id)
    )
    return [Decision(*row) for row in await conn.execute(query)]


async def grant(conn: AsyncConnection, persons: Collection[int] | None) -> int:
    """
    Recognise what was completed under a decision and is not recognised yet.

    It is asked when a decision is made, and when a figure of somebody is folded; what was once recognised stays, also
    after the person has moved elsewhere.

    Args:
        conn: a write transaction.
        persons: only theirs; None for everybody.
    """
    granted = 0
    for one in await decisions(conn):
        for batch in [None] if persons is None else batches(persons):
            granted += await _grant(conn, one, batch)
    return granted


async def _grant(conn: AsyncConnection, one: Decision, persons: list[int] | None) -> int:
    course = learner_course.c
    done = (
        select(recognition.c.id)
        .where(
            recognition.c.person_id == course.person_id,
            recognition.c.module_id == course.module_id,
            recognition.c.kind == Kind.DECISION.value,
            recognition.c.by_unit_id == one.unit_id,
            recognition.c.recorded_at >= course.completed_at,
        )
        .exists()
    )
    query = (
        select(course.person_id, course.module_id, course.completed_at, position.c.valid_from, position.c.valid_to)
        .join(position, position.c.person_id == course.person_id)
        .join(
            unit_closure,
            and_(unit_closure.c.unit_id == position.c.unit_id, unit_closure.c.ancestor_id == one.unit_id),
        )
        .where(course.completed_at >= at(one.valid_from, time()), ~done)
    )
    if one.valid_to is not None:
        query = query.where(course.completed_at < at(one.valid_to, time()))
    if persons is not None:
        query = query.where(course.person_id.in_(persons))
    rows: dict[tuple[int, str, date], dict[str, Any]] = {}
    for found in await conn.execute(query):
        held_on = day_of(found.completed_at)
        if found.valid_from <= held_on and (found.valid_to is None or held_on < found.valid_to):
            rows[found.person_id, found.module_id, held_on] = {
                "person_id": found.person_id,
                "module_id": found.module_id,
                "kind": Kind.DECISION.value,
                "held_on": held_on,
                "by_unit_id": one.unit_id,
                "document": one.document,
                "recorded_at": found.completed_at,
            }
    return await _add(conn, list(rows.values()))
