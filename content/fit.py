"""Whether a text fits a phone, measured as it will be shown on every day that changes it; and whether it reads well."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import combinations, permutations
from typing import TYPE_CHECKING, assert_never

from content import answers, present
from content.model import QuestionKind
from learning import numbers
from learning.formula import FormulaError
from learning.grading import MATCHED, SEEN, UNMATCHED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from content.faults import Complain
    from content.figures import Figures
    from content.model import Formula, Lesson, Question
    from content.parser import LessonFile
    from content.questions import PlacedQuestion

MOST_WORDS = 18
LONGEST_NUMBER = f"{'9' * numbers.MOST_DIGITS}.{'9' * numbers.DECIMALS}"
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
    """Complain about questions and verdicts that cannot be shown or are too long, and about sums gone wrong."""
    for placed in questions:
        texts, order = texts_of(placed.question), _order(placed.question)
        if _check_parameters(texts, placed.line, figures, complain):
            continue
        if len(set(order)) < len(order) or len(order) > len(present.LETTERS):
            continue
        for on in figures.days(texts):
            _check_question(placed, on, figures, complain)
            if _can_be_answered(placed, on, figures, complain):
                _check_verdicts(placed, on, figures, complain)


def _check_question(placed: PlacedQuestion, on: date, figures: Figures, complain: Complain) -> None:
    question = placed.question
    order = _order(question)
    header = "x" * (present.QUESTION_HEADER_ROOM - 1)
    shown = (present.question_text(question, order, header, on, figures, picked=picked) for picked in ("", order))
    if (length := max(map(len, shown))) > present.LONGEST:
        complain(placed.line, f"Câu {question.id} dài {length} ký tự khi hiện; nhiều nhất {present.LONGEST}.")


def _can_be_answered(placed: PlacedQuestion, on: date, figures: Figures, complain: Complain) -> bool:
    """Whether the question has what its kind is answered by; what the parser has complained about is left at that."""
    question = placed.question
    match question.kind:
        case QuestionKind.ONE | QuestionKind.TRUE_FALSE:
            return len(question.right_keys) == 1
        case QuestionKind.SEVERAL | QuestionKind.ORDER:
            return bool(question.right_keys)
        case QuestionKind.NUMBER:
            return question.answer is not None and _comes_out(placed, question.answer, on, figures, complain)
        case QuestionKind.TEXT:
            return bool(question.accepted)
        case _:
            assert_never(question.kind)


def _comes_out(placed: PlacedQuestion, answer: Formula, on: date, figures: Figures, complain: Complain) -> bool:
    """Whether a calculation comes to a number that can be typed and hit."""
    try:
        value = answers.expected(placed.question, on, figures)
    except FormulaError as error:
        complain(placed.answer_line, f"Đáp số '{answer.text}' tính không được: {error}.")
        return False
    if not 0 <= value < 10**numbers.MOST_DIGITS:
        complain(placed.answer_line, f"Đáp số ra {value:.4g}; phải từ 0 và có nhiều nhất {numbers.MOST_DIGITS} chữ số.")
        return False
    if not answer.tolerance.allows(value, Decimal(numbers.kept(value))):
        complain(placed.answer_line, f"Đáp số {numbers.shown(value)}… không tròn; ghi thêm dòng 'Sai số:'.")
        return False
    return True


def _order(question: Question) -> str:
    return "".join(choice.key for choice in question.choices)


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
        yield placed.reason_line, placed.question.reason
        for choice in placed.question.choices:
            yield placed.choice_lines[choice.key], f"{choice.text}\n{choice.reason}"


def texts_of(question: Question) -> list[str]:
    """Every text of a question that may hold a figure."""
    return [
        question.text,
        question.reason,
        question.answer.text if question.answer else "",
        *(text for choice in question.choices for text in (choice.text, choice.reason)),
        *(basis.cite for basis in question.basis),
    ]


def _card_lengths(lesson: Lesson, index: int, days: Iterable[date], figures: Figures) -> Iterator[int]:
    for on in days:
        yield present.CARD_HEADER_ROOM + len(present.card_body(lesson, index, on, figures))


def _check_verdicts(placed: PlacedQuestion, on: date, figures: Figures, complain: Complain) -> None:
    """Measure the verdict on every answer; the order of the choices moves their letters and changes no length."""
    question = placed.question
    order = _order(question)
    for kept in _every_answer(question, answers.expected(question, on, figures) if question.answer else Decimal(0)):
        length = len(present.verdict_text(question, kept, order, on, figures))
        if length > present.LONGEST:
            line = placed.choice_lines[kept] if question.kind.has_one_right else placed.line
            chosen = f" khi chọn {', '.join(kept)}" if question.choices else ""
            complain(line, f"Lời đáp{chosen} dài {length} ký tự; nhiều nhất {present.LONGEST}.")


def _every_answer(question: Question, expected: Decimal) -> Iterator[str]:
    """Every answer that could be kept; of the numbers the right one and the longest."""
    keys = _order(question)
    match question.kind:
        case QuestionKind.ONE | QuestionKind.TRUE_FALSE:
            yield from keys
        case QuestionKind.SEVERAL:
            yield SEEN
            for count in range(1, len(keys) + 1):
                yield from ("".join(sorted(some)) for some in combinations(keys, count))
        case QuestionKind.ORDER:
            yield from ("".join(steps) for steps in permutations(keys))
        case QuestionKind.NUMBER:
            yield from (SEEN, numbers.kept(expected), LONGEST_NUMBER)
        case QuestionKind.TEXT:
            yield from (SEEN, MATCHED, UNMATCHED)
        case _:
            assert_never(question.kind)


def _check_parameters(texts: Iterable[str], line: int, figures: Figures, complain: Complain) -> bool:
    """Whether some parameter cannot be shown; each such is complained about."""
    problems = [problem for text in texts for problem in figures.problems(text)]
    for problem in problems:
        complain(line, problem)
    return bool(problems)
