"""Private chats: messages with one sequence of numbers a chat, edits in place."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.standins.telegram.markup import Entity, RefusalError, bad

if TYPE_CHECKING:
    from tests.standins.telegram.parameters import Upload

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


@dataclass
class Held:
    """A message as the server keeps it."""

    number: int
    by_bot: bool
    text: str
    entities: list[Entity] = field(default_factory=list)
    markup: dict[str, Any] | None = None
    date: int = field(default_factory=lambda: int(time.time()))
    edits: int = 0
    document: Upload | None = None

    @property
    def rows(self) -> list[list[dict[str, str]]]:
        rows: list[list[dict[str, str]]] = (self.markup or {}).get("inline_keyboard", [])
        return rows


@dataclass(frozen=True)
class Shown:
    """A message as the person sees it now."""

    number: int
    by_bot: bool
    text: str
    bold: tuple[str, ...]
    buttons: tuple[tuple[str, ...], ...]
    actions: tuple[tuple[str, ...], ...]
    edits: int
    file_name: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(label for row in self.buttons for label in row)


@dataclass
class Chat:
    """One person's chat with the bot."""

    person: dict[str, Any]
    bot: dict[str, Any]
    is_blocked: bool = False
    is_deactivated: bool = False
    messages: dict[int, Held] = field(default_factory=dict)
    keyboard: list[list[dict[str, Any]]] | None = None
    changes: int = 0
    _last: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def chat_id(self) -> int:
        number: int = self.person["id"]
        return number

    def add(self, *, by_bot: bool, text: str, entities: list[Entity] | None = None,
            markup: dict[str, Any] | None = None, document: Upload | None = None) -> Held:  # fmt: skip
        self._last += 1
        held = Held(self._last, by_bot, text, entities or [], markup, document=document)
        self.messages[held.number] = held
        match markup:
            case {"keyboard": rows}:
                self.keyboard = [[{"text": key} if isinstance(key, str) else key for key in row] for row in rows]
            case {"remove_keyboard": True}:
                self.keyboard = None
        if by_bot:
            self._touch()
        return held

    def edit(self, number: int, text: str | None, entities: list[Entity], markup: dict[str, Any] | None) -> Held:
        """Change text (None: only the keyboard) and keyboard of a message of the bot's."""
        held = self.messages.get(number)
        if held is None:
            raise bad("message to edit not found")
        if not held.by_bot or (held.markup and "inline_keyboard" not in held.markup):
            raise bad("message can't be edited")
        if markup and "inline_keyboard" not in markup:
            raise bad("inline keyboard expected")
        if text is not None and held.document is not None:
            raise bad("there is no text in the message to edit")
        text, entities = (held.text, held.entities) if text is None else (text, entities)
        if (held.text, held.entities, held.markup) == (text, entities, markup):
            raise bad(NOT_MODIFIED)
        held.text, held.entities, held.markup = text, entities, markup
        held.edits += 1
        self._touch()
        return held

    def delete(self, number: int) -> None:
        if self.messages.pop(number, None) is None:
            raise bad("message to delete not found")
        self._touch()

    def check_open(self) -> None:
        if self.is_deactivated:
            raise RefusalError(403, "Forbidden: user is deactivated")
        if self.is_blocked:
            raise RefusalError(403, "Forbidden: bot was blocked by the user")

    def as_json(self, held: Held) -> dict[str, Any]:
        message: dict[str, Any] = {
            "message_id": held.number,
            "date": held.date,
            "chat": {"id": self.chat_id, "type": "private", "first_name": self.person["first_name"]},
            "from": self.bot if held.by_bot else self.person,
        }
        message |= {"text": held.text} if held.document is None else {"document": held.document.as_json()}
        if held.document is not None and held.text:
            message["caption"] = held.text
        if held.entities:
            message["entities" if held.document is None else "caption_entities"] = held.entities
        if held.rows:
            message["reply_markup"] = held.markup
        if held.edits:
            message["edit_date"] = int(time.time())
        return message

    def shown(self, held: Held) -> Shown:
        raw = held.text.encode("utf-16-le")
        bold = tuple(
            raw[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le").strip()
            for e in held.entities
            if e["type"] == "bold"
        )
        return Shown(
            held.number,
            held.by_bot,
            held.text,
            bold,
            tuple(tuple(b["text"] for b in row) for row in held.rows),
            tuple(tuple(b.get("callback_data", "") for b in row) for row in held.rows),
            held.edits,
            held.document.name if held.document else "",
        )

    async def changed_since(self, changes: int) -> None:
        """Return when the screen has changed since it had seen that many changes."""
        while self.changes <= changes:
            await self._changed.wait()

    def _touch(self) -> None:
        self.changes += 1
        self._changed.set()
        self._changed = asyncio.Event()
