"""
What people wrote on Zalo while nobody could take it: noticed by a mark that stopped moving, and pulled.

The mark is moved while the program takes events and the database takes what it writes. Whatever the webhook has brought
in the meantime has the same key, and counts once.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.messages import SendError
from channels.zalo.history import missed
from storage import planning

if TYPE_CHECKING:
    from bot.clock import Clock
    from channels.messages import EndpointId, Pipeline
    from channels.zalo import ZaloClient
    from storage.database import Database

log = structlog.get_logger()

HEARD_UNTIL = "zalo_heard_until"
EVERY_S = 60.0
GAP = timedelta(minutes=5)
OVERLAP = timedelta(minutes=2)
FARTHEST = timedelta(hours=24)


class CatchUp:
    """For the Official Account at `endpoint`; `clock` is the machine's."""

    def __init__(
        self,
        database: Database,
        client: ZaloClient,
        pipeline: Pipeline,
        endpoint: EndpointId,
        oa_id: str,
        clock: Clock,
    ) -> None:
        self._database = database
        self._client = client
        self._pipeline = pipeline
        self._endpoint = endpoint
        self._oa_id = oa_id
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the mark, and pull after each gap, until `stop`."""
        while not stop.is_set():
            try:
                await self.once()
            except (SendError, SQLAlchemyError, OSError) as error:
                log.warning("zalo_pull_waits", error=type(error).__name__)
            try:
                async with asyncio.timeout(EVERY_S):
                    await stop.wait()
            except TimeoutError:
                continue

    async def once(self) -> int:
        """
        Pull what was missed if there was a gap, then move the mark; returns how many messages were handed on.

        Raises:
            SendError: the platform could not be asked; the mark stays.
            SQLAlchemyError, OSError: the database is away.
        """
        now = self._clock.now()
        async with self._database.connect() as conn:
            kept = await planning.read_setting(conn, HEARD_UNTIL)
        handed: int | None = 0
        if kept is not None and now - (since := datetime.fromisoformat(kept)) > GAP:
            handed = await self._pull(max(since - OVERLAP, now - FARTHEST))
        if handed is None:
            return 0
        async with self._database.begin() as conn:
            await planning.keep_setting(conn, HEARD_UNTIL, now.isoformat())
        return handed

    async def _pull(self, since: datetime) -> int | None:
        """None if the database went away meanwhile: all is asked for again."""
        found = await missed(self._client, self._endpoint, self._oa_id, since)
        taken = 0
        for at, inbound in found:
            receipt = await self._pipeline.receive(inbound, at=min(at, self._clock.now()))
            if receipt.retry_later:
                return None
            taken += receipt.outcome != "duplicate"
        log.info("zalo_pulled", since=since.isoformat(timespec="seconds"), found=len(found), taken=taken)
        return taken
