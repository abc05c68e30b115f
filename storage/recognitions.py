"""Được công nhận ĐTBD: classes attended, entered once each."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from learning.recognition import Kind
from storage.database import insert
from storage.rollup_tree import batches
from storage.tables import (
    recognition,
    rollup_dirty,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection


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


async def add_classes(
    conn: AsyncConnection, rows: Sequence[Attended], now: datetime, *, entered_by_unit_id: int | None = None
) -> int:
    """
    Enter classes attended; what was entered before counts once. The figures follow within seconds.

    Args:
        conn: a write transaction.
        rows: who attended what.
        now: when.
        entered_by_unit_id: for which unit an officer enters them, who alone may take them back; None: the operator's.

    Returns:
        How many rows are new.
    """
    fresh = only_new(rows, await known_classes(conn, {row.person_id for row in rows}))
    entered = {"kind": Kind.CLASS.value, "recorded_at": now, "entered_by_unit_id": entered_by_unit_id}
    values = [{**asdict(row), **entered} for row in fresh]
    return await add_rows(conn, values)


async def add_rows(conn: AsyncConnection, rows: Sequence[dict[str, Any]]) -> int:
    """Write recognitions as they are, and mark whose figures follow."""
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
