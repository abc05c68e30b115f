"""APScheduler wakes the planner; whether anything is due is the planner's business, and only the leader asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import SQLAlchemyError

from learning.calendar import ZONE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scheduler.planner import Planner

log = structlog.get_logger()

TICK_S = 20
FOLD_S = 2


class Lock(Protocol):
    """Who leads."""

    async def held(self) -> bool:
        """True if this process leads."""
        ...

    async def release(self) -> None:
        """Let go."""
        ...


class Ticker:
    """Ticks and folds while this process leads."""

    def __init__(self, planner: Planner, lock: Lock, now: Callable[[], datetime], wake: Callable[[], None]) -> None:
        self._planner = planner
        self._lock = lock
        self._now = now
        self._wake = wake
        self._led = False
        self._scheduler = AsyncIOScheduler(timezone=ZONE)

    async def leads(self) -> bool:
        """True if this process leads."""
        return await self._lock.held()

    async def release(self) -> None:
        """Let another process lead."""
        await self._lock.release()

    def start(self) -> None:
        """Begin."""
        options = {"trigger": "interval", "coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler.add_job(self.tick, seconds=TICK_S, id="tick", **options)
        self._scheduler.add_job(self.fold, seconds=FOLD_S, id="fold", **options)
        self._scheduler.start()

    def stop(self) -> None:
        """End; what runs is let finish."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """One look at the clock."""
        try:
            if await self._lock.held() and await self._planner.tick(self._now()):
                self._wake()
        except (SQLAlchemyError, OSError) as error:
            log.error("tick_put_off", error=type(error).__name__)

    async def fold(self) -> None:
        """One look at the roll-ups."""
        try:
            leads = await self._lock.held()
            has_taken_over, self._led = leads and not self._led, leads
            if has_taken_over:
                await self.tick()
            if leads:
                await self._planner.fold(self._now())
        except (SQLAlchemyError, OSError) as error:
            log.error("fold_put_off", error=type(error).__name__)
