"""Buttons that many messages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.messages import Button
from handlers.actions import Later, Resume, Screen, SetHour
from learning.calendar import DayPart

if TYPE_CHECKING:
    from storage.runs import Run

CONTINUE = Button("Học tiếp ▸", Resume().pack())
LOOK_UP = Button("Tra cứu", Screen("lookup").pack())
HELP = Button("Trợ giúp", Screen("help").pack())


def hours() -> list[tuple[Button, ...]]:
    """Rows of the hours that can be chosen."""
    buttons = [Button(part.label, SetHour(part.value).pack()) for part in DayPart]
    return [tuple(buttons[:3]), tuple(buttons[3:])]


def later(run: Run) -> Button:
    """Học sau."""
    return Button("Học sau", Later(run.id).pack())


def titled(text: str) -> tuple[str, str]:
    """A text as its title and what stands below it."""
    title, _, body = text.partition("\n")
    return title, body.strip("\n")
