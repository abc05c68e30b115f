"""Lists that officers sent in, kept between the dry run and the import, for a day at most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from storage.tables import roster_upload

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId, UnitId

KEPT = timedelta(days=1)


class Kind(StrEnum):
    """Of what a list is, as stored."""

    ROSTER = "roster"
    CLASSES = "classes"


@dataclass(frozen=True, slots=True)
class Upload:
    """A list: `body` is whatever its reader made of it, `replaces` whether those absent are closed."""

    id: int
    unit_id: UnitId
    file_name: str
    body: bytes
    replaces: bool
    created_at: datetime


async def keep(
    conn: AsyncConnection,
    *,
    person_id: PersonId,
    unit_id: UnitId,
    file_name: str,
    body: bytes,
    replaces: bool,
    now: datetime,
    kind: Kind = Kind.ROSTER,
) -> int:
    """Keep a list in the place of the person's earlier ones of that kind; returns its id."""
    await drop(conn, person_id, kind)
    values = {"person_id": person_id, "unit_id": unit_id, "file_name": file_name, "body": body, "replaces": replaces}
    statement = roster_upload.insert().values(**values, created_at=now, kind=kind.value).returning(roster_upload.c.id)
    return int((await conn.execute(statement)).scalar_one())


async def of_person(
    conn: AsyncConnection, person_id: PersonId, unit_id: UnitId, now: datetime, kind: Kind = Kind.ROSTER
) -> Upload | None:
    """The list that this person sent in for a unit, while it is kept."""
    query = select(
        roster_upload.c.id,
        roster_upload.c.unit_id,
        roster_upload.c.file_name,
        roster_upload.c.body,
        roster_upload.c.replaces,
        roster_upload.c.created_at,
    ).where(
        roster_upload.c.person_id == person_id,
        roster_upload.c.unit_id == unit_id,
        roster_upload.c.kind == kind.value,
        roster_upload.c.created_at > now - KEPT,
    )
    row = (await conn.execute(query)).first()
    return Upload(*row) if row else None


async def mend(conn: AsyncConnection, upload_id: int, body: bytes) -> None:
    """Keep a mended form of it."""
    await conn.execute(update(roster_upload).where(roster_upload.c.id == upload_id).values(body=body))


async def drop(conn: AsyncConnection, person_id: PersonId, kind: Kind = Kind.ROSTER) -> None:
    """Forget what this person sent in of that kind."""
    mine = (roster_upload.c.person_id == person_id, roster_upload.c.kind == kind.value)
    await conn.execute(delete(roster_upload).where(*mine))


async def forget_old(conn: AsyncConnection, now: datetime) -> None:
    """Forget what nobody imported."""
    await conn.execute(delete(roster_upload).where(roster_upload.c.created_at <= now - KEPT))
