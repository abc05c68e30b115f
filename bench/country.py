"""A country as the dashboard meets it after half a year: units, learners, lessons, answers, messages, snapshots."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import case, func, literal, null, select, text, update
from sqlalchemy.schema import CreateIndex, DropIndex

from bot.assigned import assigned_modules
from bot.demo import scale
from content.loader import load
from learning.calendar import at, day_of, monday
from learning.roles import Track
from reports import target_keeping
from storage import rollup, schema, target_snapshots
from storage.database import open_database
from storage.tables import account, attempt, delivery, learner, lesson_run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.demo.scale import Made
    from content.model import Lesson, Library
    from storage.database import Database

ANSWERED = 3  # of each learner's lessons have an answer on file
SENT = 2  # messages to each learner within the last week
WEEKS = 8  # cut-offs that were kept
_STATE = {"steps": ["c0", "c1", "c2"], "at": 3, "answered": False, "right_first": 1, "number": 1, "total": 12}


@dataclass(frozen=True, slots=True)
class Country:
    """What was made, how long the parts of it took, in seconds, and which chuyên đề is counted for each track."""

    made: Made
    progress_rows: int
    took: Mapping[str, float]
    assigned: Mapping[Track, str]


async def settle(url: str, *, units: int, learners: int, lessons: int, now: datetime | None = None) -> Country:
    """
    Fill an empty database.

    Args:
        url: where.
        units: units down to the CĐCS; tổ come on top.
        learners: cadres, all of whom have joined.
        lessons: lessons that each of them has finished.
        now: the moment at which it stands so.
    """
    now = now or datetime.now(UTC)
    library = load()
    assigned = assigned_modules(library, "")
    took: dict[str, float] = {}
    database = open_database(url, statement_timeout_s=0)
    await schema.upgrade(database)
    started = time.perf_counter()
    made = await scale.generate(url, learners, units, now=now)
    took["people_s"] = round(time.perf_counter() - started, 1)
    started = time.perf_counter()
    chosen = [lesson for module in library.modules for lesson in module.lessons][:lessons]
    await _learned(database, library, chosen, now)
    await _messages(database, now)
    took["progress_s"] = round(time.perf_counter() - started, 1)
    took |= await _counted(database, library, assigned, now)
    await tidied(database)
    await database.close()
    return Country(made, made.learners * len(chosen), took, assigned)


@asynccontextmanager
async def _quickly(database: Database, table: Table) -> AsyncIterator[AsyncConnection]:
    """A transaction that fills a table from others: its indexes are made afterwards, references are not looked up."""
    async with database.begin() as conn:
        if database.dialect == "postgresql":
            await conn.execute(text("SET LOCAL session_replication_role = replica"))
        for index in table.indexes:
            await conn.execute(DropIndex(index))
        yield conn
        for index in table.indexes:
            await conn.execute(CreateIndex(index))


async def _learned(database: Database, library: Library, lessons: list[Lesson], now: datetime) -> None:
    """Let everybody have finished these lessons, one a day; first answers to the questions of a few."""
    async with _quickly(database, lesson_run) as conn, _no_references(conn):
        for place, lesson in enumerate(lessons):
            before = (await conn.execute(select(func.coalesce(func.max(lesson_run.c.id), 0)))).scalar_one()
            finished = literal(now - timedelta(days=len(lessons) - place), lesson_run.c.finished_at.type)
            values = {
                "person_id": learner.c.person_id,
                "kind": literal("lesson"),
                "module_id": literal(library.module_of[lesson.id].id),
                "lesson_id": literal(lesson.id),
                "version": literal(lesson.version),
                "state": literal(_STATE, lesson_run.c.state.type),
                "is_pushed": literal(value=True),
                "opened_at": finished,
                "finished_at": finished,
                "right_first": literal(1),
                "asked": literal(1),
            }
            rows = select(*(value.label(name) for name, value in values.items()))
            await conn.execute(lesson_run.insert().from_select(list(values), rows, include_defaults=False))
            if place < ANSWERED:
                await _answers(conn, lesson, before)


@asynccontextmanager
async def _no_references(conn: AsyncConnection) -> AsyncIterator[None]:
    """Answers are written beside the lessons: their indexes, too, are made afterwards."""
    for index in attempt.indexes:
        await conn.execute(DropIndex(index))
    yield
    for index in attempt.indexes:
        await conn.execute(CreateIndex(index))


async def _answers(conn: AsyncConnection, lesson: Lesson, before: int) -> None:
    """One first answer in each sitting later than `before`: everybody's to one of the lesson's questions."""
    for turn, question in enumerate(lesson.questions):
        is_right = lesson_run.c.person_id % 10 < 7
        values = {
            "run_id": lesson_run.c.id,
            "person_id": lesson_run.c.person_id,
            "question_id": literal(question.id),
            "version": literal(lesson.version),
            "place": literal(3),
            "is_first": literal(value=True),
            "choice_order": literal("abc"),
            "shown_at": lesson_run.c.finished_at,
            "chosen": case((is_right, literal("a")), else_=literal("b")),
            "is_right": is_right,
            "answered_at": lesson_run.c.finished_at,
        }
        rows = select(*(value.label(name) for name, value in values.items())).where(
            lesson_run.c.id > before, lesson_run.c.person_id % len(lesson.questions) == turn
        )
        await conn.execute(attempt.insert().from_select(list(values), rows, include_defaults=False))


async def _messages(database: Database, now: datetime) -> None:
    """Reminders of the last week; and nobody is due for another: a program that runs does only what it is asked."""
    async with _quickly(database, delivery) as conn:
        for turn in range(SENT):
            moment = literal(now - timedelta(days=1 + 2 * turn), delivery.c.run_at.type)
            values = {
                "endpoint_id": account.c.endpoint_id,
                "account_id": account.c.id,
                "lane": literal("bulk"),
                "kind": literal("reminder"),
                "state": case((account.c.id % 50 == 0, literal("unknown")), else_=literal("sent")),
                "reason": null(),
                "run_at": moment,
                "attempts": literal(1),
                "sent_at": moment,
            }
            rows = select(*(value.label(name) for name, value in values.items()))
            await conn.execute(delivery.insert().from_select(list(values), rows, include_defaults=False))
        await conn.execute(update(learner).values(next_due_at=None))


async def _counted(
    database: Database, library: Library, assigned: Mapping[Track, str], now: datetime
) -> dict[str, float]:
    """Figures, and those of the last weeks' ends; how long counting, a snapshot and the targets took, in seconds."""
    took: dict[str, float] = {}
    await tidied(database)
    started = time.perf_counter()
    async with database.begin() as conn:
        await rollup.rebuild(conn, assigned, day_of(now))
    took["first_count_s"] = round(time.perf_counter() - started, 1)
    week = at(monday(day_of(now)), datetime.min.time())
    for back in range(WEEKS):
        cut_off = week - timedelta(days=7 * back)
        started = time.perf_counter()
        async with database.begin() as conn:
            if database.dialect == "postgresql":
                await conn.execute(text("SET LOCAL session_replication_role = replica"))
            await rollup.take_snapshot(conn, cut_off, now)
        took["snapshot_s"] = round(time.perf_counter() - started, 1)
    started = time.perf_counter()
    compulsory = [module.id for module in library.modules_for(Track.STAFF)]
    async with database.connect() as conn:
        measured = await target_keeping.figures(conn, week, compulsory)
    async with database.begin() as conn:
        await target_snapshots.write(conn, week, now, measured or {})
    took["targets_s"] = round(time.perf_counter() - started, 1)
    return took


async def tidied(database: Database) -> None:
    """What autovacuum does by and by: statistics, and which pages all may see."""
    statement = "VACUUM ANALYZE" if database.dialect == "postgresql" else "ANALYZE"
    options = {"isolation_level": "AUTOCOMMIT"} if database.dialect == "postgresql" else {}
    async with database.engine.execution_options(**options).connect() as conn:
        await conn.execute(text(statement))
        await conn.commit()
