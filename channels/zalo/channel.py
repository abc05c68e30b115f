"""Sending by a Zalo Official Account."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from channels.messages import Address, Capabilities, Message, RefusedError, Tap, UnknownOutcomeError
from channels.text import cut, shown, with_choices

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels.zalo.client import ZaloClient

_log = logging.getLogger(__name__)

MAX_TEXT = 2_000
MAX_BUTTONS = 5
MAX_TITLE = 100
MAX_SUBTITLE = 500
ACTION_MARK = "#"
BILLED = "billed"
CARD_TITLE = "Chia sẻ số điện thoại"
_MAX_REF = 64


class ZaloChannel:
    """
    One Official Account.

    Args:
        client: its calls.
        buttons: show up to five buttons; else, and for more, choices are spelled in the text.
        card_image: address of the picture on the card that asks for the phone; empty for none.
        count: is told what each message that was taken counted as: the platform's quota_type, or `BILLED`.
    """

    def __init__(
        self,
        client: ZaloClient,
        *,
        buttons: bool = False,
        card_image: str = "",
        count: Callable[[Address, str], None] | None = None,
    ) -> None:
        self._client = client
        self._buttons = buttons
        self._card_image = card_image
        self._count = count

    @property
    def capabilities(self) -> Capabilities:
        """Nothing sent can be changed; the phone comes by a consent card; links carry nothing."""
        return Capabilities(
            edits=False,
            asks_contact=True,
            max_text=MAX_TEXT,
            max_buttons=MAX_BUTTONS if self._buttons else 0,
            joins_by_phone=True,
            has_window=True,
        )

    async def send(self, to: Address, message: Message) -> str:
        """
        Send `message`, anew where it replaces another, and return the platform's reference.

        Raises:
            SendError: as the subclass says; `NotAllowedError` outside of the window or beyond the quota.
        """
        if message.attachment is not None:
            raise RefusedError("shows no files")
        if not (to.external_id.isascii() and to.external_id.isdecimal()):
            raise RefusedError("not a Zalo account")
        data = await self._client.consult(to.external_id, self._content(message))
        if self._count is not None:
            match data.get("quota"):
                case {"quota_type": str(counted)}:
                    self._count(to, counted)
                case _:
                    self._count(to, BILLED)
        match data.get("message_id"):
            case str(ref) if ref:
                return ref[:_MAX_REF]
            case _:
                raise UnknownOutcomeError("taken, but the answer carries no message_id")

    async def acknowledge(self, tap: Tap) -> None:
        """Nothing: a tap comes as a text."""

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _content(self, message: Message) -> dict[str, Any]:
        if message.asks_contact:
            return {"attachment": {"type": "template", "payload": self._card(message)}}
        buttons = [button for row in message.buttons for button in row]
        if buttons and self._buttons and len(buttons) <= MAX_BUTTONS:
            keys = [
                {
                    "title": cut(shown(button.label), MAX_TITLE),
                    "type": "oa.query.hide",
                    "payload": ACTION_MARK + button.action,
                }
                for button in buttons
            ]
            text = cut(shown(message.full_text), MAX_TEXT)
            return {"text": text, "attachment": {"type": "template", "payload": {"buttons": keys}}}
        return {"text": with_choices(message, MAX_TEXT)}

    def _card(self, message: Message) -> dict[str, Any]:
        element = {
            "title": cut(shown(message.title), MAX_TITLE) or CARD_TITLE,
            "subtitle": cut(shown(message.text), MAX_SUBTITLE),
        }
        if self._card_image:
            element["image_url"] = self._card_image
        return {"template_type": "request_user_info", "elements": [element]}
