"""Instants as a page writes them, in Viet Nam's time."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from learning.calendar import ZONE

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_MONDAY_MORNING = time(8, 5)  # digests fall due at 08:00


def spoken(at: datetime) -> str:
    """Return "Thứ Bảy, 21/11/2026, 14:05"."""
    local = at.astimezone(ZONE)
    return f"{day(at)}, {local:%H:%M}"


def day(at: datetime) -> str:
    """Return "Thứ Bảy, 21/11/2026"."""
    local = at.astimezone(ZONE)
    return f"{_WEEKDAYS[local.weekday()]}, {local:%d/%m/%Y}"


def hour(at: datetime) -> str:
    """Return "14:05"."""
    return f"{at.astimezone(ZONE):%H:%M}"


def next_monday(now: datetime) -> datetime:
    """Return the first Monday 08:05 after `now`."""
    local = now.astimezone(ZONE)
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), _MONDAY_MORNING, ZONE)
    return monday if monday > local else monday + timedelta(days=7)
