"""
A message as the messages in which a channel can carry it: nothing is lost, and nothing is shown that cannot work. Pure.

Each of them is a delivery of its own, so that what happens to one is settled without the others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from channels.text import cut, fits, units
from channels.typed import spelled

if TYPE_CHECKING:
    from channels.messages import Capabilities, Message

MOST_PARTS = 4
MORE = "(Còn nữa: đồng chí mở trợ lý trên trình duyệt để đọc hết.)"
NO_SUCH_FILE = "Kênh này không nhận tệp .{ending}. Đồng chí mở trợ lý trên trình duyệt để tải."
_LEAST_ROOM = 200  # of a part, however much stands around it
_BORDERS = ("\n\n", "\n", " ")


def fitted(message: Message, shown: Capabilities) -> tuple[Message, ...]:
    """
    Return the messages, in order, that carry `message` through a channel that shows `shown`.

    A file that comes without words follows them. A long text is parted between paragraphs into at most `MOST_PARTS`
    numbered ones, the buttons below the last; what is longer still says where the rest is.
    """
    message = carried(message, shown)
    attachment = message.attachment
    if attachment is None:
        return _parted(message, shown)
    if attachment.ending not in shown.files:
        told = f"{message.text}\n\n{NO_SUCH_FILE.format(ending=attachment.ending)}".lstrip()
        return _parted(replace(message, text=told, attachment=None), shown)
    has_words = bool(message.full_text.strip() or message.buttons)
    if attachment.ending not in shown.bare_files or not has_words:
        return (message,)
    file = replace(message, text="", title="", buttons=(), drops_keyboard=False, takes_text=False)
    return (*_parted(replace(message, attachment=None), shown), file)


def carried(message: Message, shown: Capabilities) -> Message:
    """Return `message` without the buttons that ask for files the channel does not carry."""
    rows = tuple(tuple(b for b in row if not b.file or b.file in shown.files) for row in message.buttons)
    rows = tuple(row for row in rows if row)
    return message if rows == message.buttons else replace(message, buttons=rows)


def _parted(message: Message, shown: Capabilities) -> tuple[Message, ...]:
    below = f"\n\n{spelled(message)}" if _is_spelled(message, shown) else ""
    if message.asks_contact or fits(f"{message.full_text}{below}", shown.max_text):
        return (message,)
    around = units(f"{_numbered(message.title, MOST_PARTS, MOST_PARTS)}\n{below}")
    texts = _texts(message.text, max(_LEAST_ROOM, shown.max_text - around))
    last = len(texts)
    return tuple(
        replace(
            message,
            text=text,
            title=_numbered(message.title, number, last),
            buttons=message.buttons if number == last else (),
            takes_text=message.takes_text and number == last,
            drops_keyboard=message.drops_keyboard and number == last,
            replaces=message.replaces if number == 1 else None,
        )
        for number, text in enumerate(texts, 1)
    )


def _is_spelled(message: Message, shown: Capabilities) -> bool:
    return shown.max_buttons is not None and sum(map(len, message.buttons)) > shown.max_buttons


def _numbered(title: str, number: int, last: int) -> str:
    return f"{title} ({number}/{last})" if title else f"Phần {number}/{last}"


def _texts(text: str, room: int) -> list[str]:
    texts: list[str] = []
    while len(texts) < MOST_PARTS - 1 and not fits(text, room):
        head = cut(text, room)
        end = _border(text, len(head))
        texts.append(text[:end].rstrip())
        text = text[end:].lstrip()
    if not fits(text, room):
        head = cut(text, room - units(f"\n\n{MORE}"))
        text = f"{text[: _border(text, len(head))].rstrip()}\n\n{MORE}"
    return [*texts, text]


def _border(text: str, end: int) -> int:
    """Where to part a text of which `end` letters fit: the last border of the best kind in the latter half."""
    for border in _BORDERS:
        place = text.rfind(border, end // 2, end + 1)
        if place > 0:
            return place
    return end
