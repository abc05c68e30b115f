"""Sittings through lessons, answers, and enrolment in a chuyên đề."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, delete, func, literal, select, update

from channels.messages import PersonId
from learning.lesson import Progress
from storage.database import INSERTS, insert
from storage.tables import attempt, content_version, learner_course, lesson_run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Run:
    """One sitting."""

    id: int
    person_id: PersonId
    kind: str
    module_id: str
    lesson_id: str
    version: str
    progress: Progress
    is_pushed: bool
    opened_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on somebody's screen, and the sitting it belongs to."""

    id: int
    question_id: str
    version: str
    place: int
    order: str
    chosen: str | None
    run: Run


RUN_COLUMNS = (
    lesson_run.c.id,
    lesson_run.c.person_id,
    lesson_run.c.kind,
    lesson_run.c.module_id,
    lesson_run.c.lesson_id,
    lesson_run.c.version,
    lesson_run.c.state,
    lesson_run.c.is_pushed,
    lesson_run.c.opened_at,
    lesson_run.c.finished_at,
)

# The hot path's statements, built once.
_BY_ID = select(*RUN_COLUMNS).where(lesson_run.c.id == bindparam("run"))
_SAVE = update(lesson_run).where(lesson_run.c.id == bindparam("run")).values(state=bindparam("kept"))


def run_of(row: Any) -> Run:
    """The sitting in a row that holds `RUN_COLUMNS`."""
    return Run(
        row.id,
        PersonId(row.person_id),
        row.kind,
        row.module_id,
        row.lesson_id,
        row.version,
        Progress.from_json(row.state),
        row.is_pushed,
        row.opened_at,
        row.finished_at,
    )


async def by_id(conn: AsyncConnection, run_id: int) -> Run | None:
    """The sitting with that id."""
    row = (await conn.execute(_BY_ID, {"run": run_id})).first()
    return run_of(row) if row else None


async def open_run(conn: AsyncConnection, person_id: PersonId) -> Run | None:
    """What a person has begun and not finished; at most one."""
    query = select(*RUN_COLUMNS).where(lesson_run.c.person_id == person_id, lesson_run.c.finished_at.is_(None))
    row = (await conn.execute(query)).first()
    return run_of(row) if row else None


async def open_new(
    conn: AsyncConnection,
    *,
    person_id: PersonId,
    kind: str,
    module_id: str,
    lesson_id: str,
    version: str,
    progress: Progress,
    is_pushed: bool,
    now: datetime,
) -> Run | None:
    """Begin a sitting; None if another one is open."""
    statement = (
        insert(conn, lesson_run)
        .values(
            person_id=person_id,
            kind=kind,
            module_id=module_id,
            lesson_id=lesson_id,
            version=version,
            state=progress.as_json(),
            is_pushed=is_pushed,
            opened_at=now,
        )
        .on_conflict_do_nothing()
        .returning(lesson_run.c.id)
    )
    run_id = (await conn.execute(statement)).scalar()
    if run_id is None:
        return None
    return Run(run_id, person_id, kind, module_id, lesson_id, version, progress, is_pushed, now, None)


async def save(conn: AsyncConnection, run_id: int, progress: Progress) -> None:
    """Keep where somebody is."""
    await conn.execute(_SAVE, {"run": run_id, "kept": progress.as_json()})


async def finish(conn: AsyncConnection, run_id: int, progress: Progress, now: datetime) -> None:
    """The sitting is over."""
    await conn.execute(
        update(lesson_run)
        .where(lesson_run.c.id == run_id)
        .values(state=progress.as_json(), finished_at=now, right_first=progress.right_first, asked=progress.asked)
    )


async def drop(conn: AsyncConnection, run_id: int) -> None:
    """Take back a sitting that cannot be finished; its answers were to questions that are gone."""
    await conn.execute(delete(attempt).where(attempt.c.run_id == run_id))
    await conn.execute(delete(lesson_run).where(lesson_run.c.id == run_id))


async def ask(
    conn: AsyncConnection,
    *,
    run: Run,
    question_id: str,
    version: str,
    place: int,
    is_first: bool,
    order: str,
    now: datetime,
) -> int:
    """Put a question; the same place of a sitting twice is the same attempt."""
    values = {
        "run_id": run.id,
        "person_id": run.person_id,
        "question_id": question_id,
        "version": version,
        "place": place,
        "is_first": is_first,
        "choice_order": order,
        "shown_at": now,
    }
    return int((await conn.execute(_ASK[conn.dialect.name], values)).scalar_one())


_ASKED = (
    attempt.c.id.label("attempt_id"),
    attempt.c.question_id,
    attempt.c.version.label("question_version"),
    attempt.c.place,
    attempt.c.choice_order,
    attempt.c.chosen,
    *RUN_COLUMNS,
)


