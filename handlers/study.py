"""Lessons and final tests: which step comes, one at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING

from content import present
from handlers import quiz, words
from handlers.syllabus import Item, corrections, lessons_of, next_item, test_pool
from learning import lesson as rules
from learning.calendar import at, day_of, monday
from learning.shuffle import shuffled
from storage import rollup, runs
from storage.standing import Studies, studies

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import Message, PersonId
    from content.model import Lesson, Library
    from handlers.actions import Later, Next
    from handlers.context import Context
    from learning.lesson import Progress
    from storage.runs import Run

MOST_REVIEWED = 3  # questions of an earlier day put before a lesson


async def where(conn: AsyncConnection, library: Library, person_id: PersonId, now: datetime) -> Studies:
    """Read where somebody stands today."""
    today = day_of(now)
    return await studies(
        conn,
        person_id,
        today=today,
        today_from=at(today, time.min),
        week_from=at(monday(today), time.min),
        corrections=corrections(library),
    )


# --- beginning and resuming -------------------------------------------------------------------------------------------


async def resume(ctx: Context) -> list[Message]:
    """Go to the very step where somebody stopped, or on to what comes next."""
    standing = await where(ctx.conn, ctx.library, ctx.person, ctx.now)
    if standing.open_run is not None:
        if not _fits(ctx.library, standing.open_run):
            return await _begin_again(ctx, standing.open_run)
        return await _show(ctx, standing.open_run, replaces=ctx.in_place())
    return await begin_next(ctx, standing)


async def begin_next(ctx: Context, standing: Studies) -> list[Message]:
    """Begin the next lesson or final test because the learner asked for it."""
    run = await open_next(ctx.conn, ctx.library, standing, ctx.now, is_pushed=False)
    if run is None:
        return [words.nothing_left(standing, ctx.library)]
    ctx.changes["last_lesson_at"] = ctx.now
    if run.module_id not in standing.started:
        await _enrol(ctx, run, len(lessons_of(ctx.library.module(run.module_id), standing.tracks)))
    return await _show(ctx, run, replaces=None)


async def open_lesson(ctx: Context, lesson: Lesson) -> Message | None:
    """
    Open a lesson out of its turn because the learner asked for it, or go on with it.

    Returns:
        None if it is not theirs to learn now: of another track, done already, or another sitting is open.
    """
    standing = await where(ctx.conn, ctx.library, ctx.person, ctx.now)
    run = standing.open_run
    if run is None:
        module = ctx.library.module_of[lesson.id]
        lessons = lessons_of(module, standing.tracks)
        if lesson not in lessons or lesson.id in standing.done:
            return None
        run = await runs.open_new(
            ctx.conn,
            person_id=ctx.person,
            kind="lesson",
            module_id=module.id,
            lesson_id=lesson.id,
            version=lesson.version,
            progress=_begin(Item(module, lesson), standing, (), ctx.now),
            is_pushed=False,
            now=ctx.now,
        )
        if run is None:
            return None
        ctx.changes["last_lesson_at"] = ctx.now
        if module.id not in standing.started:
            await _enrol(ctx, run, len(lessons))
    elif run.kind != "lesson" or run.lesson_id != lesson.id or not _fits(ctx.library, run):
        return None
    return (await _show(ctx, run, replaces=None))[0]


async def open_next(
    conn: AsyncConnection, library: Library, standing: Studies, now: datetime, *, is_pushed: bool
) -> Run | None:
    """Open a sitting for what comes next; None when nothing does, or another one is open."""
    item = next_item(library, standing)
    if item is None:
        return None
    review = _to_review(library, standing)
    progress = _begin(item, standing, review, now)
    lesson = item.lesson
    return await runs.open_new(
        conn,
        person_id=standing.person_id,
        kind="lesson" if lesson else "test",
        module_id=item.module.id,
        lesson_id=lesson.id if lesson else f"{item.module.id}.T",
        version=lesson.version if lesson else item.module.final_test.version,
        progress=progress,
        is_pushed=is_pushed,
        now=now,
    )


def _begin(item: Item, standing: Studies, review: tuple[str, ...], now: datetime) -> Progress:
    lessons = [lesson.id for lesson in lessons_of(item.module, standing.tracks)]
    if item.lesson is not None:
        return rules.begin_lesson(
            len(item.lesson.cards),
            tuple(question.id for question in item.lesson.questions),
            review,
            standing.changed,
            number=lessons.index(item.lesson.id) + 1,
            total=len(lessons),
        )
    seed = f"{standing.person_id}:{item.module.id}:{now.isoformat()}"
    pool = shuffled(test_pool(item.module, standing.tracks), seed, key=lambda question: question.id)
    return rules.begin_test(tuple(question.id for question in pool[: item.module.final_test.drawn]))


def _to_review(library: Library, standing: Studies) -> tuple[str, ...]:
    """What has changed comes before what was wrong."""
    due = (question for question in standing.review if question in library.questions)
    return tuple(sorted(due, key=lambda question: question not in standing.changed))[:MOST_REVIEWED]


async def open_review(conn: AsyncConnection, library: Library, standing: Studies, now: datetime) -> Run | None:
    """Open a sitting for the wrong ones of an earlier day alone."""
    due = _to_review(library, standing)
    if not due:
        return None
    first = library.questions[due[0]]
    return await runs.open_new(
        conn,
        person_id=standing.person_id,
        kind="review",
        module_id=library.module_of[first.lesson_id].id,
        lesson_id=first.lesson_id,
        version=library.lessons[first.lesson_id].version,
        progress=rules.begin_review(due, standing.changed),
        is_pushed=True,
        now=now,
    )


async def _enrol(ctx: Context, run: Run, lessons_total: int) -> None:
    module = ctx.library.module(run.module_id)
    is_new = await runs.enrol(
        ctx.conn,
        person_id=run.person_id,
        module_id=module.id,
        version=module.version,
        lessons_total=lessons_total,
        now=ctx.now,
    )
    if is_new:
        await rollup.mark_person(ctx.conn, run.person_id)


# --- showing ----------------------------------------------------------------------------------------------------------


async def show(conn: AsyncConnection, library: Library, run: Run, now: datetime, *, replaces: str | None) -> Message:
    """Show the step that a sitting is at; an answered question shows its verdict again."""
    if not run.progress.step.is_question:
        return _card(library, run, day_of(now), replaces)
    return await quiz.put(conn, library, run, now, replaces=replaces)


async def _show(ctx: Context, run: Run, *, replaces: str | None) -> list[Message]:
    await quiz.stop_awaiting(ctx, run)
    return [await show(ctx.conn, ctx.library, run, ctx.now, replaces=replaces)]


def _card(library: Library, run: Run, today: date, replaces: str | None) -> Message:
    lesson = library.lessons[run.lesson_id]
    text = present.card_text(lesson, int(run.progress.step.ref), run.progress.number, run.progress.total, today)
    return words.card(run, text, replaces=replaces)


# --- going on ---------------------------------------------------------------------------------------------------------


async def go_on(ctx: Context, action: Next) -> list[Message]:
    """Leave the step a button belongs to; an old button, or somebody else's, changes nothing."""
    run = await runs.by_id(ctx.conn, action.run)
    if run is None or run.person_id != ctx.person or run.finished_at or run.progress.at != action.at:
        return []
    if not run.progress.may_advance:
        return []
    return await _advance(ctx, run)


