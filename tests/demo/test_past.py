from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import DateTime, and_, func, select

from bot.demo import bulk, past, people
from bot.demo.personas import personas
from channels.messages import UnitId
from content.answers import is_right
from content.loader import load
from learning.calendar import day_of
from learning.lesson import Progress
from learning.roles import Track
from reports import targets
from storage import accounts, learners, recognition_decisions, rollup
from storage.database import open_database
from storage.standing import studies
from storage.tables import (
    Instant,
    account,
    attempt,
    consent,
    learner,
    learner_course,
    lesson_run,
    metadata,
    org_unit,
    person,
    recognition,
    snapshot,
    unit_history,
)
from storage.units import unit_by_code

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from content.model import Library

SATURDAY = datetime(2026, 11, 21, 7, 5, tzinfo=UTC)
MONDAY_NIGHT = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)  # 00:30 in Viet Nam
WEDNESDAY = datetime(2027, 1, 13, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def library() -> Library:
    return load()


@pytest.fixture(params=[SATURDAY, MONDAY_NIGHT, WEDNESDAY], ids=["saturday", "monday_night", "wednesday"])
def now(request: pytest.FixtureRequest) -> datetime:
    moment: datetime = request.param
    return moment


@pytest.fixture(scope="session")
def made() -> dict[tuple[str, datetime], str]:
    """Addresses of databases in which the demo's past was written already: it takes seconds, and tests only read."""
    return {}


@pytest.fixture(params=["sqlite", "postgresql"])
def address(
    request: pytest.FixtureRequest,
    new_database: Callable[[str], str],
    made: dict[tuple[str, datetime], str],
    library: Library,
    now: datetime,
) -> str:
    key = (request.param, now)
    if key not in made:
        url = new_database(request.param)
        asyncio.run(_write(url, library, now))
        made[key] = url
    return made[key]


@pytest.fixture
async def conn(address: str) -> AsyncIterator[AsyncConnection]:
    """A connection to a database with the demo's past, figures and snapshots too."""
    database = open_database(address)
    async with database.connect() as opened:
        yield opened
    await database.close()


async def _write(url: str, library: Library, now: datetime) -> None:
    database = open_database(url)
    assigned = {track: library.modules_for(track)[0].id for track in Track}

    async def take(at_cut_off: AsyncConnection, cut_off: datetime) -> None:
        await rollup.rebuild(at_cut_off, assigned, day_of(cut_off))
        await rollup.take_snapshot(at_cut_off, cut_off, cut_off)

    async with database.begin() as opened:
        await bulk.insert(opened, people.make(day_of(now)), now, day_of(now))
        endpoint = await accounts.ensure_endpoint(opened, "browser", "browser", None)
        joined = await past.make(opened, library, now, people.DEFAULT_SEED, endpoint, take)
        await rollup.rebuild(opened, assigned, day_of(now))
        assert 150 < joined < 250
    await database.close()


async def _all(conn: AsyncConnection, query: Any) -> list[Any]:
    return list((await conn.execute(query)).all())


async def test_nothing_lies_in_the_future(conn: AsyncConnection, now: datetime) -> None:
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Instant | DateTime) and column.name != "next_due_at":
                latest = (await conn.execute(select(func.max(column)))).scalar()
                assert latest is None or latest <= now, column
    held = (await conn.execute(select(func.max(recognition.c.held_on)))).scalar_one()
    assert held <= day_of(now)
    due = (await conn.execute(select(func.max(learner.c.next_due_at)))).scalar_one()
    assert due == now


async def test_each_learner_agreed_by_a_door_of_the_demo(conn: AsyncConnection) -> None:
    doors = await _all(conn, select(account.c.external_id, account.c.person_id))

    assert sorted(door.external_id for door in doors) == sorted(f"demo-{n}" for n in range(1, len(doors) + 1))
    agreed = {row.person_id for row in await _all(conn, select(consent.c.person_id))}
    joined = {row.person_id for row in await _all(conn, select(learner.c.person_id))}
    assert agreed == joined == {door.person_id for door in doors}


async def test_the_five_have_joined_and_done_nothing(conn: AsyncConnection, now: datetime) -> None:
    for persona in personas(people.make(day_of(now))):
        query = (
            select(person.c.id, person.c.full_name, account.c.external_id)
            .join(account, account.c.person_id == person.c.id)
            .where(person.c.code == persona.person_code)
        )
        row = (await conn.execute(query)).one()
        assert (row.full_name, row.external_id) == (persona.name, persona.external_id)
        for table in (lesson_run, attempt, learner_course):
            assert await _all(conn, select(table).where(table.c.person_id == row.id)) == []


