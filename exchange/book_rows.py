"""Rows of a workbook to values; a faulty cell is told and gives a stand-in, so that all faults show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from content import parser, tree
from content.model import Choice, FinalTest, LegalBasis, Lesson, LessonStatus, Module, QuestionKind
from content.questions import MOST_DIFFICULTY, USUAL_DIFFICULTY
from exchange.book import CHOICES, Col
from exchange.items import Item
from learning.roles import Track

if TYPE_CHECKING:
    from collections.abc import Container

    from exchange.cells import Cells

COURSE = "co_so"
_COURSE = re.compile(r"[a-z][a-z0-9_]{0,30}")
_MANY = 99


def module(row: Cells, known: Container[str]) -> tuple[Module, str]:
    """Return a module without lessons, and the course it belongs to."""
    id_, course = row.text(Col.MODULE), row.text(Col.COURSE) or COURSE
    if not re.fullmatch(r"M\d{1,3}", id_) or id_ in known:
        row.complain(Col.MODULE, f"Mã chuyên đề «{id_[:20]}» sai hoặc đã có ở trên; mẫu: M1.")
    if not _COURSE.fullmatch(course):
        row.complain(Col.COURSE, "Khóa chỉ gồm chữ thường không dấu, số và _; mẫu: co_so.")
    made = Module(
        id=id_,
        title=row.text(Col.NAME),
        order=row.number(Col.ORDER, 0, tree.MOST_ORDER),
        lessons=(),
        final_test=FinalTest((), row.number(Col.DRAWN, 1, _MANY), ""),
        pass_percent=row.number(Col.PASS, 1, 100),
        tries_a_week=row.number(Col.TRIES, 1, tree.MOST_TRIES),
        version="",
    )
    return made, course


def legal(row: Cells, known: Container[str]) -> LegalBasis:
    """Return a clause; `known` are the keys of those that its lesson has so far."""
    key = row.text(Col.KEY)
    if key in known:
        row.complain(Col.KEY, f"Căn cứ «{key[:30]}» của bài này đã có ở trên.")
    if "," in key:
        row.complain(Col.KEY, "Khóa căn cứ không có dấu phẩy.")
    return LegalBasis(key, row.text(Col.CITE), row.day(Col.SINCE), row.day(Col.REVIEW), row.flag(Col.LAWYER))


def lesson(row: Cells, known: Container[str]) -> Lesson:
    """Return a lesson without cards, clauses and questions; `known` are the ids above it."""
    id_ = row.text(Col.LESSON)
    if not parser.LESSON_ID.fullmatch(id_) or id_ in known:
        row.complain(Col.LESSON, f"Mã bài «{id_[:20]}» sai hoặc đã có ở trên; mẫu: M1.1.")
    return Lesson(
        id=id_,
        module_id=id_.partition(".")[0],
        title=row.text(Col.TITLE),
        audience=tracks_of(row),
        minutes=row.number(Col.MINUTES, 1, parser.MOST_MINUTES),
        objective=row.text(Col.OBJECTIVE),
        status=status_of(row, LessonStatus.DRAFT),
        legal=(),
        cards=(),
        questions=(),
        version="",
    )


def tracks_of(row: Cells) -> frozenset[Track]:
    """Return whom the row is for."""
    tracks = [part for part in re.split(r"[,;\s]+", row.text(Col.AUDIENCE).upper()) if part]
    if unknown := [part for part in tracks if part not in set(Track)]:
        row.complain(Col.AUDIENCE, f"Đối tượng «{unknown[0][:10]}» không có; chỉ dùng {', '.join(Track)}.")
    return frozenset(Track(part) for part in tracks if part in set(Track))


def status_of(row: Cells, instead: LessonStatus) -> LessonStatus:
    """Return the status of the row; `instead` when it is empty or faulty."""
    status = row.option(Col.STATUS, LessonStatus)
    return LessonStatus(status) if status else instead


def item(row: Cells, id_: str) -> Item:
    """Return a question with that id, "" for none yet."""
    known = QuestionKind(row.option(Col.KIND, QuestionKind) or QuestionKind.ONE)
    keys = set(re.split(r"[,;\s]+", row.text(Col.RIGHT).casefold())) - {""}
    if keys - {key for key, _, _ in CHOICES}:
        row.complain(Col.RIGHT, "Cột «Đúng» chỉ ghi chữ cái của phương án, như: b hoặc a, c.")
    written = ((key, row.text(text), row.text(why)) for key, text, why in CHOICES)
    is_order = known is QuestionKind.ORDER
    return Item(
        kind=known,
        text=row.lines(Col.ASKED),
        place=row.place(Col.QUESTION),
        choices=tuple(Choice(key, text, key in keys or is_order, why) for key, text, why in written if text),
        answer=row.text(Col.ANSWER),
        unit=row.text(Col.UNIT),
        tolerance=row.text(Col.TOLERANCE),
        accepted=tuple(filter(None, (part.strip() for part in row.text(Col.ACCEPTED).split("|")))),
        reason=row.text(Col.WHY),
        difficulty=row.number(Col.DIFFICULTY, 1, MOST_DIFFICULTY, otherwise=USUAL_DIFFICULTY),
        objective=row.text(Col.OBJECTIVE),
        id=id_,
        lesson_id=row.text(Col.ABOUT),
        basis=tuple(filter(None, (part.strip() for part in row.text(Col.BASIS).split(",")))),
    )
