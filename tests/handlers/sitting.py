"""A whole sitting through a lesson, put together by the functions that learners' messages come from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from channels.messages import Message, PersonId
from content import answers, present
from content.model import QuestionKind
from handlers import quiz, words
from handlers.rehearsal import letters
from learning import lesson as rules
from storage.runs import Run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from content.model import Lesson, Library, Question


@dataclass(frozen=True, slots=True)
class Turn:
    """What is shown, and what is tapped below it; "" at the end."""

    shown: Message
    tapped: str


def sit(library: Library, lesson: Lesson, on: date, wrong: str) -> Iterator[Turn]:
    """Every card, every question answered right but `wrong` at first, that one once more, the end and its tools."""
    module = library.module_of[lesson.id]
    number, total = present.place_of(module, lesson)
    asked = tuple(question.id for question in lesson.questions)
    progress = rules.begin_lesson(len(lesson.cards), asked, number=number, total=total)
    opened_at = datetime.combine(on, time.min, UTC)
    run = Run(1, PersonId(1), "lesson", module.id, lesson.id, lesson.version, progress, False, opened_at, None)
    while not run.progress.is_finished:
        step = run.progress.step
        if step.is_question:
            question = library.questions[step.ref]
            is_right = not (question.id == wrong and step.kind.is_first_answer)
            kept = answers.right_answer(question, on) if is_right else answers.wrong_answers(question)[0]
            order = quiz.order_of(run, question)
            yield _asked(run, question, order, kept, on)
            run = replace(run, progress=rules.answer(run.progress, is_right=is_right))
            yield Turn(words.verdict(run, question, kept, order, on, replaces="1"), "Tiếp ▸")
        else:
            text = present.card_text(lesson, int(step.ref), number, total, on)
            yield Turn(words.card(run, text, replaces="1"), "Tiếp ▸")
        run = replace(run, progress=rules.advance(run.progress))
    tools = library.tools_of(lesson.id)
    ended = words.lesson_done(run, lesson, number, tools, asks_hour=False, replaces="1")
    taps = [f"Mẫu: {tool.title}" for tool in tools]
    yield Turn(ended, taps[0] if taps else "")
    for tool, tapped in zip(tools, [*taps[1:], ""], strict=False):
        yield Turn(words.tool(tool, on), tapped)


def _asked(run: Run, question: Question, order: str, kept: str, on: date) -> Turn:
    """The question, and all that is tapped until it is answered."""
    shown = words.question(run, question, 1, order, on, replaces="1")
    match question.kind:
        case QuestionKind.SEVERAL:
            taps = [*letters("".join(sorted(kept, key=order.index)), order).split(), "Xong ▸"]
        case QuestionKind.ORDER:
            taps = [*letters(kept[:-1], order).split(), "Xong ▸"]
        case QuestionKind.TRUE_FALSE:
            taps = [choice.text for choice in question.choices if choice.key == kept]
        case QuestionKind.NUMBER | QuestionKind.TEXT:
            taps = ["Xem đáp án"]
        case _:
            taps = [letters(kept, order)]
    return Turn(shown, ", ".join(taps))
