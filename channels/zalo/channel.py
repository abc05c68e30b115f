"""Sending by a Zalo Official Account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from channels.messages import Address, Capabilities, Message, RefusedError, Tap, UnknownOutcomeError
from channels.text import cut, shown, with_choices
from channels.zalo.client import FILES, PICTURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels.zalo.client import ZaloClient
    from channels.zalo.papers import Papers

MAX_TEXT = 2_000
MAX_BUTTONS = 5
MAX_TITLE = 100
MAX_SUBTITLE = 500
ACTION_MARK = "#"
BILLED = "billed"
BY_TEMPLATE = "template"
CARD_TITLE = "Chia sẻ số điện thoại"
_MAX_REF = 64
_MAX_PRICE = 1_000_000
CAPABILITIES = Capabilities(
    edits=False,
    asks_contact=True,
    max_text=MAX_TEXT,
    max_buttons=0,
    has_links=False,
    joins_by_phone=True,
    has_window=True,
    files=frozenset({*PICTURES, *FILES}),
    bare_files=frozenset(FILES),
)


@dataclass(frozen=True, slots=True)
class Approved:
    """An approved template to send instead of the text, by phone (`84…`) if there is one, else to the user id."""

    template_id: str
    data: dict[str, str]
    phone: str = ""


class Counter(Protocol):
    """Is told what each message that was taken counted as."""

    def __call__(self, to: Address, counted_as: str, price: int | None = None) -> None:
        """`counted_as`: the platform's quota_type, `BILLED` or `BY_TEMPLATE`; `price` in đồng where it is told."""
        ...


class ZaloChannel:
    """
    One Official Account.

    Args:
        client: its calls.
        buttons: show up to five buttons; else, and for more, choices are spelled in the text.
        card_image: address of the picture on the card that asks for the phone; empty for none.
        count: is told what each message that was taken counted as.
        approved: the template that a message is to be sent as; None for as it is.
        papers: sends what messages carry; without it no file is sent.
    """

    def __init__(
        self,
        client: ZaloClient,
        *,
        buttons: bool = False,
        card_image: str = "",
        count: Counter | None = None,
        approved: Callable[[Address], Approved | None] | None = None,
        papers: Papers | None = None,
    ) -> None:
        self._client = client
        self._buttons = buttons
        self._card_image = card_image
        self._count = count
        self._approved = approved
        self._papers = papers

    @property
    def capabilities(self) -> Capabilities:
        """Nothing sent can be changed; the phone comes by a consent card; links carry nothing; files have no words."""
        buttons = MAX_BUTTONS if self._buttons else 0
        if self._papers is None:
            return replace(CAPABILITIES, max_buttons=buttons, files=frozenset(), bare_files=frozenset())
        return replace(CAPABILITIES, max_buttons=buttons)

    async def send(self, to: Address, message: Message) -> str:
        """
        Send `message`, anew where it replaces another, and return the platform's reference.

        Raises:
            SendError: as the subclass says; `NotAllowedError` outside of the window or beyond the quota.
        """
        if not (to.external_id.isascii() and to.external_id.isdecimal()):
            raise RefusedError("not a Zalo account")
        if self._approved is not None and (approved := self._approved(to)) is not None:
            return await self._send_approved(to, approved)
        data = await self._consult(to.external_id, message)
        if self._count is not None:
            match data.get("quota"):
                case {"quota_type": str(counted)}:
                    self._count(to, counted)
                case _:
                    self._count(to, BILLED)
        return _ref(data.get("message_id"))

    async def _consult(self, user_id: str, message: Message) -> dict[str, Any]:
        if message.attachment is None:
            return await self._client.consult(user_id, self._content(message))
        if self._papers is None:
            raise RefusedError("nothing here makes files")
        return await self._papers.send(user_id, message.attachment, written(message), MAX_TEXT)

    async def _send_approved(self, to: Address, approved: Approved) -> str:
        if approved.phone:
            data = await self._client.template_to_phone(approved.phone, approved.template_id, approved.data, to.tag)
        else:
            data = await self._client.template_to_user(to.external_id, approved.template_id, approved.data)
        if self._count is not None:
            self._count(to, BY_TEMPLATE, _price(data))
        return _ref(data.get("msg_id" if approved.phone else "message_id"))

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
        return {"text": written(message)}

    def _card(self, message: Message) -> dict[str, Any]:
        element = {
            "title": cut(shown(message.title), MAX_TITLE) or CARD_TITLE,
            "subtitle": cut(shown(message.text), MAX_SUBTITLE),
        }
        if self._card_image:
            element["image_url"] = self._card_image
        return {"template_type": "request_user_info", "elements": [element]}


def written(message: Message) -> str:
    """Return `message` as one text, its choices spelled below, within `MAX_TEXT`."""
    return with_choices(message, MAX_TEXT)


def _ref(told: object) -> str:
    if isinstance(told, str) and told:
        return told[:_MAX_REF]
    raise UnknownOutcomeError("taken, but the answer carries no id of the message")


def _price(data: dict[str, Any]) -> int | None:
    """Đồng; None where the answer does not say."""
    for name in ("price", "price_uid", "price_sdt"):
        told = data.get(name)
        if isinstance(told, int | float | str):
            try:
                price = float(told)
            except ValueError:
                continue
            if 0 <= price < _MAX_PRICE:
                return round(price)
    return None
