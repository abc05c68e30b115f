"""How many members a union had on a day, from the number that stands and those that stood before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


@dataclass(frozen=True, slots=True)
class Size:
    """
    A number of members.

    `counted_on` is its own day (ngày chốt), `since` the day on which it was entered in the place of another one.
    """

    members: int | None
    counted_on: date | None = None
    since: date | None = None


def size_on(sizes: Sequence[Size], day: date) -> int | None:
    """
    The members on a day: the last number counted by then, else the first that is known.

    A number entered again for the same day is a correction: only the last counts.

    Args:
        sizes: what was entered, the oldest first, the one that stands last.
        day: as of when.

    Returns:
        None if no number was ever entered.
    """
    known = [size for size in sizes if size.members is not None]
    last_for: dict[date | None, int] = {one.counted_on: place for place, one in enumerate(known) if one.counted_on}
    valid = [size for place, size in enumerate(known) if last_for.get(size.counted_on, place) == place]
    by_then = [size for size in valid if (as_of := size.counted_on or size.since) is None or as_of <= day]
    if by_then:
        return by_then[-1].members
    return valid[0].members if valid else None
