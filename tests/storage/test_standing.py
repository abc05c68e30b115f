from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from learning import lesson as rules
from learning.calendar import at, day_of, monday
from learning.roles import Role, Track
from storage import runs
from storage.standing import Corrected, Studies, studies
from tests import builders

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId
    from storage.database import Database

MONDAY = date(2026, 11, 9)
NOW = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


async def learner(conn: AsyncConnection) -> PersonId:
    grassroots = await builders.unit(conn, "CS01", "CDCS")
    group = await builders.unit(conn, "TO1", "TO_CD", grassroots)
    person_id = await builders.cadre(conn, "Nguyễn Thị Lan", group, Role.GROUP_LEADER)
    await builders.post(conn, person_id, grassroots, Role.COMMITTEE_MEMBER)
    await builders.post(conn, person_id, grassroots, Role.CHAIR, valid_to=MONDAY)
    await builders.post(conn, person_id, grassroots, Role.FULL_TIMER, valid_from=MONDAY + DAY)
    return person_id


async def where(
    conn: AsyncConnection, person_id: PersonId, now: datetime, corrections: tuple[Corrected, ...] = ()
) -> Studies:
    today = day_of(now)
    return await studies(
        conn,
        person_id,
        today=today,
        today_from=at(today, time.min),
        week_from=at(monday(today), time.min),
        corrections=corrections,
    )


async def sat(
    conn: AsyncConnection,
    person_id: PersonId,
    lesson_id: str,
    answers: dict[str, bool],
    now: datetime,
    *,
    kind: str = "lesson",
    is_finished: bool = True,
    version: str = "v",
) -> None:
    """A sitting with these answers (right or wrong by question)."""
    begin = rules.begin_test if kind == "test" else lambda questions: rules.begin_lesson(0, questions)
    progress = begin(tuple(answers) or ("x",))
    run = await runs.open_new(
        conn, person_id=person_id, kind=kind, module_id="M0", lesson_id=lesson_id, version=version, progress=progress,
        is_pushed=False, now=now,
    )  # fmt: skip
    assert run is not None
    for place, (question, is_right) in enumerate(answers.items()):
        attempt_id = await runs.ask(
            conn, run=run, question_id=question, version="v", place=place, is_first=True, order="abc", now=now
        )
        await runs.record_answer(conn, attempt_id, "a", is_right=is_right, now=now)
    if is_finished:
        await runs.finish(conn, run.id, progress, now)


async def test_somebody_new(database: Database) -> None:
    async with database.begin() as conn:
        person_id = await learner(conn)
        found = await where(conn, person_id, NOW)

    assert found == Studies(
        person_id=person_id,
        tracks=frozenset({Track.GROUP_LEADER, Track.COMMITTEE}),
        done=frozenset(),
        started=frozenset(),
        best_percent={},
        completed=frozenset(),
        tests=(),
        review=(),
        review_since=None,
        open_run=None,
    )


async def test_tracks_follow_the_posts_held_that_day(database: Database) -> None:
    async with database.begin() as conn:
        person_id = await learner(conn)

        assert (await where(conn, person_id, NOW - DAY)).tracks == {Track.GROUP_LEADER, Track.COMMITTEE, Track.CHAIR}
        assert (await where(conn, person_id, NOW + DAY)).tracks == {Track.GROUP_LEADER, Track.COMMITTEE, Track.STAFF}


async def test_what_is_open_is_not_done(database: Database) -> None:
    async with database.begin() as conn:
        person_id = await learner(conn)
        await sat(conn, person_id, "M0.1", {"M0.1.q1": True}, NOW)
        await sat(conn, person_id, "M0.2", {}, NOW, is_finished=False)
        found = await where(conn, person_id, NOW)

    assert found.done == {"M0.1"}
    assert found.open_run is not None
    assert (found.open_run.lesson_id, found.open_run.person_id) == ("M0.2", person_id)


async def test_tries_of_a_final_test_are_counted_from_monday(database: Database) -> None:
    async with database.begin() as conn:
        person_id = await learner(conn)
        sunday = at(MONDAY, time.min) - timedelta(seconds=1)
        for now in (sunday, sunday + timedelta(seconds=1), NOW):
            await sat(conn, person_id, "M0.T", {"q": False}, now, kind="test")

        assert (await where(conn, person_id, NOW)).tests == ("M0", "M0")
        assert (await where(conn, person_id, NOW + 7 * DAY)).tests == ()
        assert await runs.count_tests(conn, person_id, "M0", at(MONDAY, time.min)) == 2
        assert await runs.count_tests(conn, person_id, "M1", at(MONDAY, time.min)) == 0


