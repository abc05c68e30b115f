"""Messages that the webhook did not bring, read back from the platform's list of recent chats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels.messages import Ignored
from channels.zalo.parse import parse, said_at

if TYPE_CHECKING:
    from datetime import datetime

    from channels.messages import EndpointId, Inbound
    from channels.zalo.client import ZaloClient

PAGE = 10  # the platform gives no more
CHAT_PAGES = 20
MESSAGE_PAGES = 3


async def missed(
    client: ZaloClient, endpoint: EndpointId, oa_id: str, since: datetime
) -> list[tuple[datetime, Inbound]]:
    """
    Return what people wrote after `since`, the oldest first, with when; each has the key that the webhook gives it.

    At most `CHAT_PAGES` pages of chats are looked at, the newest first, and `MESSAGE_PAGES` pages of each.

    Raises:
        SendError: the platform could not be asked.
    """
    people: dict[str, None] = {}
    for number in range(CHAT_PAGES):
        page = await client.recent_chats(number * PAGE, PAGE)
        fresh = [told for told in page if _is_after(told, since)]
        people |= {person: None for told in fresh if (person := _person(told, oa_id))}
        if len(fresh) < PAGE:
            break
    found: dict[str, tuple[datetime, Inbound]] = {}
    for person in people:
        for number in range(MESSAGE_PAGES):
            page = await client.conversation(person, number * PAGE, PAGE)
            fresh = [told for told in page if _is_after(told, since)]
            for told in fresh:
                event = _event(told, oa_id)
                inbound = parse(event, endpoint, oa_id)
                if not isinstance(inbound, Ignored) and (at := said_at(event)) is not None:
                    found[inbound.key] = at, inbound
            if len(fresh) < PAGE:
                break
    return sorted(found.values(), key=lambda each: each[0])


def _is_after(told: dict[str, Any], since: datetime) -> bool:
    at = said_at({"timestamp": told.get("time")})
    return at is not None and at > since


def _person(told: dict[str, Any], oa_id: str) -> str:
    """The other side of a message."""
    ids = (str(told.get("from_id", "")), str(told.get("to_id", "")))
    return next((each for each in ids if each.isdecimal() and each != oa_id), "")


def _event(told: dict[str, Any], oa_id: str) -> dict[str, Any]:
    """A message of the list as the webhook's event; the Official Account's own are ignored by their sender."""
    kind = str(told.get("type", "text"))
    return {
        "event_name": f"user_send_{kind}",
        "sender": {"id": told.get("from_id")},
        "recipient": {"id": oa_id},
        "message": {"text": told.get("message"), "msg_id": told.get("message_id")},
        "timestamp": told.get("time"),
    }
