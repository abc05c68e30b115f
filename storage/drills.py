"""Talks of drills: what somebody has said so far, and what it came to. No figure of a union rests on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, update

from channels.messages import PersonId
from storage.database import insert
from storage.tables import drill_run

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class DrillRun:
    """One talk; `picks` are the keys of the replies given, in order."""

    id: int
    person_id: PersonId
    drill_id: str
    version: str
    picks: tuple[str, ...]
    opened_at: datetime
    is_finished: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody has made of one drill: the best result in percent (None: never finished), and a talk left open."""

    best_percent: int | None
    is_open: bool


_COLUMNS = (
    drill_run.c.id,
    drill_run.c.person_id,
    drill_run.c.drill_id,
    drill_run.c.version,
    drill_run.c.state,
    drill_run.c.opened_at,
    drill_run.c.finished_at,
)
_BY_ID = select(*_COLUMNS).where(drill_run.c.id == bindparam("run"))


def _run_of(row: Any) -> DrillRun:
    return DrillRun(
        row.id,
        PersonId(row.person_id),
        row.drill_id,
        row.version,
        tuple(row.state["picks"]),
        row.opened_at,
        row.finished_at is not None,
    )


def _state(picks: tuple[str, ...]) -> dict[str, str]:
    return {"picks": "".join(picks)}


async def by_id(conn: AsyncConnection, run_id: int) -> DrillRun | None:
    """The talk with that id."""
    row = (await conn.execute(_BY_ID, {"run": run_id})).first()
    return _run_of(row) if row else None


async def open_or_begin(
    conn: AsyncConnection, *, person_id: PersonId, drill_id: str, version: str, now: datetime
) -> DrillRun:
    """The talk that a person has left open in a drill, else a new one."""
    statement = (
        insert(conn, drill_run)
        .values(person_id=person_id, drill_id=drill_id, version=version, state=_state(()), opened_at=now)
        .on_conflict_do_nothing()
        .returning(*_COLUMNS)
    )
    row = (await conn.execute(statement)).first()
    if row is None:
        query = select(*_COLUMNS).where(
            drill_run.c.person_id == person_id, drill_run.c.drill_id == drill_id, drill_run.c.finished_at.is_(None)
        )
        row = (await conn.execute(query)).one()
    return _run_of(row)


async def save(conn: AsyncConnection, run_id: int, version: str, picks: tuple[str, ...]) -> None:
    """Keep how far somebody is."""
    await conn.execute(update(drill_run).where(drill_run.c.id == run_id).values(version=version, state=_state(picks)))


async def finish(
    conn: AsyncConnection, run_id: int, picks: tuple[str, ...], *, points: int, full: int, now: datetime
) -> None:
    """The talk is over, with so many points of so many."""
    await conn.execute(
        update(drill_run)
        .where(drill_run.c.id == run_id)
        .values(state=_state(picks), finished_at=now, points=points, full=full)
    )


async def standings(conn: AsyncConnection, person_id: PersonId) -> dict[str, Standing]:
    """What a person has made of each drill they have begun, by its id."""
    best = func.max(100 * drill_run.c.points / drill_run.c.full)
    query = (
        select(
            drill_run.c.drill_id,
            best.label("best"),
            (func.count() - func.count(drill_run.c.finished_at)).label("open"),
        )
        .where(drill_run.c.person_id == person_id)
        .group_by(drill_run.c.drill_id)
    )
    rows = (await conn.execute(query)).all()
    return {row.drill_id: Standing(None if row.best is None else int(row.best), bool(row.open)) for row in rows}
