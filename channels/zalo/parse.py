"""
An event of the webhook, as JSON, into what the pipeline takes. Pure, and it never raises.

A tap on a button comes as a text that begins with `#`, and so can be typed by anybody: nothing rests on it. Ids and
timestamps come as strings or as numbers.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from channels.messages import (
    MAX_ACTION_BYTES,
    ContactShared,
    DoorClosed,
    Ignored,
    Inbound,
    Sender,
    Started,
    Tap,
    Text,
    Unsupported,
    Withdrawn,
)
from channels.zalo.channel import ACTION_MARK, MAX_TEXT
from learning.text import clean

if TYPE_CHECKING:
    from channels.messages import EndpointId

MAX_KEY = 72
MAX_PHONE = 32
_MAX_ID_DIGITS = 30
_MS = 1_000
_LAST_MS = 253_402_300_799_000  # the year 9999
_OPENS = {"follow", "user_click_chatnow"}
_QUIET = {"user_seen_message", "user_received_message", "user_reacted_message", "update_user_info"}


class _UnfitError(Exception):
    """The event concerns nobody; the message is the reason."""


def parse(event: object, endpoint: EndpointId, oa_id: str) -> Inbound | Ignored:
    """Return what `event` (decoded JSON) says to the Official Account `oa_id`, or why it is ignored."""
    if not isinstance(event, dict):
        return Ignored(None, "not an object")
    name = event.get("event_name")
    if not isinstance(name, str) or not name:
        return Ignored(None, "no event_name")
    name = clean(name, 40)
    try:
        return _inbound(name, event, endpoint, oa_id)
    except _UnfitError as unfit:
        return Ignored(None, f"{name}: {unfit}")


def said_at(event: object) -> datetime | None:
    """When the event happened, by its own `timestamp` (milliseconds); None if it does not say."""
    digits = _digits(event.get("timestamp")) if isinstance(event, dict) else None
    if digits is None or int(digits) > _LAST_MS:
        return None
    return datetime.fromtimestamp(int(digits) / _MS, UTC)


def _inbound(name: str, event: dict[str, Any], endpoint: EndpointId, oa_id: str) -> Inbound:
    if name.startswith("oa_"):
        raise _UnfitError("our own message")
    if name in _QUIET or name.startswith("anonymous_"):
        raise _UnfitError("nothing to do")
    person = _person(event, oa_id)
    sender = Sender(endpoint, person)
    key = _key(name, event, person)
    if name == "user_send_text":
        return _text(key, sender, event)
    if name.startswith("user_send_"):
        return Unsupported(key, sender)
    if name in _OPENS:
        return Started(key, sender, "")
    match name:
        case "unfollow":
            return DoorClosed(key, sender)
        case "user_submit_info":
            return _contact(key, sender, event)
        case "user_withdraw":
            return Withdrawn(key, sender)
        case _:
            raise _UnfitError("unknown")


def _person(event: dict[str, Any], oa_id: str) -> str:
    if (oa := _digits(event.get("oa_id")) or _id_in(event.get("recipient"))) is not None and oa != oa_id:
        raise _UnfitError("another Official Account")
    for place in ("sender", "follower", "user"):
        if (found := _id_in(event.get(place))) is not None:
            if found == oa_id:
                raise _UnfitError("our own message")
            return found
    if (found := _digits(event.get("user_id"))) is not None:
        return found
    raise _UnfitError("no sender")


def _id_in(part: object) -> str | None:
    return _digits(part.get("id")) if isinstance(part, dict) else None


def _digits(value: object) -> str | None:
    """An id or a timestamp: a string of digits, or a whole number."""
    text = str(value) if type(value) is int else value
    if isinstance(text, str) and text.isascii() and text.isdecimal() and 0 < len(text) <= _MAX_ID_DIGITS:
        return text
    return None


def _key(name: str, event: dict[str, Any], person: str) -> str:
    """The message's id, else what tells this event from others of the person."""
    message = event.get("message")
    known = message.get("msg_id") if isinstance(message, dict) else None
    if type(known) is int:
        known = str(known)
    if not isinstance(known, str) or not known:
        known = f"{name}:{person}:{_digits(event.get('timestamp')) or ''}"
    if len(known) <= MAX_KEY and known.isprintable():
        return known
    return hashlib.sha256(known.encode(errors="replace")).hexdigest()


def _text(key: str, sender: Sender, event: dict[str, Any]) -> Tap | Text | Unsupported:
    message = event.get("message")
    said = message.get("text") if isinstance(message, dict) else None
    text = clean(said, MAX_TEXT).rstrip() if isinstance(said, str) else ""
    if not text:
        return Unsupported(key, sender)
    action = text.removeprefix(ACTION_MARK)
    if action != text and action and action.isprintable() and len(action.encode()) <= MAX_ACTION_BYTES:
        return Tap(key, sender, action)
    return Text(key, sender, text)


def _contact(key: str, sender: Sender, event: dict[str, Any]) -> ContactShared | Unsupported:
    """The consent card came back: the platform vouches for the phone (`84…`)."""
    info = event.get("info")
    phone = info.get("phone") if isinstance(info, dict) else None
    digits = _digits(phone.removeprefix("+")) if isinstance(phone, str) else _digits(phone)
    if digits is None or len(digits) > MAX_PHONE:
        return Unsupported(key, sender)
    return ContactShared(key, sender, f"+{digits}" if digits.startswith("84") else digits, is_own=True)
