"""How each channel shows a message, for authors. Pure: what a channel cannot show or does otherwise is decided here."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from channels.fitting import fitted
from channels.messages import ANY_FILE, Capabilities
from channels.text import with_choices

if TYPE_CHECKING:
    from channels.messages import Message

# As an Official Account without buttons, and as a bot, but for the files.
ZALO = Capabilities(edits=False, asks_contact=True, max_text=2_000, max_buttons=0, files=ANY_FILE)


@dataclass(frozen=True, slots=True)
class Look:
    """A message on one platform: a bold title or none, text, rows of labels; whether it edits the one before."""

    title: str
    text: str
    rows: tuple[tuple[str, ...], ...]
    is_edit: bool
    then: tuple[str, ...] = ()  # what follows as messages of their own


def telegram(message: Message) -> Look:
    """Bold title, buttons in rows, edits in place."""
    rows = tuple(tuple(button.label for button in row) for row in message.buttons if row)
    return Look(message.title, message.text, rows, is_edit=message.replaces is not None)


def zalo(message: Message) -> Look:
    """Plain text and never an edit; choices are spelled below the text and typed; a long text comes in parts."""
    text, *then = (with_choices(part, ZALO.max_text) for part in fitted(message, ZALO))
    return Look("", text, (), is_edit=False, then=tuple(then))


def length(message: Message) -> int:
    """Return how long a message is, in NFC code points, its title included."""
    return len(unicodedata.normalize("NFC", message.full_text))
