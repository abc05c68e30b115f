"""
When somebody may be written to unasked where that counts from their last word, and costs the more the longer ago it is.

Pure.

One message between 40 and 46 hours, while it is free; one on the sixth day, where money is set aside; after a week only
a template that the platform has approved, once. Source: the product's rules, "Rhythm".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from learning.calendar import STEP, at, day_of, is_allowed, learner_hour, next_allowed_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from learning.calendar import DayPart, Shift

# A word may reach us two hours late, and would then seem that much younger than it is.
MARGIN = timedelta(hours=2)
FREE_FROM = timedelta(hours=40)
FREE_UNTIL = timedelta(hours=48) - MARGIN
CLOSED_FROM = timedelta(days=7) - MARGIN
NOT_BEFORE = timedelta(hours=12)
PAID_DAYS = (6, 5, 4, 3)  # the sixth, or what comes nearest before it
TEMPLATE_DAYS = tuple(range(8, 14))


@dataclass(frozen=True, slots=True)
class Silence:
    """
    Since when nobody spoke through the door that answers go to.

    `pays`: some messages a day may cost something; `has_template`: one is approved for after a week.
    """

    since: datetime
    pays: bool = False
    has_template: bool = False


@dataclass(frozen=True, slots=True)
class Chance:
    """A moment at which to write; missed, any allowed one until `until` does as well."""

    at: datetime
    until: datetime


def chances(silence: Silence, part: DayPart | None, shift: Shift | None, unasked: frozenset[date]) -> Iterator[Chance]:
    """
    Yield when somebody may be written to in this silence, the best first; none of what has been taken.

    Args:
        silence: theirs.
        part: the hour they chose; it gives way where the free time does not hold it.
        shift: when they stand at a machine.
        unasked: days on which they were written to.
    """
    begun = day_of(silence.since)
    passed = {(day - begun).days for day in unasked if day > begun}
    if passed.isdisjoint((1, 2)) and (free := _free(silence.since, part, shift)) is not None:
        yield Chance(free, silence.since + FREE_UNTIL)
    if silence.pays and passed.isdisjoint(range(3, 8)):
        yield from _on_days(silence, PAID_DAYS, part, shift)
    if silence.pays and silence.has_template and max(passed, default=0) < TEMPLATE_DAYS[0]:
        yield from _on_days(silence, TEMPLATE_DAYS, part, shift)


def _free(since: datetime, part: DayPart | None, shift: Shift | None) -> datetime | None:
    """The chosen hour in the last of the free time, else its first allowed moment, else the last one before it."""
    first, last = since + FREE_FROM, since + FREE_UNTIL - STEP  # sending takes a while
    for day in sorted({day_of(first), day_of(last)}):
        if first <= (chosen := learner_hour(day, part, shift)) <= last:
            return chosen
    if (allowed := next_allowed_at(first, shift)) <= last:
        return allowed
    earlier = first.replace(minute=first.minute // 15 * 15, second=0, microsecond=0)
    while earlier >= since + NOT_BEFORE and day_of(earlier) > day_of(since):
        if is_allowed(earlier, shift):
            return earlier
        earlier -= STEP
    return None


def _on_days(silence: Silence, days: tuple[int, ...], part: DayPart | None, shift: Shift | None) -> Iterator[Chance]:
    closes = silence.since + CLOSED_FROM
    for number in days:
        day = day_of(silence.since) + timedelta(days=number)
        moment = learner_hour(day, part, shift)
        day_ends = at(day + timedelta(days=1), time.min) - STEP
        if number in TEMPLATE_DAYS and moment <= day_ends:
            yield Chance(moment, day_ends)
        elif silence.since + FREE_UNTIL < moment <= min(closes, day_ends):
            yield Chance(moment, min(closes, day_ends))
