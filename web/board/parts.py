"""What the dashboard's pages are made from, and the slots that others fill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learning.roles import Track

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId
    from content.model import Library
    from reports.targets import Measured


async def no_targets(_conn: AsyncConnection, _unit_id: UnitId, _now: datetime) -> Sequence[Measured]:
    """No target is measured here."""
    return ()


def no_bot() -> str:
    """There is no bot."""
    return ""


@dataclass(frozen=True, slots=True)
class BoardParts:
    """
    What the dashboard needs besides the database.

    `bot_link` is the bot's address once it is known; `targets` gives a unit's targets; `personas` are the demo's
    supervisors, by key, with their names.
    """

    library: Library | None = None
    bot_link: Callable[[], str] = no_bot
    targets: Callable[[AsyncConnection, UnitId, datetime], Awaitable[Sequence[Measured]]] = no_targets
    personas: Mapping[str, str] | None = None

    @property
    def compulsory(self) -> Sequence[str]:
        """The modules in which full-timers must be recognised."""
        return [module.id for module in self.library.modules_for(Track.STAFF)] if self.library else []

    @property
    def modules(self) -> Mapping[str, str]:
        """The titles of the assistant's modules by id."""
        return {module.id: module.title for module in self.library.modules} if self.library else {}
