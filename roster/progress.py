"""Being told how far a long check is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told what is being done, how much of it is done, and how much there is (0: not known yet)."""

    def __call__(self, stage: str, done: int, total: int, /) -> None:
        """Show it."""


def silent(_stage: str, _done: int, _total: int, /) -> None:
    """Show nothing."""
