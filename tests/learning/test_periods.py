from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.periods import ending_on, of_day, parse, week_ending


@pytest.mark.parametrize(
    ("code", "first", "last", "label"),
    [
        ("2026-H1", date(2025, 12, 1), date(2026, 5, 31), "6 tháng đầu năm 2026"),
        ("2026-H2", date(2026, 6, 1), date(2026, 11, 30), "6 tháng cuối năm 2026"),
        ("2026", date(2025, 12, 1), date(2026, 11, 30), "năm 2026"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "quý IV/2026"),
        ("2026-M12", date(2026, 12, 1), date(2026, 12, 31), "tháng 12/2026"),
        ("2028-M02", date(2028, 2, 1), date(2028, 2, 29), "tháng 2/2028"),
        ("2026-W47", date(2026, 11, 16), date(2026, 11, 22), "tuần 47 năm 2026"),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4), "tuần 1 năm 2026"),
    ],
)
def test_a_code_names_a_period(code: str, first: date, last: date, label: str) -> None:
    period = parse(code)

    assert (period.first, period.last, period.label, period.code) == (first, last, label, code)


@pytest.mark.parametrize("code", ["", "2026-", "2026-H3", "2026-M13", "2025-W53", "2026-Q0", "26-M1", "2026-H2\n"])
def test_what_is_no_period_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=code.strip() or "^$"):
        parse(code)


def test_a_cut_off_is_midnight_in_viet_nam() -> None:
    assert parse("2026-H2").cut_off == datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert parse("2026-H2").begins == parse("2026-H1").cut_off


@given(st.dates(date(2020, 1, 1), date(2098, 12, 31)))
def test_every_day_is_in_one_month_and_one_week_and_codes_lead_back(day: date) -> None:
    month = parse(f"{day.year}-M{day.month}")
    week = week_ending(day)

    assert month.first <= day <= month.last
    assert week.first <= day <= week.last
    assert week.last - week.first == timedelta(days=6)
    for period in (month, week, *ending_on(month.last)):
        assert parse(period.code) == period
    assert month in ending_on(month.last)
    assert all(period.last == month.last for period in ending_on(month.last))
    assert of_day(day).first <= day <= of_day(day).last


def test_what_ends_together_comes_longest_first() -> None:
    assert [period.code for period in ending_on(date(2026, 11, 30))] == ["2026", "2026-H2", "2026-M11"]
    assert [period.code for period in ending_on(date(2026, 6, 30))] == ["2026-Q2", "2026-M06"]
    assert ending_on(date(2026, 11, 29)) == ()
