"""Browsers that are signed in to the dashboard: whose, until when, and with which seats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from channels.messages import PersonId
from storage.reporting import SEAT, as_seat, gives_rights, highest_first
from storage.tables import org_unit, person, position, web_session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.reporting import Seat

LASTS = timedelta(hours=12)
KEPT = timedelta(days=30)  # afterwards, for whoever asks what happened
MOST = 10  # of one person at a time


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page: read anew for each, so that a post that ends takes its rights with it at once."""

    session_id: int
    person_id: PersonId
    full_name: str
    seats: Sequence[Seat]


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in, as its owner sees it in a list."""

    id: int
    agent: str
    created_at: datetime
    expires_at: datetime


async def add(conn: AsyncConnection, *, token_hash: bytes, person_id: PersonId, agent: str, now: datetime) -> None:
    """Sign a browser in; the oldest of very many is ended."""
    open_ones = await listed(conn, person_id, now)
    for session in open_ones[MOST - 1 :]:
        await end(conn, person_id, session.id, now)
    await conn.execute(
        web_session.insert().values(
            token_hash=token_hash, person_id=person_id, agent=agent, created_at=now, expires_at=now + LASTS
        )
    )


async def look(conn: AsyncConnection, token_hash: bytes, day: date, now: datetime) -> Visitor | None:
    """Whose session that is, with their seats on the day; None if it ended. One statement."""
    query = (
        select(web_session.c.id.label("session_id"), web_session.c.person_id, person.c.full_name, *SEAT)
        .select_from(
            web_session.join(person, person.c.id == web_session.c.person_id)
            .outerjoin(position, position.c.person_id == person.c.id)
            .outerjoin(org_unit, (org_unit.c.id == position.c.unit_id) & gives_rights(day))
        )
        .where(web_session.c.token_hash == token_hash, web_session.c.ended_at.is_(None), web_session.c.expires_at > now)
        .order_by(*highest_first())
    )
    rows = (await conn.execute(query)).all()
    if not rows:
        return None
    seats = [as_seat(row) for row in rows if row.id is not None]
    return Visitor(rows[0].session_id, PersonId(rows[0].person_id), rows[0].full_name, seats)


async def listed(conn: AsyncConnection, person_id: PersonId, now: datetime) -> Sequence[Session]:
    """The person's open sessions, the newest first."""
    query = (
        select(web_session.c.id, web_session.c.agent, web_session.c.created_at, web_session.c.expires_at)
        .where(web_session.c.person_id == person_id, web_session.c.ended_at.is_(None), web_session.c.expires_at > now)
        .order_by(web_session.c.id.desc())
    )
    return [Session(*row) for row in (await conn.execute(query)).all()]


async def end(conn: AsyncConnection, person_id: PersonId, session_id: int | None, now: datetime) -> int:
    """End a session of that person, or all of theirs; returns how many ended."""
    statement = update(web_session).where(web_session.c.person_id == person_id, web_session.c.ended_at.is_(None))
    if session_id is not None:
        statement = statement.where(web_session.c.id == session_id)
    return int((await conn.execute(statement.values(ended_at=now))).rowcount)


async def forget_old(conn: AsyncConnection, now: datetime) -> None:
    """Forget sessions that ran out long ago."""
    await conn.execute(delete(web_session).where(web_session.c.expires_at <= now - KEPT))
