"""How an invented learner sits through lessons and final tests: by the rules, with chance as the learner."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from content import answers
from content.model import QuestionKind
from learning import lesson as rules
from learning.calendar import day_of

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from content.model import Lesson, Library, Module, Question
    from learning.lesson import Progress

CARD_S = (20, 55)
QUESTION_S = (12, 45)
MOST_REVIEWED = 3
_AGAIN_SHARE = 0.9


@dataclass(slots=True)
class Answered:
    """One question put; without `chosen` it is still on the screen."""

    question_id: str
    version: str
    place: int
    is_first: bool
    order: str
    shown_at: datetime
    chosen: str | None = None
    is_right: bool | None = None
    answered_at: datetime | None = None


@dataclass(slots=True)
class Sitting:
    """One sitting; without `finished_at` it is open."""

    kind: str
    module: Module
    lesson_id: str
    version: str
    progress: Progress
    opened_at: datetime
    is_pushed: bool
    last_tap_at: datetime
    finished_at: datetime | None = None
    answers: list[Answered] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """The questions whose first answer was wrong."""
        return [answer.question_id for answer in self.answers if answer.is_first and answer.is_right is False]


def begin_lesson(
    module: Module, lesson: Lesson, review: list[str], number: int, total: int, at: datetime, *, is_pushed: bool
) -> Sitting:
    """A lesson on the screen, its first step not left yet."""
    questions = tuple(question.id for question in lesson.questions)
    progress = rules.begin_lesson(
        len(lesson.cards), questions, tuple(review[:MOST_REVIEWED]), number=number, total=total
    )
    return Sitting("lesson", module, lesson.id, lesson.version, progress, at, is_pushed, at)


def begin_test(module: Module, pool: tuple[Question, ...], at: datetime, rng: Random) -> Sitting:
    """A final test on the screen."""
    drawn = rng.sample([question.id for question in pool], min(len(pool), module.final_test.drawn))
    progress = rules.begin_test(tuple(drawn))
    return Sitting("test", module, f"{module.id}.T", module.final_test.version, progress, at, False, at)


def sit(sitting: Sitting, library: Library, rng: Random, right_share: float, stop_after: int | None = None) -> None:
    """
    Go through a sitting step by step.

    Args:
        sitting: a begun one; changed in place.
        library: where its questions are.
        rng: the chance.
        right_share: how likely a first answer is right, 0 to 1.
        stop_after: leave it open on the screen after this many steps; None to finish.
    """
    now, done, progress = sitting.opened_at, 0, sitting.progress
    while not progress.is_finished:
        if progress.step.is_question:
            put = _put(sitting, progress, library, now, rng)
            sitting.answers.append(put)
        if done == stop_after:
            break
        if progress.step.is_question:
            now += timedelta(seconds=rng.randint(*QUESTION_S))
            share = right_share if put.is_first else _AGAIN_SHARE
            progress = _answer(put, progress, library.questions[put.question_id], rng, share, now)
        else:
            now += timedelta(seconds=rng.randint(*CARD_S))
        progress = rules.advance(progress)
        done += 1
    else:
        sitting.finished_at = now
    sitting.progress, sitting.last_tap_at = progress, now


def _put(sitting: Sitting, progress: Progress, library: Library, now: datetime, rng: Random) -> Answered:
    question = library.questions[progress.step.ref]
    keys = [choice.key for choice in question.choices]
    if question.kind is not QuestionKind.TRUE_FALSE:
        rng.shuffle(keys)
    version = sitting.version if sitting.kind == "test" else library.lessons[question.lesson_id].version
    return Answered(question.id, version, progress.at, progress.step.kind.is_first_answer, "".join(keys), now)


def _answer(
    put: Answered, progress: Progress, question: Question, rng: Random, share: float, now: datetime
) -> Progress:
    put.is_right = rng.random() < share
    put.chosen = (
        answers.right_answer(question, day_of(now)) if put.is_right else rng.choice(answers.wrong_answers(question))
    )
    put.answered_at = now
    return rules.answer(progress, is_right=put.is_right)
