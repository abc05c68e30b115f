"""One lesson or final-test file to values. Whatever is faulty is complained about with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from content import blocks, heads
from content.model import LegalBasis, Lesson, LessonStatus, Question
from learning.roles import Track

if TYPE_CHECKING:
    from collections.abc import Iterable

    from content.blocks import Blocks, WrittenQuestion
    from content.faults import Complain
    from content.fields import Fields
    from content.source import Source

LESSON_ID = re.compile(r"M\d+\.[1-9]\d*")
FEWEST_CARDS, MOST_CARDS = 3, 5
FEWEST_CHOICES, MOST_CHOICES = 2, 4
MOST_MINUTES = 10
LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class PlacedQuestion:
    """A question, the line of its heading, and the line of each choice by key."""

    question: Question
    line: int
    choice_lines: dict[str, int]


@dataclass(frozen=True, slots=True)
class LessonFile:
    """A lesson and where its parts stand."""

    lesson: Lesson
    id_line: int
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
        if written.lesson_id:
            complain(written.line, "Dòng 'Bài:' chỉ dùng trong bài kiểm tra cuối chuyên đề.")
        written.lesson_id = lesson_id
    questions = _questions(cut, lesson_id, legal, complain)
    lesson = Lesson(
        id=lesson_id,
        module_id=module_id,
        title=head.text("title", LONGEST_TITLE),
        audience=_audience(head),
        minutes=head.integer("minutes", 1, MOST_MINUTES),
        objective=head.text("objective"),
        status=_status(head),
        legal=legal,
        cards=tuple(card.text for card in cut.cards),
        questions=tuple(placed.question for placed in questions),
        version=source.version,
        corrects=heads.corrects_of(head, {placed.question.id for placed in questions}),
    )
    card_lines = tuple(card.line for card in cut.cards)
    return LessonFile(lesson, head.line("id"), card_lines, questions, review_lines, cite_lines)


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
        if not written.lesson_id:
            complain(written.line, f"Câu {written.id} thiếu dòng 'Bài:' cho biết hỏi về bài nào.")
    legal, review_lines, cite_lines = heads.legal_of(head)
    questions = _questions(cut, test_id, legal, complain)
    return FinalTestFile(test_id, head.line("id"), questions, legal, review_lines, cite_lines, source.version)


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


def _questions(cut: Blocks, owner: str, legal: Iterable[LegalBasis], complain: Complain) -> tuple[PlacedQuestion, ...]:
    if not cut.questions:
        complain(1, "Chưa có câu hỏi nào; mỗi câu bắt đầu bằng '## Câu hỏi <mã>'.")
    known = {basis.key: basis for basis in legal}
    placed = []
    for written in cut.questions:
        if not re.fullmatch(re.escape(owner) + r"-[1-9]\d*", written.id):
            complain(written.line, f"Mã câu hỏi '{written.id}' sai; mẫu: {owner}-1.")
        _check_choices(written, complain)
        question = Question(
            id=written.id,
            lesson_id=written.lesson_id,
            text=written.text,
            choices=tuple(choice.value for choice in written.choices),
            basis=_basis(written, known, complain),
        )
        placed.append(PlacedQuestion(question, written.line, {choice.key: choice.line for choice in written.choices}))
    return tuple(placed)


def _basis(written: WrittenQuestion, known: dict[str, LegalBasis], complain: Complain) -> tuple[LegalBasis, ...]:
    if not written.basis:
        complain(written.line, f"Câu {written.id} thiếu dòng 'Căn cứ:'.")
        return ()
    keys = [key.strip() for key in written.basis.split(",")]
    for key in keys:
        if key not in known:
            complain(written.basis_line, f"Căn cứ '{key}' không có trong phần đầu của tệp.")
    return tuple(known[key] for key in keys if key in known)


def _check_choices(written: WrittenQuestion, complain: Complain) -> None:
    if not written.text:
        complain(written.line, f"Câu {written.id} chưa có lời hỏi.")
    if not FEWEST_CHOICES <= len(written.choices) <= MOST_CHOICES:
        complain(
            written.line,
            f"Câu {written.id} có {len(written.choices)} phương án; phải từ {FEWEST_CHOICES} đến {MOST_CHOICES}.",
        )
    right = sum(choice.is_right for choice in written.choices)
    if right != 1:
        complain(written.line, f"Câu {written.id} có {right} đáp án đúng [x]; phải có đúng một.")
    seen: set[str] = set()
    for choice in written.choices:
        if choice.key in seen or choice.text.casefold() in seen:
            complain(choice.line, f"Phương án {choice.key} trùng với một phương án ở trên.")
        seen |= {choice.key, choice.text.casefold()}
        if not choice.reason:
            complain(choice.line, f"Phương án {choice.key} thiếu dòng '  Vì: lý do'.")
