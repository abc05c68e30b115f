"""Days on which nobody is written to: public holidays (package `holidays`), the days around Tết, and decisions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import holidays as package

from learning.calendar import Holidays
from storage import planning

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

# From 25 tháng Chạp (four or five days before mồng 1) to mồng 6.
_BEFORE_TET = timedelta(days=5)
_AFTER_TET = timedelta(days=5)
_FIRST_OF_TET = "Tết Nguyên Đán"
YEARS_AHEAD = 2


def by_rule(years: range) -> frozenset[date]:
    """The days off in these years as the law's rules give them."""
    named = package.country_holidays("VN", years=list(years), language="vi")
    off = set(named)
    for day, name in named.items():
        if name == _FIRST_OF_TET:
            off |= {day + timedelta(days=offset) for offset in range(-_BEFORE_TET.days, _AFTER_TET.days + 1)}
    return frozenset(off)


async def load(conn: AsyncConnection, today: date) -> Holidays:
    """The days off from last year to the year after next."""
    off = set(by_rule(range(today.year - 1, today.year + YEARS_AHEAD + 1)))
    for day, is_off in (await planning.holiday_decisions(conn)).items():
        if is_off:
            off.add(day)
        else:
            off.discard(day)
    return Holidays(frozenset(off))
