"""Who receives a broadcast, when, and through which door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, and_, case, cast, false, func, literal, literal_column, select

from channels.messages import AccountId, Kind, PersonId, UnitId
from learning.calendar import Shift, at, day_of, next_office_moment
from storage.database import allow_long, insert
from storage.pauses import is_below, is_under_pause, people_below
from storage.tables import account, broadcast, delivery, learner, org_unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

_DAY = timedelta(days=1)
_MAY_OVERLAP = timedelta(days=2)  # one confirmed so long ago may still be sent today: after hours, after a shift


@dataclass(frozen=True, slots=True)
class Aim:
    """Whom a message is for: a unit and all below it, these roles (none: all), from `now` on."""

    unit_id: UnitId
    roles: tuple[str, ...]
    now: datetime
    broadcast_id: int = 0

    @property
    def day(self) -> date:
        """The day it is in Viet Nam."""
        return day_of(self.now)


@dataclass(frozen=True, slots=True)
class Audience:
    """Learners with a door who want messages: those who receive it, and those left out this time."""

    recipients: int
    paused: int  # under Tạm dừng gửi
    served: int  # receive another unit's message on the same day


@dataclass(frozen=True, slots=True)
class Meant:
    """A message and one of its doors at the moment of sending."""

    text: str
    unit_name: str
    is_cancelled: bool
    is_learner: bool
    holds_post: bool
    reminders_off: bool
    is_paused: bool
    shift: Shift | None


def _by_shift(moment: Callable[[Shift | None], datetime]) -> ColumnElement[datetime]:
    kind = delivery.c.run_at.type
    whens = {shift.value: literal(moment(shift), kind) for shift in Shift}
    return case(whens, value=learner.c.shift, else_=literal(moment(None), kind))


def _is_wanted(aim: Aim) -> ColumnElement[bool]:
    """True of a learner for whom the message is meant, and who lets themselves be written to."""
    doors: Select[Any] = select(literal_column("1")).where(
        account.c.person_id == learner.c.person_id, account.c.is_open
    )
    door = doors.correlate(learner).exists()
    meant = people_below(aim.unit_id, aim.day, aim.roles)
    return and_(learner.c.person_id.in_(meant), learner.c.reminders_off.is_(False), door)


async def _is_served(conn: AsyncConnection, aim: Aim) -> ColumnElement[bool]:
    """True of a learner who receives another broadcast on the day on which they would receive this one."""
    others = select(broadcast.c.id).where(
        broadcast.c.on_day >= aim.day - _MAY_OVERLAP, broadcast.c.id != aim.broadcast_id
    )
    first = select(func.min(delivery.c.id)).where(delivery.c.broadcast_id.in_(others))
    first_id = (await conn.execute(first)).scalar()
    if first_id is None:
        return false()
    begins = _by_shift(lambda shift: at(day_of(next_office_moment(aim.now, shift)), time.min))
    ends = _by_shift(lambda shift: at(day_of(next_office_moment(aim.now, shift)) + _DAY, time.min))
    return (
        select(literal_column("1"))
        .select_from(account.join(delivery, delivery.c.account_id == account.c.id))
        .where(
            account.c.person_id == learner.c.person_id,
            delivery.c.id >= first_id,
            delivery.c.kind == Kind.BROADCAST.value,
            delivery.c.broadcast_id != aim.broadcast_id,
            delivery.c.state.not_in(["unsendable", "failed"]),
            delivery.c.run_at >= begins,
            delivery.c.run_at < ends,
        )
        .correlate(learner)
        .exists()
    )


async def count(conn: AsyncConnection, aim: Aim) -> Audience:
    """Count who would receive it now."""
    await allow_long(conn)
    paused = is_under_pause(learner.c.person_id, aim.day)
    served = await _is_served(conn, aim)
    fate = case((paused, "paused"), (served, "served"), else_="receives")
    wanted = select(fate.label("fate")).where(_is_wanted(aim)).subquery()
    query = select(wanted.c.fate, func.count().label("number")).group_by(wanted.c.fate)
    numbers = {row.fate: row.number for row in await conn.execute(query)}
    return Audience(numbers.get("receives", 0), numbers.get("paused", 0), numbers.get("served", 0))


async def lock(conn: AsyncConnection) -> None:
    """Let no other transaction queue broadcasts meanwhile: two at once could both reach a learner."""
    root = select(org_unit.c.id).where(org_unit.c.parent_id.is_(None)).order_by(org_unit.c.id)
    await conn.execute(root.with_for_update(key_share=True))


async def end_of_page(conn: AsyncConnection, aim: Aim, after: PersonId, size: int) -> PersonId | None:
    """The last person of a page that is followed by another one."""
    query = (
        select(learner.c.person_id)
        .where(learner.c.person_id.in_(people_below(aim.unit_id, aim.day, aim.roles)), learner.c.person_id > after)
        .order_by(learner.c.person_id)
        .offset(size - 1)
        .limit(1)
    )
    last = (await conn.execute(query)).scalar()
    return None if last is None else PersonId(last)


async def queue(conn: AsyncConnection, aim: Aim, after: PersonId, last: PersonId | None) -> None:
    """Queue it for the persons after `after`, up to `last`: through the door last used, at an hour that suits them."""
    mine = account.alias("mine")
    doors: Select[Any] = (
        select(mine.c.id).where(mine.c.person_id == learner.c.person_id, mine.c.is_open).limit(1).correlate(learner)
    )
    last_used = doors.where(mine.c.id == learner.c.reply_account_id)
    any_other = doors.order_by(mine.c.last_word_at.desc().nullslast(), mine.c.id)
    door = func.coalesce(last_used.scalar_subquery(), any_other.scalar_subquery())
    values: dict[str, Any] = {
        "endpoint_id": account.c.endpoint_id,
        "account_id": account.c.id,
        "lane": literal("bulk"),
        "kind": literal(Kind.BROADCAST.value),
        "unique_key": literal(f"broadcast:{aim.broadcast_id}:") + cast(account.c.id, String),
        "state": literal("queued"),
        "broadcast_id": literal(aim.broadcast_id, delivery.c.broadcast_id.type),
        "subject": literal({"broadcast": aim.broadcast_id}, delivery.c.subject.type),
        "run_at": _by_shift(lambda shift: next_office_moment(aim.now, shift)),
        "attempts": literal(0),
    }
    query = (
        select(*values.values())
        .select_from(learner.join(account, account.c.id == door))
        .where(
            learner.c.person_id > after,
            _is_wanted(aim),
            ~is_under_pause(learner.c.person_id, aim.day),
            ~await _is_served(conn, aim),
        )
        .order_by(learner.c.person_id)
    )
    if last is not None:
        query = query.where(learner.c.person_id <= last)
    await conn.execute(insert(conn, delivery).from_select(list(values), query).on_conflict_do_nothing())


async def meant(conn: AsyncConnection, broadcast_id: int, account_id: AccountId, day: date) -> Meant | None:
    """What must be known to send a broadcast through a door now; None without such a broadcast."""
    row = (
        await conn.execute(select(broadcast.c.unit_id, broadcast.c.roles).where(broadcast.c.id == broadcast_id))
    ).first()
    if row is None:
        return None
    query = (
        select(
            broadcast.c.text,
            org_unit.c.name,
            broadcast.c.cancelled_at,
            learner.c.person_id,
            learner.c.reminders_off,
            learner.c.shift,
            is_below(learner.c.person_id, row.unit_id, day, row.roles).label("holds_post"),
            is_under_pause(learner.c.person_id, day).label("is_paused"),
        )
        .select_from(broadcast.join(org_unit, org_unit.c.id == broadcast.c.unit_id))
        .join(account, account.c.id == account_id)
        .outerjoin(learner, learner.c.person_id == account.c.person_id)
        .where(broadcast.c.id == broadcast_id)
    )
    found = (await conn.execute(query)).one()
    return Meant(
        found.text,
        found.name,
        found.cancelled_at is not None,
        found.person_id is not None,
        bool(found.holds_post),
        bool(found.reminders_off),
        bool(found.is_paused),
        Shift(found.shift) if found.shift else None,
    )
