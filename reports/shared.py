"""What is made once for a while and shared by all who ask for it meanwhile."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable
    from datetime import datetime

T = TypeVar("T")

LASTS = timedelta(minutes=10)
MOST = 1_000


@dataclass(slots=True)
class _Kept:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    until: datetime | None = None
    value: Any = None


class Shared:
    """
    Values by key, the last `most` asked for, each for as long as `lasts`.

    Two who ask at once for the same wait for one making of it; what fails is made again by whoever asks next.
    """

    def __init__(self, most: int = MOST, lasts: timedelta = LASTS) -> None:
        self._most = most
        self._lasts = lasts
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    async def get(self, key: Hashable, now: datetime, make: Callable[[], Awaitable[T]]) -> T:
        """The value of a key, made now if there is none from the last minutes."""
        kept = self._kept.setdefault(key, _Kept())
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        async with kept.turn:
            if kept.until is None or not kept.until - self._lasts <= now < kept.until:
                kept.value = await make()
                kept.until = now + self._lasts
            value: T = kept.value
            return value
