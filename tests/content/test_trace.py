"""Every number of the lessons has a source, or is declared an example."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from content import drills, tree
from content.check import whole
from content.check.numbers import numbers
from content.check.trace import Tracer, read
from content.faults import FaultList
from content.loader import SHIPPED, check

if TYPE_CHECKING:
    from pathlib import Path

    from tests.content.trees import Tree

L = "courses/c/m7/m7_1.md"
T = "courses/c/m7/final_test.md"
F = "figures.yaml"
TRACE = """\
facts:
  - source: luat-mau
    place: Điều 1
    says: Tổ trưởng có 12 giờ mỗi tháng, báo trước 5 ngày làm việc.
  - source: 1/2027/QH16
    place: Điều 1
    says: Từ năm 2027 là 1.500.000 giờ.
  - source: quyet-dinh-mau
    place: ""
    says: Đóng 0,5% lương.
  - source: luat-mau
    place: Điều 9
    says: Chưa đọc.
    confirmed: false
examples:
  M7.1: "32 người"
"""

RECKONED = """\
## Câu hỏi M7.1-2 (tính)
Xưởng có 400 người. Cần mấy người?

Đáp số: {answer}
Vì: {reason}

Căn cứ: mau
"""


@pytest.fixture
def traced(tree: Tree) -> Tree:
    tree.write("trace.yaml", TRACE)
    tree.change(L, "Chị Hoa hỏi", "Chị Hoa, tổ 32 người, hỏi")
    return tree


def told(tree: Tree) -> list[tuple[str, int, str]]:
    return [(fault.file, fault.line, fault.message) for fault in check(tree.root).errors]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Trên 50% của 1.200.000 đồng", [("50", "%"), ("1200000", "đồng")]),
        ("8 triệu, 2,5 triệu đồng", [("8000000", "đồng"), ("2500000", "đồng")]),
        ("trong 5 ngày làm việc, 7 ngày", [("5", "ngày làm việc"), ("7", "ngày")]),
        ("từ 14 đến 18 người; 4–8", [("14", ""), ("18", "người"), ("4", ""), ("8", "")]),
        ("Điều 69 khoản 3 của Nghị định 145 năm 2020", [("69", "điều"), ("3", "khoản"), ("145/2020", "văn bản")]),
        ("ngày 05/04/2027, hạn 31/8", [("05/04/2027", "ngày tháng"), ("31/8", "ngày tháng")]),
        ("quỹ lương tháng 9/2026", [("9/2026", "ngày tháng")]),
        ("tháng 10 năm 2026, ngày 5", [("10", ""), ("2026", ""), ("5", "")]),
        ("70 đồng chí, chuyền 4, tổ 6A", [("70", ""), ("4", ""), ("6", "")]),
        ("Luật 97/2025/QH15 và {{ gio.to_truong }} giờ, mười lý do", []),
        ("hai phần ba, 45 phần quà", [("2", "phần"), ("45", "")]),
        ("Ba ngày làm việc, mười lăm ngày, hai mươi mốt giờ", [("3", "ngày làm việc"), ("15", "ngày"), ("21", "giờ")]),
        ("một năm một lần, tháng Ba năm sau, năm năm", [("1", "năm"), ("5", "năm")]),
        ("Khoản 20% ấy; 0,5%", [("20", "%"), ("0.5", "%")]),
    ],
)  # fmt: skip
def test_numbers_are_read_with_what_they_count(text: str, found: list[tuple[str, str]]) -> None:
    assert [(number.value, number.unit) for number in numbers(text)] == found


@pytest.mark.parametrize(
    "text", ["32 người", "1.500.000 đồng", "0,5%", "Điều 69", "31/8", "40", "5 ngày làm việc", "3 phần"]
)
def test_a_number_is_shown_as_it_is_read(text: str) -> None:
    [number] = numbers(text)

    assert list(numbers(number.shown)) == [number]


def test_a_traced_tree_passes(traced: Tree) -> None:
    report = check(traced.root)

    assert (report.errors, report.warnings) == ((), ())


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "number"),
    [
        (L, "Chị Hoa,", "Chị Hoa, 13 giờ,", 14, "13 giờ"),
        (L, "Việc làm ngay:", "Báo trước 5 ngày:", 20, "5 ngày"),
        (L, "Việc làm ngay:", "Theo Điều 2:", 20, "Điều 2"),
        (L, "Việc làm ngay:", "Từ 02/07/2025:", 20, "02/07/2025"),
        (L, "title: Bài mẫu", "title: Bài 3 phút", 2, "3 phút"),
        (L, "Luật có dành giờ.", "Luật có dành 32 người.", 28, "32 người"),
        (T, "Luật ghi có lương.", "Luật ghi 150%.", 11, "150%"),
    ],
)
def test_a_number_from_nowhere_fails_on_its_line(
    traced: Tree, file: str, old: str, new: str, line: int, number: str
) -> None:
    traced.change(file, old, new)

    [(where, at, said)] = told(traced)

    assert (where, at) == (file, line)
    assert f"Số '{number}'" in said


@pytest.mark.parametrize("text", ["Có 12 giờ", "Báo trước 5 ngày làm việc", "Theo Điều 1", "Từ 01/07/2025", "Số 12 ấy"])
def test_a_number_that_its_clause_says_passes(traced: Tree, text: str) -> None:
    traced.change(L, "Việc làm ngay", text)

    assert told(traced) == []


def test_an_article_that_no_fact_holds_fails(traced: Tree) -> None:
    traced.change(T, "Luật mẫu, Điều 1", "Luật mẫu, Điều 8")

    assert [(file, line) for file, line, _ in told(traced)] == [(T, 5)]


def test_a_clause_of_the_article_must_be_held_too(traced: Tree) -> None:
    traced.change(T, "Luật mẫu, Điều 1", "Luật mẫu, Điều 1 khoản 4")

    assert [(file, line) for file, line, _ in told(traced)] == [(T, 5)]


def test_an_article_that_nobody_read_needs_a_lawyer(traced: Tree) -> None:
    traced.change(T, "Luật mẫu, Điều 1", "Luật mẫu, Điều 9")
    assert [(file, line) for file, line, _ in told(traced)] == [(T, 5)]

    traced.change(T, "in_force_from: 2025-07-01", "in_force_from: 2025-07-01\n    needs_lawyer: true")
    assert told(traced) == []


def test_a_figure_that_no_fact_holds_fails(traced: Tree) -> None:
    traced.change(F, "value: 12", "value: 13")

    assert [(file, line) for file, line, _ in told(traced)] == [(F, 4)]


def test_an_example_that_is_gone_warns(traced: Tree) -> None:
    traced.change(L, "tổ 32 người", "tổ đông người")

    assert [(fault.file, fault.line) for fault in check(traced.root).warnings] == [("trace.yaml", 16)]


def test_a_fact_names_a_known_paper_and_place(traced: Tree) -> None:
    traced.change("trace.yaml", 'source: quyet-dinh-mau\n    place: ""', "source: la\n    place: đâu đó")

    assert {(file, line) for file, line, _ in told(traced)} >= {("trace.yaml", 8), ("trace.yaml", 9)}


def test_a_tree_without_a_trace_is_not_traced(tree: Tree) -> None:
    tree.change(L, "Chị Hoa", "Chị Hoa, 99%,")

    assert told(tree) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("m2/m2_1.md", "Mỗi tháng nhiều nhất 30%", "Mỗi tháng nhiều nhất 35%"),
        ("m2/m2_6.md", "Chậm từ 15 ngày", "Chậm từ 20 ngày"),
        ("m3/m3_4.md", "trong 3 ngày làm việc", "trong 3 ngày"),
        ("m4/m4_5.md", "Trong 10 ngày", "Trong 15 ngày"),
        ("m8/m8_3.md", "Hòa giải viên: 6 tháng", "Hòa giải viên: 6 năm"),
        ("m6/m6_2.md", "trong ba tháng đầu năm sau", "trong bốn tháng đầu năm sau"),
    ],
)
def test_a_wrong_figure_of_the_law_fails_the_build(tmp_path: Path, file: str, old: str, new: str) -> None:
    shutil.copytree(SHIPPED / "courses", tmp_path / "courses")
    shutil.copy(SHIPPED / "trace.yaml", tmp_path)
    path = tmp_path / "courses" / "co_so" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

    assert {fault.file for fault in check(tmp_path).errors} == {f"courses/co_so/{file}"}


@pytest.mark.parametrize(
    ("answer", "reason", "left"),
    [
        ("400 * 0,3 người", "Cần 30%.", []),
        ("400 * 0,3 người", "Cần ba mươi phần trăm.", ["0,3"]),
        ("400 * 0,005 người", "Đóng 0,5% lương.", []),
        ("400 - 12 người", "Trừ phần của luật.", []),
        ("400 - 13 người", "Trừ phần của luật.", ["13"]),
    ],
)
def test_terms_of_a_formula_come_from_the_question_or_the_law(
    traced: Tree, answer: str, reason: str, left: list[str]
) -> None:
    traced.change(L, "## Câu hỏi M7.1-1", f"{RECKONED.format(answer=answer, reason=reason)}\n## Câu hỏi M7.1-1")
    traced.change("trace.yaml", "M7.1: ", 'M7.1-2: "400 người; 30%"\n  M7.1: ')
    if "0,5%" in reason:
        traced.change("trace.yaml", "400 người; 30%", "400 người; 0,5%")

    said = [message for _, _, message in told(traced)]

    assert [text.split("'")[1] for text in said] == left


def test_every_number_and_article_of_what_is_shipped_is_traced() -> None:
    faults = FaultList()
    modules, talks = tree.read(SHIPPED, faults), [whole.of_drill(talk) for talk in drills.read(SHIPPED, faults)]
    registry = tree.registry_of(SHIPPED, faults)
    tracer = Tracer(read(SHIPPED / "trace.yaml", registry, faults.of("trace.yaml")), registry)
    cards = [card for found in modules for lesson in found.module.lessons for card in lesson.cards]

    left = [(owner, number.shown) for _, owner, _, number in whole.untraced(modules, talks, tracer)]

    assert (left, faults.sorted()) == ([], ())
    assert sum(len(list(numbers(card))) for card in cards) > 300
