"""How each channel shows a message, for authors. Pure: what a channel cannot show or does otherwise is decided here."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from channels.typed import spelled

if TYPE_CHECKING:
    from channels.messages import Message

ZALO_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Look:
    """A message on one platform: a bold title or none, text, rows of labels; whether it edits the one before."""

    title: str
    text: str
    rows: tuple[tuple[str, ...], ...]
    is_edit: bool
    cut_at: int = 0  # code points after which the platform shows nothing; 0 if it shows all


def telegram(message: Message) -> Look:
    """Bold title, buttons in rows, edits in place."""
    rows = tuple(tuple(button.label for button in row) for row in message.buttons if row)
    return Look(message.title, message.text, rows, is_edit=message.replaces is not None)


def zalo(message: Message) -> Look:
    """Plain text and never an edit; choices are spelled below the text and typed, as with buttons off."""
    below = f"\n\n{choices}" if (choices := spelled(message)) else ""
    room = ZALO_LONGEST - len(below)
    text = message.full_text
    is_cut = len(text) > room
    return Look("", text[:room] + below, (), is_edit=False, cut_at=ZALO_LONGEST if is_cut else 0)


def length(message: Message) -> int:
    """Return how long a message is, in NFC code points, its title included."""
    return len(unicodedata.normalize("NFC", message.full_text))
