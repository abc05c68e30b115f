"""What the dashboard's pages are made from, and the slots that others fill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId
    from content.model import Library


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target (chỉ tiêu) of a unit as a page shows it; `missing_url` lists who is missing, "" for nowhere."""

    key: str
    title: str
    numerator: int
    denominator: int
    percent_text: str
    cutoff: date
    missing_url: str = ""


async def no_targets(_conn: AsyncConnection, _unit_id: UnitId, _day: date) -> Sequence[TargetRow]:
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
    targets: Callable[[AsyncConnection, UnitId, date], Awaitable[Sequence[TargetRow]]] = no_targets
    personas: Mapping[str, str] | None = None
