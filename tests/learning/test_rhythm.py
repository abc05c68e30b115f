from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.calendar import Holidays, at, day_of, is_allowed, local, monday
from learning.rhythm import Nudge, Pace, Plan, Standing, is_still_allowed, midnight_after, next_nudge
from tests.learning.lives import BEGIN, HOLIDAYS, MONDAY, PACES, PARTS, SHIFTS, WEEKS, Life, morning

DAYS = st.integers(-20, 60).map(lambda n: MONDAY + timedelta(days=n))
MOMENTS = st.integers(-14 * 96, 40 * 96).map(lambda n: BEGIN + timedelta(minutes=15 * n))
UNASKED = st.frozensets(st.integers(-14, 3).map(lambda n: MONDAY + timedelta(days=n)), max_size=6)
STANDINGS = st.builds(
    Standing,
    part=PARTS,
    shift=SHIFTS,
    pace=PACES,
    reminders_off=st.booleans(),
    paused_until=st.none() | MOMENTS,
    open_since=st.none() | MOMENTS,
    ladder=st.integers(0, 4),
    spoke_on=st.none() | DAYS,
    has_next=st.booleans(),
    last_lesson_on=st.none() | DAYS,
    review_from=st.none() | DAYS,
    unasked=UNASKED,
)


@given(STANDINGS, MOMENTS, HOLIDAYS)
def test_whatever_is_planned_may_be_sent_then(standing: Standing, after: datetime, holidays: Holidays) -> None:
    plan = next_nudge(standing, after, holidays)

    if plan is not None:
        assert plan.at >= after
        assert is_allowed(plan.at, standing.shift)
        assert is_still_allowed(standing, plan.at, holidays)
        assert day_of(plan.at) not in holidays
        assert day_of(plan.at) not in standing.unasked
        week = monday(day_of(plan.at))
        assert sum(monday(day) == week for day in standing.unasked) < standing.pace.a_week


@given(STANDINGS, MOMENTS, HOLIDAYS)
def test_what_is_planned_fits_what_is_known(standing: Standing, after: datetime, holidays: Holidays) -> None:
    match next_nudge(standing, after, holidays):
        case Plan(Nudge.REMINDER, moment):
            assert standing.open_since is not None
            assert standing.ladder < 3
            waited = day_of(moment) - day_of(standing.open_since)
            assert waited >= timedelta(days=(1, 3, 7)[standing.ladder])
        case Plan(Nudge.NEW_LESSON, moment):
            assert standing.open_since is None
            assert standing.has_next
            assert day_of(moment).weekday() in standing.pace.weekdays
            assert standing.last_lesson_on is None or day_of(moment) > standing.last_lesson_on
        case Plan(Nudge.REVIEW, moment):
            assert standing.open_since is None
            assert standing.review_from is not None
            assert day_of(moment) >= standing.review_from


@given(STANDINGS, MOMENTS, HOLIDAYS)
def test_asked_again_before_its_time_the_plan_is_the_same(
    standing: Standing, after: datetime, holidays: Holidays
) -> None:
    plan = next_nudge(standing, after, holidays)

    if plan is not None:
        assert next_nudge(standing, after + (plan.at - after) / 2, holidays) == plan
        assert next_nudge(standing, plan.at, holidays) == plan


@given(STANDINGS, MOMENTS, HOLIDAYS)
def test_with_reminders_off_nothing_is_sent(standing: Standing, after: datetime, holidays: Holidays) -> None:
    off = replace(standing, reminders_off=True)

    assert next_nudge(off, after, holidays) is None
    assert not is_still_allowed(off, after, holidays)


@given(STANDINGS, MOMENTS, HOLIDAYS, st.integers(1, 20))
def test_during_a_pause_nothing_is_sent(standing: Standing, after: datetime, holidays: Holidays, days: int) -> None:
    until = after + timedelta(days=days)
    plan = next_nudge(replace(standing, paused_until=until), after, holidays)

    assert plan is None or plan.at >= until
    assert not is_still_allowed(replace(standing, paused_until=until), until - timedelta(seconds=1), holidays)


@given(STANDINGS, MOMENTS, HOLIDAYS)
def test_no_reminder_while_nothing_is_open(standing: Standing, after: datetime, holidays: Holidays) -> None:
    plan = next_nudge(replace(standing, open_since=None), after, holidays)

    assert plan is None or plan.nudge is not Nudge.REMINDER


@given(STANDINGS, MOMENTS, HOLIDAYS)
def test_nothing_new_while_something_is_open(standing: Standing, after: datetime, holidays: Holidays) -> None:
    plan = next_nudge(replace(standing, open_since=standing.open_since or after), after, holidays)

    assert plan is None or plan.nudge is Nudge.REMINDER


@given(PARTS, SHIFTS)
def test_silence_is_answered_after_one_three_and_seven_days_and_then_with_silence(part: object, shift: object) -> None:
    life = Life(Standing(part=part, shift=shift, open_since=BEGIN, has_next=True))  # type: ignore[arg-type]

    life.live_until(morning(7 * WEEKS))

    assert [(day - MONDAY).days for day in life.days] == [1, 3, 7]
    assert {plan.nudge for plan, _ in life.sent} == {Nudge.REMINDER}


