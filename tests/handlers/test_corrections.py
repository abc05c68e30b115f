"""Who learned a text that was mended since is put a question about what changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from content.loader import load
from content.present import QUESTION_HEADER_ROOM
from handlers import study
from handlers.syllabus import corrections
from handlers.words.questions import change_name
from learning import lesson as rules
from learning.lesson import Step, StepKind
from learning.roles import Role
from storage import finished, learners, runs
from tests import builders
from tests.content.trees import FIGURES, FINAL_TEST, LESSON, MODULE, SOURCES, Tree

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId
    from content.model import Library
    from storage.database import Database

OLD = "0123456789abcdef"
NOW = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
_numbers = count(1)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    tree = Tree(tmp_path)
    corrects = f"corrects: {{version: {OLD}, question: M7.1-1}}\nlegal:"
    tree.write("figures.yaml", FIGURES)
    tree.write("sources.yaml", SOURCES)
    tree.write("courses/c/m7/module.yaml", MODULE)
    lesson = LESSON.replace("{{ gio.to_truong }}", "12")  # handlers show the shipped figures
    tree.write("courses/c/m7/m7_1.md", lesson.replace("legal:", corrects))
    tree.write("courses/c/m7/m7_2.md", lesson.replace("M7.1", "M7.2"))
    tree.write("courses/c/m7/final_test.md", FINAL_TEST)
    return load(tree.root)


async def finished_by(conn: AsyncConnection, version: str) -> PersonId:
    """A group leader who finished M7.1 the day before, in that version."""
    unit = await builders.unit(conn, f"CS-{next(_numbers)}", "CDCS")
    person_id = await builders.cadre(conn, "Nguyễn Thị Lan", unit, Role.GROUP_LEADER)
    progress = rules.begin_lesson(3, ())
    run = await runs.open_new(
        conn, person_id=person_id, kind="lesson", module_id="M7", lesson_id="M7.1", version=version, progress=progress,
        is_pushed=False, now=NOW - DAY,
    )  # fmt: skip
    assert run is not None
    await runs.finish(conn, run.id, progress, NOW - DAY)
    return person_id


async def test_the_question_comes_in_a_review_and_then_no_more(database: Database, library: Library) -> None:
    async with database.begin() as conn:
        person_id = await finished_by(conn, OLD)
        run = await study.open_review(conn, library, await study.where(conn, library, person_id, NOW), NOW)

        assert run is not None
        assert run.progress.steps == (Step(StepKind.CHANGED, "M7.1-1"),)
        shown = await study.show(conn, library, run, NOW, replaces=None)
        assert shown.title == "Bài đồng chí đã học vừa được sửa:"
        assert shown.text.startswith("Tổ trưởng có bao nhiêu giờ?")

        asked = await runs.asked_at(conn, run.id, 0)
        assert asked is not None
        await runs.record_answer(conn, asked.id, "a", is_right=True, now=NOW)
        await runs.finish(conn, run.id, run.progress, NOW)
        assert (await study.where(conn, library, person_id, NOW + DAY)).review == ()


async def test_the_question_comes_before_the_next_lesson(database: Database, library: Library) -> None:
    async with database.begin() as conn:
        person_id = await finished_by(conn, OLD)
        standing = await study.where(conn, library, person_id, NOW)
        run = await study.open_next(conn, library, standing, NOW, is_pushed=False)

    assert run is not None
    assert run.lesson_id == "M7.2"
    assert run.progress.steps[0] == Step(StepKind.CHANGED, "M7.1-1")


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (None, "Bài đồng chí đã học vừa được sửa:"),
        (date(2026, 11, 9), "Quy định đã thay đổi từ 09/11/2026:"),
        (date(2027, 1, 1), "Quy định sẽ thay đổi từ 01/01/2027:"),
    ],
)
def test_what_has_changed_stands_above_the_question(since: date | None, said: str) -> None:
    assert change_name(since, date(2026, 11, 9)) == said
    assert len(said) < QUESTION_HEADER_ROOM


async def test_learners_whom_nothing_waits_for_are_looked_at_again(database: Database, library: Library) -> None:
    async with database.begin() as conn:
        people = [await finished_by(conn, version) for version in (OLD, "fedcba9876543210", OLD)]
        for person_id in people:
            await builders.agreed(conn, person_id, at=NOW)
        later = NOW + DAY
        await learners.change(conn, people[2], next_due_at=later)
        pending = corrections(library)

        assert await finished.wake(conn, (), NOW) == 0
        assert await finished.wake(conn, pending, NOW) == 1
        assert await finished.wake(conn, pending, NOW) == 0
        found = [await learners.by_id(conn, person_id) for person_id in people]

    assert [one.next_due_at if one else None for one in found] == [NOW, None, later]


async def test_whoever_learned_the_new_text_is_not_asked(database: Database, library: Library) -> None:
    async with database.begin() as conn:
        person_id = await finished_by(conn, library.lessons["M7.1"].version)
        standing = await study.where(conn, library, person_id, NOW)

        assert await study.open_review(conn, library, standing, NOW) is None