async def test_sittings_follow_the_rules_of_lessons(conn: AsyncConnection, library: Library) -> None:
    runs = await _all(conn, select(lesson_run))
    answers: dict[int, list[Any]] = {}
    for row in await _all(conn, select(attempt).order_by(attempt.c.run_id, attempt.c.place)):
        answers.setdefault(row.run_id, []).append(row)

    for run in runs:
        progress = Progress.from_json(run.state)
        put = answers.get(run.id, [])
        shown = progress.steps[: progress.at + 1]
        assert [row.place for row in put] == [place for place, step in enumerate(shown) if step.is_question]
        assert all(row.question_id == progress.steps[row.place].ref for row in put)
        assert all(row.is_first == progress.steps[row.place].kind.is_first_answer for row in put)
        assert progress.right_first == sum(bool(row.is_right) for row in put if row.is_first)
        for row in put:
            question = library.questions[row.question_id]
            assert sorted(row.choice_order) == sorted(choice.key for choice in question.choices)
            assert row.chosen is None or row.is_right == is_right(question, row.chosen, day_of(row.answered_at))
            assert run.opened_at <= row.shown_at <= (row.answered_at or row.shown_at)
        if run.finished_at:
            assert progress.is_finished
            assert (run.right_first, run.asked) == (progress.right_first, progress.asked)
            assert all(row.answered_at <= run.finished_at for row in put)
        else:
            assert not progress.is_finished
    assert {run.kind for run in runs} == {"lesson", "test"}
    assert any(run.finished_at is None and run.is_pushed for run in runs)


async def test_enrolments_agree_with_the_sittings(conn: AsyncConnection, library: Library, now: datetime) -> None:
    courses = await _all(conn, select(learner_course))
    completed = 0
    for course in courses:
        mine = and_(lesson_run.c.person_id == course.person_id, lesson_run.c.module_id == course.module_id)
        runs = await _all(conn, select(lesson_run).where(mine))
        done = {run.lesson_id for run in runs if run.kind == "lesson" and run.finished_at}
        percents = [100 * run.right_first // run.asked for run in runs if run.kind == "test" and run.finished_at]
        passed = any(percent >= library.module(course.module_id).pass_percent for percent in percents)
        assert course.lessons_done == len(done) <= course.lessons_total
        assert course.best_percent == max(percents, default=None)
        assert (course.completed_at is not None) == passed
        assert not passed or course.lessons_done == course.lessons_total
        completed += passed
    assert completed > 15
    unstarted = [run for run in await _all(conn, select(lesson_run)) if not (run.is_pushed and run.state["at"] == 0)]
    enrolled = {(course.person_id, course.module_id) for course in courses}
    assert {(run.person_id, run.module_id) for run in unstarted} == enrolled
    stopped = select(learner.c.person_id).where(
        learner.c.last_word_at < now - timedelta(days=14), learner.c.ladder == 3
    )
    assert len(await _all(conn, stopped)) > 10


async def test_the_program_reads_what_was_written(conn: AsyncConnection, now: datetime) -> None:
    people_there = await _all(conn, select(learner.c.person_id))
    for row in people_there[:40]:
        standing = await studies(
            conn, row.person_id, today=day_of(now), today_from=now, week_from=now - timedelta(days=6)
        )
        assert standing.tracks
        assert await learners.by_id(conn, row.person_id) is not None


async def test_figures_grow_from_snapshot_to_snapshot(conn: AsyncConnection, now: datetime) -> None:
    cut_offs = past.cut_offs(now)
    kept = {row.cut_off for row in await _all(conn, select(snapshot.c.cut_off).distinct())}
    root = UnitId((await conn.execute(select(org_unit.c.id).where(org_unit.c.code == "VN"))).scalar_one())
    query = select(*(func.sum(snapshot.c[f"all_{name}"]) for name in ("joined", "started", "completed")))
    older, newer = [
        tuple((await conn.execute(query.where(snapshot.c.unit_id == root, snapshot.c.cut_off == moment))).one())
        for moment in cut_offs
    ]
    live = (await rollup.read(conn, root)).total

    assert kept == set(cut_offs)
    assert older < newer
    assert newer[0] < live.joined
    assert newer[1] < live.started
    assert newer[2] <= live.completed  # in a few days nobody may end a chuyên đề


async def test_what_was_before_is_kept(conn: AsyncConnection) -> None:
    rows = await _all(
        conn, select(unit_history, org_unit.c.code).join(org_unit, org_unit.c.id == unit_history.c.unit_id)
    )

    assert {row.code for row in rows} == {"T01-C000007", "T01-C000003", "T02-C000005"}
    assert any(isinstance(row.before.get("parent_id"), int) for row in rows)
    assert all(row.until <= day_of(row.recorded_at) for row in rows)


async def test_the_targets_show_every_state(conn: AsyncConnection, library: Library, now: datetime) -> None:
    root = await unit_by_code(conn, "VN")
    assert root is not None
    compulsory = [module.id for module in library.modules_for(Track.STAFF)]
    found = {one.target.key: one for one in await targets.measures(conn, UnitId(root.id), now, compulsory)}

    assert all(found[key].numerator > 0 for key in ("T3", "T4", "T6", "T7", "T8"))
    assert all(found[key].missing > 0 for key in ("T1", "T3", "T4", "T6"))
    assert [one.unit_code for one in await recognition_decisions.decisions(conn)] == ["T02"]
    assert {row.kind for row in await _all(conn, select(recognition.c.kind).distinct())} == {
        "class",
        "decision",
    }
