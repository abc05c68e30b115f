"""What the clock has done: slots, how far it has planned, holidays decided for a year, and what may be forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, or_, select

from channels.messages import AccountId
from storage.database import insert
from storage.pauses import is_under_pause
from storage.tables import account, holiday_override, inbound_update, learner, plan_run, position, setting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncConnection

UPDATES_KEPT = timedelta(days=7)  # a platform sends an update again for a day at most


async def is_done(conn: AsyncConnection, job: str, slot: datetime) -> bool:
    """True if a slot has been worked."""
    query = select(plan_run.c.job).where(plan_run.c.job == job, plan_run.c.slot == slot)
    return (await conn.execute(query)).first() is not None


async def take_slot(conn: AsyncConnection, job: str, slot: datetime, now: datetime) -> bool:
    """Take a slot; False if it has been."""
    statement = insert(conn, plan_run).values(job=job, slot=slot, ran_at=now).on_conflict_do_nothing()
    return bool((await conn.execute(statement)).rowcount)


async def read_setting(conn: AsyncConnection, key: str) -> Any:
    """A value kept for the program, or None."""
    return (await conn.execute(select(setting.c.value).where(setting.c.key == key))).scalar()


async def keep_setting(conn: AsyncConnection, key: str, value: Any) -> None:
    """Keep a value for the program."""
    await conn.execute(
        insert(conn, setting)
        .values(key=key, value=value)
        .on_conflict_do_update(index_elements=["key"], set_={"value": value})
    )


async def holiday_decisions(conn: AsyncConnection) -> dict[date, bool]:
    """Days off (or not) as decided for a year, over the rules of the holidays package."""
    rows = (await conn.execute(select(holiday_override.c.day, holiday_override.c.is_off))).all()
    return {row.day: row.is_off for row in rows}


async def rotating(conn: AsyncConnection, today: date) -> Sequence[tuple[int, AccountId]]:
    """People on rotating shifts who may be written to: (person, door)."""
    query = (
        select(learner.c.person_id, learner.c.reply_account_id)
        .join(account, account.c.id == learner.c.reply_account_id)
        .where(
            or_(learner.c.rotates, learner.c.shift == "luan_phien"),
            ~learner.c.reminders_off,
            account.c.is_open,
            select(position.c.id)
            .where(
                position.c.person_id == learner.c.person_id,
                position.c.valid_from <= today,
                or_(position.c.valid_to.is_(None), position.c.valid_to > today),
            )
            .exists(),
            ~is_under_pause(learner.c.person_id, today),
        )
        .order_by(learner.c.person_id)
    )
    return [(row.person_id, AccountId(row.reply_account_id)) for row in (await conn.execute(query)).all()]


async def forget_old(conn: AsyncConnection, now: datetime) -> None:
    """Forget keys of updates that no platform will send again."""
    await conn.execute(delete(inbound_update).where(inbound_update.c.received_at < now - UPDATES_KEPT))
