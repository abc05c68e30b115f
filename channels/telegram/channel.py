"""Sending by Telegram."""

from __future__ import annotations

import html
import logging
from typing import TYPE_CHECKING, Any

from telegram.error import TelegramError

from channels.messages import ANY_FILE, MAX_CAPTION, MAX_TEXT, Capabilities, RefusedError, UnknownOutcomeError
from channels.telegram.calls import as_send_error, call
from channels.text import cut, shown, units

if TYPE_CHECKING:
    from collections.abc import Mapping

    import telegram

    from channels.messages import Address, Attachment, Button, File, Files, Message, SendError, Tap

_log = logging.getLogger(__name__)

SHARE_PHONE = "Chia sẻ số điện thoại của tôi"
_UNCHANGED = "message is not modified"
_CANNOT_EDIT = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",  # it carries a file
)
_MOST_FILE_BYTES = 50_000_000
_NO_PREVIEW = {"is_disabled": True}  # a preview would open the link before the person does


class TelegramChannel:
    """
    One bot.

    Args:
        bot: as `open_bot` returns it.
        pays: for what is sent unasked above Telegram's free 30 a second.
        files: makes what messages carry; without it no file is sent.
    """

    def __init__(self, bot: telegram.Bot, *, pays: bool = False, files: Files | None = None) -> None:
        self._bot = bot
        self._pays = pays
        self._files = files

    @property
    def capabilities(self) -> Capabilities:
        """Edits in place, asks for a phone contact, and shows files where it was given what makes them."""
        files = ANY_FILE if self._files is not None else frozenset()
        return Capabilities(edits=True, asks_contact=True, max_text=MAX_TEXT, files=files)

    async def send(self, to: Address, message: Message) -> str:
        """
        Send or edit `message` in the private chat `to`, and return its number there.

        A message carries one keyboard. Where it asks for a contact, its buttons become keys that type their labels;
        where it has buttons, a keyboard to drop is left (it hides itself once used).

        Raises:
            SendError: as the subclass says.
        """
        if not to.external_id.isdecimal():
            raise RefusedError("not a Telegram account")
        parameters: dict[str, Any] = {"chat_id": int(to.external_id), "parse_mode": "HTML"}
        if markup := _markup(message):
            parameters["reply_markup"] = markup
        if self._pays and not message.kind.is_resent_once:
            parameters["allow_paid_broadcast"] = True
        if message.attachment is not None:
            return _number(await self._send_file(parameters, message, message.attachment))
        parameters |= {"text": as_html(message), "link_preview_options": _NO_PREVIEW}
        if _is_edit(message) and await self._edited(parameters, message.replaces):
            return str(message.replaces)
        return _number(await self._call("sendMessage", parameters))

    async def acknowledge(self, tap: Tap) -> None:
        """Stop the button's spinning."""
        if tap.callback_id is None:
            return
        try:
            await call(self._bot, "answerCallbackQuery", callback_query_id=tap.callback_id)
        except TelegramError as error:
            _log.debug("tap %s was not acknowledged: %s", tap.key, type(error).__name__)

    async def close(self) -> None:
        """Close the connections."""
        await self._bot.request.shutdown()

    async def _edited(self, parameters: dict[str, Any], message_ref: str | None) -> bool:
        """Edit, and return False if the message can be edited no more."""
        try:
            await self._call("editMessageText", {**parameters, "message_id": int(message_ref or 0)})
        except RefusedError as refused:
            reason = str(refused).casefold()
            if _UNCHANGED in reason:
                return True
            if any(sign in reason for sign in _CANNOT_EDIT):
                return False
            raise
        return True

    async def _send_file(self, parameters: dict[str, Any], message: Message, attachment: Attachment) -> Any:
        if self._files is None:
            raise RefusedError("nothing here makes files")
        file = await self._files.make(attachment)
        if len(file.content) > _MOST_FILE_BYTES:
            raise RefusedError("a file of more than 50 MB")
        parameters["caption"] = as_html(message, MAX_CAPTION)
        return await self._call("sendDocument", parameters, {"document": file})

    async def _call(self, method: str, parameters: dict[str, Any], files: Mapping[str, File] | None = None) -> Any:
        try:
            return await call(self._bot, method, files=files, **parameters)
        except TelegramError as error:
            failure: SendError = as_send_error(error)
        raise failure


def _number(result: Any) -> str:
    match result:
        case {"message_id": int(number)}:
            return str(number)
        case _:
            raise UnknownOutcomeError("taken, but the answer carries no message_id")


def as_html(message: Message, limit: int = MAX_TEXT) -> str:
    """Title and text, escaped, at most `limit` UTF-16 units as shown."""
    text = cut(shown(message.text), limit)
    if not message.title:
        return html.escape(text, quote=False)
    title = cut(shown(message.title), limit - 1)
    text = cut(text, limit - 1 - units(title))
    return f"<b>{html.escape(title, quote=False)}</b>\n{html.escape(text, quote=False)}"


def _is_edit(message: Message) -> bool:
    ref = message.replaces
    return ref is not None and ref.isdecimal() and not (message.asks_contact or message.drops_keyboard)


def _markup(message: Message) -> dict[str, Any] | None:
    if message.asks_contact:
        keys = [[{"text": button.label} for button in row] for row in message.buttons if row]
        return {
            "keyboard": [[{"text": SHARE_PHONE, "request_contact": True}], *keys],
            "one_time_keyboard": True,
            "resize_keyboard": True,
        }
    if rows := [[_key(button) for button in row] for row in message.buttons if row]:
        return {"inline_keyboard": rows}
    return {"remove_keyboard": True} if message.drops_keyboard else None


def _key(button: Button) -> dict[str, str]:
    return {"text": button.label, "callback_data": button.action}
