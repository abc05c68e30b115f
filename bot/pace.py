"""How fast the bulk lane sends, and when each of its messages leaves."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# By how much messages arrive sooner or later after their moment than others, seconds: up to 100 a second, and beyond,
# where more of them are on their way at once.
JITTER_S = 0.045
JITTER_OF_MANY_S = 0.070
MANY = 100.0
MOST_LAG_S = 0.05
MOST_LAG_OF_MANY_S = 0.1
LAG_FALLS = 0.01  # seconds a second
ON_TIME_S = 0.005


@dataclass(frozen=True, slots=True)
class Pace:
    """
    A token bucket: capacity and refill a second together never pass the ceiling of any one second.

    Some room is left for messages that arrive a little sooner or later after their moment than others.
    """

    capacity: float
    refill: float
    chat_rests_s: float = 0.0

    @classmethod
    def under(cls, ceiling: float, *, chat_rests_s: float = 0.0) -> Pace:
        """The bucket for at most `ceiling` messages in any second, and the seconds between two to one chat."""
        capacity = max(1.0, 0.005 * ceiling)
        roomy = (ceiling + 0.9 - capacity) / (1 + (JITTER_OF_MANY_S if ceiling > MANY else JITTER_S))
        return cls(capacity, max(min(ceiling - capacity, roomy), ceiling / 2), chat_rests_s)


class Turns:
    """
    A message leaves at the moment its token is there, a bounded number in flight.

    If one leaves late the next ones wait as long, and the wait shrinks slowly: else the late ones and the next would
    meet in one second at the platform.
    """

    def __init__(self, in_flight: int, pace: Pace) -> None:
        self._slots = asyncio.Semaphore(in_flight)
        self._most_lag_s = MOST_LAG_OF_MANY_S if pace.refill > MANY else MOST_LAG_S
        self._lag_s = 0.0  # from a message's moment to its leaving
        self._lag_at = 0.0

    @property
    def are_taken(self) -> bool:
        """True while no more can be in flight."""
        return self._slots.locked()

    @asynccontextmanager
    async def at(self, moment: float) -> AsyncIterator[None]:
        """Wait until `moment`, on the loop's clock, and as long as others were late before; then hold a slot."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._lag_s, self._lag_at = max(0.0, self._lag_s - LAG_FALLS * (now - self._lag_at)), now
        lag_s = self._lag_s
        await asyncio.sleep(moment + lag_s - now)
        async with self._slots:
            late_s = loop.time() - moment - lag_s
            if late_s > ON_TIME_S:
                self._lag_s = min(max(self._lag_s, lag_s + late_s), self._most_lag_s)
            yield
