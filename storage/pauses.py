"""Tạm dừng gửi: a unit and all below it hear nothing unasked until it is resumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, literal_column, or_, select, update

from channels.messages import Kind, UnitId
from learning.calendar import day_of
from storage.database import allow_long, insert
from storage.tables import account, delivery, learner, org_unit, person, position, sending_pause, unit_closure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId

UNASKED = (Kind.NEW_LESSON.value, Kind.REMINDER.value, Kind.REVIEW.value, Kind.BROADCAST.value)
SHIFT_QUESTION = "shift:%"  # the key of Sunday evening's question, the one notice that is unasked
PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Paused:
    """A pause that lasts: on which unit, since when, and by whom (None: the operator, or somebody erased since)."""

    unit_id: UnitId
    unit_code: str
    unit_name: str
    at: datetime
    by_name: str | None


def people_below(unit_id: int, day: date, roles: Sequence[str] = ()) -> Select[Any]:
    """Ids of the persons who hold a post in a unit or below it on that day; with one of `roles`, if any are named."""
    post = position.alias("post")
    query = (
        select(post.c.person_id)
        .join(unit_closure, unit_closure.c.unit_id == post.c.unit_id)
        .where(unit_closure.c.ancestor_id == unit_id, post.c.person_id.is_not(None), _held(post, day))
    )
    return query.where(post.c.role.in_(roles)) if roles else query


def is_below(person_id: ColumnElement[Any], unit_id: int, day: date, roles: Sequence[str] = ()) -> ColumnElement[bool]:
    """True of one person among `people_below`; for a query about few persons."""
    post = position.alias("own_post")
    query: Select[Any] = (
        select(literal_column("1"))
        .select_from(post.join(unit_closure, unit_closure.c.unit_id == post.c.unit_id))
        .where(unit_closure.c.ancestor_id == unit_id, post.c.person_id == person_id, _held(post, day))
    )
    return (query.where(post.c.role.in_(roles)) if roles else query).exists()


def is_under_pause(person_id: ColumnElement[Any], day: date) -> ColumnElement[bool]:
    """True of a person with any post that lies, on that day, in or under a paused unit."""
    post = position.alias("paused_post")
    return (
        select(literal_column("1"))
        .select_from(
            sending_pause.join(unit_closure, unit_closure.c.ancestor_id == sending_pause.c.unit_id).join(
                post, post.c.unit_id == unit_closure.c.unit_id
            )
        )
        .where(sending_pause.c.resumed_at.is_(None), post.c.person_id == person_id, _held(post, day))
        .exists()
    )


def _held(post: Any, day: date) -> ColumnElement[bool]:
    return and_(post.c.valid_from <= day, or_(post.c.valid_to.is_(None), post.c.valid_to > day))


async def pause(conn: AsyncConnection, unit_id: UnitId, by: PersonId | None, now: datetime) -> bool:
    """
    Stop what is unasked for everybody in a unit and below: what is queued for them will not be sent.

    Answers, digests and requests to officers go on.

    Returns:
        False if the unit was paused already.
    """
    statement = (
        insert(conn, sending_pause).values(unit_id=unit_id, by_person_id=by, paused_at=now).on_conflict_do_nothing()
    )
    if not (await conn.execute(statement)).rowcount:
        return False
    await allow_long(conn)
    theirs = select(account.c.id).where(account.c.person_id.in_(people_below(unit_id, day_of(now))))
    await conn.execute(
        update(delivery)
        .where(
            delivery.c.account_id.in_(theirs),
            delivery.c.state == "queued",
            delivery.c.lane == "bulk",
            or_(delivery.c.kind.in_(UNASKED), delivery.c.unique_key.like(SHIFT_QUESTION)),
        )
        .values(state="unsendable", reason=PAUSED)
    )
    return True


async def resume(conn: AsyncConnection, unit_id: UnitId, now: datetime) -> bool:
    """
    Let a unit be written to again: the clock looks anew at each learner who is under no other pause.

    What was stopped is not sent later: each hears at most what is due now.

    Returns:
        False if the unit was not paused.
    """
    ended = (
        update(sending_pause)
        .where(sending_pause.c.unit_id == unit_id, sending_pause.c.resumed_at.is_(None))
        .values(resumed_at=now)
    )
    if not (await conn.execute(ended)).rowcount:
        return False
    today = day_of(now)
    await allow_long(conn)
    await conn.execute(
        update(learner)
        .where(
            learner.c.person_id.in_(people_below(unit_id, today)),
            learner.c.reminders_off.is_(False),
            ~is_under_pause(learner.c.person_id, today),
        )
        .values(next_due_at=now, next_kind=None)
    )
    return True


async def is_paused(conn: AsyncConnection, person_id: PersonId, today: date) -> bool:
    """True if any of a person's posts lies in or under a paused unit."""
    query = select(learner.c.person_id).where(
        learner.c.person_id == person_id, is_under_pause(learner.c.person_id, today)
    )
    return (await conn.execute(query)).first() is not None


async def are_any(conn: AsyncConnection) -> bool:
    """True while any unit is paused."""
    query = select(sending_pause.c.id).where(sending_pause.c.resumed_at.is_(None)).limit(1)
    return (await conn.execute(query)).first() is not None


async def count_learners(conn: AsyncConnection, unit_id: UnitId, today: date) -> int:
    """How many persons in a unit and below agreed and have an open door."""
    door = select(literal_column("1")).where(account.c.person_id == learner.c.person_id, account.c.is_open).exists()
    query = select(func.count()).where(learner.c.person_id.in_(people_below(unit_id, today)), door)
    return int((await conn.execute(query)).scalar_one())


def _paused() -> Select[Any]:
    return (
        select(org_unit.c.id, org_unit.c.code, org_unit.c.name, sending_pause.c.paused_at, person.c.full_name)
        .select_from(sending_pause)
        .join(org_unit, org_unit.c.id == sending_pause.c.unit_id)
        .outerjoin(person, person.c.id == sending_pause.c.by_person_id)
        .where(sending_pause.c.resumed_at.is_(None))
    )


def _read(row: Any) -> Paused:
    return Paused(UnitId(row.id), row.code, row.name, row.paused_at, row.full_name)


async def paused_units(
    conn: AsyncConnection, *, below: Sequence[UnitId] | None = None, limit: int | None = None
) -> Sequence[Paused]:
    """The pauses that last, by unit; only those on `below` and under them, if given."""
    query = _paused().order_by(org_unit.c.sort_name, org_unit.c.id).limit(limit)
    if below is not None:
        within = select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id.in_(below))
        query = query.where(sending_pause.c.unit_id.in_(within))
    return [_read(row) for row in await conn.execute(query)]


async def over(conn: AsyncConnection, unit_id: UnitId) -> Paused | None:
    """The pause under which a unit stands: its own, else that of the nearest unit above."""
    query = (
        _paused()
        .join(unit_closure, unit_closure.c.ancestor_id == sending_pause.c.unit_id)
        .where(unit_closure.c.unit_id == unit_id)
        .order_by(unit_closure.c.depth)
        .limit(1)
    )
    row = (await conn.execute(query)).first()
    return _read(row) if row else None
