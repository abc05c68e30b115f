"""
An update of the Bot API, as JSON, into what the pipeline takes. Pure, strict, and it never raises.

Only private chats count, and only people. A field of a wrong type makes the update `Ignored`; text is cleaned.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from channels.messages import (
    MAX_ACTION_BYTES,
    MAX_TEXT,
    ContactShared,
    DoorClosed,
    DoorOpened,
    Ignored,
    Inbound,
    Sender,
    Started,
    Tap,
    Text,
    Unsupported,
)
from learning.text import clean

if TYPE_CHECKING:
    from channels.messages import EndpointId

ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")

MAX_PAYLOAD = 64
MAX_PHONE = 32
_MAX_ID = 2**63
_START = re.compile(r"/start(?:@\w{1,32})?(?:\s+(?P<payload>.*))?", re.DOTALL | re.IGNORECASE)


class _UnfitError(Exception):
    """The update concerns nobody; the message is the reason."""


def parse(update: object, endpoint: EndpointId) -> Inbound | Ignored:
    """Return what `update` (decoded JSON) says, or why it is ignored."""
    if not isinstance(update, dict) or (number := _integer(update.get("update_id"))) is None:
        return Ignored(None, "no update_id")
    key = str(number)
    try:
        match update:
            case {"callback_query": dict(query)}:
                return _tap(key, query, endpoint)
            case {"message": dict(message)}:
                return _message(key, message, endpoint)
            case {"my_chat_member": dict(change)}:
                return _door(key, change, endpoint)
            case _:
                return Ignored(key, "not a message, a tap or a door")
    except _UnfitError as unfit:
        return Ignored(key, str(unfit))


def _integer(value: object) -> int | None:
    return value if type(value) is int and 0 < value < _MAX_ID else None


def _sender(person: object, endpoint: EndpointId) -> tuple[Sender, int]:
    match person:
        case {"is_bot": True}:
            raise _UnfitError("from a bot")
        case {"id": number} if (known := _integer(number)) is not None:
            return Sender(endpoint, str(known)), known
        case _:
            raise _UnfitError("no sender")


def _private_chat(chat: object) -> int:
    match chat:
        case {"type": "private", "id": number} if (known := _integer(number)) is not None:
            return known
        case _:
            raise _UnfitError("not a private chat")


def _cleaned(text: str, limit: int) -> str:
    return clean(text, limit).rstrip()


def _line(value: object, limit: int) -> str | None:
    """Return `value` if it is a printable token of 1 to `limit` bytes, else None."""
    if isinstance(value, str) and value and value.isprintable() and len(value.encode()) <= limit:
        return value
    return None


def _tap(key: str, query: dict[str, Any], endpoint: EndpointId) -> Tap:
    sender, person = _sender(query.get("from"), endpoint)
    action = _line(query.get("data"), MAX_ACTION_BYTES)
    if action is None:
        raise _UnfitError("a tap without an action")
    message_ref = None
    match query.get("message"):
        case None:
            if "inline_message_id" in query:
                raise _UnfitError("not a private chat")
        case {"chat": chat, **rest}:
            # In somebody else's chat the number would name another message.
            number = _integer(rest.get("message_id"))
            if _private_chat(chat) == person and number is not None:
                message_ref = str(number)
        case _:
            raise _UnfitError("not a private chat")
    return Tap(key, sender, action, message_ref, _line(query.get("id"), MAX_ACTION_BYTES))


def _message(key: str, message: dict[str, Any], endpoint: EndpointId) -> Inbound:
    _private_chat(message.get("chat"))
    sender, person = _sender(message.get("from"), endpoint)
    match message:
        case {"contact": {"phone_number": str(phone), **rest}} if phone := _cleaned(phone, MAX_PHONE):
            return ContactShared(key, sender, phone, is_own=_integer(rest.get("user_id")) == person)
        case {"text": str(text)} if text := _cleaned(text, MAX_TEXT):
            if started := _START.fullmatch(text):
                return Started(key, sender, _cleaned(started["payload"] or "", MAX_PAYLOAD))
            return Text(key, sender, text)
        case _:
            return Unsupported(key, sender)


def _door(key: str, change: dict[str, Any], endpoint: EndpointId) -> DoorClosed | DoorOpened:
    _private_chat(change.get("chat"))
    sender, _ = _sender(change.get("from"), endpoint)
    match change.get("new_chat_member"):
        case {"status": "kicked" | "left"}:
            return DoorClosed(key, sender)
        case {"status": "member"}:
            return DoorOpened(key, sender)
        case _:
            raise _UnfitError("an unknown change of the door")
