from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.calendar import (
    SILENT_FROM,
    SILENT_UNTIL,
    ZONE,
    DayPart,
    Shift,
    at,
    day_of,
    is_allowed,
    learner_hour,
    local,
    monday,
    next_allowed_at,
    next_office_moment,
)

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(ZONE))  # noqa: DTZ001
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
SHIFTS = st.sampled_from([None, *Shift])
PARTS = st.sampled_from([None, *DayPart])
AT_WORK = {
    Shift.OFFICE: ((time(8), time(11, 30)), (time(13), time(17))),
    Shift.FIRST: ((time(6), time(14)),),
    Shift.SECOND: ((time(14), time(22)),),
    Shift.THIRD: ((time(22), time(6)),),
    Shift.LONG_DAY: ((time(6), time(18)),),
    Shift.LONG_NIGHT: ((time(18), time(6)),),
}
AT_NIGHT = {Shift.THIRD, Shift.LONG_NIGHT}


def works_at(moment: datetime, shift: Shift | None) -> bool:
    """At a machine, counted with real intervals of yesterday's and today's shift."""
    return any(begins <= moment < ends for begins, ends in shifts_around(moment, shift))


def shifts_around(moment: datetime, shift: Shift | None) -> list[tuple[datetime, datetime]]:
    found = []
    for day in (day_of(moment) - timedelta(days=1), day_of(moment)):
        for begins, ends in AT_WORK.get(shift, ()) if shift else ():
            last = day + timedelta(days=begins > ends)
            found.append((at(day, begins), at(last, ends)))
    return found


@given(MOMENTS, SHIFTS)
def test_nobody_is_written_to_at_night(moment: datetime, shift: Shift | None) -> None:
    if is_allowed(moment, shift):
        assert SILENT_UNTIL <= moment.time() < SILENT_FROM


@given(MOMENTS, SHIFTS)
def test_nobody_is_written_to_in_their_shift(moment: datetime, shift: Shift | None) -> None:
    if is_allowed(moment, shift):
        assert not works_at(moment, shift)


@given(MOMENTS, st.sampled_from(sorted(AT_NIGHT)))
def test_nobody_is_written_to_for_seven_hours_after_a_night_shift(moment: datetime, shift: Shift) -> None:
    if is_allowed(moment, shift):
        assert not any(ends <= moment < ends + timedelta(hours=7) for _, ends in shifts_around(moment, shift))


@given(MOMENTS, SHIFTS)
def test_everything_else_is_allowed(moment: datetime, shift: Shift | None) -> None:
    quiet = not SILENT_UNTIL <= moment.time() < SILENT_FROM
    resting = shift in AT_NIGHT and any(
        ends <= moment < ends + timedelta(hours=7) for _, ends in shifts_around(moment, shift)
    )

    assert is_allowed(moment, shift) is not (quiet or resting or works_at(moment, shift))


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        (time(8), False),
        (time(11, 29), False),
        (time(11, 30), True),
        (time(12, 59), True),
        (time(13), False),
        (time(17), True),
    ],
)
def test_in_an_office_the_midday_break_is_free(clock: time, expected: bool) -> None:
    assert is_allowed(at(date(2026, 11, 9), clock), Shift.OFFICE) is expected


@given(MOMENTS, SHIFTS)
def test_the_next_allowed_moment_is_the_first_one(moment: datetime, shift: Shift | None) -> None:
    found = next_allowed_at(moment, shift)

    assert found >= moment
    assert is_allowed(found, shift)
    if found > moment:
        assert not is_allowed(moment, shift)
        assert local(found).minute % 15 == 0
        minutes = int((found - moment).total_seconds() // 60)
        assert not any(is_allowed(moment + timedelta(minutes=n), shift) for n in range(0, minutes, 5))
        assert not is_allowed(found - timedelta(minutes=1), shift)


@given(MOMENTS, SHIFTS)
def test_a_units_message_goes_at_the_first_allowed_moment_between_seven_and_eight_in_the_evening(
    moment: datetime, shift: Shift | None
) -> None:
    found = next_office_moment(moment, shift)

    def is_good(when: datetime) -> bool:
        return is_allowed(when, shift) and time(7) <= local(when).time() < time(20)

    assert moment <= found < moment + timedelta(days=1)
    assert is_good(found)
    minutes = int((found - moment).total_seconds() // 60)
    assert not any(is_good(moment + timedelta(minutes=n)) for n in range(0, minutes, 5))


@given(DAYS, PARTS, SHIFTS)
def test_the_learners_hour_is_allowed_and_not_before_that_day(
    day: date, part: DayPart | None, shift: Shift | None
) -> None:
    found = learner_hour(day, part, shift)

    assert found.tzinfo is UTC
    assert is_allowed(found, shift)
    assert day <= day_of(found) <= day + timedelta(days=1)


@given(DAYS)
def test_without_a_shift_the_chosen_part_of_the_day_is_kept(day: date) -> None:
    hours = [
        local(learner_hour(day, part, None))
        for part in (DayPart.MORNING, DayPart.NOON, DayPart.AFTERNOON, DayPart.EVENING)
    ]

    assert [hour.time() for hour in hours] == [time(6, 45), time(11, 45), time(17, 15), time(19, 30)]
    assert {hour.date() for hour in hours} == {day}


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (Shift.OFFICE, (9, time(17, 30))),
        (Shift.FIRST, (9, time(14, 30))),
        (Shift.SECOND, (10, time(6, 30))),  # 22:30 is at night
        (Shift.THIRD, (9, time(13))),  # asleep until then
        (Shift.LONG_NIGHT, (9, time(13))),
        (Shift.ROTATING, (9, time(11, 45))),  # not known this week: as if nothing had been chosen
        (None, (9, time(11, 45))),
    ],
)
def test_after_the_shift_is_half_an_hour_later_or_when_it_is_allowed(
    shift: Shift | None, expected: tuple[int, time]
) -> None:
    found = local(learner_hour(date(2026, 11, 9), DayPart.AFTER_SHIFT, shift))

    assert (found.day, found.time()) == expected


@given(MOMENTS)
def test_a_day_and_a_week_are_viet_nams(moment: datetime) -> None:
    assert day_of(moment.astimezone(UTC)) == moment.date()
    week = monday(moment.date())
    assert week.weekday() == 0
    assert timedelta(0) <= moment.date() - week < timedelta(days=7)


@given(MOMENTS)
def test_a_day_and_an_hour_make_the_same_moment_again(moment: datetime) -> None:
    assert at(moment.date(), moment.time()) == moment
