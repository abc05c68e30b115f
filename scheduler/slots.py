"""
What falls due by the clock, and when. Pure: APScheduler only wakes, the demo's clock asks the same function.

Slots are Vietnamese hours; the digest's cut-off is Sunday 24:00, and on a holiday it moves to the next working day with
the same cut-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from learning.calendar import at, day_of, monday

if TYPE_CHECKING:
    from learning.calendar import Holidays

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
    """One slot; `cut_off` is the moment its figures are of, for snapshots and digests."""

    at: datetime
    job: Job
    cut_off: datetime | None = None


def is_working_day(day: date, holidays: Holidays) -> bool:
    """Monday to Friday, and no holiday."""
    return day.weekday() < SATURDAY and day not in holidays


def digest_day(week_ended: date, holidays: Holidays) -> date:
    """The day on which the digest of a week goes out; `week_ended` is the Monday after it."""
    day = week_ended
    while not is_working_day(day, holidays):
        day += timedelta(days=1)
    return day


def due_slots(after: datetime, until: datetime, holidays: Holidays) -> list[Slot]:
    """Return the slots with after < slot <= until, in order."""
    found: list[Slot] = []
    day = monday(day_of(after)) - timedelta(days=14)  # a digest may have been put off over Tết
    while day <= day_of(until):
        found.append(Slot(at(day, NIGHTLY_HOUR), Job.NIGHTLY))
        found.append(Slot(at(day, DAY_BEGINS), Job.PLAN))
        if day.weekday() == SUNDAY:
            found.append(Slot(at(day, SHIFT_HOUR), Job.SHIFTS))
        if day.weekday() == 0:
            cut_off = at(day, time.min)
            found.append(Slot(cut_off, Job.SNAPSHOT, cut_off))
            found.append(Slot(at(digest_day(day, holidays), DIGEST_HOUR), Job.DIGEST, cut_off))
        day += timedelta(days=1)
    return sorted(slot for slot in found if after < slot.at <= until)
