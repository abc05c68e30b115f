"""Tools: what is taken, what is refused with which file and line, and how a page looks in the chat."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from content import tool_text
from content.faults import FaultList
from content.loader import ContentError, check, load, sources
from content.model import LessonStatus
from content.tool_model import ToolKind
from content.tree import figures_of
from learning.roles import Track

if TYPE_CHECKING:
    from content.model import Library
    from tests.content.trees import Tree

F = "tools/so_gio.md"
TODAY = date(2026, 11, 21)
TOOL = """\
---
id: CC1
title: Sổ giờ
lesson: M7.1
kind: bảng tính
audience: [T, C]
status: ban hành
legal:
  - key: mau
    cite: Luật mẫu, Điều 1
    in_force_from: 2025-07-01
    review_by: 2027-06-30
---
Tổ: ……

## Trong tháng
- [ ] Còn {{ gio.to_truong }} giờ
- Ghi ngay

| Ngày | Số giờ | Việc |
| --- | :-: | --- |
| Cộng | | …… |

1. Báo quản đốc
"""


@pytest.fixture
def with_tool(tree: Tree) -> Tree:
    tree.write(F, TOOL)
    return tree


def test_a_tool_is_read(with_tool: Tree) -> None:
    library = load(with_tool.root)
    tool = library.tools["CC1"]

    assert (tool.title, tool.lesson_id, tool.kind) == ("Sổ giờ", "M7.1", ToolKind.SHEET)
    assert tool.audience == {Track.GROUP_LEADER, Track.CHAIR}
    assert tool.status is LessonStatus.PUBLISHED
    assert library.tools_of("M7.1") == (tool,)
    assert library.tools_of("M7.2") == ()
    assert library.tool("CC1") is tool
    assert library.tool("CC2") is None
    assert check(with_tool.root).as_dict()["tools"] == 1
    assert ("CC1", tool.version) in {(key, version) for key, version, _ in sources(with_tool.root)}


def test_a_draft_is_offered_to_nobody(with_tool: Tree) -> None:
    with_tool.change(F, "status: ban hành", "status: nháp")
    library = load(with_tool.root)

    assert (library.tool("CC1"), library.tools_of("M7.1")) == (None, ())


def test_a_page_in_the_chat(with_tool: Tree) -> None:
    tool = load(with_tool.root).tools["CC1"]
    figures = figures_of(with_tool.root, FaultList())

    assert tool_text.text(tool, TODAY, figures) == (
        "Tổ: ……\n\n■ Trong tháng\n☐ Còn 12 giờ\n• Ghi ngay\n\nNgày | Số giờ | Việc\nCộng | ……\n\n1. Báo quản đốc\n\n"
        "Căn cứ: Luật mẫu, Điều 1 (hiệu lực từ 01/07/2025)"
    )
    assert "☐ Còn 1.500.000 giờ" in tool_text.text(tool, date(2027, 1, 1), figures)


def test_what_waits_for_review_says_so_once(with_tool: Tree) -> None:
    with_tool.change(F, "status: ban hành", "status: cần rà soát")
    with_tool.change(F, "{{ gio.to_truong }}", "12")
    once = tool_text.text(load(with_tool.root).tools["CC1"], TODAY)
    with_tool.change(F, "Tổ: ……", "Nội dung này đang chờ rà soát pháp lý.")
    written = tool_text.text(load(with_tool.root).tools["CC1"], TODAY)

    assert once.endswith("\nNội dung này đang chờ rà soát pháp lý.")
    assert written.count("chờ rà soát") == 1


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("id: CC1", "id: X1", 2),
        ("title: Sổ giờ", f"title: {'dài ' * 16}", 3),
        ("lesson: M7.1", "lesson: M7.9", 4),
        ("kind: bảng tính", "kind: trò chơi", 5),
        ("[T, C]", "[T]", 4),
        ("[T, C]", "[T, X]", 6),
        ("status: ban hành", "status: xong", 7),
        ("status: ban hành", "status: ban hành\ncolour: đỏ", 8),
        ("Luật mẫu, Điều 1", "Luật khác, Điều 1", 10),
        ("Tổ: ……", "Tổ: **……**", 14),
        ("## Trong", "### Trong", 16),
        ("gio.to_truong", "gio.khac", 17),
        ("gio.to_truong", "het_han", 17),
        ("Ghi ngay", "Ghi ngay\u200b", 18),
        ("Ghi ngay", "Ghi ngay lên https://a.vn", 18),
        ("Tổ: ……", f"{'dài ' * 1_000}", 14),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(with_tool: Tree, old: str, new: str, line: int) -> None:
    with_tool.change(F, old, new)

    with pytest.raises(ContentError) as refused:
        load(with_tool.root)

    assert (F, line) in {(fault.file, fault.line) for fault in refused.value.faults}


def test_a_slip_and_an_id_used_twice(with_tool: Tree) -> None:
    with_tool.write("tools/lan_hai.md", TOOL)
    with_tool.change(F, "Ghi ngay", "Ghi dduwowcj")

    told = {(fault.file, fault.line) for fault in check(with_tool.root).errors}

    assert told == {("tools/lan_hai.md", 2), (F, 2), (F, 18)}


def test_numbers_of_a_tool_are_traced_but_not_those_that_count_its_rows(with_tool: Tree) -> None:
    facts = "facts:\n  - source: luat-mau\n    place: Điều 1\n    says: Tổ trưởng có 12 giờ.\n"
    other = "  - source: 1/2027/QH16\n    place: Điều 1\n    says: 1.500.000 giờ.\n  - source: quyet-dinh-mau\n"
    with_tool.write("trace.yaml", f'{facts}{other}    place: ""\n    says: 0,5% lương.\n')
    before = check(with_tool.root).errors
    with_tool.change(F, "| Cộng | |", "| 1 | sau 30 ngày |")

    assert before == ()
    assert [(fault.file, fault.line, "30 ngày" in fault.message) for fault in check(with_tool.root).errors] == [
        (F, 22, True)
    ]


def test_a_review_that_is_past_warns(with_tool: Tree) -> None:
    said = check(with_tool.root, on=date(2027, 7, 1)).warnings

    assert (F, 12) in {(fault.file, fault.line) for fault in said}


def test_the_tools_shipped_fit_the_chat(shipped: Library) -> None:
    assert len(shipped.tools) == 32
    for tool in shipped.tools.values():
        shown = tool_text.text(tool, TODAY)
        assert len(f"{tool.title}\n{shown}") <= 4_000
        assert not {"{{", "| ---", "- [ ]"} & {part for part in ("{{", "| ---", "- [ ]") if part in shown}
        assert tool.audience == shipped.lessons[tool.lesson_id].audience
