from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.calendar import Holidays, at, day_of, local
from learning.periods import PeriodKind, ending_on, parse
from scheduler.holidays import by_rule
from scheduler.slots import Job, Slot, digest_day, due_slots, is_working_day

OFF = Holidays(by_rule(range(2026, 2029)))
MOMENTS = st.datetimes(datetime(2026, 2, 1), datetime(2028, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone
SPANS = st.timedeltas(timedelta(0), timedelta(days=40))


@given(MOMENTS, SPANS, SPANS)
def test_two_looks_find_what_one_look_finds(after: datetime, first: timedelta, second: timedelta) -> None:
    middle, until = after + first, after + first + second

    assert due_slots(after, middle, OFF) + due_slots(middle, until, OFF) == due_slots(after, until, OFF)


@given(MOMENTS, SPANS)
def test_slots_are_in_order_and_in_the_span(after: datetime, span: timedelta) -> None:
    slots = due_slots(after, after + span, OFF)

    assert slots == sorted(slots)
    assert all(after < slot.at <= after + span for slot in slots)
    assert len(set(slots)) == len(slots)


@given(MOMENTS)
def test_every_week_has_one_digest_and_every_period_is_told_once(after: datetime) -> None:
    until = after + timedelta(days=70)
    digests = [slot for slot in due_slots(after, until, OFF) if slot.job is Job.DIGEST]
    told = [code for slot in digests for code in slot.periods]

    assert 8 <= sum("W" in code for code in told) <= 12  # at the ends, some wait over Tết
    assert len(told) == len(set(told))
    for slot in digests:
        assert slot.cut_off is not None
        here = local(slot.at)
        assert here.time() == time(8)
        assert is_working_day(here.date(), OFF)
        assert slot.cut_off == max(parse(code).cut_off for code in slot.periods)
        assert slot.at - slot.cut_off >= timedelta(hours=8)
        assert parse(slot.periods[0]).kind in {PeriodKind.WEEK, PeriodKind.HALF}
    assert len({slot.cut_off for slot in digests}) == len(digests)
    ended = [period for day in range(70) for period in ending_on(day_of(after) + timedelta(days=day))]
    assert {period.code for period in ended if period.last < day_of(until) - timedelta(days=20)} <= set(told)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (  # H2 ends on a Monday: told on Tuesday, and the month and the year with it
            date(2026, 11, 29),
            date(2026, 12, 8),
            [
                (date(2026, 11, 30), date(2026, 11, 29), ("2026-W48",)),
                (date(2026, 12, 1), date(2026, 11, 30), ("2026-H2", "2026", "2026-M11")),
                (date(2026, 12, 7), date(2026, 12, 6), ("2026-W49",)),
            ],
        ),
        (  # the month, and the quarter with it, on the next Monday; 31/8 to 2/9 are off
            date(2026, 8, 29),
            date(2026, 9, 8),
            [
                (date(2026, 9, 3), date(2026, 8, 30), ("2026-W35",)),
                (date(2026, 9, 7), date(2026, 9, 6), ("2026-W36", "2026-M08")),
            ],
        ),
        (
            date(2026, 9, 29),
            date(2026, 10, 6),
            [(date(2026, 10, 5), date(2026, 10, 4), ("2026-W40", "2026-Q3", "2026-M09"))],
        ),
        (  # 31/5/2026 is a Sunday: one digest tells both
            date(2026, 5, 31),
            date(2026, 6, 3),
            [(date(2026, 6, 1), date(2026, 5, 31), ("2026-W22", "2026-H1", "2026-M05"))],
        ),
        (  # 30/11/2024 is a Saturday: put off to the Monday on which the week's goes out
            date(2024, 11, 30),
            date(2024, 12, 3),
            [(date(2024, 12, 2), date(2024, 12, 1), ("2024-W48", "2024", "2024-H2", "2024-M11"))],
        ),
    ],
)
def test_months_quarters_and_halves(
    since: date, until: date, expected: list[tuple[date, date, tuple[str, ...]]]
) -> None:
    slots = due_slots(at(since, time.min), at(until, time.min), OFF)

    assert [
        (day_of(slot.at), day_of(slot.cut_off) - timedelta(days=1), slot.periods)
        for slot in slots
        if slot.job is Job.DIGEST and slot.cut_off
    ] == expected
    taken = {slot.cut_off for slot in due_slots(at(since, time.min) - timedelta(seconds=1), at(until, time.min), OFF)}
    assert {parse(code).cut_off for _, _, codes in expected for code in codes if "W" not in code} <= taken


@given(MOMENTS)
def test_figures_are_taken_before_they_are_sent(after: datetime) -> None:
    slots = due_slots(after, after + timedelta(days=30), OFF)
    taken = {slot.cut_off: slot.at for slot in slots if slot.job is Job.SNAPSHOT}

    for slot in slots:
        if slot.job is Job.DIGEST and slot.cut_off in taken:
            assert taken[slot.cut_off] < slot.at


def test_a_plain_week() -> None:
    slots = due_slots(at(date(2026, 11, 8), time(12)), at(date(2026, 11, 9), time(12)), OFF)

    monday = date(2026, 11, 9)
    assert slots == [
        Slot(at(date(2026, 11, 8), time(18, 30)), Job.SHIFTS),
        Slot(at(monday, time.min), Job.SNAPSHOT, at(monday, time.min)),
        Slot(at(monday, time(2, 30)), Job.NIGHTLY),
        Slot(at(monday, time(4)), Job.PLAN),
        Slot(at(monday, time(8)), Job.DIGEST, at(monday, time.min), ("2026-W45",)),
    ]


@pytest.mark.parametrize(
    ("monday", "expected"),
    [
        (date(2026, 11, 9), date(2026, 11, 9)),
        (date(2026, 11, 23), date(2026, 11, 23)),  # the Tuesday after it is the holiday
        (date(2026, 8, 31), date(2026, 9, 3)),  # 31/8 to 2/9
        (date(2027, 2, 1), date(2027, 2, 12)),  # Tết Đinh Mùi, from 25 tháng Chạp on
        (date(2027, 2, 8), date(2027, 2, 12)),
    ],
)
def test_on_a_holiday_the_digest_waits_for_the_next_working_day(monday: date, expected: date) -> None:
    assert digest_day(monday, OFF) == expected


def test_a_digest_that_waited_keeps_its_cut_off() -> None:
    cut_off = at(date(2026, 8, 31), time.min)
    slots = due_slots(at(date(2026, 8, 30), time(12)), at(date(2026, 9, 4), time.min), OFF)

    assert [(day_of(slot.at), slot.cut_off) for slot in slots if slot.job is Job.DIGEST] == [
        (date(2026, 9, 3), cut_off)
    ]


def test_the_holidays_of_2026_and_2027() -> None:
    assert date(2026, 11, 24) in OFF
    assert date(2026, 11, 23) not in OFF
    assert {date(2027, 2, 6) + timedelta(days=n) for n in range(-5, 6)} <= OFF.off  # mồng 1 is 6/2/2027
    assert date(2027, 1, 31) not in OFF
    assert date(2027, 2, 12) not in OFF
