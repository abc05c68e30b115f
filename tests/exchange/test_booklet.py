"""The printed booklet: what it shows of each kind, and that no word of a lesson is taken for markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from content.model import LessonStatus
from exchange import booklet, library
from tests.exchange.conftest import FIRST

if TYPE_CHECKING:
    from content.tree import ReadModule
    from tests.content.trees import Tree

DAY = date(2026, 11, 21)
PAGE = re.compile(rb"/Type\s*/Page\b")


def shown(tree: Tree, on: date = DAY) -> Any:
    (found,) = library.modules(tree.root)
    return booklet.page(found, on, library.figures_of(tree.root))


def test_a_module_of_every_kind_is_printed(tree: Tree) -> None:
    (found,) = library.modules(tree.root)

    made = booklet.pdf(found, DAY, library.figures_of(tree.root))

    assert made.startswith(b"%PDF-")
    assert b"BeVietnamPro" in made
    assert b"pdfuaid" in made


def test_its_tools_follow_each_on_one_page(shipped: list[ReadModule]) -> None:
    found = next(read for read in shipped if read.module.id == "M2")
    lessons = {lesson.id for lesson in found.module.lessons}
    tools = [read.tool for read in library.tools(None) if read.tool.lesson_id in lessons]
    draft = replace(tools[0], status=LessonStatus.DRAFT)
    values = library.figures_of(None)

    pages = [len(PAGE.findall(booklet.pdf(found, DAY, values, some))) for some in ((), (draft,), tools)]

    assert len(tools) > 2
    assert pages == [pages[0], pages[0], pages[0] + 1 + len(tools)]


def test_words_that_look_like_markup_are_printed_as_they_are(tree: Tree) -> None:
    tree.change(FIRST, "Việc làm ngay:", 'Việc làm ngay: #panic("x") $ *đậm* @ai // \\ ~ = - + "ngoặc"')
    (found,) = library.modules(tree.root)

    assert booklet.pdf(found, DAY, library.figures_of(tree.root)).startswith(b"%PDF-")


def test_answers_are_told_in_the_letters_that_are_printed(tree: Tree) -> None:
    page = shown(tree)
    asked = {question["name"]: question for lesson in page["lessons"] for question in lesson["questions"]}
    answers = {answer["name"]: answer for answer in page["answers"]}

    order = asked["Câu M7.2-3"]["choices"]
    printed = [answers["Câu M7.2-3"]["right"].split(" → ")[place] for place in range(3)]
    steps = {line[0]: line[3:] for line in order}
    assert [steps[letter] for letter in printed] == ["Để người ta nói hết", "Nhắc lại ý", "Hẹn ngày trả lời"]
    assert [line[3:] for line in order] != ["Để người ta nói hết", "Nhắc lại ý", "Hẹn ngày trả lời"]
    assert answers["Câu M7.2-1"]["right"] == "A, C"
    assert answers["Câu M7.2-4"]["right"] == "36,5 giờ"
    assert answers["Câu M7.2-4"]["reasons"] == ["Mỗi người 12 giờ."]
    assert answers["Câu M7.2-5"]["right"] == "thương lượng tập thể"
    assert answers["Câu M7.T-1"]["basis"] == "Căn cứ: Luật mẫu, Điều 1 (hiệu lực từ 01/07/2025)"


def test_figures_are_those_of_the_day(tree: Tree) -> None:
    page = shown(tree, date(2027, 1, 1))

    assert "1.500.000 giờ" in page["lessons"][0]["cards"][1]
    assert page["footer"].endswith("số liệu ngày 01/01/2027")


def test_drafts_stay_out_and_a_lesson_under_review_says_so(tree: Tree) -> None:
    tree.change(FIRST, "status: ban hành", "status: cần rà soát")
    tree.change("courses/c/m7/m7_2.md", "status: ban hành", "status: nháp")

    page = shown(tree)

    assert [lesson["title"] for lesson in page["lessons"]] == ["M7.1 Bài mẫu"]
    assert page["lessons"][0]["cards"][-1].endswith("đang chờ rà soát pháp lý.")


def test_clauses_stand_with_their_dates(tree: Tree) -> None:
    assert shown(tree)["legal"] == [["Luật mẫu, Điều 1", "01/07/2025", "30/06/2027"]]