_ASKED_BY_ID = (
    select(*_ASKED).join(lesson_run, lesson_run.c.id == attempt.c.run_id).where(attempt.c.id == bindparam("attempt"))
)
_RECORD_ANSWER = (
    update(attempt)
    .where(attempt.c.id == bindparam("attempt"), attempt.c.chosen.is_(None))
    .values(chosen=bindparam("choice"), is_right=bindparam("right"), answered_at=bindparam("now"))
)


def _put_or_renew(statement: Any) -> Any:
    """Put a question; put again, it takes the version and the order it is shown in now."""
    renewed = {"choice_order": statement.excluded.choice_order, "version": statement.excluded.version}
    return statement.on_conflict_do_update(index_elements=["run_id", "place"], set_=renewed).returning(attempt.c.id)


_ASK = {name: _put_or_renew(make(attempt)) for name, make in INSERTS.items()}


def _asked(row: Any) -> Asked:
    return Asked(
        row.attempt_id, row.question_id, row.question_version, row.place, row.choice_order, row.chosen, run_of(row)
    )


async def asked_by_id(conn: AsyncConnection, attempt_id: int) -> Asked | None:
    """The question put in an attempt, with its sitting."""
    row = (await conn.execute(_ASKED_BY_ID, {"attempt": attempt_id})).first()
    return _asked(row) if row else None


async def asked_at(conn: AsyncConnection, run_id: int, place: int) -> Asked | None:
    """The question put at a place of a sitting."""
    query = (
        select(*_ASKED)
        .join(lesson_run, lesson_run.c.id == attempt.c.run_id)
        .where(attempt.c.run_id == run_id, attempt.c.place == place)
    )
    row = (await conn.execute(query)).first()
    return _asked(row) if row else None


async def record_answer(conn: AsyncConnection, attempt_id: int, chosen: str, *, is_right: bool, now: datetime) -> bool:
    """Keep the answer; False if there was one."""
    values = {"attempt": attempt_id, "choice": chosen, "right": is_right, "now": now}
    return bool((await conn.execute(_RECORD_ANSWER, values)).rowcount)


async def enrol(
    conn: AsyncConnection, *, person_id: PersonId, module_id: str, version: str, lessons_total: int, now: datetime
) -> bool:
    """Write down that a person has started a module; False if it was."""
    statement = (
        insert(conn, learner_course)
        .values(
            person_id=person_id,
            module_id=module_id,
            cycle=1,
            version=version,
            started_at=now,
            lessons_done=0,
            lessons_total=lessons_total,
        )
        .on_conflict_do_nothing()
    )
    return bool((await conn.execute(statement)).rowcount)


async def count_lesson(conn: AsyncConnection, person_id: PersonId, module_id: str) -> int:
    """Bring the number of finished lessons of an enrolment up to date, and return it."""
    done = (
        select(func.count(func.distinct(lesson_run.c.lesson_id)))
        .where(
            lesson_run.c.person_id == person_id,
            lesson_run.c.module_id == module_id,
            lesson_run.c.kind == "lesson",
            lesson_run.c.finished_at.is_not(None),
        )
        .scalar_subquery()
    )
    statement = (
        update(learner_course)
        .where(
            learner_course.c.person_id == person_id,
            learner_course.c.module_id == module_id,
            learner_course.c.cycle == 1,
        )
        .values(lessons_done=done)
        .returning(learner_course.c.lessons_done)
    )
    return int((await conn.execute(statement)).scalar_one_or_none() or 0)


async def count_tests(conn: AsyncConnection, person_id: PersonId, module_id: str, since: datetime) -> int:
    """How many final tests of a module a person has finished since then."""
    query = select(func.count()).where(
        lesson_run.c.person_id == person_id,
        lesson_run.c.module_id == module_id,
        lesson_run.c.kind == "test",
        lesson_run.c.finished_at >= since,
    )
    return int((await conn.execute(query)).scalar_one())


async def record_test(
    conn: AsyncConnection, *, person_id: PersonId, module_id: str, percent: int, completes: bool, now: datetime
) -> None:
    """Keep the best result of a final test, and the completion it may bring; neither is ever taken back."""
    best = case(
        (func.coalesce(learner_course.c.best_percent, -1) < percent, literal(percent)),
        else_=learner_course.c.best_percent,
    )
    values: dict[str, Any] = {"best_percent": best}
    if completes:
        values["completed_at"] = func.coalesce(
            learner_course.c.completed_at, literal(now, learner_course.c.completed_at.type)
        )
    await conn.execute(
        update(learner_course)
        .where(
            learner_course.c.person_id == person_id,
            learner_course.c.module_id == module_id,
            learner_course.c.cycle == 1,
        )
        .values(values)
    )


async def keep_versions(conn: AsyncConnection, versions: Iterable[tuple[str, str, str]], now: datetime) -> int:
    """Keep published contents (lesson id, version, source text) that are not kept yet."""
    added = 0
    for lesson_id, version, source in versions:
        statement = (
            insert(conn, content_version)
            .values(lesson_id=lesson_id, version=version, source=source, published_at=now)
            .on_conflict_do_nothing()
        )
        added += (await conn.execute(statement)).rowcount
    return added
