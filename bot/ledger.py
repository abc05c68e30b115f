"""Writing down what was sent: one by one when there is time, together when many come at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bot.fault import reached
from storage import outbox
from storage.database import is_away

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from storage.database import Database

log = structlog.get_logger()

TOGETHER = 50
GATHER_S = 0.004
TRY_AGAIN_S = (0.2, 0.5, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0)


class SentMarks:
    """
    Marks deliveries as sent. While one write is under way the next ones gather.

    A database that is away is asked again for some seconds: what this process knows to be sent should not end as
    unknown.
    """

    def __init__(self, database: Database, real_clock: Clock) -> None:
        self._database = database
        self._clock = real_clock
        self._waiting: list[tuple[tuple[int, str, datetime], asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def keep(self, delivery_id: int, message_ref: str) -> None:
        """
        Return once it is committed that the platform took the delivery.

        Raises:
            SQLAlchemyError, OSError: the database stayed away; the row is left in `sending`.
        """
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(((delivery_id, message_ref, self._clock.now()), written))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        await written

    async def _write(self) -> None:
        try:
            while self._waiting:
                if len(self._waiting) < TOGETHER:
                    await asyncio.sleep(GATHER_S if len(self._waiting) > 1 else 0)
                part, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                error = await self._one_write([mark for mark, _ in part])
                for _, written in part:
                    if written.done():
                        continue
                    if error is None:
                        written.set_result(None)
                    else:
                        written.set_exception(error)
        finally:
            self._writer = None

    async def _one_write(self, marks: list[tuple[int, str, datetime]]) -> Exception | None:
        failure: Exception | None = None
        for wait_s in (*TRY_AGAIN_S, None):
            try:
                if len(marks) == 1:
                    async with self._database.single() as conn:
                        await outbox.mark_sent(conn, *marks[0])
                else:
                    async with self._database.begin() as conn:
                        await outbox.mark_all_sent(conn, marks)
            except Exception as error:  # noqa: BLE001 - it goes to those who wait
                failure = error
                if wait_s is None or not is_away(error):
                    break
                await asyncio.sleep(wait_s)
            else:
                reached("after-sent")
                return None
        log.error("ledger_away", error=type(failure).__name__, waiting=len(marks))
        return failure
