"""What somebody learns next: the lessons of all their positions' tracks, module by module, each with its final test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.standing import Corrected

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from content.model import Lesson, Library, Module, Question
    from learning.roles import Track
    from storage.standing import Studies


@dataclass(frozen=True, slots=True)
class Item:
    """A lesson of a module, or (without one) the module's final test."""

    module: Module
    lesson: Lesson | None


def lessons_of(module: Module, tracks: Collection[Track]) -> tuple[Lesson, ...]:
    """The lessons of a module that somebody on these tracks learns, in order, each once."""
    wanted = {lesson.id for track in tracks for lesson in module.lessons_for(track)}
    return tuple(lesson for lesson in module.lessons if lesson.id in wanted)


def test_pool(module: Module, tracks: Collection[Track]) -> tuple[Question, ...]:
    """The questions a final test may draw for these tracks."""
    lessons = {lesson.id for lesson in lessons_of(module, tracks)}
    return tuple(question for question in module.final_test.questions if question.lesson_id in lessons)


def corrections(library: Library) -> tuple[Corrected, ...]:
    """The questions for those who finished lessons in texts that are corrected since."""
    return tuple(
        Corrected(lesson.id, correction.version, correction.question_id)
        for lesson in library.lessons.values()
        for correction in lesson.corrects
    )


def changed_from(library: Library, question: Question) -> date | None:
    """The day from which the rule that a correction asks about is another; None where only a text was wrong."""
    corrects = library.lessons[question.lesson_id].corrects
    days = [one.in_force_from for one in corrects if one.question_id == question.id and one.in_force_from is not None]
    return max(days, default=None)


def next_item(library: Library, studies: Studies) -> Item | None:
    """Return what comes next, or None when nothing is left for now (a test's tries of the week may be used up)."""
    for module in library.modules:
        lessons = lessons_of(module, studies.tracks)
        for lesson in lessons:
            if lesson.id not in studies.done:
                return Item(module, lesson)
        passed = studies.best_percent.get(module.id, -1) >= module.pass_percent
        if (
            lessons
            and not passed
            and studies.tests.count(module.id) < module.tries_a_week
            and test_pool(module, studies.tracks)
        ):
            return Item(module, None)
    return None
