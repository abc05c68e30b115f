"""
What a learner would be sent, for authors to read before anybody is: every message of a lesson, test, drill or tool.

Pure: the messages come from the same functions as those of learners; nothing is stored, and no button leads anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, assert_never

from channels.messages import PersonId
from content import answers, present, tool_text
from content.model import QuestionKind
from handlers import quiz, words
from learning import grading, numbers
from learning import lesson as rules
from storage.runs import Run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from channels.messages import Message
    from content.figures import Figures
    from content.model import Lesson, Library, Module, Question
    from content.tool_model import Tool
    from learning.lesson import Progress

ATTEMPT = 1
ON_SCREEN = "1"  # the message that later ones replace where a channel can edit


@dataclass(frozen=True, slots=True)
class Step:
    """A message and what leads to it; `longest` are the NFC code points it may have."""

    label: str
    message: Message
    longest: int = present.LONGEST


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What messages are made from besides the content: the day, and the figures it is shown with."""

    library: Library
    on: date
    figures: Figures

    def lesson(self, lesson: Lesson) -> Iterator[Step]:
        """Every card, every question with the answer to each reply, the end, and the tools it offers."""
        module = self.library.module_of[lesson.id]
        number, total = present.place_of(module, lesson)
        progress = rules.begin_lesson(
            len(lesson.cards), tuple(question.id for question in lesson.questions), number=number, total=total
        )
        run = self._run("lesson", module, lesson.id, lesson.version, progress)
        for index in range(len(lesson.cards)):
            text = present.card_text(lesson, index, number, total, self.on, self.figures)
            shown = words.card(_at(run, index), text, replaces=ON_SCREEN if index else None)
            yield Step(f"Thẻ {index + 1}", shown)
        for place, question in enumerate(lesson.questions, start=len(lesson.cards)):
            yield from self._question(_at(run, place), question)
        tools = [tool for tool in self.library.tools.values() if tool.lesson_id == lesson.id]
        done = replace(run, progress=replace(progress, right_first=progress.asked))
        ended = words.lesson_done(done, lesson, number, tools, asks_hour=False, replaces=ON_SCREEN)
        yield Step("Hết bài", ended)
        for tool in tools:
            yield from self.tool(tool)

    def test(self, module: Module) -> Iterator[Step]:
        """Every question of a final test with the answer to each reply, and both ends."""
        questions = module.final_test.questions
        progress = rules.begin_test(tuple(question.id for question in questions))
        run = self._run("test", module, f"{module.id}.T", module.final_test.version, progress)
        for place, question in enumerate(questions):
            yield from self._question(_at(run, place), question)
        drawn = replace(progress, steps=progress.steps[: module.final_test.drawn])
        for label, right in (("Đạt", len(drawn.steps)), ("Chưa đạt", 0)):
            ended = replace(run, progress=replace(drawn, right_first=right))
            shown = words.test_done(
                ended, module, passed=bool(right), tries_left=module.tries_a_week - 1, replaces=ON_SCREEN
            )
            yield Step(label, shown)

    def tool(self, tool: Tool) -> Iterator[Step]:
        """The page as it is sent."""
        yield Step(f"Bấm [Mẫu: {tool.title}]", words.tool(tool, self.on, self.figures), tool_text.LONGEST)

    def _run(self, kind: str, module: Module, lesson_id: str, version: str, progress: Progress) -> Run:
        opened_at = datetime.combine(self.on, time.min, UTC)
        return Run(1, PersonId(1), kind, module.id, lesson_id, version, progress, False, opened_at, None)

    def _question(self, run: Run, question: Question) -> Iterator[Step]:
        order = quiz.order_of(run, question)
        name = f"{words.step_name(run)} ({question.kind.value})"
        yield Step(name, self._asked(run, question, order))
        if question.kind in {QuestionKind.SEVERAL, QuestionKind.ORDER}:
            first = question.right_keys[0]
            yield Step(f"Bấm {letters(first, order)}", self._asked(run, question, order, picked=first))
        for kept in (answers.right_answer(question, self.on, self.figures), *self._wrong(question)):
            is_right = answers.is_right(question, kept, self.on, self.figures)
            said = words.verdict(run, question, kept, order, self.on, self.figures, replaces=ON_SCREEN)
            yield Step(f"{_given(question, kept, order)} ({'đúng' if is_right else 'chưa đúng'})", said)

    def _asked(self, run: Run, question: Question, order: str, picked: str = "") -> Message:
        is_first = run.progress.at == 0 and not picked
        return words.question(
            run,
            question,
            ATTEMPT,
            order,
            self.on,
            self.figures,
            picked=picked,
            replaces=None if is_first else ON_SCREEN,
        )

    def _wrong(self, question: Question) -> Iterator[str]:
        """Every way to be wrong that is answered in words of its own."""
        right = question.right_keys
        match question.kind:
            case QuestionKind.NUMBER:
                yield numbers.kept(answers.expected(question, self.on, self.figures) * 2 + 1)
                yield from answers.wrong_answers(question)
            case QuestionKind.SEVERAL:
                yield from ("".join(sorted(right + choice.key)) for choice in question.choices if not choice.is_right)
                yield from (kept for kept in answers.wrong_answers(question) if set(kept) < set(right))
                yield grading.SEEN
            case _:
                yield from answers.wrong_answers(question)


def letters(keys: str, order: str) -> str:
    """Return the letters that some keys have on the screen."""
    return " ".join(present.LETTERS[order.index(key)] for key in keys)


def _at(run: Run, place: int) -> Run:
    return replace(run, progress=replace(run.progress, at=place))


def _given(question: Question, kept: str, order: str) -> str:
    if kept == grading.SEEN:
        return "Bấm [Xem đáp án]"
    match question.kind:
        case QuestionKind.TEXT:
            return f"Gõ “{question.accepted[0]}”" if kept == grading.MATCHED else "Gõ lời khác"
        case QuestionKind.NUMBER:
            return f"Gõ {kept.replace('.', ',')}"
        case QuestionKind.TRUE_FALSE:
            chosen = question.choice(kept)
            return f"Bấm [{chosen.text if chosen else kept}]"
        case QuestionKind.ONE:
            return f"Bấm {letters(kept, order)}"
        case QuestionKind.SEVERAL:
            return f"Bấm {letters(''.join(sorted(kept, key=order.index)), order)}, [Xong]"
        case QuestionKind.ORDER:
            return f"Bấm {letters(kept, order)}, [Xong]"
        case _:
            assert_never(question.kind)
