"""Numbers, dates and shares as Vietnamese offices write them: 1.234,5; 64,7%; 21/11/2026."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from learning.calendar import day_of, local

if TYPE_CHECKING:
    from datetime import date, datetime

FEWEST_FOR_PERCENT = 20  # below it a percentage says more than is known
NOTHING = "—"
_JUST_BEFORE = timedelta(microseconds=1)


def number(value: float, decimals: int = 0) -> str:
    """Return 1234.5 as "1.234,5" (with one decimal)."""
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def percent(part: int, whole: int) -> str:
    """Return "64,7%"; nothing for fewer than 20, "—" for zero. Only all is 100 %, only none 0 %."""
    if whole == 0:
        return NOTHING
    if whole < FEWEST_FOR_PERCENT:
        return ""
    tenths = round(1_000 * part / whole)
    if 0 < part < whole:
        tenths = min(max(tenths, 1), 999)
    return f"{number(tenths / 10, 1).removesuffix(',0')}%"


def share(part: int, whole: int) -> str:
    """Return "268/1.385 (19,4%)", "7/18" for few, "—" when there is nobody to count."""
    if whole == 0:
        return NOTHING
    counted = f"{number(part)}/{number(whole)}"
    in_percent = percent(part, whole)
    return f"{counted} ({in_percent})" if in_percent else counted


def change(more: int) -> str:
    """Return "thêm 2", "bớt 2", or nothing."""
    if more == 0:
        return ""
    return f"thêm {number(more)}" if more > 0 else f"bớt {number(-more)}"


def day(value: date) -> str:
    """Return 21/11/2026."""
    return f"{value:%d/%m/%Y}"


def moment(value: datetime) -> str:
    """Return "08:00 ngày 21/11/2026", in Viet Nam."""
    return f"{local(value):%H:%M} ngày {local(value):%d/%m/%Y}"


def last_day(cut_off: datetime) -> date:
    """Return the last day that a cut-off (24:00) includes."""
    return day_of(cut_off - _JUST_BEFORE)


def week(cut_off: datetime) -> str:
    """Return the week that ends at a cut-off: "16–22/11/2026", over a month's end "30/11–06/12/2026"."""
    last = last_day(cut_off)
    first = last - timedelta(days=6)
    if first.year != last.year:
        return f"{first:%d/%m/%Y}–{day(last)}"
    return f"{first:%d}–{day(last)}" if first.month == last.month else f"{first:%d/%m}–{day(last)}"


def clip(text: str, limit: int) -> str:
    """Return `text`, cut with an ellipsis where it is longer than `limit`."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def plain(text: str) -> str:
    """Return `text` without what is not printed, which XML cannot hold."""
    return text if text.isprintable() else "".join(char for char in text if char.isprintable())
