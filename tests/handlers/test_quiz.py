"""Whatever is asked can be answered by typing: shipped questions, and one of each kind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from channels.messages import PersonId
from content import answers, loader
from content.model import Question, QuestionKind
from handlers import quiz
from handlers.router import COMMANDS
from learning import numbers
from learning.lesson import begin_test
from learning.text import fold
from storage.runs import Run

TODAY = date(2026, 11, 21)
KINDS = loader.load(Path(__file__).parents[1] / "scenarios" / "kinds")
QUESTIONS = [*loader.load().questions.values(), *KINDS.questions.values()]


def order_in(run_id: int, question: Question) -> str:
    opened = datetime(2026, 11, 21, tzinfo=UTC)
    run = Run(run_id, PersonId(1), "test", "M1", "M1.T", "v", begin_test((question.id,)), False, opened, None)
    return quiz.order_of(run, question)


def as_typed(question: Question, order: str) -> list[str]:
    right = answers.right_answer(question, TODAY)
    match question.kind:
        case QuestionKind.NUMBER:
            return [
                right.replace(".", ","),
                f"{numbers.shown(Decimal(right))} {question.answer and question.answer.unit}",
            ]
        case QuestionKind.TEXT:
            return [*question.accepted, *(fold(way).upper() for way in question.accepted)]
        case _:
            return [" ".join("ABCD"[order.index(key)] for key in right)]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_the_right_answer_can_be_typed_and_is_no_command(question: Question) -> None:
    order = order_in(1, question)

    for text in as_typed(question, order):
        kept = answers.read(question, text, order)
        assert kept is not None
        assert answers.is_right(question, kept, TODAY)
        assert fold(text) not in COMMANDS


@pytest.mark.parametrize("question", KINDS.questions.values(), ids=lambda question: question.id)
def test_true_and_false_stay_in_place_and_steps_never_begin_in_order(question: Question) -> None:
    orders = {order_in(number, question) for number in range(60)}

    match question.kind:
        case QuestionKind.ORDER:
            assert question.right_keys not in orders
            assert len(orders) > 10
        case QuestionKind.SEVERAL:
            assert len(orders) == 6
        case QuestionKind.TRUE_FALSE:
            assert orders == {"ab"}
        case _:
            assert orders == {""}
