"""A pipeline that only writes down what it was given: it stands for the port, in tests of those who call it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from channels.messages import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from channels.messages import Inbound


@dataclass
class Notebook:
    """`refuse`: whether an update is to be kept by the platform (or, by raising, a fault)."""

    refuse: Callable[[Inbound], bool] = lambda _: False
    pause_s: float = 0.0
    taken: list[Inbound] = field(default_factory=list)
    began: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def receive(self, inbound: Inbound, *, at: datetime | None = None) -> Receipt:
        assert at is None
        self.began.append(inbound.key)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.pause_s)
            if self.refuse(inbound):
                return Receipt("kept", retry_later=True)
            self.taken.append(inbound)
            return Receipt("done")
        finally:
            self.at_once -= 1
