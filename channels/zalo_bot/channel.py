"""Sending by a bot of Zalo's Bot Platform."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from channels.messages import (
    Address,
    Capabilities,
    ClosedDoorError,
    Message,
    NotAllowedError,
    RefusedError,
    Tap,
    ThrottledError,
    UnreachableError,
)
from channels.text import with_choices

if TYPE_CHECKING:
    from channels.zalo_bot.calls import ZaloBot

MAX_TEXT = 2_000
QUOTA = "zalo_quota"
EXTERNAL_ID = re.compile(r"[0-9A-Za-z]{1,64}")
_MAX_REF = 64
_SURELY_NOT_SENT = (ThrottledError, UnreachableError, ClosedDoorError, RefusedError)


class Meter(Protocol):
    """How many messages the bot's plan still allows, for all processes together."""

    async def take(self) -> bool:
        """
        Take one; False if there is none left.

        Raises:
            UnreachableError: nobody can say.
        """
        ...

    async def give_back(self) -> None:
        """What was taken was surely not sent."""
        ...


class ZaloBotChannel:
    """One bot; every message it sends is taken from `meter` before."""

    def __init__(self, bot: ZaloBot, meter: Meter | None = None) -> None:
        self._bot = bot
        self._meter = meter

    @property
    def capabilities(self) -> Capabilities:
        """
        Plain text alone: no buttons, nothing sent can be changed, no phone, links carry nothing.

        The platform takes a picture by its public address alone, which anybody could open: none is sent.
        """
        return Capabilities(edits=False, asks_contact=False, max_text=MAX_TEXT, max_buttons=0, has_links=False)

    async def send(self, to: Address, message: Message) -> str:
        """
        Send `message`, anew where it replaces another, its choices spelled, and return the platform's reference.

        Raises:
            SendError: as the subclass says; `NotAllowedError` when the plan's messages are used up.
        """
        if message.attachment is not None:
            raise RefusedError("shows no files")
        if not EXTERNAL_ID.fullmatch(to.external_id):
            raise RefusedError("not an account of the Bot Platform")
        text = with_choices(message, MAX_TEXT)
        if not text.strip():
            raise RefusedError("nothing to say")
        if self._meter is None:
            return (await self._bot.send_message(to.external_id, text))[:_MAX_REF]
        if not await self._meter.take():
            raise NotAllowedError(QUOTA)
        try:
            return (await self._bot.send_message(to.external_id, text))[:_MAX_REF]
        except _SURELY_NOT_SENT:
            await self._meter.give_back()
            raise

    async def acknowledge(self, tap: Tap) -> None:
        """Nothing: there are no buttons."""

    async def close(self) -> None:
        """Close the connections."""
        await self._bot.close()
