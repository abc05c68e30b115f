"""Workbooks: nothing is lost on the way out and in, what is wrong is told by cell, hostile files are refused."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from content import loader
from exchange import book_reader, convert, library
from exchange.book import COLUMNS, Col, Sheet
from exchange.faults import ExchangeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from content.tree import ReadModule
    from tests.content.trees import Tree


def column(sheet: Sheet, name: Col) -> int:
    return COLUMNS[sheet].index(name) + 1


@pytest.fixture
def saved(tree: Tree, tmp_path: Path) -> Callable[..., Path]:
    """The workbook of the small tree, opened and saved by another program after an edit."""

    def save(edit: Callable[[Any], None] = lambda _book: None) -> Path:
        book = openpyxl.load_workbook(io.BytesIO(convert.write_book(library.modules(tree.root))))
        edit(book)
        path = tmp_path / "bai.xlsx"
        book.save(path)
        return path

    return save


def refusals(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(ExchangeError) as caught:
        book_reader.read(path, {})
    return [(fault.place, fault.message) for fault in caught.value.faults]


def test_the_whole_curriculum_comes_back(shipped: list[ReadModule], tmp_path: Path) -> None:
    path = tmp_path / "tat_ca.xlsx"
    path.write_bytes(convert.write_book(shipped))

    book = book_reader.read(path, {})

    for found in shipped:
        for lesson in found.module.lessons:
            assert book.lessons[lesson.id] == replace(lesson, version="")
        test = book.tests[f"{found.module.id}.T"]
        assert found.final_test is not None
        assert (test.legal, test.questions) == (found.final_test.legal, found.module.final_test.questions)
        assert book.courses[found.module.id] == "co_so"
    assert len(book.lessons) == sum(len(found.lessons) for found in shipped)


def test_every_kind_comes_back_through_another_program(tree: Tree, saved: Callable[..., Path]) -> None:
    before = loader.load(tree.root)

    book = book_reader.read(saved(), {})

    assert book.lessons["M7.2"].questions == before.lessons["M7.2"].questions
    assert book.lessons["M7.1"].legal == before.lessons["M7.1"].legal
    assert book.tests["M7.T"].questions == before.modules[0].final_test.questions
    assert book.modules["M7"].title == "Chuyên đề mẫu"


def test_cells_as_another_program_types_them(tree: Tree, saved: Callable[..., Path]) -> None:
    def edit(book: Any) -> None:
        book[Sheet.LESSONS].cell(2, column(Sheet.LESSONS, Col.MINUTES)).value = 4.0
        legal = book[Sheet.LEGAL]
        legal.cell(2, column(Sheet.LEGAL, Col.SINCE)).value = datetime(2025, 7, 1)  # noqa: DTZ001 - Excel knows no zones
        legal.cell(2, column(Sheet.LEGAL, Col.REVIEW)).value = "2027-06-30"
        questions = book[Sheet.QUESTIONS]
        questions.cell(2, column(Sheet.QUESTIONS, Col.DIFFICULTY)).value = "2"
        questions.cell(2, column(Sheet.QUESTIONS, Col.RIGHT)).value = "A"
        questions.cell(6, column(Sheet.QUESTIONS, Col.ANSWER)).value = 36.5
        questions.title = "cau hoi"
        book[Sheet.CARDS].cell(2, 3).value = "Chị Hoa hỏi:\r\n\r\n  tổ trưởng có bao nhiêu giờ?  "
        book.create_sheet("Ghi chú").cell(1, 1).value = "riêng"

    book = book_reader.read(saved(edit), {})

    assert book.lessons["M7.1"].cards[0] == "Chị Hoa hỏi:\n\ntổ trưởng có bao nhiêu giờ?"
    assert book.lessons["M7.1"].questions == loader.load(tree.root).lessons["M7.1"].questions
    assert book.lessons["M7.1"].legal[0].review_by == date(2027, 6, 30)
    answer = book.lessons["M7.2"].questions[3].answer
    assert answer is not None
    assert answer.text == "36,5"


@pytest.mark.parametrize(
    ("sheet", "row", "name", "value", "said"),
    [
        (Sheet.LESSONS, 2, Col.LESSON, "7.1", "Mã bài"),
        (Sheet.LESSONS, 2, Col.AUDIENCE, "T, X", "Đối tượng «X»"),
        (Sheet.LESSONS, 2, Col.MINUTES, "bốn", "số nguyên"),
        (Sheet.LESSONS, 2, Col.STATUS, "xong", "Trạng thái"),
        (Sheet.LESSONS, 2, Col.TITLE, None, "còn trống"),
        (Sheet.MODULES, 2, Col.COURSE, "../../tmp", "Khóa"),
        (Sheet.MODULES, 2, Col.MODULE, "../M7", "Mã chuyên đề"),
        (Sheet.QUESTIONS, 2, Col.QUESTION, "M7.1", "Mã câu"),
        (Sheet.QUESTIONS, 3, Col.QUESTION, "M7.1-1", "đã có ở trên"),
        (Sheet.QUESTIONS, 2, Col.KIND, "ghép cặp", "Loại"),
        (Sheet.QUESTIONS, 2, Col.RIGHT, "e", "chữ cái"),
        (Sheet.QUESTIONS, 2, Col.DIFFICULTY, "9", "từ 1 đến 3"),
        (Sheet.LEGAL, 2, Col.SINCE, "31/02/2025", "lịch"),
        (Sheet.LEGAL, 2, Col.REVIEW, "mai", "không phải ngày"),
        (Sheet.LEGAL, 2, Col.LAWYER, "không", "chỉ ghi x"),
    ],
)
def test_a_faulty_cell_is_named(
    saved: Callable[..., Path], sheet: Sheet, row: int, name: Col, value: str | None, said: str
) -> None:
    def edit(book: Any) -> None:
        book[sheet].cell(row, column(sheet, name)).value = value

    letter = get_column_letter(column(sheet, name))
    told = refusals(saved(edit))

    assert any(place == f"«{sheet}» {letter}{row}" and said in message for place, message in told), told


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda book: book[Sheet.LESSONS].delete_cols(2), "Thiếu cột: Tên bài"),
        (lambda book: book[Sheet.LESSONS].cell(1, 9, "Ghi chú"), "Không hiểu cột «Ghi chú»"),
        (lambda book: book[Sheet.LESSONS].cell(1, 9, "ma bai"), "có hai lần"),
        (lambda book: book[Sheet.LESSONS].cell(2, 2, "=1+1"), "công thức"),
        (lambda book: book[Sheet.LESSONS].merge_cells("A2:A3"), "bị gộp"),
        (lambda book: book.remove(book[Sheet.LESSONS]), "không có ở trang «Bài»"),
        (lambda book: book[Sheet.QUESTIONS].cell(2, column(Sheet.QUESTIONS, Col.BASIS), "khác"), "Căn cứ «khác»"),
        (lambda book: book[Sheet.QUESTIONS].cell(2, column(Sheet.QUESTIONS, Col.WHY_B), ""), "thiếu lý do"),
        (lambda book: book[Sheet.QUESTIONS].cell(6, column(Sheet.QUESTIONS, Col.TOLERANCE), "ít"), "Sai số"),
    ],
)
def test_a_spoilt_sheet_is_refused(saved: Callable[..., Path], edit: Callable[[Any], None], said: str) -> None:
    assert any(said in message for _, message in refusals(saved(edit)))


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04 not a workbook")

    assert "Excel" in refusals(path)[0][1]


def test_the_empty_form_has_lists_and_instructions_and_holds_no_lesson(tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    path.write_bytes(convert.write_book(()))

    book = openpyxl.load_workbook(path)
    rules = book[Sheet.QUESTIONS].data_validations.dataValidation
    assert book.sheetnames == [*Sheet, "Hướng dẫn"]
    assert '"một đáp án,nhiều đáp án,đúng sai,sắp xếp,tính,trả lời ngắn"' in {rule.formula1 for rule in rules}
    assert [cell.value for cell in book[Sheet.LESSONS][1]] == [*COLUMNS[Sheet.LESSONS]]
    assert refusals(path)[0][1].startswith("Không thấy bài nào")


def test_a_sheet_of_questions_alone_needs_neither_ids_nor_clauses(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Câu hỏi")
    for line in (
        ("Lời hỏi", "a", "Vì a", "b", "Vì b", "Đúng"),
        ("Ai chủ trì họp tổ?", "Tổ trưởng", "Việc của tổ trưởng.", "Bảo vệ", "Không dự.", "a"),
    ):
        sheet.append(line)
    path = tmp_path / "cau_hoi.xlsx"
    book.save(path)

    (item,) = book_reader.read_items(path)

    assert (item.place, item.id, item.basis) == ("«Câu hỏi» dòng 2", "", ())
    assert [(choice.text, choice.is_right) for choice in item.choices] == [("Tổ trưởng", True), ("Bảo vệ", False)]


def test_a_sheet_of_questions_alone_is_told_by_cell_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Câu hỏi")
    sheet.append(("Mã câu hỏi", "Lời hỏi"))
    sheet.append(("M1", None))
    path = tmp_path / "cau_hoi.xlsx"
    book.save(path)

    with pytest.raises(ExchangeError) as caught:
        book_reader.read_items(path)

    assert [fault.place for fault in caught.value.faults] == ["«Câu hỏi» A2", "«Câu hỏi» B2"]
