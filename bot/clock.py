"""The program's clock. In the demo it can be pushed forward; leases and pacing never use it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The moment it is, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The moment it is, UTC."""
        return datetime.now(UTC)


class AdjustableClock:
    """The machine's clock plus an offset that only grows; while time is being pushed it stands where it is put."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self.offset = offset
        self._held: datetime | None = None

    def now(self) -> datetime:
        """The moment it is in the demo, UTC."""
        return self._held or datetime.now(UTC) + self.offset

    def hold(self, moment: datetime) -> None:
        """Stand still at a moment; one that has passed is now."""
        self._held = max(moment, self.now())

    def release(self) -> None:
        """Run on from where it stands."""
        if self._held is not None:
            self.offset = self._held - datetime.now(UTC)
            self._held = None
