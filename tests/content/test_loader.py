"""What the loader takes, and what it refuses with which file and line."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from typing import TYPE_CHECKING

import pytest

from content.loader import ContentError, check, load
from content.model import QuestionKind
from learning.roles import Track
from tests.content.trees import LESSON

if TYPE_CHECKING:
    from pathlib import Path

    from content.model import Library
    from tests.content.trees import Tree

L = "courses/c/m7/m7_1.md"
T = "courses/c/m7/final_test.md"
M = "courses/c/m7/module.yaml"

# what it is, the file, a piece of it, what stands there instead, the line and a piece of the message expected
SPOILT = [
    ("card too long", L, "Việc làm ngay:", "Việc làm ngay: " + "dài " * 90, 20, "Thẻ 3 dài"),
    ("card too long from 2027", L, "Tổ trưởng có {{", "a" * 347 + "{{", 17, "Thẻ 2 dài 401"),
    ("title counts on the first card", L, "Chị Hoa hỏi", "b" * 320 + " hỏi", 14, "Thẻ 1 dài"),
    ("two cards", L, "giờ?\n\n---\nTổ", "giờ?\n\nTổ", 1, "Bài có 2 thẻ"),
    ("six cards", L, "Việc làm", "1\n---\n2\n---\n3\n---\nViệc làm", 1, "Bài có 6 thẻ"),
    ("empty card", L, "---\nTổ trưởng", "---\n\n---\nTổ trưởng", 17, "Thẻ trống"),
    ("markup in a card", L, "Việc làm ngay", "**Việc làm ngay**", 20, "định dạng"),
    ("misspelt question heading", L, "## Câu hỏi M7.1-1", "## Cau hoi M7.1-1", 23, "định dạng"),
    ("question too long", L, "Tổ trưởng có bao nhiêu giờ?\n\n-", "c" * 340 + "\n\n-", 23, "dài"),
    ("verdict too long", L, "Luật có dành giờ.", "d" * 350, 28, "Lời đáp khi chọn b"),
    ("two right", L, "- [ ] b", "- [x] b", 23, "2 đáp án đúng"),
    ("none right", L, "- [x] a", "- [ ] a", 23, "0 đáp án đúng"),
    ("one choice", L, "- [ ] b. Không có giờ nào\n  Vì: Luật có dành giờ.\n", "", 23, "có 1 phương án"),
    ("reason missing", L, "  Vì: Luật có dành giờ.\n", "", 28, "thiếu dòng '  Vì:"),
    ("choice key twice", L, "- [ ] b", "- [ ] a", 28, "trùng"),
    ("choice text twice", L, "b. Không có giờ nào", "b. {{ gio.to_truong }} giờ", 28, "trùng"),
    ("five choices", L, "- [x] a", "- [ ] b. Hai\n- [ ] c. Ba\n- [ ] d. Bốn\n- [x] a", 23, "có 5 phương án"),
    ("right one fifth", L, "- [x] a", "- [ ] b. Hai\n- [ ] b. Ba\n- [ ] c. Bốn\n- [ ] d. Năm\n- [x] a", 27, "trùng"),
    ("choice e", L, "- [ ] b", "- [ ] e", 28, "Dòng viết sai"),
    ("line not understood", L, "  Vì: Luật có", "Luật có", 29, "Không hiểu dòng"),
    ("no question text", L, "Tổ trưởng có bao nhiêu giờ?\n\n-", "-", 23, "chưa có lời hỏi"),
    ("unknown basis", L, "Căn cứ: mau", "Căn cứ: mau, la", 31, "'la' không có"),
    ("basis missing", L, "Căn cứ: mau", "", 23, "thiếu dòng 'Căn cứ:'"),
    ("question of another lesson", L, "## Câu hỏi M7.1-1", "## Câu hỏi M7.2-1", 23, "Mã câu hỏi"),
    ("question id twice", L, "Căn cứ: mau", "Căn cứ: mau\n" + LESSON[LESSON.index("## Câu") :], 32, "đã dùng"),
    ("unknown audience", L, "[T, C]", "[T, X]", 4, "Đối tượng 'X'"),
    ("no audience", L, "[T, C]", "[]", 4, "danh sách"),
    ("unknown status", L, "ban hành", "xong", 7, "Trạng thái 'xong'"),
    ("minutes", L, "minutes: 2", "minutes: bốn", 5, "số nguyên"),
    ("title missing", L, "title: Bài mẫu\n", "", 1, "Thiếu mục 'title'"),
    ("misspelt field", L, "review_by", "reveiw_by", 12, "Không hiểu mục 'reveiw_by'"),
    ("field twice", L, "minutes: 2", "minutes: 2\nminutes: 5", 6, "hai lần"),
    ("impossible date", L, "2025-07-01", "2025-13-01", 11, "không hợp lệ"),
    ("date in words", L, "2025-07-01", "ngày một", 11, "phải là ngày"),
    ("review before force", L, "2027-06-30", "2024-06-30", 12, "trước ngày"),
    ("id of many digits", L, "id: M7.1", "id: M7." + "1" * 5000, 2, "nhiều nhất 120"),
    ("lesson of another module", L, "id: M7.1", "id: M6.1", 2, "Mã bài"),
    ("unknown parameter", L, "Tổ trưởng có {{ gio.to_truong }} giờ.", "{{ gio.to_pho }}", 17, "'gio.to_pho' không có"),
    ("parameter that ends", L, "Việc làm ngay", "{{ het_han }}", 20, "không có giá trị sau ngày 31/12/2025"),
    ("broken parameter", L, "{{ gio.to_truong }} giờ.", "{{ gio.to_truong } giờ.", 17, "Tham số viết sai"),
    ("parameter in the title", L, "Bài mẫu", '"Bài {{ x.y }}"', 2, "'x.y' không có"),
    ("old version", L, "legal:", "corrects: {version: v1, question: M7.1-1}\nlegal:", 8, "Bản cũ 'v1' sai"),
    (
        "corrects another lesson",
        L,
        "legal:",
        f"corrects: {{version: {'0a' * 8}, question: M7.2-1}}\nlegal:",
        8,
        "M7.2-1",
    ),
    ("head not closed", L, "---\nChị Hoa", "Chị Hoa", 14, "thiếu dòng '---'"),
    ("no head", L, "---\nid", "id", 1, "Dòng đầu tiên"),
    ("bad YAML", L, "minutes: 2", "minutes: [4", 6, "YAML viết sai"),
    ("YAML alias", L, "title: Bài mẫu", "title: &a Bài mẫu", 3, "neo"),
    ("YAML tag", L, "title: Bài mẫu", "title: !!python/name:os.system", 3, "thẻ kiểu"),
    ("YAML nested", L, "minutes: 2", "minutes: " + "[" * 40 + "]" * 40, 5, "lồng quá sâu"),
    ("escaped bidi", L, "title: Bài mẫu", 'title: "Bài \\u202e mẫu"', 3, "U+202E"),
    ("bidi", L, "Chị Hoa", "Chị \u202eHoa", 14, "U+202E"),
    ("control", L, "Chị Hoa", "Chị \x07Hoa", 14, "U+0007"),
    ("zero width", L, "Chị Hoa", "Chị\u200b Hoa", 14, "U+200B"),
    ("not NFC", L, "Chị Hoa", unicodedata.normalize("NFD", "Chị Hoa"), 14, "NFC"),
    ("too large", L, "Chị Hoa", "x" * 65_536, 1, "64 KiB"),
    ("final test of a missing lesson", T, "Bài: M7.1", "Bài: M7.9", 8, "M7.9, không có"),
    ("track without a question", T, "Bài: M7.1", "Bài: M7.9", 1, "Đối tượng C"),
    ("final test without a lesson", T, "Bài: M7.1\n", "", 8, "thiếu dòng 'Bài:'"),
    ("final test with a card", T, "---\n## Câu", "---\nMột thẻ\n\n---\n## Câu", 8, "không có thẻ"),
    ("final test's id", T, "id: M7.T", "id: M6.T", 2, "phải là M7.T"),
    ("drawn more than there are", M, "drawn: 1", "drawn: 2", 6, "từ 1 đến 1"),
    ("pass percent", M, "80", "180", 4, "từ 1 đến 100"),
    ("module id", M, "id: M7", "id: bảy", 1, "Mã chuyên đề"),
    ("figures overlap", "figures.yaml", "2026-12-31", "2027-01-05", 1, "nối tiếp"),
    ("figure that ends before it begins", "figures.yaml", "2026-12-31", "2025-06-01", 6, "trước ngày"),
    ("figure no number", "figures.yaml", "value: 12", "value: mười hai", 2, "phải là số"),
    ("figure without a day", "figures.yaml", "    valid_from: 2027-01-01\n", "", 7, "Thiếu mục 'valid_from'"),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "message"), [pytest.param(*case[1:], id=case[0]) for case in SPOILT]
)
def test_a_spoilt_file_is_refused_with_its_line(
    tree: Tree, file: str, old: str, new: str, line: int, message: str
) -> None:
    tree.change(file, old, new)

    with pytest.raises(ContentError) as caught:
        load(tree.root)

    assert any(
        (fault.file, fault.line) == (file, line) and message in fault.message for fault in caught.value.faults
    ), str(caught.value)


def test_a_good_tree_loads(tree: Tree) -> None:
    library = load(tree.root)

    assert [module.id for module in library.modules] == ["M7"]
    assert library.lessons["M7.1"].audience == {Track.GROUP_LEADER, Track.CHAIR}
    assert library.questions["M7.T-1"].lesson_id == "M7.1"
    assert library.questions["M7.1-1"].right.key == "a"
    assert library.module_of["M7.1"] is library.module("M7")
    assert library.lessons["M7.1"].legal[0].in_force_from == date(2025, 7, 1)


def test_all_faults_are_told_at_once(tree: Tree) -> None:
    tree.change(L, "minutes: 2", "minutes: 0")
    tree.change(L, "- [ ] b", "- [x] b")
    tree.change(T, "Căn cứ: mau", "Căn cứ: la")

    with pytest.raises(ContentError) as caught:
        load(tree.root)

    assert [(fault.file, fault.line) for fault in caught.value.faults] == [(T, 17), (L, 5), (L, 23)]
    assert str(caught.value).startswith(f"{T}:17: Căn cứ 'la'")


def test_bytes_that_are_no_utf_8_are_refused_on_their_line(tree: Tree) -> None:
    (tree.root / L).write_bytes(b"---\nid: M7.1\n\xff\n")

    assert [(fault.file, fault.line) for fault in check(tree.root).errors] == [(L, 3)]


def test_thirteen_lessons_are_too_many(tree: Tree) -> None:
    for number in range(2, 14):
        tree.write(f"courses/c/m7/m7_{number}.md", LESSON.replace("M7.1", f"M7.{number}"))

    with pytest.raises(ContentError) as caught:
        load(tree.root)

    assert [fault.file for fault in caught.value.faults] == [M]


def test_lessons_are_in_the_order_of_their_numbers(tree: Tree) -> None:
    for number in (10, 2):
        tree.write(f"courses/c/m7/m7_{number}.md", LESSON.replace("M7.1", f"M7.{number}"))

    assert [lesson.id for lesson in load(tree.root).module("M7").lessons] == ["M7.1", "M7.2", "M7.10"]


def test_two_modules_of_one_id_are_refused(tree: Tree) -> None:
    for file in (L, T, M):
        tree.write(file.replace("/c/", "/d/"), (tree.root / file).read_text(encoding="utf-8"))

    assert {fault.file.split("/")[1] for fault in check(tree.root).errors} == {"d"}


@pytest.mark.parametrize("file", [T, M])
def test_a_missing_file_is_named(tree: Tree, file: str) -> None:
    (tree.root / file).unlink()

    assert file in {fault.file for fault in check(tree.root).errors}


def test_a_place_without_content_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="courses:1: Không tìm thấy"):
        load(tmp_path)


def test_windows_line_ends_and_a_byte_order_mark_are_taken(tree: Tree) -> None:
    before = load(tree.root).lessons["M7.1"]
    (tree.root / L).write_bytes(b"\xef\xbb\xbf" + LESSON.replace("\n", "\r\n").encode())

    after = load(tree.root).lessons["M7.1"]

    assert (after.cards, after.questions) == (before.cards, before.questions)


def test_a_version_follows_the_bytes(tree: Tree) -> None:
    before = load(tree.root).module("M7")
    tree.change(L, "tổ của mình", "tổ mình")

    after = load(tree.root).module("M7")

    assert len(before.lessons[0].version) == len(before.version) == 16
    assert before.lessons[0].version != after.lessons[0].version
    assert before.version != after.version
    assert before.final_test.version == after.final_test.version


def test_a_draft_needs_no_question_in_the_final_test(tree: Tree) -> None:
    draft = LESSON.replace("M7.1", "M7.2").replace("ban hành", "nháp").replace("[T, C]", "[S]")
    tree.write("courses/c/m7/m7_2.md", draft)

    assert load(tree.root).modules_for(Track.STAFF) == ()


def test_a_review_date_warns_once_it_is_past(tree: Tree) -> None:
    on_the_day, day_after = (check(tree.root, on=day).warnings for day in (date(2027, 6, 30), date(2027, 7, 1)))

    assert on_the_day == ()
    assert [(fault.file, fault.line) for fault in day_after] == [(L, 12)]


def test_a_long_sentence_warns(tree: Tree) -> None:
    tree.change(T, "Luật ghi có lương.", "Luật " + "ghi " * 18 + "có lương.")

    assert [(fault.file, fault.line) for fault in check(tree.root).warnings] == [(T, 11)]


def test_a_report_is_ready_for_json(tree: Tree) -> None:
    tree.change(L, "- [ ] b", "- [x] b")

    report = json.loads(json.dumps(check(tree.root).as_dict()))

    assert {**report, "errors": None} == {
        "lessons": 1,
        "cards": 3,
        "questions": 2,
        "drills": 0,
        "tools": 0,
        "sources": 4,
        "errors": None,
        "warnings": [],
    }
    assert report["errors"] == [
        {"file": L, "line": 23, "message": "Câu M7.1-1 có 2 đáp án đúng [x]; phải có đúng một."}
    ]


def test_the_shipped_content_has_no_fault() -> None:
    report = check(on=date(2026, 11, 21))

    assert report.errors == ()
    assert report.lessons >= 5


def test_every_track_of_a_shipped_module_meets_a_final_test(shipped: Library) -> None:
    for module in shipped.modules:
        for track in Track:
            served = {lesson.id for lesson in module.lessons_for(track)}
            asked = {question.lesson_id for question in module.final_test.questions} & served
            assert asked == served


def test_no_shipped_question_lacks_its_lesson(shipped: Library) -> None:
    for question in shipped.questions.values():
        assert shipped.lessons[question.lesson_id].audience


def test_the_right_choice_has_no_favourite_place(shipped: Library) -> None:
    for module in shipped.modules:
        asked = [question for question in module.final_test.questions if question.kind is QuestionKind.ONE]
        places = [question.choices.index(question.right) for question in asked]
        assert max(places.count(place) for place in set(places)) <= len(places) / 2
