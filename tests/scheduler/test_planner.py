"""The clock's work may be done late, twice, or by another process."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from learning.calendar import at
from scheduler import holidays as days
from scheduler.leader import CLOCK, POLLER, lock_for
from storage import rollup
from storage.database import open_database
from storage.tables import delivery, holiday_override, learner, lesson_run, plan_run, unit_rollup
from tests.scenarios.cast import START
from tests.scenarios.stage import Stage, set_up

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage.database import Database

TUESDAY_NOON = at(date(2026, 11, 10), time(12))


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with set_up(database_url) as opened:
        await opened.opens("lan", "7AAA-AAAA-AA")
        await opened.taps("lan", "Đồng ý và học")
        yield opened


async def bulk_rows(stage: Stage) -> int:
    async with stage.program.database.connect() as conn:
        return (await conn.execute(select(func.count()).where(delivery.c.lane == "bulk"))).scalar_one()


async def tick(stage: Stage, now: datetime) -> int:
    """How many messages were queued."""
    before = await bulk_rows(stage)
    stage.clock.hold(now)
    await stage.program.planner.tick(now)
    await stage.program.jobs.drain()
    return await bulk_rows(stage) - before


async def test_a_tick_twice_queues_once(stage: Stage) -> None:
    assert await tick(stage, TUESDAY_NOON) == 1
    assert await tick(stage, TUESDAY_NOON) == 0
    assert await tick(stage, TUESDAY_NOON + timedelta(seconds=20)) == 0
    assert await bulk_rows(stage) == 1


async def test_the_planner_only_queues(stage: Stage) -> None:
    await tick(stage, TUESDAY_NOON)

    assert await stage.door("lan").news() == []


async def test_after_three_days_down_one_reminder_is_sent_and_not_three(stage: Stage) -> None:
    assert await tick(stage, at(date(2026, 11, 12), time(15))) == 1
    for lane in stage.program.lanes:
        await lane.empty()

    assert [("Bài 1" in news.seen.text, news.is_edit) for news in await stage.door("lan").news()] == [(True, False)]


async def test_what_was_queued_and_is_no_longer_due_is_not_sent(stage: Stage) -> None:
    await tick(stage, TUESDAY_NOON)
    async with stage.program.database.begin() as conn:
        await conn.execute(update(lesson_run).values(finished_at=TUESDAY_NOON))
    for lane in stage.program.lanes:
        await lane.empty()

    async with stage.program.database.connect() as conn:
        row = (await conn.execute(select(delivery).where(delivery.c.lane == "bulk"))).one()
    assert (row.state, row.reason) == ("unsendable", "done_meanwhile")


async def test_a_reminder_is_not_sent_at_night_though_it_was_queued_by_day(stage: Stage) -> None:
    await tick(stage, TUESDAY_NOON)
    stage.clock.hold(at(date(2026, 11, 10), time(22)))
    for lane in stage.program.lanes:
        await lane.empty()

    async with stage.program.database.connect() as conn:
        row = (await conn.execute(select(delivery).where(delivery.c.lane == "bulk"))).one()
        ladder = (await conn.execute(select(learner.c.ladder))).scalar_one()
    assert (row.state, row.reason, ladder) == ("unsendable", "not_now", 0)


async def test_each_slot_is_taken_once(stage: Stage) -> None:
    until = START + timedelta(days=8)
    await stage.until(until)
    async with stage.program.database.connect() as conn:
        taken = (await conn.execute(select(plan_run.c.job, func.count()).group_by(plan_run.c.job))).all()
    before = await bulk_rows(stage)
    await tick(stage, until)

    assert {"nightly": 8, "snapshot": 1, "digest": 1, "shifts": 1}.items() <= {row[0]: row[1] for row in taken}.items()
    assert await bulk_rows(stage) == before


@pytest.mark.parametrize("jump", [timedelta(hours=1), -timedelta(hours=1), timedelta(days=1), -timedelta(days=1)])
async def test_two_clocks_one_of_them_wrong_take_each_slot_once(stage: Stage, jump: timedelta) -> None:
    start = at(date(2026, 11, 14), time(20))  # the cut-off, the question for the shift and the digest lie ahead
    for hours in range(0, 49, 3):
        for clock in (timedelta(0), jump, timedelta(0)):
            await tick(stage, start + timedelta(hours=hours) + clock)
    async with stage.program.database.connect() as conn:
        taken = (await conn.execute(select(plan_run.c.job))).scalars().all()
        keys = (await conn.execute(select(delivery.c.unique_key).where(delivery.c.lane == "bulk"))).scalars().all()

    assert [taken.count(job) for job in ("snapshot", "digest", "shifts")] == [1, 1, 1]
    assert len(keys) == len(set(keys))
    assert len([key for key in keys if key.startswith("nudge:")]) <= 4  # at most one a day


async def test_sums_that_have_drifted_are_told_and_made_anew_in_the_night(stage: Stage) -> None:
    program, night = stage.program, at(date(2026, 11, 11), time(2, 30))
    await tick(stage, night - timedelta(hours=1))
    await program.planner.fold(stage.clock.now())
    async with program.database.begin() as conn:
        some = select(unit_rollup.c.unit_id).limit(1).scalar_subquery()
        drifted = (
            update(unit_rollup).where(unit_rollup.c.unit_id == some).values(all_joined=unit_rollup.c.all_joined + 1)
        )
        rows = (await conn.execute(drifted)).rowcount
    with capture_logs() as logged:
        await tick(stage, night)
        await tick(stage, night + timedelta(days=1))

    told = [(one["log_level"], one["rows"]) for one in logged if one["event"] == "rollup_differs"]
    assert told == [("error", rows)]
    async with program.database.connect() as conn:
        assert await rollup.differences(conn, program.assigned, date(2026, 11, 12)) == []


async def test_next_due_never_stands_still(stage: Stage) -> None:
    moment = stage.clock.now()
    until = moment + timedelta(days=3)
    seen = 0
    while (due := await stage.program.planner.next_due(moment, until)) is not None:
        assert moment <= due <= until
        await tick(stage, due)
        moment = due
        seen += 1
        assert seen < 50
    assert seen >= 4


# --- one clock leads ---


async def test_one_process_leads_until_it_lets_go(database_url: str) -> None:
    databases: list[Database] = [open_database(database_url) for _ in range(2)]
    first, second = (lock_for(database, database_url, CLOCK) for database in databases)
    poller = lock_for(databases[1], database_url, POLLER)

    assert await first.held()
    assert not await second.held()
    assert await first.held()
    assert await poller.held()

    await first.release()
    assert await second.held()
    assert not await first.held()
    await second.release()
    await poller.release()
    for database in databases:
        await database.close()


# --- days off ---


async def test_a_decision_for_a_year_stands_over_the_rules(database: Database) -> None:
    async with database.begin() as conn:
        for day, is_off in ((date(2026, 11, 24), False), (date(2026, 11, 25), True)):
            await conn.execute(
                holiday_override.insert().values(day=day, is_off=is_off, name="Nghỉ bù", source="Công văn 1/TTg")
            )
        off = await days.load(conn, date(2026, 11, 9))

    assert date(2026, 11, 24) not in off
    assert date(2026, 11, 25) in off
    assert date(2027, 2, 6) in off
    assert date(2028, 11, 24) in off