def test_any_word_begins_the_ladder_anew() -> None:
    life = Life(Standing(open_since=BEGIN))
    life.live_until(morning(10))
    life.speak()

    life.live_until(morning(60))

    assert [(day - MONDAY).days for day in life.days] == [1, 3, 7, 11, 13, 17]


def test_a_diligent_learner_gets_three_lessons_a_week() -> None:
    life = Life(Standing(has_next=True))

    life.live_until(morning(28), lambda life, _: life.finish())

    assert [day.weekday() for day in life.days] == [0, 2, 4] * 4 + [0] * (morning(28).hour > 5)
    assert all(local(plan.at).time() == time(11, 45) for plan, _ in life.sent)


def test_whoever_chose_it_gets_a_lesson_each_working_day() -> None:
    life = Life(Standing(has_next=True, pace=Pace.EVERY_WORKDAY))

    life.live_until(morning(13), lambda life, _: life.finish())

    assert [day.weekday() for day in life.days] == [0, 1, 2, 3, 4] * 2


@given(PARTS, SHIFTS, PACES, HOLIDAYS, st.integers(0, 20))
def test_a_review_never_takes_a_lessons_place(
    part: object, shift: object, pace: Pace, holidays: Holidays, review_from: int
) -> None:
    plain = Standing(part=part, shift=shift, pace=pace, has_next=True)  # type: ignore[arg-type]
    with_review = replace(plain, review_from=MONDAY + timedelta(days=review_from))
    lessons = []
    for standing in (plain, with_review):
        life = Life(standing, holidays)
        life.live_until(morning(7 * WEEKS), lambda life, _: life.finish())
        lessons.append([plan for plan, _ in life.sent if plan.nudge is Nudge.NEW_LESSON])

    assert lessons[0] == lessons[1]


def test_with_nothing_left_to_learn_wrong_answers_come_back() -> None:
    life = Life(Standing(review_from=MONDAY + timedelta(days=1)))

    def reviews(life: Life, _: Plan) -> None:
        life.finish()
        life.standing = replace(life.standing, review_from=None)

    life.live_until(morning(28), reviews)

    assert [(plan.nudge, day_of(plan.at)) for plan, _ in life.sent] == [(Nudge.REVIEW, date(2026, 11, 10))]


ACTIONS = st.sampled_from(["nothing", "nothing", "speak", "finish", "pause", "off", "on", "wrong"])


@given(
    st.builds(Standing, part=PARTS, shift=SHIFTS, pace=PACES, has_next=st.just(True)),
    HOLIDAYS,
    st.lists(ACTIONS, min_size=7 * WEEKS, max_size=7 * WEEKS),
    st.lists(ACTIONS, min_size=7 * WEEKS, max_size=7 * WEEKS),
)
def test_eight_weeks_of_any_learner_keep_the_rules(
    standing: Standing, holidays: Holidays, reactions: list[str], daily: list[str]
) -> None:
    life = Life(standing, holidays)
    pending = iter(reactions)

    def reacts(life: Life, _: Plan) -> None:
        does(life, next(pending, "nothing"))

    for offset, action in enumerate(daily):
        life.live_until(morning(offset), reacts)
        does(life, action)

    assert len(life.days) == len(set(life.days))
    weeks = [monday(day) for day in life.days]
    assert all(weeks.count(week) <= standing.pace.a_week for week in weeks)
    for plan, known in life.sent:
        assert is_still_allowed(known, plan.at, holidays)


def does(life: Life, action: str) -> None:
    match action:
        case "speak":
            life.speak()
        case "finish":
            life.finish()
        case "pause":
            life.standing = replace(life.standing, paused_until=life.now + timedelta(days=7))
        case "off":
            life.standing = replace(life.standing, reminders_off=True)
        case "on":
            life.standing = replace(life.standing, reminders_off=False, paused_until=None)
        case "wrong":
            life.standing = replace(life.standing, review_from=day_of(life.now) + timedelta(days=1))


def test_what_was_due_while_the_program_was_down_is_sent_when_it_is_back() -> None:
    standing = Standing(has_next=True)
    back = at(MONDAY, time(15, 20))

    assert next_nudge(standing, back, Holidays()) == Plan(Nudge.NEW_LESSON, back)
    assert next_nudge(standing, at(MONDAY, time(22)), Holidays()) == Plan(
        Nudge.NEW_LESSON, at(MONDAY + timedelta(days=2), time(11, 45))
    )


def test_but_not_to_somebody_who_has_been_here_today() -> None:
    standing = Standing(has_next=True, spoke_on=MONDAY)

    assert next_nudge(standing, at(MONDAY, time(15, 20)), Holidays()) == Plan(
        Nudge.NEW_LESSON, at(MONDAY + timedelta(days=2), time(11, 45))
    )


@pytest.mark.parametrize("clock", [time(0), time(6, 59), time(23, 59, 59)])
def test_midnight_is_viet_nams(clock: time) -> None:
    assert midnight_after(at(MONDAY, clock)) == datetime(2026, 11, 9, 17, 0, tzinfo=UTC)
