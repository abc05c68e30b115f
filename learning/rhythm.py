"""
When somebody is written to unasked, and with what. Pure.

At most one lesson or reminder a day and three a week, the two together. New lessons on Monday, Wednesday and Friday,
none while one is open: that one is reminded of after 1, 3 and 7 days, then silence. Where a platform counts how long
one may write (`learning.window`), its days and hours take the place of these. Source: the product's rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from learning.calendar import DayPart, Holidays, Shift, at, day_of, is_allowed, learner_hour, monday, next_allowed_at
from learning.window import Silence, chances

LADDER_DAYS = (1, 3, 7)
HORIZON_DAYS = 45


class Pace(StrEnum):
    """How often new lessons come; the learner's own choice."""

    THREE_A_WEEK = "mwf"
    EVERY_WORKDAY = "daily"

    @property
    def weekdays(self) -> frozenset[int]:
        """Days on which a new lesson may come; Monday is 0."""
        return frozenset({0, 2, 4}) if self is Pace.THREE_A_WEEK else frozenset(range(5))

    @property
    def a_week(self) -> int:
        """The most that is sent unasked from Monday to Sunday."""
        return 3 if self is Pace.THREE_A_WEEK else 5


class Nudge(StrEnum):
    """What is sent unasked."""

    NEW_LESSON = "new_lesson"
    REMINDER = "reminder"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the clock must know of one learner; `unasked` are the days of late on which they were written to."""

    part: DayPart | None = None
    shift: Shift | None = None
    pace: Pace = Pace.THREE_A_WEEK
    reminders_off: bool = False
    paused_until: datetime | None = None
    open_since: datetime | None = None  # a lesson is open: their last word, or its arrival, whichever is later
    ladder: int = 0
    spoke_on: date | None = None  # the day of their last word
    has_next: bool = False
    last_lesson_on: date | None = None
    review_from: date | None = None  # there are wrong answers to come back to, from this day on
    unasked: frozenset[date] = frozenset()
    silence: Silence | None = None  # answers go to a door through which one may not write for ever


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sent, and when."""

    nudge: Nudge
    at: datetime


def next_nudge(standing: Standing, after: datetime, holidays: Holidays) -> Plan | None:
    """
    Return what is sent next at or after `after`, or None while only a word of the learner's can change anything.

    What was due earlier today (the program was down) is due at the next allowed moment, unless the learner has been
    here today.
    """
    if standing.reminders_off:
        return None
    if standing.silence is not None:
        return _next_in(standing, standing.silence, after, holidays)
    first = day_of(after)
    for offset in range(-1, HORIZON_DAYS):  # a learner's hour may fall on the next morning
        day = first + timedelta(days=offset)
        moment = learner_hour(day, standing.part, standing.shift)
        if standing.paused_until and moment < standing.paused_until:
            continue
        if moment < after:
            if day_of(moment) != first or standing.spoke_on == first:
                continue
            moment = next_allowed_at(after, standing.shift)
            if day_of(moment) != first:
                continue  # that day has an hour of its own
        sent_on = day_of(moment)
        if sent_on in holidays or not _has_room(standing, sent_on):
            continue
        nudge = _due_on(standing, sent_on)
        if nudge is not None:
            return Plan(nudge, moment)
    return None


def _next_in(standing: Standing, silence: Silence, after: datetime, holidays: Holidays) -> Plan | None:
    """The first chance that is left; neither weekdays nor the days between reminders bind there."""
    for chance in chances(silence, standing.part, standing.shift, standing.unasked):
        moment = max(chance.at, after)
        if moment > chance.until or (standing.paused_until and moment < standing.paused_until):
            continue
        moment = next_allowed_at(moment, standing.shift)
        sent_on = day_of(moment)
        if moment > chance.until or sent_on in holidays or not _has_room(standing, sent_on):
            continue
        nudge = _in_turn(standing, sent_on)
        if nudge is not None:
            return Plan(nudge, moment)
    return None


def _in_turn(standing: Standing, day: date) -> Nudge | None:
    if standing.open_since is not None:
        return Nudge.REMINDER
    if standing.has_next and (standing.last_lesson_on is None or day > standing.last_lesson_on):
        return Nudge.NEW_LESSON
    return Nudge.REVIEW if standing.review_from is not None and day >= standing.review_from else None


def _has_room(standing: Standing, day: date) -> bool:
    week = monday(day)
    this_week = sum(week <= other < week + timedelta(days=7) for other in standing.unasked)
    return day not in standing.unasked and this_week < standing.pace.a_week


def _due_on(standing: Standing, day: date) -> Nudge | None:
    if standing.open_since is not None:
        if standing.ladder >= len(LADDER_DAYS):
            return None
        due = day_of(standing.open_since) + timedelta(days=LADDER_DAYS[standing.ladder])
        return Nudge.REMINDER if day >= due else None
    is_lesson_day = day.weekday() in standing.pace.weekdays
    if standing.has_next and is_lesson_day and (standing.last_lesson_on is None or day > standing.last_lesson_on):
        return Nudge.NEW_LESSON
    if standing.review_from is not None and day >= standing.review_from and _leaves_room_for_lessons(standing, day):
        return Nudge.REVIEW
    return None


def _leaves_room_for_lessons(standing: Standing, day: date) -> bool:
    """A review must not eat the place of a lesson still to come this week."""
    week = monday(day)
    sent = sum(week <= other < week + timedelta(days=7) for other in standing.unasked)
    to_come = sum(weekday > day.weekday() for weekday in standing.pace.weekdays) if standing.has_next else 0
    return sent + to_come < standing.pace.a_week


def is_still_allowed(standing: Standing, now: datetime, holidays: Holidays) -> bool:
    """True if, at the moment of sending, this learner may be written to at all."""
    return (
        not standing.reminders_off
        and not (standing.paused_until and now < standing.paused_until)
        and day_of(now) not in holidays
        and is_allowed(now, standing.shift)
    )


def midnight_after(moment: datetime) -> datetime:
    """The start of the next day in Viet Nam, as UTC."""
    return at(day_of(moment) + timedelta(days=1), datetime.min.time())
