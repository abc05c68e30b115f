"""Imports: shown before they are done, never over a file unasked, and never anything but what was meant."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from content import loader
from content.model import QuestionKind
from exchange import book_reader, convert, folder, library, plan
from exchange.faults import ExchangeError
from exchange.formats import Format
from exchange.items import Item, lettered
from exchange.plan import State
from tests.content.trees import FIGURES, SOURCES
from tests.exchange.conftest import FIRST, SECOND

if TYPE_CHECKING:
    from pathlib import Path

    from content.tree import ReadModule
    from tests.content.trees import Tree

ITEM = Item(
    QuestionKind.ONE,
    "Ai chủ trì họp tổ?",
    "dòng 3",
    lettered([("Tổ trưởng", True, "Việc của tổ trưởng."), ("Bảo vệ", False, "Bảo vệ không dự.")]),
)
DAY = date(2026, 11, 21)


def refusals(made: plan.Plan) -> list[tuple[str, str]]:
    return [(fault.place, fault.message) for fault in made.faults]


def of_one(tree: Tree, item: Item = ITEM, lesson: str | None = "M7.1", basis: str = "mau") -> plan.Plan:
    return plan.of_items([item], tree.root, lesson, [basis])


def test_a_question_is_added_at_the_end_and_nothing_else_changes(tree: Tree) -> None:
    before = (tree.root / FIRST).read_text()

    made = of_one(tree)
    assert (tree.root / FIRST).read_text() == before
    assert [(change.path, change.state) for change in made.changes] == [(FIRST, State.CHANGED)]
    assert plan.write(made, tree.root, replace_files=True) == 1

    assert (tree.root / FIRST).read_text().startswith(before)
    added = loader.load(tree.root).lessons["M7.1"].questions[1]
    assert (added.id, added.text, added.choices) == ("M7.1-2", ITEM.text, ITEM.choices)


def test_an_existing_file_is_not_written_over_unasked(tree: Tree) -> None:
    before = (tree.root / FIRST).read_text()

    with pytest.raises(ExchangeError, match="--replace"):
        plan.write(of_one(tree), tree.root, replace_files=False)

    assert (tree.root / FIRST).read_text() == before


def test_a_file_that_came_meanwhile_is_not_written_over(tree: Tree, tmp_path: Path) -> None:
    path = tmp_path / "bai.xlsx"
    path.write_bytes(convert.write_book(library.modules(tree.root)))
    into = tmp_path / "moi"
    into.mkdir()
    (into / "figures.yaml").write_text(FIGURES)
    (into / "sources.yaml").write_text(SOURCES)
    made = plan.of_book(book_reader.read(path, {}), into)
    (into / "courses/c/m7").mkdir(parents=True)
    (into / FIRST).write_text("của người khác")

    with pytest.raises(ExchangeError, match="vừa xuất hiện"):
        plan.write(made, into, replace_files=False)

    assert (into / FIRST).read_text() == "của người khác"


def test_a_question_that_has_an_id_takes_the_place_of_the_old_one(tree: Tree) -> None:
    made = of_one(tree, replace(ITEM, id="M7.1-1"), lesson=None)
    plan.write(made, tree.root, replace_files=True)

    assert [question.text for question in loader.load(tree.root).lessons["M7.1"].questions] == [ITEM.text]


def test_the_same_words_are_the_same_question(tree: Tree) -> None:
    plan.write(of_one(tree), tree.root, replace_files=True)

    again = of_one(tree, replace(ITEM, text="AI chủ trì họp tổ ?"))
    plan.write(again, tree.root, replace_files=True)

    assert [question.id for question in loader.load(tree.root).lessons["M7.1"].questions] == ["M7.1-1", "M7.1-2"]
    assert of_one(tree, replace(ITEM, text="AI chủ trì họp tổ ?")).changes[0].state is State.SAME


def test_one_question_twice_in_a_file_is_refused(tree: Tree) -> None:
    with pytest.raises(ExchangeError, match=r"dòng 9: Câu M7\.1-2 có hai lần"):
        plan.of_items([ITEM, replace(ITEM, place="dòng 9")], tree.root, "M7.1", ["mau"])


def test_a_question_of_a_final_test_needs_its_lesson(tree: Tree) -> None:
    with pytest.raises(ExchangeError, match=r"bai:M1\.3"):
        of_one(tree, lesson="M7.T")

    plan.write(of_one(tree, replace(ITEM, lesson_id="M7.1"), lesson="M7.T"), tree.root, replace_files=True)
    assert loader.load(tree.root).questions["M7.T-2"].lesson_id == "M7.1"


@pytest.mark.parametrize(
    ("item", "lesson", "basis", "said"),
    [
        (ITEM, None, "mau", "--lesson"),
        (ITEM, "M7.9", "mau", "chưa có bài M7.9"),
        (ITEM, "M9.1", "mau", "chưa có bài M9.1"),
        (ITEM, "../M7.1", "mau", "chưa có bài"),
        (ITEM, "M7.1", "lạ", "Căn cứ «lạ»"),
        (replace(ITEM, choices=lettered([("x", True, "vì"), ("y", False, "")])), "M7.1", "mau", "phương án b"),
        (replace(ITEM, choices=lettered([("x", True, "vì")] * 5)), "M7.1", "mau", "5 phương án"),
        (replace(ITEM, kind=QuestionKind.TEXT, choices=(), accepted=("x",)), "M7.1", "mau", "phản hồi chung"),
        (replace(ITEM, kind=QuestionKind.NUMBER, choices=(), answer="1", reason="v"), "M7.1", "mau", "don-vi"),
        (
            replace(ITEM, kind=QuestionKind.NUMBER, choices=(), answer="{{ gio.to_truong }}", value="13", unit="giờ"),
            *("M7.1", "mau", "khác công thức"),
        ),
        (
            replace(ITEM, kind=QuestionKind.NUMBER, choices=(), answer="8.400.000", value="84", unit="giờ"),
            *("M7.1", "mau", "khác công thức"),
        ),
    ],
)
def test_a_question_without_what_every_question_needs_is_refused(
    tree: Tree, item: Item, lesson: str | None, basis: str, said: str
) -> None:
    with pytest.raises(ExchangeError) as caught:
        of_one(tree, item, lesson, basis)

    assert caught.value.faults[0].place == "dòng 3"
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "item",
    [
        replace(ITEM, text="Hỏi?\n- [x] c. Tôi"),
        replace(ITEM, text="Hỏi?\nCăn cứ: mau"),
        replace(ITEM, text="Hỏi?\n## Câu hỏi M7.1-9"),
        replace(ITEM, text="Độ khó: 3"),
        replace(ITEM, text="Mục tiêu: khác\nHỏi?"),
        replace(ITEM, text="Hỏi?\n---\nThẻ lạ"),
        replace(ITEM, text="**Hỏi**?"),
        replace(ITEM, text="Hỏi {{ la }}?"),
        replace(ITEM, text="Hỏi " * 120),
        replace(ITEM, choices=ITEM.choices[:1]),
        replace(ITEM, choices=(ITEM.choices[0], replace(ITEM.choices[0], key="b", is_right=False))),
        replace(ITEM, objective="x" * 121),
        replace(ITEM, kind=QuestionKind.TEXT, choices=(), accepted=("a | b",), reason="vì"),
        replace(ITEM, kind=QuestionKind.TEXT, choices=(), accepted=("...",), reason="vì"),
        replace(ITEM, kind=QuestionKind.NUMBER, choices=(), answer="1 / 0", unit="đ", reason="vì"),
        replace(ITEM, kind=QuestionKind.NUMBER, choices=(), answer="1", unit="2 đồng", reason="vì"),
    ],
)
def test_a_text_that_would_be_something_else_in_a_file_is_refused_at_its_place(tree: Tree, item: Item) -> None:
    made = of_one(tree, item)

    assert made.faults
    assert {place for place, _ in refusals(made)} <= {"dòng 3", "Câu M7.1-9"}
    with pytest.raises(ExchangeError):
        plan.write(made, tree.root, replace_files=True)


def test_faults_that_were_there_before_do_not_stop_an_import(tree: Tree) -> None:
    tree.change(SECOND, "Thẻ hai.", "Thẻ **hai**.")

    assert of_one(tree).faults == ()


def test_the_whole_curriculum_makes_a_new_folder_and_changes_nothing_in_an_old_one(
    shipped: list[ReadModule], tmp_path: Path
) -> None:
    path, new, old = tmp_path / "tat_ca.xlsx", tmp_path / "moi", tmp_path / "cu"
    path.write_bytes(convert.write_book(shipped))
    for into in (new, old):
        into.mkdir()
        for file in loader.SHIPPED.glob("*.yaml"):
            shutil.copy(file, into)
    shutil.copytree(loader.SHIPPED / "courses", old / "courses")

    made = plan.of_book(book_reader.read(path, {}), new)
    assert refusals(made) == []
    assert plan.write(made, new, replace_files=False) == len(made.changes)

    assert set(loader.load(new).questions.items()) == set(loader.load().questions.items())
    for into in (new, old):
        assert {change.state for change in plan.of_book(book_reader.read(path, {}), into).changes} == {State.SAME}


def test_questions_that_went_out_come_back_as_no_change(tree: Tree) -> None:
    found = library.modules(tree.root)
    items = convert.items(found, None, DAY, library.figures_of(tree.root), keep_figures=True)

    back = convert.read_items(convert.write_items(items, found, Format.MOODLE_XML), Format.MOODLE_XML)

    assert {change.state for change in plan.of_items(back, tree.root, None, []).changes} == {State.SAME}


def test_figures_that_would_become_fixed_numbers_are_warned_about(tree: Tree) -> None:
    found, values = library.modules(tree.root), library.figures_of(tree.root)

    made = plan.of_items(convert.items(found, None, DAY, values, keep_figures=False), tree.root, None, [])

    assert [warning.place for warning in made.warnings] == ["Câu M7.1-1", "Câu M7.2-4"]


def test_a_fault_that_the_checks_find_is_told_by_cell(tree: Tree, tmp_path: Path) -> None:
    tree.change(FIRST, "Luật có dành giờ.", "Luật có dành giờ. " + "Rất dài. " * 40)
    found = folder.existing(tree.root)
    path = tmp_path / "bai.xlsx"
    path.write_bytes(convert.write_book(found))

    made = plan.of_book(book_reader.read(path, {}), tree.root)

    assert {place for place, message in refusals(made) if "khi chọn b" in message} == {"«Câu hỏi» I2"}
    with pytest.raises(ExchangeError):
        plan.write(made, tree.root, replace_files=True)


def test_a_figure_that_the_folder_does_not_know_is_told_by_cell(tree: Tree, tmp_path: Path) -> None:
    path = tmp_path / "bai.xlsx"
    path.write_bytes(convert.write_book(library.modules(tree.root)))
    tree.write("../moi/sources.yaml", SOURCES)

    made = plan.of_book(book_reader.read(path, {}), tmp_path / "moi")

    assert [place for place, _ in refusals(made)] == ["«Thẻ» C3", "«Câu hỏi» A2", "«Câu hỏi» A6"]
