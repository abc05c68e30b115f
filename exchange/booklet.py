"""A module as a PDF to print. The page is `booklet.typ`; the words go to it as data, so none is taken for markup."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import fontpkg_be_vietnam_pro
import typst

from content import answers, present
from content.model import LessonStatus, QuestionKind
from exchange import tool_page
from learning import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from content.figures import Figures
    from content.model import LegalBasis, Lesson, Question
    from content.tool_model import Tool
    from content.tree import ReadModule

_TEMPLATE = Path(__file__).with_name("booklet.typ")
_LABELS = {
    "contents": "Mục lục",
    "questions": "Câu hỏi",
    "test": "Kiểm tra cuối chuyên đề",
    "answers": "Đáp án và lý do",
    "legal": "Căn cứ pháp lý",
    "tools": "Phụ lục: mẫu để in và điền",
    "legal_columns": ["Văn bản, điều khoản", "Hiệu lực từ", "Rà soát trước"],
}
_HOW = {
    QuestionKind.ONE: "",
    QuestionKind.SEVERAL: "Chọn mọi ý đúng",
    QuestionKind.TRUE_FALSE: "Đúng hay sai",
    QuestionKind.ORDER: "Xếp theo thứ tự",
    QuestionKind.NUMBER: "Tính",
    QuestionKind.TEXT: "Trả lời ngắn",
}


def pdf(read: ReadModule, on: date, values: Figures, tools: Sequence[Tool] = ()) -> bytes:
    """
    Return a module, without its drafts, as a tagged PDF on A4; takes a second, so call it in a thread.

    Args:
        read: the module.
        on: the day whose figures are shown; it stands in the footer.
        values: the figures.
        tools: those of its lessons, which follow as an appendix, each on a page of its own.
    """
    made: bytes = typst.compile(
        str(_TEMPLATE),
        font_paths=[str(Path(fontpkg_be_vietnam_pro.ROOT) / "files")],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(page(read, on, values, tools), ensure_ascii=False)},
        pdf_standards="ua-1",
    )
    return made


def page(read: ReadModule, on: date, values: Figures, tools: Sequence[Tool] = ()) -> dict[str, object]:
    """Return all that a booklet says, as `booklet.typ` takes it; every figure is that of the day."""
    module = read.module
    lessons = [lesson for lesson in module.lessons if lesson.status is not LessonStatus.DRAFT]
    tested = module.final_test.questions
    asked = [question for lesson in lessons for question in lesson.questions]
    legal: dict[tuple[str, date | None], LegalBasis] = {}
    for basis in (basis for lesson in lessons for basis in lesson.legal):
        legal.setdefault((basis.cite, basis.in_force_from), basis)
    for basis in read.final_test.legal if read.final_test else ():
        legal.setdefault((basis.cite, basis.in_force_from), basis)
    data = {
        "title": module.title,
        "kicker": f"Chuyên đề {module.id}",
        "summary": f"{len(lessons)} bài · {len(asked) + len(tested)} câu hỏi · số liệu ngày {on:%d/%m/%Y}",
        "footer": f"Chuyên đề {module.id}. {module.title} · số liệu ngày {on:%d/%m/%Y}",
        "labels": _LABELS,
        "lessons": [
            {
                "title": f"{lesson.id} {lesson.title}",
                "about": f"{lesson.minutes} phút · Mục tiêu: {lesson.objective} · {lesson.status}",
                "cards": _cards(lesson),
                "questions": [_asked(question) for question in lesson.questions],
            }
            for lesson in lessons
        ],
        "test_about": f"Đạt từ {module.pass_percent}%. Học trên điện thoại, mỗi lần rút {module.final_test.drawn} câu.",
        "test": [_asked(question) for question in tested],
        "answers": [_answer(question, on, values) for question in (*asked, *tested)],
        "legal": [
            [_cite(basis), _day(basis.in_force_from), _day(basis.review_by)]
            for basis in sorted(legal.values(), key=lambda basis: basis.cite)
        ],
    }
    shown = [tool for tool in tools if tool.status is not LessonStatus.DRAFT]
    appendix = {"tools": [tool_page.composed(tool, on, values) for tool in shown]}
    return {name: _resolved(value, on, values) for name, value in data.items()} | appendix


def _resolved(part: object, on: date, values: Figures) -> object:
    """Every text with the figures of that day."""
    match part:
        case str():
            return values.resolve(part, on)
        case dict():
            return {name: _resolved(value, on, values) for name, value in part.items()}
        case list() | tuple():
            return [_resolved(value, on, values) for value in part]
        case _:
            return part


def _cards(lesson: Lesson) -> list[str]:
    ended = f"\n{present.REVIEW_SENTENCE}" if lesson.status is LessonStatus.UNDER_REVIEW else ""
    return [*lesson.cards[:-1], f"{lesson.cards[-1]}{ended}"]


def _cite(basis: LegalBasis) -> str:
    return f"{basis.cite} (chờ luật sư xem)" if basis.needs_lawyer else basis.cite


def _day(day: date | None) -> str:
    return "—" if day is None else f"{day:%d/%m/%Y}"


def printed_order(question: Question) -> str:
    """Return the keys of the choices as printed: as written, but steps to be put in order stand in another one."""
    keys = "".join(choice.key for choice in question.choices)
    if question.kind is not QuestionKind.ORDER:
        return keys
    mixed = "".join(sorted(keys, key=lambda key: sha256(f"{question.id}{key}".encode()).digest()))
    return mixed if mixed != keys else keys[1:] + keys[0]


def _asked(question: Question) -> dict[str, object]:
    choices = {choice.key: choice for choice in question.choices}
    order = printed_order(question)
    unit = f" ({question.answer.unit})" if question.answer else ""
    return {
        "name": f"Câu {question.id}",
        "about": f"{_HOW[question.kind]}{unit}",
        "text": question.text,
        "choices": [f"{letter}. {choices[key].text}" for letter, key in zip(present.LETTERS, order, strict=False)],
        "blank": question.kind.is_typed or question.kind is QuestionKind.ORDER,
    }


def _answer(question: Question, on: date, values: Figures) -> dict[str, object]:
    return {
        "name": f"Câu {question.id}",
        "right": _right(question, on, values),
        "reasons": list(_reasons(question)),
        "basis": f"Căn cứ: {'; '.join(map(present.cited, question.basis))}",
    }


def _right(question: Question, on: date, values: Figures) -> str:
    order = printed_order(question)
    letters = [present.LETTERS[order.index(choice.key)] for choice in question.choices if choice.is_right]
    match question.kind:
        case QuestionKind.NUMBER:
            unit = question.answer.unit if question.answer else ""
            return f"{numbers.shown(answers.expected(question, on, values))} {unit}"
        case QuestionKind.TEXT:
            return question.accepted[0]
        case QuestionKind.ORDER:
            return " → ".join(letters)
        case _:
            return ", ".join(letters)


def _reasons(question: Question) -> Iterator[str]:
    if question.reason:
        yield question.reason
    order = printed_order(question)
    for choice in question.choices:
        if choice.reason:
            yield f"{present.LETTERS[order.index(choice.key)]}. {choice.reason}"
