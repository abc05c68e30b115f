"""What an Official Account holds of ours, by its content: an upload serves for seven days, for everybody."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from storage.database import insert
from storage.tables import zalo_upload

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import EndpointId

COUNTED = timedelta(days=40)  # longer than a month is


async def known(conn: AsyncConnection, endpoint_id: EndpointId, content_hash: bytes, now: datetime) -> str | None:
    """The platform's reference of a content that still serves; None for none."""
    query = select(zalo_upload.c.reference).where(
        zalo_upload.c.endpoint_id == endpoint_id,
        zalo_upload.c.content_hash == content_hash,
        zalo_upload.c.expires_at > now,
    )
    reference: str | None = (await conn.execute(query)).scalar()
    return reference


async def keep(
    conn: AsyncConnection, endpoint_id: EndpointId, content_hash: bytes, reference: str, expires_at: datetime
) -> None:
    """Remember an upload, in place of an older one of the same content."""
    values = {"reference": reference, "expires_at": expires_at}
    await conn.execute(
        insert(conn, zalo_upload)
        .values(endpoint_id=endpoint_id, content_hash=content_hash, **values)
        .on_conflict_do_update(index_elements=["endpoint_id", "content_hash"], set_=values)
    )


async def number_since(conn: AsyncConnection, endpoint_id: EndpointId, expires_after: datetime) -> int:
    """How many contents were uploaded that expire after then; one uploaded again counts once."""
    query = select(func.count()).where(
        zalo_upload.c.endpoint_id == endpoint_id, zalo_upload.c.expires_at >= expires_after
    )
    return (await conn.execute(query)).scalar_one()


async def forget_old(conn: AsyncConnection, now: datetime) -> None:
    """Drop what has served, and is not counted any more either."""
    await conn.execute(delete(zalo_upload).where(zalo_upload.c.expires_at < now - COUNTED))


async def forget(conn: AsyncConnection, endpoint_id: EndpointId, reference: str) -> None:
    """It serves no longer, whatever was thought."""
    await conn.execute(
        delete(zalo_upload).where(zalo_upload.c.endpoint_id == endpoint_id, zalo_upload.c.reference == reference)
    )
