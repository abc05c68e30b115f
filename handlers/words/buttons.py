"""Buttons that many messages share."""

from __future__ import annotations

from channels.messages import Button
from handlers.actions import Resume, Screen, SetHour
from learning.calendar import DayPart

CONTINUE = Button("Học tiếp ▸", Resume().pack())
LOOK_UP = Button("Tra cứu", Screen("lookup").pack())
HELP = Button("Trợ giúp", Screen("help").pack())


def hours() -> list[tuple[Button, ...]]:
    """Rows of the hours that can be chosen."""
    buttons = [Button(part.label, SetHour(part.value).pack()) for part in DayPart]
    return [tuple(buttons[:3]), tuple(buttons[3:])]
