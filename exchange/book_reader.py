"""A workbook of lessons read: what it holds, and where each part stands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from exchange import book_rows, cells, paper_rows, placing, tags
from exchange.book import LESSON_SHEETS, Col, Sheet
from exchange.faults import ExchangeError, Fault
from exchange.paper_rows import Papers
from exchange.placing import Owner
from roster import files
from roster.faults import FileRefusedError
from roster.sheets import RawSheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from content.model import LegalBasis, Lesson, Module, Question
    from exchange.cells import Cells
    from exchange.items import Item


MOST_ROWS = 20_000


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
    where a lesson (M1.1), card (M1.1#2), question (M1.1-1), final test (M1.T), module, tool (CC1) or drill (H1)
    stands, down to a column.
    """

    modules: dict[str, Module] = field(default_factory=dict)
    courses: dict[str, str] = field(default_factory=dict)
    lessons: dict[str, Lesson] = field(default_factory=dict)
    tests: dict[str, Test] = field(default_factory=dict)
    papers: Papers = field(default_factory=lambda: Papers({}, {}, {}))
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
    sheets = _sheets(path, tuple(Sheet))
    faults: list[Fault] = []
    book = _book(sheets, dict(objectives), faults)
    if not (book.lessons or book.tests or book.papers.tools or book.papers.drills or faults):
        needed = ", ".join(f"«{title}»" for title in LESSON_SHEETS)
        faults.append(Fault("", f"Không thấy bài nào; cần các trang {needed}."))
    if faults:
        raise ExchangeError(*faults)
    return book


def read_items(path: Path) -> list[Item]:
    """
    Read the sheet of questions alone, whose ids and clauses may be left out; blocks, so call it in a thread.

    Raises:
        ExchangeError: with every fault by sheet and cell.
    """
    sheets = _sheets(path, (Sheet.QUESTIONS,))
    faults: list[Fault] = []
    items = []
    for row in cells.rows(Sheet.QUESTIONS, sheets.get(Sheet.QUESTIONS, RawSheet("")), faults, frozenset({Col.ASKED})):
        id_ = row.text(Col.QUESTION)
        if id_ and not tags.QUESTION_ID.fullmatch(id_):
            row.complain(Col.QUESTION, f"Mã câu «{id_[:20]}» sai; mẫu: M1.1-1.")
        items.append(replace(book_rows.item(row, id_), place=row.place()))
    if not items and not faults:
        faults.append(Fault("", f"Không thấy câu hỏi nào; cần trang «{Sheet.QUESTIONS}»."))
    if faults:
        raise ExchangeError(*faults)
    return items


def _sheets(path: Path, titles: tuple[str, ...]) -> dict[str, RawSheet]:
    try:
        return files.read_sheets(path, titles, MOST_ROWS)
    except FileRefusedError as error:
        raise ExchangeError(*(Fault("", fault.line()) for fault in error.faults)) from error


def _book(sheets: Mapping[str, RawSheet], objectives: dict[str, str], faults: list[Fault]) -> Book:
    def rows(sheet: Sheet) -> Iterable[Cells]:
        return cells.rows(sheet, sheets[sheet], faults) if sheet in sheets else ()

    book = Book()
    for row in rows(Sheet.MODULES):
        module, course = book_rows.module(row, book.modules)
        book.modules[module.id], book.courses[module.id], book.places[module.id] = module, course, row.place
    legal: dict[str, dict[str, LegalBasis]] = defaultdict(dict)
    for row in rows(Sheet.LEGAL):
        owner_id = row.text(Col.LESSON)
        basis = book_rows.legal(row, legal[owner_id])
        legal[owner_id][basis.key] = basis
        book.places.setdefault(owner_id, row.place)
        book.places.setdefault(f"{owner_id}!{basis.key}", row.place)
    cards: dict[str, list[str]] = defaultdict(list)
    for row in rows(Sheet.CARDS):
        lesson_id = row.text(Col.LESSON)
        cards[lesson_id].append(row.card(Col.TEXT))
        book.places[f"{lesson_id}#{len(cards[lesson_id])}"] = row.place
    asked = _asked(rows(Sheet.QUESTIONS), book)
    lessons: dict[str, Lesson] = {}
    for row in rows(Sheet.LESSONS):
        lesson = book_rows.lesson(row, lessons)
        lessons[lesson.id], book.places[lesson.id] = lesson, row.place
    objectives |= {lesson.id: lesson.objective for lesson in lessons.values()}
    for lesson in lessons.values():
        owner = Owner(lesson.id, legal.pop(lesson.id, {}), objectives, ())
        questions = placing.place(asked.pop(lesson.id, []), owner, (), faults)
        book.lessons[lesson.id] = _with(lesson, cards.pop(lesson.id, []), owner.legal.values(), questions)
    book.papers = paper_rows.read(sheets, legal, book.places, faults)
    for paper_id in (*book.papers.tools, *book.papers.drills):
        legal.pop(paper_id, None)
    for test_id in sorted(id_ for id_ in {*asked, *legal} if id_.endswith(".T")):
        owner = Owner(test_id, legal.pop(test_id, {}), objectives, ())
        questions = placing.place(asked.pop(test_id, []), owner, (), faults)
        book.tests[test_id] = Test(test_id, tuple(owner.legal.values()), tuple(questions))
    for sheet, left in ((Sheet.CARDS, cards), (Sheet.QUESTIONS, asked), (Sheet.LEGAL, legal)):
        faults += (Fault(f"«{sheet}»", f"Bài «{id_[:20]}» không có ở trang «{Sheet.LESSONS}».") for id_ in sorted(left))
    return book


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
        asked[id_.rpartition("-")[0]].append(book_rows.item(row, id_))
    return asked
