"""A workbook of lessons read: what it holds, and where each part stands."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from content import parser, tree
from content.model import Choice, FinalTest, LegalBasis, Lesson, LessonStatus, Module, QuestionKind
from content.questions import MOST_DIFFICULTY, USUAL_DIFFICULTY
from exchange import cells, placing, tags
from exchange.book import CHOICES, Col, Sheet
from exchange.faults import ExchangeError, Fault
from exchange.items import Item
from exchange.placing import Owner
from learning.roles import Track
from roster import files
from roster.faults import FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from content.model import Question
    from exchange.cells import Cells
    from roster.sheets import RawSheet

COURSE = "co_so"
_COURSE = re.compile(r"[a-z][a-z0-9_]{0,30}")
_MANY = 99


@dataclass(frozen=True, slots=True)
class Test:
    """A final test."""

    id: str
    legal: tuple[LegalBasis, ...]
    questions: tuple[Question, ...]


@dataclass(slots=True)
class Book:
    """
    What a workbook holds.

    `modules` have no lessons, and no questions in their final tests; `courses` gives each one's course. `places` tells
    where a lesson (M1.1), card (M1.1#2), question (M1.1-1), final test (M1.T) or module stands, down to a column.
    """

    modules: dict[str, Module] = field(default_factory=dict)
    courses: dict[str, str] = field(default_factory=dict)
    lessons: dict[str, Lesson] = field(default_factory=dict)
    tests: dict[str, Test] = field(default_factory=dict)
    places: dict[str, Callable[[Col | None], str]] = field(default_factory=dict)


def read(path: Path, objectives: Mapping[str, str]) -> Book:
    """
    Read a workbook; blocks, so call it in a thread.

    Args:
        path: the XLSX.
        objectives: those of the lessons that are not in the workbook, by id.

    Raises:
        ExchangeError: with every fault by sheet and cell.
    """
    try:
        sheets = files.read_sheets(path, tuple(Sheet))
    except FileRefusedError as error:
        raise ExchangeError(*(Fault("", fault.line()) for fault in error.faults)) from error
    faults: list[Fault] = []
    book = _book(sheets, dict(objectives), faults)
    if not book.lessons and not book.tests and not faults:
        faults.append(Fault("", f"Không thấy bài nào; cần các trang {', '.join(f'«{title}»' for title in Sheet)}."))
    if faults:
        raise ExchangeError(*faults)
    return book


def _book(sheets: Mapping[str, RawSheet], objectives: dict[str, str], faults: list[Fault]) -> Book:
    def rows(sheet: Sheet) -> Iterable[Cells]:
        return cells.rows(sheet, sheets[sheet], faults) if sheet in sheets else ()

    book = Book()
    for row in rows(Sheet.MODULES):
        _module(row, book)
    legal: dict[str, dict[str, LegalBasis]] = defaultdict(dict)
    for row in rows(Sheet.LEGAL):
        _legal(row, legal, book)
    cards: dict[str, list[str]] = defaultdict(list)
    for row in rows(Sheet.CARDS):
        lesson_id = row.text(Col.LESSON)
        cards[lesson_id].append(row.card(Col.TEXT))
        book.places[f"{lesson_id}#{len(cards[lesson_id])}"] = row.place
    asked = _asked(rows(Sheet.QUESTIONS), book)
    lessons = [_lesson(row, book) for row in rows(Sheet.LESSONS)]
    objectives |= {lesson.id: lesson.objective for lesson in lessons}
    for lesson in lessons:
        owner = Owner(lesson.id, legal.pop(lesson.id, {}), objectives, ())
        questions = placing.place(asked.pop(lesson.id, []), owner, (), faults)
        book.lessons[lesson.id] = _with(lesson, cards.pop(lesson.id, []), owner.legal.values(), questions)
    for test_id in sorted(id_ for id_ in {*asked, *legal} if id_.endswith(".T")):
        owner = Owner(test_id, legal.pop(test_id, {}), objectives, ())
        questions = placing.place(asked.pop(test_id, []), owner, (), faults)
        book.tests[test_id] = Test(test_id, tuple(owner.legal.values()), tuple(questions))
    for sheet, left in ((Sheet.CARDS, cards), (Sheet.QUESTIONS, asked), (Sheet.LEGAL, legal)):
        faults += (Fault(f"«{sheet}»", f"Bài «{id_[:20]}» không có ở trang «{Sheet.LESSONS}».") for id_ in sorted(left))
    return book


def _module(row: Cells, book: Book) -> None:
    id_, course = row.text(Col.MODULE), row.text(Col.COURSE) or COURSE
    if not re.fullmatch(r"M\d{1,3}", id_) or id_ in book.modules:
        row.complain(Col.MODULE, f"Mã chuyên đề «{id_[:20]}» sai hoặc đã có ở trên; mẫu: M1.")
    if not _COURSE.fullmatch(course):
        row.complain(Col.COURSE, "Khóa chỉ gồm chữ thường không dấu, số và _; mẫu: co_so.")
    book.courses[id_] = course
    book.places[id_] = row.place
    book.modules[id_] = Module(
        id=id_,
        title=row.text(Col.NAME),
        order=row.number(Col.ORDER, 0, tree.MOST_ORDER),
        lessons=(),
        final_test=FinalTest((), row.number(Col.DRAWN, 1, _MANY), ""),
        pass_percent=row.number(Col.PASS, 1, 100),
        tries_a_week=row.number(Col.TRIES, 1, tree.MOST_TRIES),
        version="",
    )


def _legal(row: Cells, legal: dict[str, dict[str, LegalBasis]], book: Book) -> None:
    owner, key = row.text(Col.LESSON), row.text(Col.KEY)
    if key in legal[owner]:
        row.complain(Col.KEY, f"Căn cứ «{key[:30]}» của bài này đã có ở trên.")
    if "," in key:
        row.complain(Col.KEY, "Khóa căn cứ không có dấu phẩy.")
    book.places.setdefault(owner, row.place)
    legal[owner][key] = LegalBasis(
        key, row.text(Col.CITE), row.day(Col.SINCE), row.day(Col.REVIEW), row.flag(Col.LAWYER)
    )


def _lesson(row: Cells, book: Book) -> Lesson:
    id_ = row.text(Col.LESSON)
    if not parser.LESSON_ID.fullmatch(id_) or id_ in book.lessons:
        row.complain(Col.LESSON, f"Mã bài «{id_[:20]}» sai; mẫu: M1.1.")
    book.places[id_] = row.place
    tracks = [part for part in re.split(r"[,;\s]+", row.text(Col.AUDIENCE)) if part]
    if unknown := [part for part in tracks if part not in set(Track)]:
        row.complain(Col.AUDIENCE, f"Đối tượng «{unknown[0][:10]}» không có; chỉ dùng {', '.join(Track)}.")
    status = row.text(Col.STATUS)
    if status and status not in set(LessonStatus):
        row.complain(Col.STATUS, f"Trạng thái «{status[:20]}» không có; chỉ dùng: {', '.join(LessonStatus)}.")
    return Lesson(
        id=id_,
        module_id=id_.partition(".")[0],
        title=row.text(Col.TITLE),
        audience=frozenset(Track(part) for part in tracks if part in set(Track)),
        minutes=row.number(Col.MINUTES, 1, parser.MOST_MINUTES),
        objective=row.text(Col.OBJECTIVE),
        status=LessonStatus(status) if status in set(LessonStatus) else LessonStatus.DRAFT,
        legal=(),
        cards=(),
        questions=(),
        version="",
    )


def _with(lesson: Lesson, cards: list[str], legal: Iterable[LegalBasis], questions: list[Question]) -> Lesson:
    return replace(lesson, cards=tuple(cards), legal=tuple(legal), questions=tuple(questions))


def _asked(rows: Iterable[Cells], book: Book) -> dict[str, list[Item]]:
    """Return the questions by the lesson or final test their ids name."""
    asked: dict[str, list[Item]] = defaultdict(list)
    for row in rows:
        id_ = row.text(Col.QUESTION)
        if not tags.QUESTION_ID.fullmatch(id_) or id_ in book.places:
            row.complain(Col.QUESTION, f"Mã câu «{id_[:20]}» sai hoặc đã có ở trên; mẫu: M1.1-1.")
            continue
        book.places[id_] = row.place
        asked[id_.rpartition("-")[0]].append(_item(row, id_))
    return asked


def _item(row: Cells, id_: str) -> Item:
    kind = row.text(Col.KIND)
    if kind and kind not in set(QuestionKind):
        row.complain(Col.KIND, f"Loại «{kind[:20]}» không có; chỉ dùng: {', '.join(QuestionKind)}.")
    known = QuestionKind(kind) if kind in set(QuestionKind) else QuestionKind.ONE
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
