"""How long one may write to a person, counted from their last word. Pure."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from learning.window import CLOSED_FROM, FREE_UNTIL

if TYPE_CHECKING:
    from datetime import datetime


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
    if silent <= FREE_UNTIL:
        return Window.FREE
    return Window.PAID if silent <= CLOSED_FROM else Window.CLOSED
