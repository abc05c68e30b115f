"""Tools and drills in a workbook: nothing is lost out and in, and what is wrong is told by sheet and cell."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from content import loader
from exchange import book_reader, convert, folder, library, plan
from exchange.book import COLUMNS, Col, Sheet
from exchange.faults import ExchangeError
from tests.content.test_tools import TOOL
from tests.exchange.test_cli import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.content.trees import Tree

TOOL_FILE, DRILL_FILE = "tools/so_gio.md", "drills/H1.yaml"


def cell(book: Any, sheet: Sheet, row: int, column: Col) -> Any:
    return book[sheet].cell(row, COLUMNS[sheet].index(column) + 1)


@pytest.fixture
def whole(tree: Tree) -> Tree:
    """The small tree with a tool and a drill."""
    talk = (loader.SHIPPED / DRILL_FILE).read_text(encoding="utf-8")
    tree.write(TOOL_FILE, TOOL)
    tree.write(DRILL_FILE, talk)
    return tree


@pytest.fixture
def saved(whole: Tree, tmp_path: Path) -> Callable[..., Path]:
    """The workbook of that tree, opened and saved by another program after an edit."""

    def save(edit: Callable[[Any], object] = lambda _book: None) -> Path:
        root = whole.root
        made = convert.write_book(library.modules(root), library.tools(root), library.drills(root))
        book = openpyxl.load_workbook(io.BytesIO(made))
        edit(book)
        path = tmp_path / "bai.xlsx"
        book.save(path)
        return path

    return save


def test_all_that_is_shipped_comes_back_the_same(tmp_path: Path) -> None:
    path = tmp_path / "tat_ca.xlsx"
    tools, drills = library.tools(None), library.drills(None)
    path.write_bytes(convert.write_book((), tools, drills))

    papers = book_reader.read(path, {}).papers

    def sourceless(paper: Any) -> Any:
        return replace(paper, version="", legal=tuple(replace(basis, source="") for basis in paper.legal))

    assert papers.tools == {read.tool.id: sourceless(read.tool) for read in tools}
    assert papers.drills == {drill.id: sourceless(drill) for drill in drills}
    assert {f"tools/{name}.md" for name in papers.files.values()} == {read.file for read in tools}


def test_what_was_not_touched_keeps_its_file_and_what_was_is_written(whole: Tree, saved: Callable[..., Path]) -> None:
    def edit(book: Any) -> None:
        cell(book, Sheet.DRILLS, 2, Col.DRILL_NAME).value = "Suất cơm"

    made = plan.of_book(book_reader.read(saved(edit), {}), whole.root)

    assert made.faults == ()
    states = {change.path: change.state for change in made.changes}
    assert (states[TOOL_FILE], states[DRILL_FILE]) == (plan.State.SAME, plan.State.CHANGED)
    plan.write(made, whole.root, replace_files=True)
    assert loader.load(whole.root).drills["H1"].title == "Suất cơm"


async def test_a_new_folder_gets_all_of_it(whole: Tree, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, into = tmp_path / "bai.xlsx", tmp_path / "moi"
    for shared in ("figures.yaml", "sources.yaml"):
        whole.write(f"../moi/{shared}", (whole.root / shared).read_text())

    assert await run("export", file, "--folder", whole.root) == 0
    assert await run("import", file, "--into", into, "--yes") == 0
    assert f"mới: {TOOL_FILE}" in capsys.readouterr().out
    assert folder.papers(into) == folder.papers(whole.root)
    assert loader.load(into).lessons.keys() == loader.load(whole.root).lessons.keys()


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "place", "said"),
    [
        (Sheet.TOOLS, 2, Col.TOOL, "C1", "«Mẫu» A2", "Mã «C1» sai"),
        (Sheet.TOOLS, 2, Col.KIND_OF_TOOL, "tờ rơi", "«Mẫu» D2", "«tờ rơi» không có"),
        (Sheet.TOOLS, 2, Col.FILE, "../x", "«Mẫu» G2", "Tên tệp"),
        (Sheet.LINES, 2, Col.TOOL, "CC9", "«Dòng của mẫu»", "«CC9» không có ở trang «Mẫu»"),
        (Sheet.DRILLS, 2, Col.SKILL, "hát", "«Tình huống» C2", "«hát» không có"),
        (Sheet.DRILLS, 2, Col.MODEL, None, "«Tình huống» H2", "còn trống"),
        (Sheet.TURNS, 3, Col.TURN, "t1", "«Lượt» B3", "đã có ở trên"),
        (Sheet.REPLIES, 2, Col.POINTS, "nghe", "«Lời đáp» F2", "Điểm ghi mã tiêu chí"),
        (Sheet.REPLIES, 2, Col.TURN, "t99", "«Lời đáp»", "«H1 t99» không có ở trang «Lượt»"),
        (Sheet.BANDS, 2, Col.AT_LEAST, "cao", "«Lời kết» B2", "không phải số nguyên"),
    ],
)
def test_a_faulty_cell_is_told(
    saved: Callable[..., Path], sheet: Sheet, row: int, column: Col, value: object, place: str, said: str
) -> None:
    def edit(book: Any) -> None:
        cell(book, sheet, row, column).value = value

    with pytest.raises(ExchangeError) as caught:
        book_reader.read(saved(edit), {})

    assert any(fault.place == place and said in fault.message for fault in caught.value.faults), caught.value.faults


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "place"),
    [
        (Sheet.TOOLS, 2, Col.LESSON, "M7.9", "«Mẫu» "),
        (Sheet.LINES, 4, Col.LINE, "**đậm**", "«Dòng của mẫu» dòng 4"),
        (Sheet.REPLIES, 2, Col.SAYS, "Dài " * 40, "«Lời đáp» dòng 2"),
        (Sheet.DRILLS, 2, Col.START, "t99", "«Tình huống» "),
    ],
)
def test_what_the_contents_checks_say_is_told_where_it_stands(
    whole: Tree, saved: Callable[..., Path], sheet: Sheet, row: int, column: Col, value: str, place: str
) -> None:
    def edit(book: Any) -> None:
        cell(book, sheet, row, column).value = value

    made = plan.of_book(book_reader.read(saved(edit), {}), whole.root)

    assert made.faults
    assert made.faults[0].place.startswith(place), made.faults


async def test_forms_without_a_place_for_them_say_so_by_name(
    whole: Tree, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for form in ("gift", "moodle-xml"):
        assert await run("export", tmp_path / form, "--format", form, "--folder", whole.root, "--leave-out") == 0
        told = [line for line in capsys.readouterr().err.splitlines() if "không có chỗ cho mẫu" in line]
        assert told == [
            f"(lưu ý) {form} không có chỗ cho mẫu và tình huống; không xuất 1 mẫu (CC1), 1 tình huống (H1)."
        ]
