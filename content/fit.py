"""Whether a text fits a phone, measured as it will be shown on every day that changes it; and whether it reads well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from content import present

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from content.faults import Complain
    from content.figures import Figures
    from content.model import Lesson, Question
    from content.parser import LessonFile, PlacedQuestion

MOST_WORDS = 18
SENTENCE_END = re.compile(r"[.?!…:;][\"”’)]*\s+|\n")


def check_lesson(file: LessonFile, figures: Figures, complain: Complain) -> None:
    """Complain about parameters that cannot be shown and about cards and questions that are too long."""
    lesson = file.lesson
    for card, line in zip((lesson.title, *lesson.cards), (file.id_line, *file.card_lines), strict=True):
        _check_parameters([card], line, figures, complain)
    for index, line in enumerate(file.card_lines):
        texts = (lesson.title, lesson.cards[index])
        if not any(map(figures.problems, texts)):
            longest = max(_card_lengths(lesson, index, figures.days(texts), figures), default=0)
            if longest > present.LONGEST:
                complain(line, f"Thẻ {index + 1} dài {longest} ký tự khi hiện; nhiều nhất {present.LONGEST}.")
    check_questions(file.questions, figures, complain)


def check_questions(questions: Iterable[PlacedQuestion], figures: Figures, complain: Complain) -> None:
    """Complain about questions and verdicts that cannot be shown or are too long."""
    for placed in questions:
        question = placed.question
        texts = _texts(question)
        order = "".join(choice.key for choice in question.choices)
        if _check_parameters(texts, placed.line, figures, complain) or len(set(order)) < len(order):
            continue
        for on in figures.days(texts):
            header = "x" * (present.QUESTION_HEADER_ROOM - 1)
            length = len(present.question_text(question, order, header, on, figures))
            if length > present.LONGEST:
                complain(placed.line, f"Câu {question.id} dài {length} ký tự khi hiện; nhiều nhất {present.LONGEST}.")
            if sum(choice.is_right for choice in question.choices) == 1:
                _check_verdicts(placed, order, on, figures, complain)


def long_sentences(text: str) -> Iterator[str]:
    """Each sentence of more than MOST_WORDS syllables (tiếng)."""
    return (sentence for sentence in SENTENCE_END.split(text) if len(sentence.split()) > MOST_WORDS)


def warn_of_long_sentences(lines: Iterable[tuple[int, str]], warn: Complain) -> None:
    """Warn about every long sentence of the texts, each given with its line."""
    for line, text in lines:
        for sentence in long_sentences(text):
            warn(line, f"Câu dài {len(sentence.split())} tiếng (nên ≤ {MOST_WORDS}): {sentence.strip()[:50]}…")


def spoken(file: LessonFile) -> Iterator[tuple[int, str]]:
    """Every text of a lesson that is read on a phone, with its line."""
    yield from zip(file.card_lines, file.lesson.cards, strict=True)
    yield from spoken_questions(file.questions)


def spoken_questions(questions: Iterable[PlacedQuestion]) -> Iterator[tuple[int, str]]:
    """Every text of the questions, with its line."""
    for placed in questions:
        yield placed.line, placed.question.text
        for choice in placed.question.choices:
            yield placed.choice_lines[choice.key], f"{choice.text}\n{choice.reason}"


def _texts(question: Question) -> list[str]:
    return [
        question.text,
        *(text for choice in question.choices for text in (choice.text, choice.reason)),
        *(basis.cite for basis in question.basis),
    ]


def _card_lengths(lesson: Lesson, index: int, days: Iterable[date], figures: Figures) -> Iterator[int]:
    for on in days:
        yield present.CARD_HEADER_ROOM + len(present.card_body(lesson, index, on, figures))


def _check_verdicts(placed: PlacedQuestion, order: str, on: date, figures: Figures, complain: Complain) -> None:
    for choice in placed.question.choices:
        length = len(present.verdict_text(placed.question, choice.key, order, on, figures))
        if length > present.LONGEST:
            complain(
                placed.choice_lines[choice.key],
                f"Lời đáp khi chọn {choice.key} dài {length} ký tự; nhiều nhất {present.LONGEST}.",
            )


def _check_parameters(texts: Iterable[str], line: int, figures: Figures, complain: Complain) -> bool:
    """Whether some parameter cannot be shown; each such is complained about."""
    problems = [problem for text in texts for problem in figures.problems(text)]
    for problem in problems:
        complain(line, problem)
    return bool(problems)
