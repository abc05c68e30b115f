"""
Who hears of a learner who has fallen silent: their chair, then the union directly above, each after so many days.

Silent is who has begun the assigned chuyên đề, not finished it, and not said a word since. "Đã xử lý" ends it for
everybody, until the learner has spoken and falls silent anew. A name never goes above the CĐCS.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum


class Rung(IntEnum):
    """How far a silence has come."""

    NOBODY = 0
    CHAIR = 1
    ABOVE = 2


@dataclass(frozen=True, slots=True)
class Ladder:
    """Days of silence after which each is told; in force from a day on."""

    in_force_from: date
    source: str
    chair_days: int
    above_days: int

    @property
    def to_chair(self) -> timedelta:
        """After so long the chair is told, by name."""
        return timedelta(days=self.chair_days)

    @property
    def to_above(self) -> timedelta:
        """After so long the union directly above is told, as a number."""
        return timedelta(days=self.above_days)

    def rung(self, last_word: datetime, now: datetime, handled_at: datetime | None = None) -> Rung:
        """
        Return who is told.

        Args:
            last_word: when the learner last said something, or joined.
            now: the present.
            handled_at: when somebody last said that it is settled; it counts if that was after the last word.
        """
        if handled_at is not None and handled_at >= last_word:
            return Rung.NOBODY
        silent_for = now - last_word
        if silent_for > self.to_above:
            return Rung.ABOVE
        return Rung.CHAIR if silent_for > self.to_chair else Rung.NOBODY


LADDERS = (Ladder(date(2026, 1, 1), "Quy tắc của chương trình: 14 ngày, 28 ngày", 14, 28),)
MOST_DAYS = 365


def installed(chair_days: int, above_days: int) -> Ladder:
    """
    Return the ladder that an installation chose, whatever the day.

    Raises:
        ValueError: the chair is not told first, or not within a year.
    """
    if not 1 <= chair_days < above_days <= MOST_DAYS:
        raise ValueError(f"{chair_days}, {above_days}")
    return Ladder(date.min, "Thiết lập của đơn vị vận hành", chair_days, above_days)


def ladder_on(day: date, ladders: tuple[Ladder, ...] = LADDERS) -> Ladder:
    """Return the ladder in force on a day; before the first one, the first."""
    held = [ladder for ladder in ladders if ladder.in_force_from <= day]
    return (
        max(held, key=lambda ladder: ladder.in_force_from) if held else min(ladders, key=lambda one: one.in_force_from)
    )
