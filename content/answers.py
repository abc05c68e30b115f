"""
What answers a question, and whether that is right.

An answer is kept as text: the keys of what was chosen ("ac", for an order "bac"), a number as `learning.numbers.kept`
writes it, MATCHED or UNMATCHED for words (never the words), SEEN when the answer was looked up instead.
Pure: `on` is the day whose figures count; `figures` are those shipped with the program unless others are given.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, assert_never

from content.figures import Figures, resolve
from content.model import QuestionKind
from learning import formula, grading, numbers

if TYPE_CHECKING:
    from datetime import date

    from content.model import Question


def expected(question: Question, on: date, figures: Figures | None = None) -> Decimal:
    """
    Return what a calculation comes to on a day.

    Raises:
        ValueError: the question is no calculation.
        FormulaError: its formula cannot be worked out; the loader refuses such.
        FigureError: it names a figure without a value on that day; the loader refuses such.
    """
    if question.answer is None:
        raise ValueError(f"{question.id} asks for no number")
    return formula.value_of(resolve(question.answer.text, on, figures))


def is_answer(question: Question, kept: str) -> bool:
    """Whether `kept` is a whole answer to the question; an old button may hold what is none any more."""
    keys = [choice.key for choice in question.choices]
    match question.kind:
        case QuestionKind.ONE | QuestionKind.TRUE_FALSE:
            return kept in keys
        case QuestionKind.SEVERAL:
            return bool(kept) and "".join(sorted(set(kept))) == kept and set(kept) <= set(keys)
        case QuestionKind.ORDER:
            return sorted(kept) == sorted(keys)
        case QuestionKind.NUMBER:
            return kept == grading.SEEN or numbers.is_kept(kept)
        case QuestionKind.TEXT:
            return kept in {grading.MATCHED, grading.UNMATCHED, grading.SEEN}
        case _:
            assert_never(question.kind)


def is_right(question: Question, kept: str, on: date, figures: Figures | None = None) -> bool:
    """
    Whether an answer is right.

    Raises:
        KeyError: `kept` is no answer to the question.
    """
    if not is_answer(question, kept):
        raise KeyError(kept)
    match question.kind:
        case QuestionKind.ONE | QuestionKind.TRUE_FALSE | QuestionKind.SEVERAL:
            return grading.is_same_set(question.right_keys, kept)
        case QuestionKind.ORDER:
            return kept == question.right_keys
        case QuestionKind.NUMBER:
            if kept == grading.SEEN or question.answer is None:
                return False
            return question.answer.tolerance.allows(expected(question, on, figures), Decimal(kept))
        case QuestionKind.TEXT:
            return kept == grading.MATCHED
        case _:
            assert_never(question.kind)


def read(question: Question, typed: str, order: str) -> str | None:
    """
    Return what somebody typed in the form it is kept in; None when it is no answer to such a question.

    Args:
        question: the question on the screen.
        typed: what was typed.
        order: the keys of its choices as shown from the top.
    """
    match question.kind:
        case QuestionKind.ONE | QuestionKind.TRUE_FALSE:
            letters = grading.letters(typed, order)
            return letters if letters is not None and len(letters) == 1 else None
        case QuestionKind.SEVERAL:
            letters = grading.letters(typed, order)
            return None if letters is None else "".join(sorted(letters))
        case QuestionKind.ORDER:
            letters = grading.letters(typed, order)
            return letters if letters is not None and is_answer(question, letters) else None
        case QuestionKind.NUMBER:
            number = numbers.typed(typed, question.answer.unit if question.answer else "")
            return None if number is None else numbers.kept(number)
        case QuestionKind.TEXT:
            return grading.MATCHED if grading.matches(question.accepted, typed) else grading.UNMATCHED
        case _:
            assert_never(question.kind)