async def type_on(ctx: Context) -> list[Message]:
    """Leave the step if it may be left, else show it again: "tiep" was typed."""
    run = await runs.open_run(ctx.conn, ctx.person)
    if run is None:
        return await resume(ctx)
    if run.progress.may_advance:
        return await _advance(ctx, run)
    return await _show(ctx, run, replaces=None)


async def _advance(ctx: Context, run: Run) -> list[Message]:
    if not _fits(ctx.library, run):
        return await _begin_again(ctx, run)
    if run.is_pushed and run.kind == "lesson" and run.progress.at == 0:
        await _enrol(ctx, run, run.progress.total)
    moved = replace(run, progress=rules.advance(run.progress))
    if moved.progress.is_finished:
        return await _finish(ctx, moved)
    await runs.save(ctx.conn, run.id, moved.progress)
    return await _show(ctx, moved, replaces=ctx.in_place())


def _fits(library: Library, run: Run) -> bool:
    """False if the content has changed under an open sitting so that its steps are gone."""
    lesson = library.lessons.get(run.lesson_id)
    cards = len(lesson.cards) if lesson else 0
    return all(
        step.ref in library.questions if step.is_question else int(step.ref) < cards for step in run.progress.steps
    )


async def _begin_again(ctx: Context, run: Run) -> list[Message]:
    """The content was published anew meanwhile: drop the sitting and begin what comes next."""
    await runs.drop(ctx.conn, run.id)
    return await begin_next(ctx, await where(ctx.conn, ctx.library, ctx.person, ctx.now))


async def later(ctx: Context, action: Later) -> list[Message]:
    """Học sau: the place is kept anyway; say so."""
    run = await runs.by_id(ctx.conn, action.run)
    if run is None or run.person_id != ctx.person or run.finished_at:
        return []
    return [words.kept(run)]


# --- ending -----------------------------------------------------------------------------------------------------------


async def _finish(ctx: Context, run: Run) -> list[Message]:
    await runs.finish(ctx.conn, run.id, run.progress, ctx.now)
    ctx.changes["next_due_at"] = ctx.now
    module = ctx.library.module(run.module_id)
    if run.kind == "review":
        return [words.review_done(run, replaces=ctx.in_place())]
    if run.kind == "test":
        percent = run.progress.percent
        passed = percent >= module.pass_percent
        await runs.record_test(
            ctx.conn, person_id=run.person_id, module_id=module.id, percent=percent, completes=passed, now=ctx.now
        )
        if passed:
            await rollup.mark_person(ctx.conn, run.person_id)
        tries = 0 if passed else await _tries(ctx, run)
        left = module.tries_a_week - tries
        return [words.test_done(run, module, passed=passed, tries_left=left, replaces=ctx.in_place())]
    done = await runs.count_lesson(ctx.conn, run.person_id, module.id)
    lesson = ctx.library.lessons[run.lesson_id]
    tools = ctx.library.tools_of(lesson.id)
    asks_hour = ctx.account.hour is None
    return [words.lesson_done(run, lesson, done, tools, asks_hour=asks_hour, replaces=ctx.in_place())]


async def _tries(ctx: Context, run: Run) -> int:
    week_from = at(monday(day_of(ctx.now)), time.min)
    return await runs.count_tests(ctx.conn, run.person_id, run.module_id, week_from)
