"""A digest as few values, for where no text can be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from storage.posts import Counts

FIGURES = ("unit", "until", "posts", "joined", "started", "completed", "recognised")


def values(unit: str, cut_off: datetime, counts: Counts) -> Mapping[str, str]:
    """Return them by their names in `FIGURES`."""
    numbers = (counts.posts, counts.joined, counts.started, counts.completed, counts.recognised)
    shown = [words.number(number) if counts.posts else words.NOTHING for number in numbers]
    return dict(zip(FIGURES, [unit, words.day(words.last_day(cut_off)), *shown], strict=True))
