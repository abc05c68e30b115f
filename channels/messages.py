"""
What goes in and out of a channel, and the ports that adapters fill. Pure: no platform, no database.

    SendError
     + ThrottledError      surely not sent; wait `retry_after_s`, then send again
     + UnreachableError    surely not sent; send again with back-off
     + ClosedDoorError     surely not sent; the person blocked the bot or is gone: close the account
     + RefusedError        surely not sent, and never will be as it is
        + NotAllowedError  the platform's rules do not let it be sent now; `reason` is counted
     + UnknownOutcomeError may or may not have been sent
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NewType, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

EndpointId = NewType("EndpointId", int)
AccountId = NewType("AccountId", int)
PersonId = NewType("PersonId", int)
UnitId = NewType("UnitId", int)

MAX_ACTION_BYTES = 64
MAX_TEXT = 4_096
MAX_CAPTION = 1_024  # of a message with a file, as MAX_TEXT in UTF-16 units
ANY_FILE = frozenset({"csv", "docx", "pdf", "png", "xlsx"})  # endings of what is made here


class SendError(Exception):
    """A message was not, or perhaps not, delivered; the subclass says what to do next."""


class ThrottledError(SendError):
    """The platform asked to wait."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"retry after {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class UnreachableError(SendError):
    """No connection, or the platform failed before it took the message."""


class ClosedDoorError(SendError):
    """The person blocked the bot, left, or their account is gone."""


class RefusedError(SendError):
    """The platform will not take this message."""


class NotAllowedError(RefusedError):
    """The platform's rules do not allow it: outside of the window in which one may write, or beyond the quota."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownOutcomeError(SendError):
    """The connection broke after the request was written, or the answer was not understood."""


# --- in ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks: the endpoint it came through, and their id there."""

    endpoint: EndpointId
    external_id: str


@dataclass(frozen=True, slots=True)
class Tap:
    """A button was pressed: `callback_id` is what the platform wants acknowledged, `message_ref` where it sits."""

    key: str
    sender: Sender
    action: str
    message_ref: str | None = None
    callback_id: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Something was typed. Already cleaned and cut by `learning.text.clean`."""

    key: str
    sender: Sender
    text: str


@dataclass(frozen=True, slots=True)
class Started:
    """The chat was opened by a link; `payload` is what the link carried, perhaps nothing."""

    key: str
    sender: Sender
    payload: str


@dataclass(frozen=True, slots=True)
class ContactShared:
    """A phone contact was shared through the platform's own button; `is_own` when its owner is the sender."""

    key: str
    sender: Sender
    phone: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class DoorClosed:
    """The person blocked the bot."""

    key: str
    sender: Sender


@dataclass(frozen=True, slots=True)
class DoorOpened:
    """The person let the bot write again."""

    key: str
    sender: Sender


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A picture, a sticker, a voice: the person spoke, but not in words."""

    key: str
    sender: Sender


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The person asked the platform to have their data erased here."""

    key: str
    sender: Sender


Inbound = Tap | Text | Started | ContactShared | DoorClosed | DoorOpened | Unsupported | Withdrawn


@dataclass(frozen=True, slots=True)
class Ignored:
    """An update that concerns nobody (a group, a channel post, something malformed): one log line, nothing else."""

    key: str | None
    reason: str


# --- out --------------------------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """What a message is; decides what is done when nobody knows whether it arrived."""

    LESSON_STEP = "lesson_step"
    REPLY = "reply"
    NEW_LESSON = "new_lesson"
    REMINDER = "reminder"
    REVIEW = "review"
    DIGEST = "digest"
    NOTICE = "notice"
    BROADCAST = "broadcast"

    @property
    def is_resent_once(self) -> bool:
        """True if a copy does no harm (a tap on either counts once); otherwise a doubtful one is parked."""
        return self in {Kind.LESSON_STEP, Kind.REPLY}


@dataclass(frozen=True, slots=True)
class Button:
    """
    A label and the packed action (at most 64 bytes) it sends back; `hint` is read out for a label of one letter.

    `file` is the ending of the file that it asks for: a channel that does not carry such files does not show it.
    """

    label: str
    action: str
    hint: str = ""
    file: str = ""

    def __post_init__(self) -> None:
        if len(self.action.encode()) > MAX_ACTION_BYTES:
            raise ValueError(f"an action of {len(self.action.encode())} bytes does not fit a button")


class FileKind(StrEnum):
    """What a file is made from."""

    TOOL = "tool"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file by what it is made from: that is all a ledger keeps of it."""

    kind: FileKind
    id: str

    @property
    def ending(self) -> str:
        """What the file's name will end in: a tool is a page to print, and a report's reference names its form."""
        return "pdf" if self.kind is FileKind.TOOL else self.id.rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is handed over; `name` in ASCII letters, digits, hyphens and a full stop."""

    name: str
    media_type: str
    content: bytes

    @property
    def ending(self) -> str:
        """What the name ends in, in small letters and without the full stop."""
        return self.name.rpartition(".")[2].lower()


@dataclass(frozen=True, slots=True)
class Message:
    """
    One message to one person: plain text, an optional bold title, rows of buttons.

    `replaces` is the message to edit in place where the channel can; `asks_contact` shows the platform's own
    "share my phone" button, `drops_keyboard` takes it away. `takes_text`: the answer is typed, so that nothing typed is
    the number of a choice. One with an `attachment` goes only through a channel that shows files; title and text are at
    most `MAX_CAPTION`.

    Raises:
        ValueError: a file cannot take the place of another message.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    title: str = ""
    kind: Kind = Kind.REPLY
    replaces: str | None = None
    asks_contact: bool = False
    drops_keyboard: bool = False
    takes_text: bool = False
    attachment: Attachment | None = None

    def __post_init__(self) -> None:
        if self.attachment is not None and self.replaces is not None:
            raise ValueError("a message with a file replaces none")

    def as_json(self) -> dict[str, Any]:
        """The message as what a ledger row keeps."""
        return {
            "text": self.text,
            "title": self.title,
            "kind": self.kind.value,
            "buttons": [[[b.label, b.action, b.hint] for b in row] for row in self.buttons],
            "asks_for": {b.action: b.file for row in self.buttons for b in row if b.file},
            "replaces": self.replaces,
            "asks_contact": self.asks_contact,
            "drops_keyboard": self.drops_keyboard,
            "takes_text": self.takes_text,
            "attachment": [self.attachment.kind.value, self.attachment.id] if self.attachment else None,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Message:
        """The inverse of `as_json`; a row of before there were files has none."""
        attached, asks_for = data.get("attachment"), data.get("asks_for", {})
        return cls(
            text=data["text"],
            title=data["title"],
            kind=Kind(data["kind"]),
            buttons=tuple(
                tuple(Button(label, action, hint, asks_for.get(action, "")) for label, action, hint in row)
                for row in data["buttons"]
            ),
            replaces=data["replaces"],
            asks_contact=data["asks_contact"],
            drops_keyboard=data["drops_keyboard"],
            takes_text=data.get("takes_text", False),
            attachment=Attachment(FileKind(attached[0]), attached[1]) if attached else None,
        )

    @property
    def full_text(self) -> str:
        """Title and text, as a channel without bold shows them."""
        return f"{self.title}\n{self.text}" if self.title else self.text


# --- ports ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Capabilities:
    """
    What a channel can show.

    `max_buttons`: None for any number, in rows; else at most so many, one below another. What does not fit is spelled
    in the text (`channels.typed`) and typed. `has_links`: a link, or its QR code, may carry an invitation into the
    chat. `joins_by_phone`: who opens the chat is asked for consent, then for the phone. `has_window`: how long one may
    write counts from the person's last word. `files`: endings of the files it carries; of these, `bare_files` come
    without words, which then go before them.
    """

    edits: bool
    asks_contact: bool
    max_text: int = MAX_TEXT
    max_buttons: int | None = None
    has_links: bool = True
    joins_by_phone: bool = False
    has_window: bool = False
    files: frozenset[str] = frozenset()
    bare_files: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes. `tag` names the delivery (its ledger id) where the channel keeps messages itself."""

    external_id: str
    tag: str = ""


class Files(Protocol):
    """Makes the files that messages carry."""

    async def make(self, attachment: Attachment) -> File:
        """
        Return the file as of today.

        Raises:
            RefusedError: there is nothing any more to make it from, or it cannot be made.
            UnreachableError: not made in time; it may be there when it is asked for again.
        """
        ...


class Channel(Protocol):
    """One platform."""

    @property
    def capabilities(self) -> Capabilities:
        """What this channel can show."""
        ...

    async def send(self, to: Address, message: Message) -> str:
        """
        Send, or edit in place, and return the platform's reference of the message.

        An edit that changes nothing is success; an edit of what is gone, or carries a file, is sent anew.

        Raises:
            SendError: as the subclass says.
        """
        ...

    async def acknowledge(self, tap: Tap) -> None:
        """Tell the platform that the tap was taken (the button stops spinning). Never raises; nothing rests on it."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an update: `outcome` for the log, and whether the platform must keep it and try again."""

    outcome: str
    retry_later: bool = False
    replies: Sequence[Message] = field(default=())


class Pipeline(Protocol):
    """What a web route or a poller hands an update to. Returns after the commit; replies go out by themselves."""

    async def receive(self, inbound: Inbound, *, at: datetime | None = None) -> Receipt:
        """Take one update, once."""
        ...
