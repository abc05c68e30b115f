from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.zalo import Window, sendable
from learning.calendar import DayPart, Holidays, Shift, day_of, is_allowed, local, monday
from learning.rhythm import Nudge, Plan, Standing, next_nudge
from learning.window import Silence
from tests.learning.lives import HOLIDAYS, PACES, PARTS, SHIFTS, Life

SPOKE = st.integers(0, 14 * 96).map(lambda n: datetime(2026, 11, 9, tzinfo=UTC) + timedelta(minutes=15 * n, seconds=7))
LATER = st.integers(0, 16 * 24 * 60).map(lambda n: timedelta(minutes=n))
STANDINGS = st.builds(
    Standing,
    part=PARTS,
    shift=SHIFTS,
    pace=PACES,
    open_since=st.none() | SPOKE,
    has_next=st.booleans(),
    unasked=st.frozensets(
        st.integers(0, 20).map(lambda n: day_of(datetime(2026, 11, 9, tzinfo=UTC)) + timedelta(days=n))
    ),
    silence=st.builds(Silence, since=SPOKE, pays=st.booleans(), has_template=st.booleans()),
)


def silence_of(standing: Standing) -> Silence:
    assert standing.silence is not None
    return standing.silence


@given(STANDINGS, LATER, HOLIDAYS)
def test_nothing_is_planned_that_the_platform_would_refuse(
    standing: Standing, later: timedelta, holidays: Holidays
) -> None:
    silence = silence_of(standing)
    plan = next_nudge(standing, silence.since + later, holidays)

    if plan is not None:
        window = sendable(silence.since, plan.at)
        assert window is Window.FREE or silence.pays
        assert window is not Window.CLOSED or silence.has_template
        assert plan.at >= silence.since + later
        assert is_allowed(plan.at, standing.shift)
        assert day_of(plan.at) not in holidays
        assert day_of(plan.at) not in standing.unasked
        assert sum(monday(day) == monday(day_of(plan.at)) for day in standing.unasked) < standing.pace.a_week
        assert (plan.nudge is Nudge.REMINDER) is (standing.open_since is not None)


@given(STANDINGS, LATER, HOLIDAYS)
def test_asked_again_before_its_time_the_plan_is_the_same(
    standing: Standing, later: timedelta, holidays: Holidays
) -> None:
    after = silence_of(standing).since + later
    plan = next_nudge(standing, after, holidays)

    if plan is not None:
        assert next_nudge(standing, after + (plan.at - after) / 2, holidays) == plan
        assert next_nudge(standing, plan.at, holidays) == plan


@given(SPOKE, PARTS, SHIFTS)
def test_every_word_is_followed_by_one_free_nudge(since: datetime, part: DayPart | None, shift: Shift | None) -> None:
    life = Life(Standing(part=part, shift=shift, open_since=since, silence=Silence(since)), now=since)
    life.live_until(since + timedelta(days=30))

    (plan,) = (plan for plan, _ in life.sent)
    assert sendable(since, plan.at) is Window.FREE
    assert day_of(plan.at) > day_of(since)
    if plan.at < since + timedelta(hours=40):  # all of 40 to 46 hours is silent: the last allowed moment before
        moments = (since + timedelta(hours=40, minutes=5 * step) for step in range(70))
        assert not any(is_allowed(moment, shift) for moment in moments)


@pytest.mark.parametrize(
    ("pays", "has_template", "days"), [(False, True, [2]), (True, False, [2, 6]), (True, True, [2, 6, 8])]
)
def test_what_money_adds(pays: bool, has_template: bool, days: list[int]) -> None:
    since = datetime(2026, 11, 8, 10, 0, tzinfo=UTC)  # a Sunday, 17:00
    life = Life(Standing(open_since=since, silence=Silence(since, pays, has_template)), now=since)
    life.live_until(since + timedelta(days=30))

    assert [(day - day_of(since)).days for day in life.days] == days


@pytest.mark.parametrize(
    ("spoke", "part", "shift", "planned"),
    [
        ("09 17:00", None, None, "11 11:45"),  # the chosen hour, where the free time holds it
        ("09 17:00", DayPart.EVENING, None, "11 09:00"),
        ("09 12:00", DayPart.NOON, None, "11 06:30"),
        ("09 06:00", DayPart.EVENING, None, "10 20:45"),  # 22:00 to 04:00 is silent
        ("09 19:00", DayPart.NOON, Shift.FIRST, "11 14:00"),
        ("09 14:00", DayPart.NOON, Shift.LONG_NIGHT, "10 17:45"),
    ],
)
def test_the_hour(spoke: str, part: DayPart | None, shift: Shift | None, planned: str) -> None:
    since = datetime.strptime(f"2026-11-{spoke} +0700", "%Y-%m-%d %H:%M %z").astimezone(UTC)
    plan = next_nudge(Standing(part=part, shift=shift, has_next=True, silence=Silence(since)), since, Holidays())

    assert plan is not None
    assert f"{local(plan.at):%d %H:%M}" == planned


def test_the_last_comes_sooner_where_the_sixth_day_is_a_holiday() -> None:
    since = datetime(2026, 11, 9, 10, 0, tzinfo=UTC)
    monday_noon = Standing(
        open_since=since, silence=Silence(since, pays=True), unasked=frozenset({day_of(since) + timedelta(days=2)})
    )
    sixth = day_of(since) + timedelta(days=6)

    plan = next_nudge(monday_noon, since + timedelta(days=3), Holidays(frozenset({sixth})))

    assert plan is not None
    assert day_of(plan.at) == sixth - timedelta(days=1)


def test_a_pause_is_kept() -> None:
    since = datetime(2026, 11, 9, 10, 0, tzinfo=UTC)
    standing = Standing(has_next=True, silence=Silence(since, pays=True), paused_until=since + timedelta(days=4))

    plan = next_nudge(standing, since, Holidays())

    assert isinstance(plan, Plan)
    assert plan.at >= since + timedelta(days=4)
    assert next_nudge(replace(standing, paused_until=since + timedelta(days=8)), since, Holidays()) is None
