"""The platform's clock: it moves by itself, and can be pushed."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass
class PlatformClock:
    ahead_s: float = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.ahead_s

    def now_ms(self) -> int:
        return int(self.now() * 1_000)

    def advance(self, *, seconds: float = 0.0, hours: float = 0.0, days: float = 0.0) -> None:
        self.ahead_s += seconds + 3_600 * hours + 86_400 * days
