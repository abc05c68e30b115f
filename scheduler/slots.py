"""
What falls due by the clock, and when. Pure: APScheduler only wakes, the demo's clock asks the same function.

Slots are Vietnamese hours. A digest's cut-off is Sunday 24:00, and on a holiday it moves to the next working day with
the same cut-off. A month or quarter is told in the first Monday's digest after its end; a half-year of the unions'
statistics (31/5, 30/11) has a digest of its own on the next working day, unless a week's goes out then and tells both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from learning.calendar import at, day_of, monday
from learning.periods import PeriodKind, ending_on, week_ending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from learning.calendar import Holidays
    from learning.periods import Period

DIGEST_HOUR = time(8, 0)
SHIFT_HOUR = time(18, 30)
NIGHTLY_HOUR = time(2, 30)
DAY_BEGINS = time(4, 0)  # between the last message of a day and the first of the next
SATURDAY = 5
SUNDAY = 6


class Job(StrEnum):
    """A kind of slot."""

    SNAPSHOT = "snapshot"
    DIGEST = "digest"
    SHIFTS = "shifts"
    NIGHTLY = "nightly"
    PLAN = "plan"
    BROADCASTS = "broadcasts"  # left when some wait, at no slot of its own


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One slot; `cut_off` is the moment that a snapshot or digest is of, `periods` what a digest tells."""

    at: datetime
    job: Job
    cut_off: datetime | None = None
    periods: tuple[str, ...] = ()


def is_working_day(day: date, holidays: Holidays) -> bool:
    """Monday to Friday, and no holiday."""
    return day.weekday() < SATURDAY and day not in holidays


def digest_day(week_ended: date, holidays: Holidays) -> date:
    """The day on which the digest of a week goes out; `week_ended` is the Monday after it."""
    day = week_ended
    while not is_working_day(day, holidays):
        day += timedelta(days=1)
    return day


def _has_half(ended: Sequence[Period]) -> bool:
    return any(period.kind is PeriodKind.HALF for period in ended)


def _digest(day: date, holidays: Holidays) -> list[Slot]:
    """The digest whose cut-off is 00:00 of a day, if there is one."""
    goes_out = digest_day(day, holidays)
    ended = ending_on(day - timedelta(days=1))
    if day.weekday() == 0:
        told = [week_ending(day - timedelta(days=1)), *_ended_in_week(day, goes_out, holidays)]
    elif _has_half(ended) and goes_out != digest_day(monday(day) + timedelta(days=7), holidays):
        told = sorted(ended, key=lambda period: period.kind is not PeriodKind.HALF)
    else:
        return []
    periods = tuple(period.code for period in told)
    return [Slot(at(goes_out, DIGEST_HOUR), Job.DIGEST, at(day, time.min), periods)]


def _ended_in_week(day: date, goes_out: date, holidays: Holidays) -> list[Period]:
    """What ended in the week before a Monday, without a half-year that had a digest of its own."""
    found: list[Period] = []
    for days in range(7, 0, -1):
        last = day - timedelta(days=days)
        ended = ending_on(last)
        if not _has_half(ended) or digest_day(last + timedelta(days=1), holidays) == goes_out:
            found += ended
    return found


def due_slots(after: datetime, until: datetime, holidays: Holidays) -> list[Slot]:
    """Return the slots with after < slot <= until, in order."""
    found: list[Slot] = []
    day = monday(day_of(after)) - timedelta(days=14)  # a digest may have been put off over Tết
    while day <= day_of(until):
        found.append(Slot(at(day, NIGHTLY_HOUR), Job.NIGHTLY))
        found.append(Slot(at(day, DAY_BEGINS), Job.PLAN))
        if day.weekday() == SUNDAY:
            found.append(Slot(at(day, SHIFT_HOUR), Job.SHIFTS))
        if day.weekday() == 0 or day.day == 1:
            found.append(Slot(at(day, time.min), Job.SNAPSHOT, at(day, time.min)))
        found += _digest(day, holidays)
        day += timedelta(days=1)
    return sorted(slot for slot in found if after < slot.at <= until)
