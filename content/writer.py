"""
Lessons, final tests and modules as the files that `content.parser` reads: one form for one value.

What is written reads back as the same value, unless a text holds lines that mean something in a file; who writes
texts of others reads the file again and compares.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, assert_never

import yaml

from content.model import QuestionKind
from content.questions import USUAL_DIFFICULTY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from content.model import Correction, LegalBasis, Lesson, Module, Question
    from learning.grading import Tolerance

_TRACKS = "TCBS"


def lesson_text(lesson: Lesson) -> str:
    """Return a lesson's file."""
    tracks = ", ".join(sorted(lesson.audience, key=_TRACKS.index))
    head = [
        f"id: {scalar(lesson.id)}",
        f"title: {scalar(lesson.title)}",
        f"audience: [{tracks}]",
        f"minutes: {lesson.minutes}",
        f"objective: {scalar(lesson.objective)}",
        f"status: {scalar(lesson.status)}",
        *legal_lines(lesson.legal),
        *_corrects(lesson.corrects),
    ]
    cards = "\n\n---\n".join(lesson.cards)
    asked = "\n".join(question_text(question, lesson.objective) for question in lesson.questions)
    return f"---\n{_lined(head)}---\n{cards}\n\n---\n{asked}"


def final_test_text(
    test_id: str, legal: Iterable[LegalBasis], questions: Iterable[Question], objectives: Mapping[str, str]
) -> str:
    """Return a final test's file; `objectives` holds the lessons' own, which its questions need not repeat."""
    asked = "\n".join(
        question_text(question, objectives.get(question.lesson_id, ""), names_lesson=True) for question in questions
    )
    return f"---\n{_lined([f'id: {scalar(test_id)}', *legal_lines(legal)])}---\n{asked}"


def module_text(module: Module) -> str:
    """Return a module's `module.yaml`."""
    return _lined(
        [
            f"id: {scalar(module.id)}",
            f"title: {scalar(module.title)}",
            f"order: {module.order}",
            f"pass_percent: {module.pass_percent}",
            f"tries_a_week: {module.tries_a_week}",
            f"drawn: {module.final_test.drawn}",
        ]
    )


def question_text(question: Question, objective: str, *, names_lesson: bool = False) -> str:
    """
    Return a question as it stands in a file, ended by a line break.

    Args:
        question: the question.
        objective: that of its lesson; another of its own is written.
        names_lesson: True in a final test.
    """
    kind = "" if question.kind is QuestionKind.ONE else f" ({question.kind})"
    lines = [f"## Câu hỏi {question.id}{kind}"]
    if question.difficulty != USUAL_DIFFICULTY:
        lines.append(f"Độ khó: {question.difficulty}")
    if question.objective and question.objective != objective:
        lines.append(f"Mục tiêu: {question.objective}")
    lines += [question.text, "", *_answer(question)]
    if names_lesson:
        lines.append(f"Bài: {question.lesson_id}")
    lines.append(f"Căn cứ: {', '.join(basis.key for basis in question.basis)}")
    return _lined(lines)


def tolerance_text(tolerance: Tolerance) -> str:
    """Return a tolerance as authors write it, "" for none."""
    if not tolerance.amount:
        return ""
    return f"{number_text(f'{tolerance.amount:f}')}{'%' if tolerance.is_percent else ''}"


def number_text(plain: str) -> str:
    """Return a number that has a decimal point with a decimal comma, without needless zeros."""
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain).replace(".", ",")


def _answer(question: Question) -> Iterator[str]:
    match question.kind:
        case QuestionKind.ONE | QuestionKind.SEVERAL | QuestionKind.TRUE_FALSE:
            for choice in question.choices:
                yield f"- [{'x' if choice.is_right else ' '}] {choice.key}. {choice.text}"
                yield f"  Vì: {choice.reason}"
            yield ""
            return
        case QuestionKind.ORDER:
            yield from (f"- {choice.key}. {choice.text}" for choice in question.choices)
            yield ""
        case QuestionKind.NUMBER:
            if question.answer is not None:
                yield f"Đáp số: {question.answer.text} {question.answer.unit}"
                if tolerance := tolerance_text(question.answer.tolerance):
                    yield f"Sai số: {tolerance}"
        case QuestionKind.TEXT:
            yield f"Đáp án: {' | '.join(question.accepted)}"
        case _:
            assert_never(question.kind)
    yield f"Vì: {question.reason}"


def legal_lines(legal: Iterable[LegalBasis]) -> Iterator[str]:
    """Yield the lines of a head that hold its clauses."""
    yield "legal:"
    for basis in legal:
        yield f"  - key: {scalar(basis.key)}"
        yield f"    cite: {scalar(basis.cite)}"
        if basis.in_force_from is not None:
            yield f"    in_force_from: {basis.in_force_from.isoformat()}"
        if basis.review_by is not None:
            yield f"    review_by: {basis.review_by.isoformat()}"
        if basis.needs_lawyer:
            yield "    needs_lawyer: true"
        if basis.source:
            yield f"    source: {scalar(basis.source)}"


def _corrects(corrects: tuple[Correction, ...]) -> Iterator[str]:
    if corrects:
        yield "corrects:"
    for correction in corrects:
        yield f"  - version: {scalar(correction.version)}"
        yield f"    question: {scalar(correction.question_id)}"
        if correction.in_force_from is not None:
            yield f"    in_force_from: {correction.in_force_from.isoformat()}"


def scalar(text: str) -> str:
    """Return a YAML scalar that reads back as that text: as it is where that works, else in double quotes."""
    try:
        is_plain = yaml.safe_load(f"- {text}") == [text] and yaml.safe_load(f"a: {text}") == {"a": text}
    except (yaml.YAMLError, ValueError):
        is_plain = False
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def _lined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
