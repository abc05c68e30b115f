"""Papers and clauses: what is cited is known, and in force."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from content import citations, sources
from content.citations import Place
from content.faults import FaultList
from content.loader import ContentError, check, load

if TYPE_CHECKING:
    from tests.content.trees import Tree

L = "courses/c/m7/m7_1.md"
S = "sources.yaml"
CITE = "cite: Luật mẫu, Điều 1"
TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("cite", "number", "place", "amended_by"),
    [
        ("Bộ luật Lao động 2019, Điều 35 khoản 1", "", Place(35, 35, 1), ()),
        ("Bộ luật Lao động 45/2019/QH14, Điều 200 đến Điều 202", "45/2019/QH14", Place(200, 202), ()),
        (
            "Luật Công đoàn 50/2024/QH15, Điều 8 (sửa bởi Luật 97/2025/QH15)",
            "50/2024/QH15",
            Place(8, 8),
            ("97/2025/QH15",),
        ),
        ("Luật 84/2015/QH13, Điều 6 khoản 1 điểm đ", "84/2015/QH13", Place(6, 6, 1, "đ"), ()),
        ("Quyết định 61/QĐ-TLĐ ngày 29/07/2025 của Tổng Liên đoàn", "61/QĐ-TLĐ", Place(), ()),
        ("Nghị quyết Hội nghị lần thứ Bảy (12/2020) mục III.1", "", Place(section="III.1"), ()),
        ("Điều lệ Công đoàn Việt Nam (chờ bản mới)", "", Place(), ()),
    ],
)
def test_a_citation_is_taken_apart(cite: str, number: str, place: Place, amended_by: tuple[str, ...]) -> None:
    found = citations.parse(cite)

    assert (found.number, found.place, found.amended_by) == (number, place, amended_by)


@pytest.mark.parametrize(
    ("cite", "source"),
    [
        ("Bộ luật Lao động 2019, Điều 35 khoản 1", "45/2019/QH14"),
        ("BLLĐ, Điều 35", "45/2019/QH14"),
        ("bộ luật lao động, Điều 139 khoản 1", "45/2019/QH14"),
        ("Luật Công đoàn, Điều 27", "50/2024/QH15"),
        ("Điều lệ Công đoàn Việt Nam (chờ bản mới)", "dieu-le-cong-doan"),
        ("Bộ luật Dân sự, Điều 1", None),
        ("Bộ luật Lao động 45/2019/QH15, Điều 1", None),
    ],
)
def test_a_citation_finds_its_paper_by_number_or_name(cite: str, source: str | None) -> None:
    found = sources.shipped().find(citations.parse(cite))

    assert (found.id if found else None) == source


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        pytest.param(CITE, "cite: Luật lạ, Điều 1", 10, "'Luật lạ' không có", id="unknown title"),
        pytest.param(CITE, "cite: Nghị định 9/2020/NĐ-CP, Điều 1", 10, "'9/2020/NĐ-CP' không có", id="unknown number"),
        pytest.param(CITE, f"{CITE}\n    source: la", 10, "'la' không có", id="unknown declared"),
        pytest.param(CITE, f"{CITE} (sửa bởi Luật 9/2026/QH16)", 10, "sửa đổi '9/2026/QH16'", id="unknown amendment"),
        pytest.param(CITE, f"{CITE} (sửa bởi 2/2020/NĐ-CP)", 10, "không do 2/2020/NĐ-CP sửa", id="no amendment"),
        pytest.param(CITE, "cite: Luật mẫu 2/2020/NĐ-CP, Điều 1", 10, "Tên 'Luật mẫu' là của", id="another's title"),
        pytest.param("2025-07-01", "2025-06-30", 10, "trước ngày 01/07/2025", id="in force too early"),
        pytest.param(CITE, "cite: Quyết định mẫu", 10, "Chưa rõ hiệu lực", id="unknown force"),
    ],
)
def test_a_clause_without_a_paper_in_force_is_refused(tree: Tree, old: str, new: str, line: int, message: str) -> None:
    tree.change(L, old, new)

    with pytest.raises(ContentError) as caught:
        load(tree.root)

    assert [(fault.file, fault.line) for fault in caught.value.faults] == [(L, line)]
    assert message in caught.value.faults[0].message


def test_what_a_clause_declares_goes_before_what_its_citation_says(tree: Tree) -> None:
    tree.change(L, CITE, "cite: Luật Mẫu viết khác, Điều 1\n    source: luat-mau")

    assert load(tree.root).lessons["M7.1"].legal[0].source == "luat-mau"


def test_a_paper_that_ended_fails_the_lessons_on_it_from_the_next_day(tree: Tree) -> None:
    tree.change(S, "  in_force_from: 2025-07-01\n", "  in_force_from: 2025-07-01\n  in_force_to: 2027-01-31\n")

    last, next_day = (check(tree.root, on=day).errors for day in (date(2027, 1, 31), date(2027, 2, 1)))

    assert last == ()
    assert {(fault.file, fault.line) for fault in next_day} >= {(L, 10)}
    assert any("hết hiệu lực" in fault.message for fault in next_day)


def test_a_paper_to_come_is_for_drafts_alone(tree: Tree) -> None:
    tree.change(S, "in_force_from: 2025-07-01\n  status: còn", "in_force_from: 2027-01-01\n  status: sắp")
    tree.change(L, "in_force_from: 2025-07-01", "in_force_from: 2027-01-01")

    assert any("chưa có hiệu lực" in fault.message for fault in check(tree.root, on=TODAY).errors if fault.file == L)
    tree.change(L, "ban hành", "nháp")
    assert not any(fault.file == L for fault in check(tree.root, on=TODAY).errors)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        pytest.param("[1/2027/QH16]", "[9/9/QH16]", 1, "'9/9/QH16' không có", id="unknown amendment"),
        pytest.param("replaced_by: luat-mau", "replaced_by: la", 14, "'la' không có", id="unknown successor"),
        pytest.param("2029-12-31", "2019-12-31", 14, "trước ngày có hiệu lực", id="ends before it begins"),
        pytest.param("status: chưa rõ", "status: tốt", 25, "không có mức 'tốt'", id="status"),
        pytest.param("read: chưa đọc\n  needs_lawyer: true", "read: chưa đọc", 22, "needs_lawyer", id="no lawyer"),
        pytest.param("title: Nghị định mẫu", "title: Luật mẫu", 14, "đã dùng", id="one name twice"),
        pytest.param("kind: luật", "kid: luật", 3, "Không hiểu mục 'kid'", id="misspelt"),
        pytest.param("  in_force_from: 2025-07-01\n", "", 1, "phải ghi 'in_force_from'", id="no day"),
    ],
)
def test_a_spoilt_registry_is_refused(tree: Tree, old: str, new: str, line: int, message: str) -> None:
    tree.change(S, old, new)
    faults = FaultList()

    sources.read(tree.root / S, faults.of(S))

    assert any(fault.line == line and message in fault.message for fault in faults.sorted()), faults.sorted()


def test_a_figure_rests_on_a_paper_too(tree: Tree) -> None:
    tree.change("figures.yaml", "source: Luật mẫu, Điều 1", "source: Luật lạ, Điều 1")
    tree.change("figures.yaml", "valid_from: 2027-01-01", "valid_from: 2026-12-31")

    with pytest.raises(ContentError) as caught:
        load(tree.root)

    said = [(fault.line, fault.message) for fault in caught.value.faults if fault.file == "figures.yaml"]
    assert any(line == 4 and "'Luật lạ' không có" in message for line, message in said)
    assert any("trước văn bản 1/2027/QH16" in message for _, message in said)


def test_a_status_that_its_days_contradict_warns(tree: Tree) -> None:
    said = check(tree.root, on=date(2030, 1, 1)).warnings

    assert ("sources.yaml", 14) in {(fault.file, fault.line) for fault in said}


def test_every_shipped_paper_that_is_not_read_asks_for_a_lawyer_or_has_ended() -> None:
    for paper in sources.shipped().by_id.values():
        assert paper.read is not sources.Reading.UNREAD or paper.needs_lawyer or paper.is_ended(TODAY), paper.id