async def test_enrolments_and_results(database: Database) -> None:
    async with database.begin() as conn:
        person_id = await learner(conn)
        await builders.enrolled(conn, person_id, "M0", completed_at=NOW)
        await builders.enrolled(conn, person_id, "M1")
        await runs.record_test(conn, person_id=person_id, module_id="M1", percent=70, completes=False, now=NOW)
        await runs.record_test(conn, person_id=person_id, module_id="M1", percent=60, completes=False, now=NOW)
        found = await where(conn, person_id, NOW)

    assert found.started == {"M0", "M1"}
    assert found.completed == {"M0"}
    assert found.best_percent == {"M1": 70}


async def test_a_completion_is_never_taken_back(database: Database) -> None:
    async with database.begin() as conn:
        person_id = await learner(conn)
        await builders.enrolled(conn, person_id, "M0")
        await runs.record_test(conn, person_id=person_id, module_id="M0", percent=90, completes=True, now=NOW)
        await runs.record_test(conn, person_id=person_id, module_id="M0", percent=10, completes=False, now=NOW + DAY)
        found = await where(conn, person_id, NOW + DAY)

    assert (found.completed, found.best_percent) == (frozenset({"M0"}), {"M0": 90})


async def test_wrong_answers_are_reviewed_from_the_next_day_on(database: Database) -> None:
    async with database.begin() as conn:
        person_id = await learner(conn)
        await sat(conn, person_id, "M0.1", {"q1": False, "q2": True, "q3": False}, NOW)
        today = await where(conn, person_id, NOW)
        tomorrow = await where(conn, person_id, NOW + DAY)

    assert (today.review, today.review_since) == ((), NOW)
    assert (tomorrow.review, tomorrow.review_since) == (("q1", "q3"), NOW)


async def test_what_was_put_again_is_not_put_a_third_time(database: Database) -> None:
    async with database.begin() as conn:
        person_id = await learner(conn)
        await sat(conn, person_id, "M0.1", {"q1": False, "q2": False}, NOW)
        await sat(conn, person_id, "M0.2", {"q1": False, "q5": True}, NOW + DAY)
        found = await where(conn, person_id, NOW + 2 * DAY)

    assert "q2" in found.review


async def test_wrong_answers_of_a_final_test_or_an_open_lesson_are_not_reviewed(database: Database) -> None:
    async with database.begin() as conn:
        person_id = await learner(conn)
        await sat(conn, person_id, "M0.T", {"q1": False}, NOW, kind="test")
        await sat(conn, person_id, "M0.2", {"q2": False}, NOW, is_finished=False)
        found = await where(conn, person_id, NOW + DAY)

    assert (found.review, found.review_since) == ((), None)


async def test_everybody_has_their_own(database: Database) -> None:
    async with database.begin() as conn:
        lan = await learner(conn)
        an = await builders.human(conn, "Trần Văn An")
        await sat(conn, lan, "M0.1", {"q1": False}, NOW)
        found = await where(conn, an, NOW + DAY)

    assert (found.tracks, found.done, found.review, found.open_run) == (frozenset(), frozenset(), (), None)


async def test_a_corrected_question_is_for_those_who_finished_the_old_text(database: Database) -> None:
    corrections = (Corrected("M0.1", "old", "M0.1-9"), Corrected("M0.2", "old", "M0.2-9"))
    async with database.begin() as conn:
        finished, on_the_new, still_open = [await builders.human(conn, f"Người {number}") for number in range(3)]
        await sat(conn, finished, "M0.1", {"M0.1-1": True}, NOW - DAY, version="old")
        await sat(conn, on_the_new, "M0.1", {"M0.1-1": True}, NOW - DAY, version="new")
        await sat(conn, still_open, "M0.1", {"M0.1-1": True}, NOW - DAY, version="old", is_finished=False)
        found = await where(conn, finished, NOW, corrections)

        assert (found.review, found.review_since) == (("M0.1-9",), NOW - DAY)
        assert (await where(conn, finished, NOW)).review == ()
        assert (await where(conn, finished, NOW - DAY, corrections)).review == ()
        for person_id in (on_the_new, still_open):
            assert (await where(conn, person_id, NOW, corrections)).review == ()


async def test_a_corrected_question_is_put_once_beside_what_was_wrong(database: Database) -> None:
    corrections = (Corrected("M0.1", "old", "M0.1-1"), Corrected("M0.1", "old", "M0.1-9"))
    async with database.begin() as conn:
        person_id = await learner(conn)
        await sat(conn, person_id, "M0.1", {"M0.1-1": False, "M0.1-2": False}, NOW - DAY, version="old")
        assert (await where(conn, person_id, NOW, corrections)).review == ("M0.1-1", "M0.1-2", "M0.1-9")

        await sat(conn, person_id, "M0.1", {"M0.1-9": False, "M0.1-1": True}, NOW, kind="review")

        assert (await where(conn, person_id, NOW, corrections)).review == ("M0.1-2",)
