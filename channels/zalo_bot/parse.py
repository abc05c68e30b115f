"""
An event, as JSON, into what the pipeline takes. Pure, and it never raises.

It comes bare, `{"event_name", "message"}`, or wrapped, `{"ok", "result": {…}}`; either way by webhook and by polling.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from channels.messages import Ignored, Inbound, Sender, Text, Unsupported
from channels.zalo_bot.channel import EXTERNAL_ID, MAX_TEXT
from learning.text import clean

if TYPE_CHECKING:
    from channels.messages import EndpointId

MAX_KEY = 72
_TEXT = "message.text.received"
_MESSAGE = "message."
_PRIVATE = "PRIVATE"


def parse(update: object, endpoint: EndpointId) -> Inbound | Ignored:
    """Return what `update` (decoded JSON) says, or why it is ignored."""
    event = _unwrapped(update)
    if event is None:
        return Ignored(None, "not an object")
    name = event.get("event_name")
    if not isinstance(name, str) or not name.startswith(_MESSAGE):
        return Ignored(None, "not an event of a message")
    message = event.get("message")
    key = _key(message)
    if key is None or not isinstance(message, dict):
        return Ignored(None, f"{clean(name, 40)}: no message_id")
    person = _person(message)
    if person is None:
        return Ignored(key, "no person, or not in a chat of two")
    sender = Sender(endpoint, person)
    said = message.get("text") if name == _TEXT else None
    text = clean(said, MAX_TEXT).rstrip() if isinstance(said, str) else ""
    return Text(key, sender, text) if text else Unsupported(key, sender)


def _unwrapped(update: object) -> dict[str, Any] | None:
    if isinstance(update, dict) and "event_name" not in update and isinstance(update.get("result"), dict):
        update = update["result"]
    return update if isinstance(update, dict) else None


def _key(message: object) -> str | None:
    known = message.get("message_id") if isinstance(message, dict) else None
    if not isinstance(known, str) or not known:
        return None
    if len(known) <= MAX_KEY and known.isprintable():
        return known
    return hashlib.sha256(known.encode(errors="replace")).hexdigest()


def _person(message: dict[str, Any]) -> str | None:
    """Who wrote, in a chat of the two: there the chat's id is the person's."""
    match message:
        case {"chat": {"chat_type": str(kind), "id": str(chat)}, "from": {"id": str(person), **rest}}:
            is_person = kind == _PRIVATE and chat == person and rest.get("is_bot") is not True
            return person if is_person and EXTERNAL_ID.fullmatch(person) else None
        case _:
            return None
