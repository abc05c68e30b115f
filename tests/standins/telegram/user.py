"""A person in the chat: types, taps by label, shares a contact, blocks the bot, and looks at the screen."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.standins.telegram.chats import Chat, Held, Shown

if TYPE_CHECKING:
    from tests.standins.telegram.server import TelegramServer

PATIENCE_S = 5.0


@dataclass
class User:
    """
    Each action makes one update and returns its number, once the bot has acknowledged it.

    With `wait=False`, or while nobody takes updates, it returns at once.
    """

    server: TelegramServer
    chat: Chat
    _seen: int = 0
    _taps: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.chat.chat_id

    # --- does ---

    async def says(self, text: str, *, wait: bool = True) -> int:
        return await self._sends({"text": text}, text, wait=wait)

    async def shares_contact(self, phone: str, *, own: bool = True, wait: bool = True) -> int:
        contact: dict[str, Any] = {"phone_number": phone, "first_name": self.chat.person["first_name"]}
        contact["user_id"] = self.number if own else self.number + 1
        self.chat.keyboard = None
        return await self._sends({"contact": contact}, f"[{phone}]", wait=wait)

    async def sends(self, kind: str = "photo", *, wait: bool = True) -> int:
        """Send a picture, a sticker, a voice."""
        what: Any = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "duration": 1}
        return await self._sends({kind: [what] if kind == "photo" else what}, f"[{kind}]", wait=wait)

    async def taps(self, button: str, *, wait: bool = True) -> int:
        """Press the button with that label, or that callback_data, on the newest message that has it."""
        for held in sorted(self.chat.messages.values(), key=lambda held: -held.number):
            for pressed in (b for row in held.rows for b in row if "callback_data" in b):
                if button in {pressed["text"], pressed["callback_data"]}:
                    self._taps.append((pressed["text"], pressed["callback_data"], held.number))
                    return await self._presses(held.number, pressed["callback_data"], wait=wait)
        raise LookupError(f"no button {button!r} among {[s.labels for s in self.screen if s.buttons]}")

    async def taps_again(self, button: str | None = None, *, wait: bool = True) -> int:
        """Press once more what was pressed before (the last, or the last of that label), though it may be gone."""
        for label, data, number in reversed(self._taps):
            if button in {None, label, data}:
                return await self._presses(number, data, wait=wait)
        raise LookupError(f"{button!r} was never tapped")

    async def taps_data(self, data: str, message_id: int | None = None, *, wait: bool = True) -> int:
        """Press a button that this chat never showed."""
        return await self._presses(message_id, data, wait=wait)

    async def blocks(self, *, wait: bool = True) -> int:
        self.chat.is_blocked = True
        return await self._member("kicked", wait=wait)

    async def unblocks(self, *, wait: bool = True) -> int:
        self.chat.is_blocked = False
        return await self._member("member", wait=wait)

    def deactivates(self) -> None:
        self.chat.is_deactivated = True

    # --- sees ---

    @property
    def screen(self) -> list[Shown]:
        """All messages as they look now, oldest first."""
        return [self.chat.shown(self.chat.messages[n]) for n in sorted(self.chat.messages)]

    @property
    def last(self) -> Shown:
        """The bot's newest message."""
        newest = [shown for shown in self.screen if shown.by_bot]
        if not newest:
            raise LookupError("the bot has said nothing")
        return newest[-1]

    @property
    def keyboard(self) -> tuple[str, ...]:
        """The keys under the input field."""
        return tuple(k["text"] for row in self.chat.keyboard or [] for k in row)

    async def answered(self, timeout_s: float = PATIENCE_S) -> Shown:
        """Wait until the screen has changed since the last action, and return the bot's newest message."""
        async with asyncio.timeout(timeout_s):
            await self.chat.changed_since(self._seen)
        self._seen = self.chat.changes
        return self.last

    # --- inside ---

    async def _sends(self, content: dict[str, Any], text: str, *, wait: bool) -> int:
        held = self.chat.add(by_bot=False, text=text)
        message = self.chat.as_json(held)
        del message["text"]
        if content.get("text", "").startswith("/"):
            command = content["text"].split(maxsplit=1)[0]
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(command)}]
        return await self._post({"message": message | content}, wait=wait)

    async def _presses(self, number: int | None, data: str, *, wait: bool) -> int:
        query: dict[str, Any] = {
            "id": self.server.issue_callback(),
            "from": self.chat.person,
            "chat_instance": str(self.number),
            "data": data,
        }
        if number is not None:
            held = self.chat.messages.get(number)
            query["message"] = (
                self.chat.as_json(held)
                if held
                else {"message_id": number, "date": 0, "chat": self.chat.as_json(Held(0, True, ""))["chat"]}
            )
        return await self._post({"callback_query": query}, wait=wait)

    async def _member(self, status: str, *, wait: bool) -> int:
        change = {
            "chat": self.chat.as_json(Held(0, by_bot=False, text=""))["chat"],
            "from": self.chat.person,
            "date": int(time.time()),
            "old_chat_member": {"user": self.chat.bot, "status": "member" if status == "kicked" else "kicked"},
            "new_chat_member": {"user": self.chat.bot, "status": status, "until_date": 0},
        }
        return await self._post({"my_chat_member": change}, wait=wait)

    async def _post(self, body: dict[str, Any], *, wait: bool) -> int:
        self._seen = self.chat.changes
        update = self.server.intake.post(self.number, body)
        if wait and self.server.intake.is_active:
            async with asyncio.timeout(PATIENCE_S):
                await update.acknowledged.wait()
        return update.number
