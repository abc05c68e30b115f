"""A person's screen on one channel: what it shows, what is new on it, and which buttons it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from channels.hub import Shown
from channels.messages import Sender

if TYPE_CHECKING:
    from channels.hub import Page
    from channels.messages import EndpointId
    from tests.standins.telegram.user import User
    from tests.standins.zalo import Person
    from tests.standins.zalo_bot import Person as BotPerson


@dataclass(frozen=True)
class Seen:
    """One message as it looks: rows of (label, action)."""

    ref: str
    text: str
    buttons: tuple[tuple[tuple[str, str], ...], ...]
    asks_contact: bool = False

    def action(self, label: str) -> str | None:
        """What the button with that label sends; the arrow may be left out."""
        for row in self.buttons:
            for shown, action in row:
                if label in {shown, shown.removesuffix(" ▸")}:
                    return action
        return None


@dataclass(frozen=True)
class News:
    """A message that came, or changed in place."""

    seen: Seen
    is_edit: bool


class Door(Protocol):
    """One person on one channel."""

    sender: Sender
    screen: dict[str, Seen]
    pressed: list[tuple[str, str, str]]  # label, action, message

    async def news(self) -> list[News]:
        """What has come since the last look."""
        ...


@dataclass
class BrowserDoor:
    """An open chat page, which folds edits into what it shows."""

    sender: Sender
    page: Page
    screen: dict[str, Seen] = field(default_factory=dict)
    pressed: list[tuple[str, str, str]] = field(default_factory=list)

    async def news(self) -> list[News]:
        found = []
        for event in await self.page.wait(0):
            if isinstance(event, Shown):
                shown = event.message
                buttons = tuple(tuple((button.label, button.action) for button in row) for row in shown.buttons)
                file = f"\n(file: {shown.attachment.kind} {shown.attachment.id})" if shown.attachment else ""
                seen = Seen(event.ref, f"{shown.full_text}{file}", buttons, shown.asks_contact)
                found.append(News(seen, event.ref in self.screen))
                self.screen[event.ref] = seen
        return found


@dataclass
class TelegramDoor:
    """A chat on the Telegram stand-in."""

    sender: Sender
    user: User
    screen: dict[str, Seen] = field(default_factory=dict)
    pressed: list[tuple[str, str, str]] = field(default_factory=list)

    async def news(self) -> list[News]:
        found = []
        for shown in self.user.screen:
            rows = tuple(tuple(zip(*row, strict=True)) for row in zip(shown.buttons, shown.actions, strict=True))
            asks = shown == self.user.screen[-1] and bool(self.user.keyboard)
            file = f"\n({shown.file_name})" if shown.file_name else ""
            seen = Seen(str(shown.number), f"{shown.text}{file}", rows, asks)
            before = self.screen.get(seen.ref)
            if before is None or (before.text, before.buttons) != (seen.text, seen.buttons):
                found.append(News(seen, seen.ref in self.screen))
                self.screen[seen.ref] = seen
        return found


@dataclass
class ZaloDoor:
    """A chat on the Zalo stand-in: nothing ever changes in place."""

    sender: Sender
    person: Person
    screen: dict[str, Seen] = field(default_factory=dict)
    pressed: list[tuple[str, str, str]] = field(default_factory=list)

    def acts(self) -> None:
        """The platform has seen the person: it counts from here how long one may write."""
        self.person.is_follower, self.person.spoke_at = True, self.person.server.clock.now()

    async def news(self) -> list[News]:
        found = []
        for shown in self.person.screen:
            if shown.by_oa and shown.ref not in self.screen:
                rows = tuple(((title, payload.removeprefix("#")),) for title, payload in shown.buttons)
                text = "\n".join(filter(None, (shown.text, shown.file_name and f"({shown.file_name})")))
                self.screen[shown.ref] = Seen(shown.ref, text, rows, shown.card)
                found.append(News(self.screen[shown.ref], is_edit=False))
        return found


@dataclass
class ZaloBotDoor:
    """A chat with the bot on the stand-in of Zalo's Bot Platform: text alone."""

    sender: Sender
    person: BotPerson
    screen: dict[str, Seen] = field(default_factory=dict)
    pressed: list[tuple[str, str, str]] = field(default_factory=list)

    async def news(self) -> list[News]:
        found = []
        for shown in self.person.screen:
            if shown.by_bot and shown.ref not in self.screen:
                self.screen[shown.ref] = Seen(shown.ref, shown.text, ())
                found.append(News(self.screen[shown.ref], is_edit=False))
        return found


def telegram_sender(endpoint: EndpointId, user: User) -> Sender:
    """The person's id as Telegram gives it."""
    return Sender(endpoint, str(user.number))
