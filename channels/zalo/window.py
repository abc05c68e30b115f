"""How long one may write to a person, counted from their last word. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

# An event may come two hours late, and would then seem that much younger than it is.
MARGIN = timedelta(hours=2)
FREE_FOR = timedelta(hours=48)
OPEN_FOR = timedelta(days=7)


class Window(Enum):
    """What a message to a person counts as."""

    FREE = auto()
    PAID = auto()  # by the package's quota, else by bill
    CLOSED = auto()


def sendable(last_word_at: datetime | None, now: datetime) -> Window:
    """Return what a message would count as, on the safe side of both limits."""
    if last_word_at is None:
        return Window.CLOSED
    silent = now - last_word_at
    if silent <= FREE_FOR - MARGIN:
        return Window.FREE
    return Window.PAID if silent <= OPEN_FOR - MARGIN else Window.CLOSED
