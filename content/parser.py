"""One lesson or final-test file to values. Whatever is faulty is complained about with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from content import blocks, heads, questions
from content.model import LegalBasis, Lesson

if TYPE_CHECKING:
    from content.faults import Complain
    from content.questions import PlacedQuestion
    from content.source import Source

LESSON_ID = re.compile(r"M\d+\.[1-9]\d*")
FEWEST_CARDS, MOST_CARDS = 3, 5
MOST_MINUTES = 10
LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class LessonFile:
    """A lesson and where its parts stand."""

    lesson: Lesson
    id_line: int
    minutes_line: int
    card_lines: tuple[int, ...]
    questions: tuple[PlacedQuestion, ...]
    review_lines: dict[str, int]
    cite_lines: dict[str, int]


@dataclass(frozen=True, slots=True)
class FinalTestFile:
    """A final test's questions and where they stand."""

    id: str
    id_line: int
    questions: tuple[PlacedQuestion, ...]
    legal: tuple[LegalBasis, ...]
    review_lines: dict[str, int]
    cite_lines: dict[str, int]
    version: str


def parse_lesson(source: Source, module_id: str, complain: Complain) -> LessonFile | None:
    """Return the lesson of a file; None when the file cannot be cut at all."""
    cut = blocks.cut(source.text, complain)
    if cut is None:
        return None
    head = cut.head
    head.only("id", "title", "audience", "minutes", "objective", "status", "legal", "corrects")
    lesson_id = head.text("id")
    if lesson_id and (not LESSON_ID.fullmatch(lesson_id) or lesson_id.partition(".")[0] != module_id):
        complain(head.line("id"), f"Mã bài '{lesson_id}' sai; mẫu trong chuyên đề này: {module_id}.1.")
    if not FEWEST_CARDS <= len(cut.cards) <= MOST_CARDS:
        complain(1, f"Bài có {len(cut.cards)} thẻ; phải từ {FEWEST_CARDS} đến {MOST_CARDS}.")
    legal, review_lines, cite_lines = heads.legal_of(head)
    for written in cut.questions:
        if "Bài" in written.fields:
            complain(written.line, "Dòng 'Bài:' chỉ dùng trong bài kiểm tra cuối chuyên đề.")
    objective = head.text("objective")
    placed = questions.parse(cut, lesson_id, legal, questions.Tested(lesson_id, objective), complain)
    lesson = Lesson(
        id=lesson_id,
        module_id=module_id,
        title=head.text("title", LONGEST_TITLE),
        audience=heads.audience_of(head),
        minutes=head.integer("minutes", 1, MOST_MINUTES),
        objective=objective,
        status=heads.status_of(head),
        legal=legal,
        cards=tuple(card.text for card in cut.cards),
        questions=tuple(one.question for one in placed),
        version=source.version,
        corrects=heads.corrects_of(head, {one.question.id for one in placed}),
    )
    card_lines = tuple(card.line for card in cut.cards)
    return LessonFile(lesson, head.line("id"), head.line("minutes"), card_lines, placed, review_lines, cite_lines)


def parse_final_test(source: Source, module_id: str, complain: Complain) -> FinalTestFile | None:
    """Return the final test of a file; None when the file cannot be cut at all."""
    cut = blocks.cut(source.text, complain)
    if cut is None:
        return None
    head = cut.head
    head.only("id", "legal")
    test_id = head.text("id")
    if test_id and test_id != f"{module_id}.T":
        complain(head.line("id"), f"Mã bài kiểm tra phải là {module_id}.T.")
    for card in cut.cards:
        complain(card.line, "Bài kiểm tra cuối chuyên đề chỉ có câu hỏi, không có thẻ.")
    for written in cut.questions:
        if "Bài" not in written.fields:
            complain(written.line, f"Câu {written.id} thiếu dòng 'Bài:' cho biết hỏi về bài nào.")
    legal, review_lines, cite_lines = heads.legal_of(head)
    placed = questions.parse(cut, test_id, legal, None, complain)
    return FinalTestFile(test_id, head.line("id"), placed, legal, review_lines, cite_lines, source.version)
