"""What a handler is given, and what it may want sent to somebody else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import AccountId, Capabilities, EndpointId, Message, PersonId, Sender
    from content.model import Library
    from learning.calendar import Holidays
    from storage.accounts import Account


@dataclass(frozen=True, slots=True)
class Installation:
    """What this installation says of itself to cadres, and its dated decisions."""

    invited_by: str
    document: str
    contact: str
    bot_link: str = ""  # https://t.me/<bot>; empty without a bot
    board_link: str = ""  # where one signs in to the dashboard; empty where no public address is set
    assigned_modules: tuple[str, ...] = ()  # the chuyên đề assigned now, one a track; empty: each track's first


@dataclass(frozen=True, slots=True)
class Notice:
    """A message for another person, through whatever door of theirs is open. `key` makes it unique for ever."""

    person_id: PersonId
    message: Message
    key: str


def _hashed(endpoint: EndpointId, external_id: str) -> bytes:
    return hashlib.sha256(f"{endpoint}:{external_id}".encode()).digest()


@dataclass(slots=True)
class Visitor:
    """Somebody who has not agreed: nothing of theirs is stored, so all there is comes with the update."""

    conn: AsyncConnection
    now: datetime
    library: Library
    installation: Installation
    holidays: Holidays
    sender: Sender
    capabilities: Capabilities
    message_ref: str | None = None
    joined: Account | None = None  # set by joining: from then on what is sent is kept in the ledger
    notices: list[Notice] = field(default_factory=list)

    @property
    def who_hash(self) -> bytes:
        """A key for counting tries that does not name the account."""
        return _hashed(self.sender.endpoint, self.sender.external_id)


@dataclass(slots=True)
class Context:
    """Somebody who has agreed, at one moment, inside of one transaction."""

    conn: AsyncConnection
    now: datetime
    library: Library
    installation: Installation
    holidays: Holidays
    account: Account
    capabilities: Capabilities
    message_ref: str | None = None  # the message whose button was pressed
    is_tap: bool = False
    notices: list[Notice] = field(default_factory=list)
    forgotten: bool = False  # their data is gone: what is said now is kept nowhere
    changes: dict[str, Any] = field(default_factory=dict)  # of the learner's row; written once, at the end

    @property
    def person(self) -> PersonId:
        """
        Who speaks.

        Raises:
            LookupError: the account is not matched to the roster yet; the router sends those elsewhere.
        """
        if self.account.person_id is None:
            raise LookupError("this account is not matched to a person")
        return self.account.person_id

    @property
    def who_hash(self) -> bytes:
        """A key for counting tries that does not name the account."""
        return _hashed(self.account.endpoint_id, self.account.external_id)

    @property
    def account_id(self) -> AccountId:
        """The door they speak through."""
        return self.account.id

    def in_place(self) -> str | None:
        """The message to edit: the one whose button was pressed, where the channel can."""
        return self.message_ref if self.is_tap and self.capabilities.edits else None
