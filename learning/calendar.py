"""
Days, weeks, hours and silences, as a cadre in Viet Nam lives them. The one place where "day" and "week" are computed.

Source: practice rules of the product, "Rhythm"; Bộ luật Lao động 2019, Điều 106 and 109-112.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SILENT_FROM = time(21, 0)
SILENT_UNTIL = time(6, 30)
REST_AFTER_NIGHT_SHIFT = timedelta(hours=7)
AFTER_SHIFT = timedelta(minutes=30)
OFFICE_HOURS = (time(7, 0), time(20, 0))  # when a unit's own message may begin to go out
MIDDAY_BREAK = (time(11, 30), time(13, 0))
STEP = timedelta(minutes=15)


class Shift(StrEnum):
    """When somebody stands at a machine; the value is what the roster's "Ca làm việc" is stored as."""

    OFFICE = "hanh_chinh"
    FIRST = "ca_1"
    SECOND = "ca_2"
    THIRD = "ca_3"
    LONG_DAY = "12h_ngay"
    LONG_NIGHT = "12h_dem"
    ROTATING = "luan_phien"  # asked every Sunday evening which one it is

    @property
    def label(self) -> str:
        """As a button says it."""
        return _SHIFT_LABELS[self]

    @property
    def hours(self) -> tuple[time, time] | None:
        """From and until, perhaps over midnight; None if not known."""
        return _SHIFT_HOURS.get(self)


_SHIFT_LABELS = {
    Shift.OFFICE: "Hành chính",
    Shift.FIRST: "Ca 1 (6–14 giờ)",
    Shift.SECOND: "Ca 2 (14–22 giờ)",
    Shift.THIRD: "Ca 3 (22–6 giờ)",
    Shift.LONG_DAY: "12 giờ ban ngày",
    Shift.LONG_NIGHT: "12 giờ ban đêm",
    Shift.ROTATING: "Luân phiên",
}
_SHIFT_HOURS = {
    Shift.OFFICE: (time(8, 0), time(17, 0)),
    Shift.FIRST: (time(6, 0), time(14, 0)),
    Shift.SECOND: (time(14, 0), time(22, 0)),
    Shift.THIRD: (time(22, 0), time(6, 0)),
    Shift.LONG_DAY: (time(6, 0), time(18, 0)),
    Shift.LONG_NIGHT: (time(18, 0), time(6, 0)),
}


class DayPart(StrEnum):
    """The hour a learner chose to be written to."""

    MORNING = "sang"
    NOON = "trua"
    AFTERNOON = "chieu"
    EVENING = "toi"
    AFTER_SHIFT = "sau_ca"

    @property
    def label(self) -> str:
        """As a button says it."""
        return {"sang": "Sáng", "trua": "Trưa", "chieu": "Chiều", "toi": "Tối", "sau_ca": "Sau ca"}[self.value]


_PART_STARTS = {
    DayPart.MORNING: time(6, 45),
    DayPart.NOON: time(11, 45),
    DayPart.AFTERNOON: time(17, 15),
    DayPart.EVENING: time(19, 30),
}
DEFAULT_PART = DayPart.NOON


@dataclass(frozen=True, slots=True)
class Holidays:
    """Days on which nobody is written to unasked: public holidays, and the days around Tết."""

    off: frozenset[date] = field(default_factory=frozenset)

    def __contains__(self, day: date) -> bool:
        return day in self.off


def local(moment: datetime) -> datetime:
    """The moment on a clock in Viet Nam."""
    return moment.astimezone(ZONE)


def day_of(moment: datetime) -> date:
    """The day it is in Viet Nam."""
    return local(moment).date()


def at(day: date, clock: time) -> datetime:
    """That day and hour in Viet Nam, as UTC."""
    return datetime.combine(day, clock, ZONE).astimezone(UTC)


def monday(day: date) -> date:
    """The Monday of that day's week."""
    return day - timedelta(days=day.weekday())


def is_allowed(moment: datetime, shift: Shift | None) -> bool:
    """True outside of the night's silence, the shift (its midday break apart), and the rest after a night shift."""
    here = local(moment)
    clock = here.time()
    if clock >= SILENT_FROM or clock < SILENT_UNTIL:
        return False
    hours = shift.hours if shift else None
    if hours is None:
        return True
    begins, ends = hours
    if begins < ends:
        if not begins <= clock < ends:
            return True
        return shift is Shift.OFFICE and MIDDAY_BREAK[0] <= clock < MIDDAY_BREAK[1]
    rest_ends = (datetime.combine(here.date(), ends) + REST_AFTER_NIGHT_SHIFT).time()
    return rest_ends <= clock < begins


def next_allowed_at(moment: datetime, shift: Shift | None) -> datetime:
    """The first moment, from `moment` on, at which somebody on that shift may be written to."""
    if is_allowed(moment, shift):
        return moment
    here = _next_step(moment)
    while not is_allowed(here, shift):
        here += STEP
    return here.astimezone(UTC)


def allowed_span(moment: datetime, shift: Shift | None) -> timedelta:
    """For how long from `moment` on, in steps, somebody on that shift may be written to without a break."""
    until = moment
    while is_allowed(until, shift):
        until += STEP
    return max(until - moment - STEP, timedelta())


def _next_step(moment: datetime) -> datetime:
    here = local(moment).replace(second=0, microsecond=0)
    return here + STEP - timedelta(minutes=here.minute % 15)


def _is_office_hour(moment: datetime, shift: Shift | None) -> bool:
    return OFFICE_HOURS[0] <= local(moment).time() < OFFICE_HOURS[1] and is_allowed(moment, shift)


def next_office_moment(moment: datetime, shift: Shift | None) -> datetime:
    """The first moment within office hours, from `moment` on, at which somebody on that shift may be written to."""
    if _is_office_hour(moment, shift):
        return moment
    here = _next_step(moment)
    while not _is_office_hour(here, shift):
        here += STEP
    return here.astimezone(UTC)


def learner_hour(day: date, part: DayPart | None, shift: Shift | None) -> datetime:
    """When, from that day's chosen hour on, a learner may be written to (UTC; perhaps the next morning)."""
    if part is DayPart.AFTER_SHIFT and shift is not None and shift.hours is not None:
        wanted = at(day, shift.hours[1]) + AFTER_SHIFT
    else:
        wanted = at(day, _PART_STARTS.get(part or DEFAULT_PART, _PART_STARTS[DEFAULT_PART]))
    return next_allowed_at(wanted, shift)
