"""Puts the deliveries of confirmed broadcasts into the ledger, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.messages import PersonId
from storage import broadcasts

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Database


async def queue_waiting(database: Database, now: datetime) -> int:
    """Queue all that waits, in short transactions that may be repeated; returns how many broadcasts that were."""
    async with database.connect() as conn:
        found = await broadcasts.waiting(conn, now)
    for broadcast_id in found:
        await queue_all(database, broadcast_id, now)
    return len(found)


async def queue_all(database: Database, broadcast_id: int, now: datetime) -> None:
    """Queue one broadcast to its end."""
    after: PersonId | None = PersonId(0)
    while after is not None:
        async with database.begin() as conn:
            after = await broadcasts.queue_page(conn, broadcast_id, after, now)
