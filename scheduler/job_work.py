"""What working a job means on either database: handlers, attempts, pauses between them, waiting until all is done."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from types import TracebackType

    Handler = Callable[[Mapping[str, Any]], Awaitable[None]]

log = structlog.get_logger()

ERROR_LENGTH = 60
LEFT = "WorkerDied"
_LOOK_S = 0.02


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The moment it is, UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """
    How patient an engine is.

    A worker that dies is noticed when its lease lapses; it is renewed well before, so that no stall of the loop loses
    it. A job that fails is tried once more after each pause of `back_off`, then held.
    """

    lease: timedelta = timedelta(seconds=40)
    poll: timedelta = timedelta(seconds=10)  # how often PostgreSQL is asked without being told
    idle: timedelta = timedelta(seconds=0.5)  # how often SQLite is
    again: timedelta = timedelta(seconds=2)  # after the database did not answer
    back_off: tuple[timedelta, ...] = tuple(timedelta(seconds=seconds) for seconds in (1, 10, 60, 300))
    at_once: int = 4


async def attempt(kind: str, handler: Handler, payload: Mapping[str, Any], number: int) -> str | None:
    """
    Work a job once; None if it is done, else the type of the error.

    What the error says may quote what people wrote, so that neither the log nor the job keeps it.
    """
    try:
        await handler(payload)
    except Exception as error:  # noqa: BLE001 - a handler may fail in any way, and its job is tried again
        name = type(error).__name__[:ERROR_LENGTH]
        log.warning("job_failed", kind=kind, attempt=number, error=name, at=_place(error.__traceback__))
        return name
    return None


def _place(traceback: TracebackType | None) -> str:
    """File and line where it was raised."""
    place = ""
    while traceback is not None:
        place = f"{Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place


class Engine(ABC):
    """Works jobs until told to stop, or until none is due; `_work` and `_is_busy` are a database's own."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._running = 0
        self._wake = asyncio.Event()
        self._drains = False  # what is claimed while it ends is worked all the same

    async def run(self, stop: asyncio.Event) -> None:
        """Work jobs until `stop`, then let those that run end; a database that is away is waited for."""
        self._running += 1
        try:
            await self._work(stop)
        finally:
            self._running -= 1

    async def drain(self) -> None:
        """
        Return when no job is due or runs any more, here or elsewhere; held ones and those of other kinds don't count.

        Raises:
            SQLAlchemyError, OSError: the database is away.
        """
        stop = asyncio.Event()
        working = None
        try:
            while await self._is_busy():
                if not self._running:
                    self._drains = True
                    working = asyncio.create_task(self.run(stop))
                self._wake.set()
                await asyncio.sleep(_LOOK_S)
        finally:
            stop.set()
            if working is not None:
                await working
            self._drains = False

    @abstractmethod
    async def _work(self, stop: asyncio.Event) -> None: ...

    @abstractmethod
    async def _is_busy(self) -> bool: ...


async def pause(seconds: float, *events: asyncio.Event) -> None:
    """Wait so long, or until one of the events is set."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
