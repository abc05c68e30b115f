"""
The buttons of report messages.

A digest is written below the handlers that answer its buttons, so the packed form is made here; `handlers.actions`
takes it apart, and a test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.messages import Button
from reports.words import clip

if TYPE_CHECKING:
    from datetime import datetime

    from channels.messages import UnitId

_MAX_LABEL = 40
RESUME = Button("Học tiếp ▸", "resume")
CHANGES = Button("Báo thay đổi", "show:changes")


def drill(label: str, unit_id: UnitId, cut_off: datetime | None, page: int = 0) -> Button:
    """Show a unit's figures."""
    cut = int(cut_off.timestamp()) if cut_off else 0
    return Button(clip(label, _MAX_LABEL), f"drill:{unit_id}:{cut}:{page}")


def names(label: str, unit_id: UnitId, page: int = 0) -> Button:
    """List the people of one's own direct level."""
    return Button(label, f"names:{unit_id}:{page}")


def silent(label: str, unit_id: UnitId) -> Button:
    """List the silent learners of one's own CĐCS."""
    return Button(label, f"silent:{unit_id}")


def settle(label: str, unit_id: UnitId, person_id: int = 0) -> Button:
    """Settle the silence of one person, or of all whom the union directly above is told of."""
    return Button(label, f"settle:{unit_id}:{person_id}")


def ask_attention(label: str, unit_id: UnitId, *, is_sure: bool = False) -> Button:
    """Ask a unit's chairs for their attention."""
    return Button(label, f"attend:{unit_id}:{int(is_sure)}")


def file(label: str, unit_id: UnitId, period: str, shape: str) -> Button:
    """Send the report of a unit for a period (its code) as a file."""
    return Button(label, f"file:{unit_id}:{period}:{shape}", file=shape)


def pause(label: str, unit_id: UnitId) -> Button:
    """Show whether a unit is paused, and offer the other."""
    return Button(label, f"pause:{unit_id}:0")


def broadcast(label: str, unit_id: UnitId) -> Button:
    """Begin a message to a unit's learners."""
    return Button(label, f"cast:{unit_id}:0")
