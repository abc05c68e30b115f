from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.calendar import Holidays, at, day_of, local
from scheduler.holidays import by_rule
from scheduler.slots import Job, Slot, digest_day, due_slots, is_working_day

OFF = Holidays(by_rule(range(2026, 2029)))
MOMENTS = st.datetimes(datetime(2026, 2, 1), datetime(2028, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001
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
def test_every_week_has_one_digest_and_one_cut_off(after: datetime) -> None:
    slots = due_slots(after, after + timedelta(days=70), OFF)
    digests = [slot for slot in slots if slot.job is Job.DIGEST]

    assert 8 <= len(digests) <= 12  # at the ends, some wait over Tết
    for slot in digests:
        assert slot.cut_off is not None
        here = local(slot.at)
        assert here.time() == time(8)
        assert is_working_day(here.date(), OFF)
        assert (local(slot.cut_off).weekday(), local(slot.cut_off).time()) == (0, time(0))
        assert slot.at - slot.cut_off >= timedelta(hours=8)
    assert len({slot.cut_off for slot in digests}) == len(digests)


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
        Slot(at(monday, time(8)), Job.DIGEST, at(monday, time.min)),
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
