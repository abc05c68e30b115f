"""Asking to be signed in: a browser asks, its owner answers in their own chat, the same browser then enters once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, or_, select, update

from channels.messages import PersonId
from storage.database import insert
from storage.tables import guess_counter, sign_in

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

LASTS = timedelta(minutes=10)
KEPT = timedelta(days=1)  # afterwards, for whoever asks what happened


@dataclass(frozen=True, slots=True)
class SignIn:
    """A request to be signed in; `accepted` is None until it was answered."""

    id: int
    number: str
    agent: str
    address: str
    created_at: datetime
    expires_at: datetime
    person_id: PersonId | None
    accepted: bool | None
    is_used: bool


def _of(row: Any) -> SignIn:
    return SignIn(
        row.id,
        row.number,
        row.agent,
        row.address,
        row.created_at,
        row.expires_at,
        row.person_id,
        row.accepted,
        row.used_at is not None,
    )


async def begin(
    conn: AsyncConnection,
    *,
    browser_hash: bytes,
    code_hash: bytes,
    number: str,
    agent: str,
    address: str,
    now: datetime,
) -> None:
    """Write down that a browser asks."""
    await conn.execute(
        sign_in.insert().values(
            browser_hash=browser_hash,
            code_hash=code_hash,
            number=number,
            agent=agent,
            address=address,
            created_at=now,
            expires_at=now + LASTS,
        )
    )


async def of_browser(conn: AsyncConnection, browser_hash: bytes, now: datetime) -> SignIn | None:
    """What this browser asked for, while it lasts."""
    query = select(sign_in).where(sign_in.c.browser_hash == browser_hash, sign_in.c.expires_at > now)
    row = (await conn.execute(query)).first()
    return _of(row) if row else None


async def claim(conn: AsyncConnection, code_hash: bytes, person_id: PersonId, now: datetime) -> SignIn | None:
    """The open request of that code, for the first person who opens it; None for anybody else and once answered."""
    statement = (
        update(sign_in)
        .where(
            sign_in.c.code_hash == code_hash,
            sign_in.c.decided_at.is_(None),
            sign_in.c.expires_at > now,
            or_(sign_in.c.person_id.is_(None), sign_in.c.person_id == person_id),
        )
        .values(person_id=person_id)
        .returning(sign_in)
    )
    row = (await conn.execute(statement)).first()
    return _of(row) if row else None


async def decide(conn: AsyncConnection, request: int, person_id: PersonId, *, accepted: bool, now: datetime) -> bool:
    """Write down what they said; False if it is not theirs, was answered before, or ran out."""
    statement = (
        update(sign_in)
        .where(
            sign_in.c.id == request,
            sign_in.c.person_id == person_id,
            sign_in.c.decided_at.is_(None),
            sign_in.c.expires_at > now,
        )
        .values(decided_at=now, accepted=accepted)
    )
    return bool((await conn.execute(statement)).rowcount)


async def enter(conn: AsyncConnection, browser_hash: bytes, now: datetime) -> tuple[PersonId, str] | None:
    """Use an accepted request up, once: who enters, and with what; None if there is none."""
    statement = (
        update(sign_in)
        .where(
            sign_in.c.browser_hash == browser_hash,
            sign_in.c.accepted.is_(True),
            sign_in.c.used_at.is_(None),
            sign_in.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(sign_in.c.person_id, sign_in.c.agent)
    )
    row = (await conn.execute(statement)).first()
    return (PersonId(row.person_id), row.agent) if row else None


async def take_turn(conn: AsyncConnection, who_hash: bytes, *, most: int, within: timedelta, now: datetime) -> bool:
    """Count one try of somebody (a hash of who); False when there were `most` within that time already."""
    query = select(guess_counter.c.since, guess_counter.c.tries).where(guess_counter.c.who_hash == who_hash)
    row = (await conn.execute(query)).first()
    is_fresh = row is None or row.since <= now - within
    if row is not None and not is_fresh and row.tries >= most:
        return False
    values = {
        "since": now if row is None or is_fresh else row.since,
        "tries": 1 if row is None or is_fresh else row.tries + 1,
    }
    await conn.execute(
        insert(conn, guess_counter)
        .values(who_hash=who_hash, **values)
        .on_conflict_do_update(index_elements=["who_hash"], set_=values)
    )
    return True


async def forget_old(conn: AsyncConnection, now: datetime) -> None:
    """Forget requests that ran out a day ago."""
    await conn.execute(delete(sign_in).where(sign_in.c.expires_at <= now - KEPT))
