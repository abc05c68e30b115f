"""People who agreed: their choices, what the clock must know of them, and who is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from channels.messages import AccountId, Kind, PersonId
from learning.calendar import DayPart, Shift, day_of
from learning.rhythm import Pace
from learning.roles import Role, Track
from storage.database import insert
from storage.tables import account, consent, delivery, learner, org_unit, person, position

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncConnection

UNASKED = (Kind.NEW_LESSON.value, Kind.REMINDER.value, Kind.REVIEW.value)


@dataclass(frozen=True, slots=True)
class Learner:
    """A learner's row."""

    person_id: PersonId
    full_name: str
    part: DayPart | None
    shift: Shift | None
    pace: Pace
    paused_until: datetime | None
    reminders_off: bool
    ladder: int
    last_word_at: datetime | None
    last_lesson_at: datetime | None
    next_due_at: datetime | None
    reply_account_id: AccountId | None


@dataclass(frozen=True, slots=True)
class Post:
    """A position that somebody holds."""

    id: int
    unit_id: int
    unit_name: str
    unit_type: str
    role: Role
    track: Track
    receives_reports: bool


def _learner(row: Any) -> Learner:
    return Learner(
        PersonId(row.person_id),
        row.full_name,
        DayPart(row.hour) if row.hour else None,
        Shift(row.shift) if row.shift else None,
        Pace(row.rhythm),
        row.paused_until,
        row.reminders_off,
        row.ladder,
        row.last_word_at,
        row.last_lesson_at,
        row.next_due_at,
        AccountId(row.reply_account_id) if row.reply_account_id else None,
    )


async def by_id(conn: AsyncConnection, person_id: PersonId) -> Learner | None:
    """The learner with that id."""
    query = (
        select(learner, person.c.full_name)
        .join(person, person.c.id == learner.c.person_id)
        .where(learner.c.person_id == person_id)
    )
    row = (await conn.execute(query)).first()
    return _learner(row) if row else None


async def join(
    conn: AsyncConnection, person_id: PersonId, account_id: AccountId, *, text_version: str, now: datetime
) -> bool:
    """Write down that a person agreed, through which door; True if they are new."""
    shift = (
        select(position.c.shift)
        .where(position.c.person_id == person_id, position.c.shift.is_not(None), position.c.valid_to.is_(None))
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        insert(conn, learner)
        .values(
            person_id=person_id,
            joined_at=now,
            shift=shift,
            reminders_off=False,
            rotates=False,
            ladder=0,
            last_word_at=now,
            next_due_at=now,
            reply_account_id=account_id,
        )
        .on_conflict_do_nothing()
    )
    is_new = bool((await conn.execute(statement)).rowcount)
    if not is_new:
        await change(conn, person_id, reply_account_id=account_id, last_word_at=now, ladder=0, next_due_at=now)
    named = (
        update(consent)
        .where(consent.c.account_id == account_id, consent.c.person_id.is_(None), consent.c.withdrawn_at.is_(None))
        .values(person_id=person_id)
    )
    if not (await conn.execute(named)).rowcount:
        await record_consent(conn, account_id, person_id, text_version, now)
    return is_new


async def record_consent(
    conn: AsyncConnection, account_id: AccountId, person_id: PersonId | None, text_version: str, now: datetime
) -> None:
    """Keep who agreed to which text, when, through which door; `person_id` is None until they are matched."""
    await conn.execute(
        consent.insert().values(account_id=account_id, person_id=person_id, text_version=text_version, given_at=now)
    )


async def change(conn: AsyncConnection, person_id: PersonId, **values: Any) -> None:
    """Change a learner's row; a new moment of being due is a look, unless it comes with what is due then."""
    if "next_due_at" in values:
        values.setdefault("next_kind", None)
    await conn.execute(update(learner).where(learner.c.person_id == person_id).values(values))


async def posts(conn: AsyncConnection, person_id: PersonId, today: date) -> Sequence[Post]:
    """The positions a person holds today."""
    query = (
        select(
            position.c.id,
            position.c.unit_id,
            org_unit.c.name,
            org_unit.c.unit_type,
            position.c.role,
            position.c.track,
            position.c.receives_reports,
        )
        .join(org_unit, org_unit.c.id == position.c.unit_id)
        .where(
            position.c.person_id == person_id,
            position.c.valid_from <= today,
            or_(position.c.valid_to.is_(None), position.c.valid_to > today),
        )
        .order_by(position.c.id)
    )
    return [
        Post(row.id, row.unit_id, row.name, row.unit_type, Role(row.role), Track(row.track), row.receives_reports)
        for row in (await conn.execute(query)).all()
    ]


async def to_look_at(conn: AsyncConnection, now: datetime, limit: int) -> Sequence[Learner]:
    """Learners of whom somebody must decide what they get next, the longest waiting first."""
    query = (
        select(learner, person.c.full_name)
        .join(person, person.c.id == learner.c.person_id)
        .where(learner.c.next_due_at <= now, learner.c.next_kind.is_(None))
        .order_by(learner.c.next_due_at, learner.c.person_id)
        .limit(limit)
    )
    return [_learner(row) for row in (await conn.execute(query)).all()]


async def unasked_days(
    conn: AsyncConnection, person_id: PersonId, now: datetime, *, besides: int = 0
) -> tuple[frozenset[date], date | None]:
    """
    Days of the last two weeks on which something was sent that the person did not ask for, or is being sent.

    Args:
        conn: a connection.
        person_id: the learner.
        now: the moment.
        besides: a delivery that is being decided about.

    Returns:
        The days of the others, and the day that delivery was meant for.
    """
    query = (
        select(delivery.c.id, delivery.c.run_at)
        .join(account, account.c.id == delivery.c.account_id)
        .where(
            account.c.person_id == person_id,
            delivery.c.kind.in_(UNASKED),
            delivery.c.lane == "bulk",
            delivery.c.state.not_in(["queued", "unsendable", "failed"]),
            delivery.c.run_at >= now - timedelta(days=14),
        )
    )
    days = {row.id: day_of(row.run_at) for row in (await conn.execute(query)).all()}
    own = days.pop(besides, None)
    return frozenset(days.values()), own
