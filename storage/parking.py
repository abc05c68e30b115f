"""Updates that a handler failed on, kept for the operator without any text a person wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from storage.tables import parked_update

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import EndpointId


async def park(
    conn: AsyncConnection,
    *,
    endpoint_id: EndpointId,
    key: str,
    kind: str,
    action: str | None,
    error: str,
    now: datetime,
) -> None:
    """Keep what is needed to look into it."""
    await conn.execute(
        parked_update.insert().values(
            endpoint_id=endpoint_id, key=key, kind=kind, action=action, error=error[:300], at=now
        )
    )


async def count(conn: AsyncConnection) -> int:
    """How many are parked."""
    return int((await conn.execute(select(func.count()).select_from(parked_update))).scalar_one())
