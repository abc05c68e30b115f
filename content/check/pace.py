"""
How many minutes a lesson takes, so that its head promises no fewer.

A reader of 200 syllables a minute reads every card, every question and the reply after it (half-way between that of a
right and that of a wrong answer, without its clause), and takes ten seconds for every press.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from content import answers, fit, present
from content.check.reading import SYLLABLE
from content.model import QuestionKind

if TYPE_CHECKING:
    from datetime import date

    from content.faults import Complain
    from content.figures import Figures
    from content.model import Lesson, Question
    from content.parser import LessonFile

SYLLABLES_A_MINUTE = 200
MINUTES_A_PRESS = 10 / 60
TOO_FEW, TOO_MANY = 1, 2  # minutes that a head may promise below and above what is computed
_CLAUSE = "\nCăn cứ: "


def minutes(lesson: Lesson, figures: Figures) -> float:
    """Return how long a lesson without faults takes, with the figures of the first day that its texts can be shown."""
    on = figures.days([*lesson.cards, *(text for one in lesson.questions for text in fit.texts_of(one))])[0]
    cards = sum(_syllables(present.card_body(lesson, index, on, figures)) for index in range(len(lesson.cards)))
    read = cards + sum(_read(question, on, figures) for question in lesson.questions)
    presses = len(lesson.cards) + sum(_presses(question) + 1 for question in lesson.questions)
    return read / SYLLABLES_A_MINUTE + presses * MINUTES_A_PRESS


def warn(file: LessonFile, figures: Figures, warn_at: Complain) -> None:
    """Warn where the head promises more than a minute too few, or more than two too many."""
    promised, computed = file.lesson.minutes, minutes(file.lesson, figures)
    if promised < computed - TOO_FEW or promised > computed + TOO_MANY:
        shown = f"{computed:.1f}".replace(".", ",")
        warn_at(file.minutes_line, f"Ghi {promised} phút, tính ra {shown} phút; nên ghi {max(1, round(computed))}.")


def _read(question: Question, on: date, figures: Figures) -> float:
    order = "".join(choice.key for choice in question.choices)
    kept = (answers.right_answer(question, on, figures), answers.wrong_answers(question)[0])
    replies = (present.verdict_text(question, one, order, on, figures).rpartition(_CLAUSE)[0] for one in kept)
    return _syllables(present.question_text(question, order, "", on, figures)) + sum(map(_syllables, replies)) / 2


def _presses(question: Question) -> int:
    """How many it takes to answer: what is typed counts as one."""
    match question.kind:
        case QuestionKind.SEVERAL:
            return len(question.right_keys) + 1
        case QuestionKind.ORDER:
            return len(question.choices)
        case _:
            return 1


def _syllables(text: str) -> int:
    return len(SYLLABLE.findall(text))
