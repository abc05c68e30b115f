"""Where somebody stands in their studies, in one statement: it is read whenever a next lesson is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Date, Select, Text, and_, bindparam, cast, func, literal, or_, select, union_all

from learning.roles import Track
from storage.runs import RUN_COLUMNS, Run, run_of
from storage.tables import Instant, Uid, attempt, learner_course, lesson_run, person, position

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId


class Corrected(NamedTuple):
    """A question for whoever finished a lesson in an old version of its text."""

    lesson_id: str
    version: str
    question_id: str


@dataclass(frozen=True, slots=True)
class Studies:
    """Ids of lessons and modules; `tests` are the modules of the final tests finished this week, one entry a try."""

    person_id: PersonId
    tracks: frozenset[Track]
    done: frozenset[str]
    started: frozenset[str]
    best_percent: dict[str, int]
    completed: frozenset[str]
    tests: tuple[str, ...]
    review: tuple[str, ...]  # wrong ones of an earlier day, and corrected ones, not put again yet
    review_since: datetime | None  # when the oldest of them was answered or its old text finished, today's too
    open_run: Run | None
    changed: frozenset[str] = frozenset()  # those of `review` whose lesson was finished in a text corrected since


def _words(text: str | None) -> list[str]:
    return text.split(",") if text else []


@lru_cache(maxsize=8)
def _query(corrections: tuple[Corrected, ...]) -> Select[Any]:
    """One statement for all of it; `who`, `today`, `today_from` and `week_from` are its parameters."""
    who, today = bindparam("who", type_=Uid), bindparam("today", type_=Date)
    run, again, sitting = lesson_run.alias("mine"), attempt.alias("again"), lesson_run.alias("sitting")
    tracks = select(func.aggregate_strings(position.c.track, ",")).where(
        position.c.person_id == who,
        position.c.valid_from <= today,
        or_(position.c.valid_to.is_(None), position.c.valid_to > today),
    )
    done = select(func.aggregate_strings(run.c.lesson_id, ",")).where(
        run.c.person_id == who, run.c.kind == "lesson", run.c.finished_at.is_not(None)
    )
    tests = select(func.aggregate_strings(run.c.module_id, ",")).where(
        run.c.person_id == who, run.c.kind == "test", run.c.finished_at >= bindparam("week_from", type_=Instant)
    )
    enrolment = (
        learner_course.c.module_id
        + ":"
        + cast(func.coalesce(learner_course.c.best_percent, -1), Text)
        + ":"
        + func.coalesce(cast(learner_course.c.completed_at, Text), "")
    )
    modules = select(func.aggregate_strings(enrolment, ";")).where(learner_course.c.person_id == who)

    def was_put_after(question: ColumnElement[str], run_id: ColumnElement[int]) -> ColumnElement[bool]:
        later = select(again.c.id).where(
            again.c.person_id == who,
            again.c.question_id == question,
            again.c.run_id > run_id,
            again.c.answered_at.is_not(None),
        )
        return later.exists()

    # Wrong first answers in finished lessons that were not put again in a later sitting.
    wrong_ones = (
        select(attempt.c.question_id, attempt.c.answered_at, literal(0).label("is_changed"))
        .join(sitting, sitting.c.id == attempt.c.run_id)
        .where(
            attempt.c.person_id == who,
            attempt.c.is_first,
            attempt.c.is_right.is_(False),
            sitting.c.kind == "lesson",
            sitting.c.finished_at.is_not(None),
            ~was_put_after(attempt.c.question_id, attempt.c.run_id),
        )
    )
    # Those whose lesson was finished in a text that is corrected since.
    corrected_ones = [
        select(literal(corrected.question_id, Text), sitting.c.finished_at, literal(1)).where(
            sitting.c.person_id == who,
            sitting.c.kind == "lesson",
            sitting.c.lesson_id == corrected.lesson_id,
            sitting.c.version == corrected.version,
            sitting.c.finished_at.is_not(None),
            ~was_put_after(literal(corrected.question_id, Text), sitting.c.id),
        )
        for corrected in corrections
    ]
    wrong = (union_all(wrong_ones, *corrected_ones) if corrected_ones else wrong_ones).cte("wrong")
    review = select(func.aggregate_strings(wrong.c.question_id, ",")).where(
        wrong.c.answered_at < bindparam("today_from", type_=Instant)
    )
    changed = select(func.aggregate_strings(wrong.c.question_id, ",")).where(
        wrong.c.answered_at < bindparam("today_from", type_=Instant), wrong.c.is_changed == 1
    )
    return (
        select(
            tracks.scalar_subquery().label("tracks"),
            done.scalar_subquery().label("done"),
            tests.scalar_subquery().label("tests"),
            modules.scalar_subquery().label("modules"),
            review.scalar_subquery().label("review"),
            changed.scalar_subquery().label("changed"),
            select(func.min(wrong.c.answered_at)).scalar_subquery().label("review_since"),
            *RUN_COLUMNS,
        )
        .select_from(
            person.outerjoin(
                lesson_run, and_(lesson_run.c.person_id == person.c.id, lesson_run.c.finished_at.is_(None))
            )
        )
        .where(person.c.id == who)
    )


async def studies(
    conn: AsyncConnection,
    person_id: PersonId,
    *,
    today: date,
    today_from: datetime,
    week_from: datetime,
    corrections: tuple[Corrected, ...] = (),
) -> Studies:
    """
    Read where a person stands.

    Args:
        conn: a connection.
        person_id: whose.
        today: the day in Viet Nam, for positions.
        today_from: when that day began; what was wrong before is to be reviewed.
        week_from: when its week began, for counting tries of final tests.
        corrections: the questions that follow corrected texts, for those who finished the old ones.
    """
    values = {"who": person_id, "today": today, "today_from": today_from, "week_from": week_from}
    row = (await conn.execute(_query(corrections), values)).one()
    enrolments = [entry.split(":", 2) for entry in (row.modules or "").split(";") if entry]
    return Studies(
        person_id=person_id,
        tracks=frozenset(Track(track) for track in _words(row.tracks)),
        done=frozenset(_words(row.done)),
        started=frozenset(module for module, _, _ in enrolments),
        best_percent={module: int(percent) for module, percent, _ in enrolments if int(percent) >= 0},
        completed=frozenset(module for module, _, completed in enrolments if completed),
        tests=tuple(_words(row.tests)),
        review=tuple(sorted(set(_words(row.review)))),  # databases aggregate in any order
        review_since=row.review_since,
        open_run=run_of(row) if row.id is not None else None,
        changed=frozenset(_words(row.changed)),
    )
