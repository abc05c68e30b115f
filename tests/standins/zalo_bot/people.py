"""A person on Zalo: types to the bot, sends what it cannot read, and looks at the screen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standins.zalo_bot.server import BotServer

PATIENCE_S = 5.0


@dataclass(frozen=True)
class Shown:
    """A message as the person sees it; nothing is ever changed or taken away."""

    ref: str
    by_bot: bool
    text: str
    photo: str = ""


@dataclass
class Person:
    """Each action is one event; with a webhook it returns once the program has answered."""

    server: BotServer
    user_id: str
    name: str = "Lan"
    screen: list[Shown] = field(default_factory=list)
    _seen: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def says(self, text: str) -> str:
        ref = self.server.next_id()
        self.shows(Shown(ref, False, text))
        return await self._post("message.text.received", {**self.message(ref), "text": text})

    async def sends(self, kind: str = "image") -> str:
        """Send an image, a sticker, a voice; or what is "unsupported": a file, a contact card, a location."""
        more = {
            "image": {"message_type": "CHAT_PHOTO", "caption": "", "photo_url": "https://photo-stal-29.zdn.vn/a.jpg"},
            "sticker": {
                "message_type": "CHAT_STICKER",
                "sticker": "2be893baafff46a11fee",
                "url": "https://zalo.example",
            },
            "voice": {"message_type": "CHAT_VOICE", "voice_url": "https://f2-voice-aac-dl.zdn.vn/a.aac"},
            "unsupported": {},
        }[kind]
        return await self._post(f"message.{kind}.received", self.message(self.server.next_id()) | more)

    async def says_in_group(self, text: str, group: str = "6f0e2d4c8b6a4f2e1d3c") -> str:
        """Mention the bot in a group."""
        message = self.message(self.server.next_id()) | {"chat": {"chat_type": "GROUP", "id": group}, "text": text}
        return await self._post("message.text.received", message)

    @property
    def last(self) -> Shown:
        """The bot's newest message."""
        return [shown for shown in self.screen if shown.by_bot][-1]

    async def answered(self, timeout_s: float = PATIENCE_S) -> Shown:
        """Wait until the bot has written since the person last spoke or looked, and return its newest message."""
        async with asyncio.timeout(timeout_s):
            while not any(shown.by_bot for shown in self.screen[self._seen :]):
                await self._changed.wait()
        self._seen = len(self.screen)
        return self.last

    def shows(self, shown: Shown) -> None:
        """Something new is on the screen."""
        self.screen.append(shown)
        if not shown.by_bot:
            self._seen = len(self.screen)
        self._changed.set()
        self._changed = asyncio.Event()

    def message(self, ref: str) -> dict[str, Any]:
        return {
            "date": self.server.now_ms(),
            "chat": {"chat_type": "PRIVATE", "id": self.user_id},
            "message_id": ref,
            "from": {"id": self.user_id, "is_bot": False, "display_name": self.name},
        }

    async def _post(self, name: str, message: dict[str, Any]) -> str:
        await self.server.happens({"event_name": name, "message": message})
        return str(message["message_id"])
