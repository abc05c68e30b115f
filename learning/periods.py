"""
Report periods, by the codes that offices and scripts write: 2026-W47, 2026-M11, 2026-Q4, 2026-H2, 2026.

Unions close their statistics on 31 May and 30 November: H1 of 2026 is 01/12/2025 to 31/05/2026, H2 01/06 to
30/11/2026, and the year 2026 both. Weeks (ISO, from Monday), months and quarters are those of the calendar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from learning.calendar import at, monday

_CODE = re.compile(r"(?P<year>20\d\d)(?:-(?P<kind>[HMQW])(?P<number>[1-9]\d?|0[1-9]))?")
_DAY = timedelta(days=1)
_DECEMBER = 12
_LAST_WEEK_HOLDS = 28  # 28 December is always within the last ISO week of its year


class PeriodKind(StrEnum):
    """How long a period is; the value stands in its code."""

    WEEK = "W"
    MONTH = "M"
    QUARTER = "Q"
    HALF = "H"
    YEAR = "Y"


_NUMBERS = {PeriodKind.MONTH: 12, PeriodKind.QUARTER: 4, PeriodKind.HALF: 2}


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included; `cut_off` is 24:00 of the last."""

    kind: PeriodKind
    year: int
    number: int
    first: date
    last: date

    @property
    def code(self) -> str:
        """As an office writes it: 2026-H2."""
        match self.kind:
            case PeriodKind.YEAR:
                return f"{self.year}"
            case PeriodKind.WEEK | PeriodKind.MONTH:
                return f"{self.year}-{self.kind}{self.number:02}"
            case _:
                return f"{self.year}-{self.kind}{self.number}"

    @property
    def label(self) -> str:
        """In words, for the middle of a sentence: "tháng 11/2026"."""
        match self.kind:
            case PeriodKind.WEEK:
                return f"tuần {self.number} năm {self.year}"
            case PeriodKind.MONTH:
                return f"tháng {self.number}/{self.year}"
            case PeriodKind.QUARTER:
                return f"quý {'I' * self.number if self.number < 4 else 'IV'}/{self.year}"  # noqa: PLR2004 - of four quarters
            case PeriodKind.HALF:
                return f"6 tháng {'đầu' if self.number == 1 else 'cuối'} năm {self.year}"
            case PeriodKind.YEAR:
                return f"năm {self.year}"

    @property
    def begins(self) -> datetime:
        """00:00 of the first day in Viet Nam, as UTC: the cut-off of what was before."""
        return at(self.first, time.min)

    @property
    def cut_off(self) -> datetime:
        """24:00 of the last day in Viet Nam, as UTC."""
        return at(self.last + _DAY, time.min)


def parse(code: str) -> Period:
    """
    Return the period of a code.

    Raises:
        ValueError: there is no such period.
    """
    found = _CODE.fullmatch(code)
    if found is None:
        raise ValueError(code)
    year = int(found["year"])
    if found["kind"] is None:
        return _year(year)
    kind, number = PeriodKind(found["kind"]), int(found["number"])
    if kind is PeriodKind.WEEK:
        if number > date(year, _DECEMBER, _LAST_WEEK_HOLDS).isocalendar().week:
            raise ValueError(code)
        return _week(date.fromisocalendar(year, number, 1))
    if number > _NUMBERS[kind]:
        raise ValueError(code)
    match kind:
        case PeriodKind.MONTH:
            return _months(kind, year, number, date(year, number, 1), 1)
        case PeriodKind.QUARTER:
            return _months(kind, year, number, date(year, 3 * number - 2, 1), 3)
        case _:
            begins = date(year - 1, _DECEMBER, 1) if number == 1 else date(year, 6, 1)
            return _months(kind, year, number, begins, 6)


def _months(kind: PeriodKind, year: int, number: int, first: date, months: int) -> Period:
    after = first.month - 1 + months
    return Period(kind, year, number, first, date(first.year + after // 12, after % 12 + 1, 1) - _DAY)


def _week(first: date) -> Period:
    year, number, _ = first.isocalendar()
    return Period(PeriodKind.WEEK, year, number, first, first + 6 * _DAY)


def _year(year: int) -> Period:
    return _months(PeriodKind.YEAR, year, 1, date(year - 1, _DECEMBER, 1), 12)


def of_day(day: date) -> Period:
    """The half-year of the unions' statistics that holds a day."""
    year = day.year + (day.month == _DECEMBER)
    half = parse(f"{year}-H1")
    return half if half.first <= day <= half.last else parse(f"{year}-H2")


def holding(kind: PeriodKind, day: date) -> Period:
    """The period of that kind that holds a day."""
    match kind:
        case PeriodKind.WEEK:
            return _week(monday(day))
        case PeriodKind.MONTH:
            return parse(f"{day.year}-M{day.month:02}")
        case PeriodKind.QUARTER:
            return parse(f"{day.year}-Q{(day.month + 2) // 3}")
        case PeriodKind.HALF:
            return of_day(day)
        case PeriodKind.YEAR:
            return _year(day.year + (day.month == _DECEMBER))


def latest(kind: PeriodKind, day: date, number: int) -> tuple[Period, ...]:
    """The period of that kind that holds a day, and those before it; `number` of them, the latest first."""
    found = [holding(kind, day)]
    while len(found) < number:
        found.append(holding(kind, found[-1].first - _DAY))
    return tuple(found)


def week_ending(last: date) -> Period:
    """The week whose Sunday is `last`, or that holds it."""
    return _week(monday(last))


def ending_on(last: date) -> tuple[Period, ...]:
    """The months, quarters, halves and years of a union's reports that end on that day, the longest first."""
    if (last + _DAY).day != 1:
        return ()
    found = [_months(PeriodKind.MONTH, last.year, last.month, last.replace(day=1), 1)]
    if last.month % 3 == 0:
        found.append(parse(f"{last.year}-Q{last.month // 3}"))
    if last.month == 5:  # noqa: PLR2004 - May, where the clause says so
        found.append(parse(f"{last.year}-H1"))
    if last.month == 11:  # noqa: PLR2004 - November, as above
        found += [parse(f"{last.year}-H2"), _year(last.year)]
    return tuple(reversed(found))
