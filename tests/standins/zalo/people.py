"""A person on Zalo: follows, types, taps by title, sends the consent card back, and looks at the screen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standins.zalo.server import ZaloServer

PATIENCE_S = 5.0


@dataclass(frozen=True)
class Shown:
    """A message as the person sees it; nothing is ever changed or taken away."""

    ref: str
    by_oa: bool
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    card: bool = False
    file_name: str = ""  # of a picture or a file

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(title for title, _ in self.buttons)


@dataclass
class Person:
    """Each action is one event; it returns once the program has taken it. `spoke_at`: seconds, platform's clock."""

    server: ZaloServer
    user_id: str
    is_follower: bool = False
    has_blocked: bool = False
    spoke_at: float | None = None
    screen: list[Shown] = field(default_factory=list)
    _seen: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    # --- does ---

    async def follows(self) -> str:
        self.is_follower, self.has_blocked = True, False
        self._interacts()
        return await self._push(self._follower("follow"))

    async def unfollows(self) -> str:
        self.is_follower = False
        return await self._push(self._follower("unfollow"))

    async def says(self, text: str) -> str:
        self._interacts()
        self._show(Shown(self.server.next_id(), False, text))
        return await self._push(self._wrote(text))

    async def sends(self, kind: str = "image") -> str:
        """Send a picture, a sticker, a file."""
        self._interacts()
        payload = {"thumbnail": "https://zalo.example/t.jpg", "url": "https://zalo.example/u.jpg"}
        return await self._push(self.said(f"user_send_{kind}", {"attachments": [{"type": kind, "payload": payload}]}))

    async def taps(self, title: str) -> str:
        """Press the button with that title on the newest message that has it."""
        for shown in reversed(self.screen):
            for known, payload in shown.buttons:
                if title in {known, known.removesuffix(" ▸")}:
                    return await self.presses(payload)
        raise LookupError(f"no button {title!r} on {[shown.titles for shown in self.screen if shown.buttons]}")

    async def presses(self, payload: str) -> str:
        """A tap comes as the text that the button carries."""
        self._interacts()
        return await self._push(self._wrote(payload))

    async def shares_phone(self, phone: object, name: str = "Lan") -> str:
        """Send the consent card back."""
        self._interacts()
        info = {"name": name, "phone": phone, "address": "", "city": "", "district": ""}
        return await self._push(self._event("user_submit_info", info=info))

    async def withdraws(self) -> str:
        return await self._push(self._event("user_withdraw"))

    async def event(self, name: str, **rest: Any) -> str:
        """Any event of this person."""
        return await self._push(self._event(name, **rest))

    # --- sees ---

    @property
    def last(self) -> Shown:
        """The Official Account's newest message."""
        return [shown for shown in self.screen if shown.by_oa][-1]

    async def answered(self, timeout_s: float = PATIENCE_S) -> Shown:
        """Wait until the Official Account has written since the last look, and return its newest message."""
        async with asyncio.timeout(timeout_s):
            while not any(shown.by_oa for shown in self.screen[self._seen :]):
                await self._changed.wait()
        self._seen = len(self.screen)
        return self.last

    # --- inside ---

    def _wrote(self, text: str) -> dict[str, Any]:
        event = self.said("user_send_text", {"text": text})
        self.server.keep(self.user_id, self.server.oa_id, event["message"]["msg_id"], text)
        return event

    def said(self, name: str, message: dict[str, Any]) -> dict[str, Any]:
        return self._event(name, message={**message, "msg_id": self.server.next_id()})

    def _event(self, name: str, **rest: Any) -> dict[str, Any]:
        return {
            "app_id": self.server.app_id,
            "sender": {"id": self.user_id},
            "user_id_by_app": f"9{self.user_id}",
            "recipient": {"id": self.server.oa_id},
            "event_name": name,
            **rest,
            "timestamp": str(self.server.clock.now_ms()),
        }

    def _follower(self, name: str) -> dict[str, Any]:
        return {
            "oa_id": self.server.oa_id,
            "follower": {"id": self.user_id},
            "user_id_by_app": f"9{self.user_id}",
            "event_name": name,
            "source": "oa_profile",
            "app_id": self.server.app_id,
            "timestamp": str(self.server.clock.now_ms()),
        }

    def _interacts(self) -> None:
        self.spoke_at = self.server.clock.now()
        self._seen = len(self.screen)

    def shows(self, shown: Shown) -> None:
        """The Official Account has written."""
        self._show(shown)

    def _show(self, shown: Shown) -> None:
        self.screen.append(shown)
        self._changed.set()
        self._changed = asyncio.Event()

    async def _push(self, event: dict[str, Any]) -> str:
        pushed = self.server.pusher.push(event)
        if self.server.pusher.held is None:
            async with asyncio.timeout(PATIENCE_S):
                await pushed.is_settled.wait()
        return str(event.get("message", {}).get("msg_id", ""))
