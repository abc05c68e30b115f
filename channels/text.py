"""Text as platforms take it: what is shown, how much, and choices where there are no buttons. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from channels.typed import spelled

if TYPE_CHECKING:
    from channels.messages import Message

# What a platform would drop or refuse: control characters, bidi overrides, halves of a surrogate pair.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ZERO_WIDTH_JOINER = "\u200d"


def shown(text: str) -> str:
    """Return `text` without what would be dropped or refused."""
    return _UNWANTED.sub("", text)


def with_choices(message: Message, limit: int) -> str:
    """Return title and text with the choices spelled below; of a text that is too long the choices stay."""
    below = shown(spelled(message))
    if not below:
        return cut(shown(message.full_text), limit)
    below = cut(f"\n\n{below}", limit // 2)
    return cut(shown(message.full_text), limit - len(below)) + below


def cut(text: str, limit: int) -> str:
    """
    Return the longest beginning of `text` that fits and ends between characters as seen.

    `limit` is in UTF-16 units: so Telegram counts; Zalo does not say, and they are never fewer than characters.
    """
    if fits(text, limit):
        return text
    end = used = 0
    while used + (size := units(text[end])) <= limit:
        used += size
        end += 1
    while end and _is_joined(text[end - 1], text[end]):
        end -= 1
    return text[:end]


def fits(text: str, limit: int) -> bool:
    """True if `cut` leaves `text` whole."""
    return 2 * len(text) <= limit or units(text) <= limit


def units(text: str) -> int:
    """How long `text` is, in UTF-16 units."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def _is_joined(before: str, after: str) -> bool:
    return _ZERO_WIDTH_JOINER in (before, after) or unicodedata.category(after) in {"Mn", "Me", "Sk"}
