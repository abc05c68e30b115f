"""One lesson or final-test file to values. Whatever is faulty is complained about with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from content import blocks, questions
from content.model import LegalBasis, Lesson, LessonStatus
from learning.roles import Track

if TYPE_CHECKING:
    from content.faults import Complain
    from content.fields import Fields
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
    card_lines: tuple[int, ...]
    questions: tuple[PlacedQuestion, ...]
    review_lines: dict[str, int]


@dataclass(frozen=True, slots=True)
class FinalTestFile:
    """A final test's questions and where they stand."""

    id: str
    id_line: int
    questions: tuple[PlacedQuestion, ...]
    legal: tuple[LegalBasis, ...]
    review_lines: dict[str, int]
    version: str


def parse_lesson(source: Source, module_id: str, complain: Complain) -> LessonFile | None:
    """Return the lesson of a file; None when the file cannot be cut at all."""
    cut = blocks.cut(source.text, complain)
    if cut is None:
        return None
    head = cut.head
    head.only("id", "title", "audience", "minutes", "objective", "status", "legal")
    lesson_id = head.text("id")
    if lesson_id and (not LESSON_ID.fullmatch(lesson_id) or lesson_id.partition(".")[0] != module_id):
        complain(head.line("id"), f"Mã bài '{lesson_id}' sai; mẫu trong chuyên đề này: {module_id}.1.")
    if not FEWEST_CARDS <= len(cut.cards) <= MOST_CARDS:
        complain(1, f"Bài có {len(cut.cards)} thẻ; phải từ {FEWEST_CARDS} đến {MOST_CARDS}.")
    legal, review_lines = _legal(head)
    for written in cut.questions:
        if "Bài" in written.fields:
            complain(written.line, "Dòng 'Bài:' chỉ dùng trong bài kiểm tra cuối chuyên đề.")
    objective = head.text("objective")
    placed = questions.parse(cut, lesson_id, legal, questions.Tested(lesson_id, objective), complain)
    lesson = Lesson(
        id=lesson_id,
        module_id=module_id,
        title=head.text("title", LONGEST_TITLE),
        audience=_audience(head),
        minutes=head.integer("minutes", 1, MOST_MINUTES),
        objective=objective,
        status=_status(head),
        legal=legal,
        cards=tuple(card.text for card in cut.cards),
        questions=tuple(one.question for one in placed),
        version=source.version,
    )
    return LessonFile(lesson, head.line("id"), tuple(card.line for card in cut.cards), placed, review_lines)


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
    legal, review_lines = _legal(head)
    placed = questions.parse(cut, test_id, legal, None, complain)
    return FinalTestFile(test_id, head.line("id"), placed, legal, review_lines, source.version)


def _audience(head: Fields) -> frozenset[Track]:
    tracks = set()
    for item in head.items("audience"):
        if item.value in set(Track):
            tracks.add(Track(str(item.value)))
        else:
            head.complain(item.line, f"Đối tượng '{item.value}' không có; chỉ dùng {', '.join(Track)}.")
    return frozenset(tracks)


def _status(head: Fields) -> LessonStatus:
    written = head.text("status")
    if written in set(LessonStatus):
        return LessonStatus(written)
    if written:
        head.complain(head.line("status"), f"Trạng thái '{written}' không có; chỉ dùng: {', '.join(LessonStatus)}.")
    return LessonStatus.DRAFT


def _legal(head: Fields) -> tuple[tuple[LegalBasis, ...], dict[str, int]]:
    """Return the clauses, and the line of each review date by key."""
    legal: dict[str, LegalBasis] = {}
    lines: dict[str, int] = {}
    for fields in head.mappings("legal"):
        fields.only("key", "cite", "in_force_from", "review_by", "needs_lawyer")
        key, start, review = fields.text("key"), fields.day("in_force_from"), fields.day("review_by")
        if key in legal:
            fields.complain(fields.line("key"), f"Căn cứ '{key}' được ghi hai lần.")
        if start is not None and review is not None and review < start:
            fields.complain(fields.line("review_by"), "Ngày rà soát trước ngày có hiệu lực.")
        legal[key] = LegalBasis(key, fields.text("cite"), start, review, fields.flag("needs_lawyer"))
        lines[key] = fields.line("review_by")
    return tuple(legal.values()), lines
