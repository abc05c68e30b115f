"""What authors read is what learners are sent: every message of all content, within its length."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from content import loader
from handlers.rehearsal import Rehearsal
from handlers.rehearsal_drill import drill_steps
from tests.content.trees import FIGURES, FINAL_TEST, LESSON, MODULE, SOURCES, Tree
from web.looks import length

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def shipped() -> loader.Examined:
    return loader.examine(None, DAY)


def test_everything_can_be_rehearsed_and_fits(shipped: loader.Examined) -> None:
    rehearsal = Rehearsal(shipped.library, DAY, shipped.figures)
    steps = [step for lesson in shipped.library.lessons.values() for step in rehearsal.lesson(lesson)]
    steps += [step for module in shipped.library.modules for step in rehearsal.test(module)]
    steps += [step for drill in shipped.library.drills.values() for step in drill_steps(drill)]
    steps += [step for tool in shipped.library.tools.values() for step in rehearsal.tool(tool)]

    assert len(steps) > 2_000
    assert [step.label for step in steps if length(step.message) > step.longest] == []


def test_every_reason_of_every_question_is_read(shipped: loader.Examined) -> None:
    rehearsal = Rehearsal(shipped.library, DAY, shipped.figures)
    for lesson in shipped.library.lessons.values():
        said = " ".join(step.message.full_text for step in rehearsal.lesson(lesson))
        reasons = [choice.reason for question in lesson.questions for choice in question.choices]
        reasons += [question.reason for question in lesson.questions]
        assert [reason for reason in reasons if shipped.figures.resolve(reason, DAY) not in said] == [], lesson.id


def test_every_note_of_every_drill_is_read(shipped: loader.Examined) -> None:
    for drill in shipped.library.drills.values():
        said = " ".join(step.message.full_text for step in drill_steps(drill))
        notes = [reply.note for turn in drill.turns.values() for reply in turn.replies]
        assert [note for note in notes if note not in said] == [], drill.id


def test_figures_are_those_of_the_content_that_is_shown(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    for file, text in (("figures.yaml", FIGURES), ("sources.yaml", SOURCES), ("courses/c/m7/module.yaml", MODULE)):
        tree.write(file, text)
    tree.write("courses/c/m7/m7_1.md", LESSON)
    tree.write("courses/c/m7/final_test.md", FINAL_TEST)
    read = loader.examine(tmp_path, DAY)

    steps = {step.label: step.message for step in Rehearsal(read.library, DAY, read.figures).lesson(
        read.library.lessons["M7.1"]
    )}  # fmt: skip

    assert steps["Thẻ 2"].full_text == "Bài 1/1 · 2/3\nTổ trưởng có 12 giờ."
    question = steps["Câu hỏi 1/1 (một đáp án)"]
    assert {button.hint for button in question.buttons[0]} == {"12 giờ", "Không có giờ nào"}
