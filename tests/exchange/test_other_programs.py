"""Files as other programs write them: taken as they are meant, or refused by cell or line with what to do about it."""

from __future__ import annotations

import random
import resource
import time
import unicodedata
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content import loader
from content.model import Choice, LegalBasis, QuestionKind
from exchange import book_reader, gift, moodle
from exchange.faults import ExchangeError
from roster.child import MEMORY_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.content.trees import Tree

FILES = Path(__file__).parent / "files"
PARTS = {
    file.relative_to(FILES / "excel").as_posix(): file.read_bytes()
    for file in sorted((FILES / "excel").rglob("*"))
    if file.is_file()
}
CARDS, LESSONS, STRINGS = "xl/worksheets/sheet3.xml", "xl/worksheets/sheet2.xml", "xl/sharedStrings.xml"
STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
    b"<workbook ": b'<workbook conformance="strict" ',
    b'<c r="D2" s="1"><v>45839<': b'<c r="D2" s="1" t="d"><v>2025-07-01<',
    b'<c r="D3" s="1"><v>45839<': b'<c r="D3" s="1" t="d"><v>2025-07-01T00:00:00.000<',
}
MAC = {b"<workbookPr ": b'<workbookPr date1904="1" ', b">45839<": b">44377<", b">46568<": b">45106<"}


def packed(path: Path, changed: dict[bytes, bytes] | None = None, parts: dict[str, bytes] | None = None) -> Path:
    """The workbook of `excel/`, some of its bytes or parts changed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in (PARTS | (parts or {})).items():
            written = part
            for old, new in (changed or {}).items():
                written = written.replace(old, new)
            archive.writestr(name, written)
    return path


def refusals(read: Callable[[], object]) -> list[str]:
    with pytest.raises(ExchangeError) as caught:
        read()
    return [str(fault) for fault in caught.value.faults]


def book_refusals(path: Path) -> list[str]:
    return refusals(lambda: book_reader.read(path, {}))


def test_the_form_filled_in_with_libreoffice_is_the_module(tree: Tree) -> None:
    before = loader.load(tree.root)

    book = book_reader.read(FILES / "libreoffice.xlsx", {})

    assert book.lessons["M7.1"] == replace(before.lessons["M7.1"], version="")
    second = replace(before.lessons["M7.2"], version="")
    assert book.lessons["M7.2"] == replace(second, cards=("Tổ trưởng nói: “Thẻ một’s …”", *second.cards[1:]))
    assert book.tests["M7.T"].questions == before.modules[0].final_test.questions
    assert book.modules["M7"].pass_percent == 80
    assert unicodedata.is_normalized("NFC", "".join(book.lessons["M7.1"].cards))


def test_formulas_and_merged_cells_of_libreoffice_are_told_by_cell() -> None:
    told = book_refusals(FILES / "libreoffice_sai.xlsx")

    assert [line.partition(" là ")[0].partition(" bị ")[0] for line in told] == [
        *("Bài, dòng 2: ô D2", "Thẻ, dòng 3: ô C3", "Câu hỏi, dòng 4: các ô A4:B5"),
    ]
    assert all("Gợi ý: " in line for line in told)


@pytest.mark.parametrize("changed", [{}, STRICT, MAC], ids=["excel", "strict", "mac"])
def test_a_workbook_as_excel_writes_it_is_taken(tmp_path: Path, changed: dict[bytes, bytes]) -> None:
    book = book_reader.read(packed(tmp_path / "a.xlsx", changed), {})

    lesson = book.lessons["M7.1"]
    basis = LegalBasis("mau", "Luật mẫu, Điều 1", date(2025, 7, 1), date(2027, 6, 30), needs_lawyer=True)
    assert lesson.cards == (
        "Chị Hoa hỏi: tổ trưởng có bao nhiêu giờ?",
        "Tổ trưởng có:\n• 12 giờ.\n\nGiờ ấy có lương.",
        "Việc làm ngay: ghi mã _x0041_ vào sổ.",
    )
    assert (lesson.minutes, lesson.audience, lesson.legal) == (4, frozenset("TC"), (basis,))
    assert lesson.questions[0].choices[0] == Choice("a", "12 giờ", True, "Luật ghi như vậy.")
    assert lesson.questions[1].kind is QuestionKind.TRUE_FALSE
    assert lesson.questions[1].choices[1].reason == "Luật ghi có lương."
    assert book.tests["M7.T"].questions[0].lesson_id == "M7.1"
    assert book.places["M7.1#3"](None) == "«Thẻ» dòng 5"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'<c r="D2"><v>4.0000000000000002E0</v>', b'<c r="D2" t="e"><v>#N/A</v>', "Bài, dòng 2: ô D2 có giá trị lỗi"),
        (b"<v>4.0000000000000002E0</v>", b"<v>4.5</v>", "«Bài» D2: «4,5» không phải số nguyên từ 1 đến"),
        (b"<t>ban h\xc3\xa0nh</t>", b"<t>xong</t>", "«Bài» F2: Trạng thái «xong» không có; chỉ dùng: ban hành"),
        (b"Bi\xe1\xba\xbft s\xe1\xbb\x91 gi\xe1\xbb\x9d<", b" _x000D_ <", "«Bài» E2: Ô «Mục tiêu» còn trống; hãy"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_taken_is_told(tmp_path: Path, old: bytes, new: bytes, said: str) -> None:
    (told,) = book_refusals(packed(tmp_path / "a.xlsx", {old: new}))

    assert told.startswith(said)


def rows(count: int) -> bytes:
    line = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>M7.1</t></is></c></row>'
    return PARTS[CARDS].replace(
        b"</sheetData>", "".join(line.format(6 + place) for place in range(count)).encode() + b"</sheetData>"
    )


def long_cell(signs: int) -> tuple[bytes, bytes]:
    words = random.Random(7).randbytes(signs // 2).hex()
    return PARTS[CARDS].replace(b"<v>5</v>", b"<v>29</v>"), PARTS[STRINGS].replace(
        b"</sst>", f"<si><t>{words}</t></si></sst>".encode()
    )


def test_what_is_too_large_is_refused_in_bounded_time_and_memory(tmp_path: Path) -> None:
    cards, strings = long_cell(20 * 2**20)
    entities = b"<!DOCTYPE sst [<!ENTITY a '" + b"x" * 1000 + b"'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]><sst"
    began = time.monotonic()

    (many,) = book_refusals(packed(tmp_path / "a.xlsx", parts={CARDS: rows(30_000)}))
    (long,) = book_refusals(packed(tmp_path / "b.xlsx", parts={CARDS: cards, STRINGS: strings}))
    bomb = PARTS[CARDS].replace(b"</sheetData>", b" " * (190 * 2**20) + b"</sheetData>")
    (swollen,) = book_refusals(packed(tmp_path / "c.xlsx", parts={CARDS: bomb}))
    laughs = PARTS[STRINGS].replace(b"<sst", entities, 1).replace(b"<t>M7</t>", b"<t>&b;</t>")
    (laughing,) = book_refusals(packed(tmp_path / "d.xlsx", parts={STRINGS: laughs}))

    assert "dòng, quá 20000" in many
    assert long.startswith("«Thẻ» C2: Ô dài từ 1000 ký tự")
    assert "giải nén" in swollen
    assert "DOCTYPE" in laughing
    assert time.monotonic() - began < 60
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < MEMORY_BYTES


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.sampled_from(sorted(PARTS)), place=st.floats(0, 1), cut=st.integers(0, 40), put=st.binary(max_size=12))
def test_a_damaged_workbook_is_taken_or_refused(tmp_path: Path, part: str, place: float, cut: int, put: bytes) -> None:
    whole = PARTS[part]
    at = int(place * len(whole))
    path = packed(tmp_path / "a.xlsx", parts={part: whole[:at] + put + whole[at + cut :]})

    try:
        book_reader.read(path, {})
    except ExchangeError as error:
        assert error.faults  # noqa: PT017 - either outcome is right
        assert all(fault.message for fault in error.faults)  # noqa: PT017 - a refusal is one of two good ends


def test_every_form_of_gift_that_the_documentation_shows_is_taken() -> None:
    items = gift.read((FILES / "moodle.gift").read_bytes())

    kinds = [item.kind for item in items]
    assert kinds == [
        *(QuestionKind.ONE, QuestionKind.ONE, QuestionKind.SEVERAL, QuestionKind.SEVERAL),
        *(QuestionKind.TRUE_FALSE, QuestionKind.TRUE_FALSE, QuestionKind.TEXT),
        *(QuestionKind.NUMBER, QuestionKind.NUMBER, QuestionKind.NUMBER, QuestionKind.NUMBER),
        *(QuestionKind.ONE, QuestionKind.ONE, QuestionKind.ONE),
    ]
    first, colours, voters, three, truth, lie, gap, span, ends, pi, year, marked, plain, escaped = items
    assert (first.id, first.lesson_id, first.basis) == ("M7.1-2", "M7.1", ("mau",))
    assert first.text == "Tổ họp lúc nào?"
    assert first.choices[0] == Choice("a", "17:30", True, "Hết ca mới họp.")
    assert [choice.reason for choice in colours.choices][:2] == ["đúng; hay!", "chưa đúng, áo màu vàng"]
    assert [choice.key for choice in voters.right] == ["b", "c"]
    assert [choice.is_right for choice in three.choices] == [True, True, True, False]
    assert (truth.text, truth.right[0].text, truth.right[0].reason) == ("1+1=2", "Đúng", "Phải rồi.")
    assert (lie.right[0].text, {choice.reason for choice in lie.choices}) == ("Sai", {"Mọc ở hướng Đông."})
    assert (gap.text, gap.accepted) == ("Hai cộng _____ bằng bốn.", ("hai", "2"))
    assert [(item.answer, item.tolerance) for item in (span, ends, pi, year)] == [
        *(("3", "2"), ("3", "2"), ("3,14159", "0,0005"), ("1822", "")),
    ]
    assert marked.text == "Đọc kỹ lời này:\n• tổ #1\n• bảng tin"
    assert [(choice.text, choice.reason) for choice in marked.choices] == [
        *(("có", "Đọc kỹ rồi."), ("2 * 3 = 6", "Không hỏi tính.")),
    ]
    assert plain.choices[1].reason == "Đó là <br>."
    assert [choice.text for choice in escaped.choices] == ["~", "{ }", "\\"]
    assert [item.lesson_id for item in items[-2:]] == ["M7.1", ""]


def test_every_form_of_moodle_xml_that_the_documentation_shows_is_taken() -> None:
    colours, three, truth, pi, gap, steps = moodle.read((FILES / "moodle.xml").read_bytes())

    assert colours.place == "dòng 15, câu thứ 1 «Áo đồng phục»"
    assert (colours.text, colours.basis) == ("Áo của tổ màu gì?\n• mùa hè\n• mùa đông", ("mau",))
    assert colours.choices[0] == Choice("a", "Vàng & xanh", True, "Đúng màu áo.")
    assert three.text == "Chọn mọi việc của tổ trưởng."
    assert [choice.is_right for choice in three.choices] == [True, True, True, False]
    assert three.choices[1].reason == "Ba việc & không thêm việc nào."
    assert (truth.id, truth.lesson_id, truth.text) == ("M7.1-3", "M7.1", "1 + 1 = 2, còn 1 < 2.")
    assert (pi.answer, pi.tolerance, pi.unit, pi.lesson_id) == ("3,14159", "0,0005", "lần", "")
    assert (gap.accepted, gap.reason) == (("hai", "2"), "Cộng tay cũng ra.")
    assert [choice.text for choice in steps.choices] == ["Nghe hết", "Ghi lại", "Hẹn ngày"]


def test_the_forms_that_are_not_taken_are_told_by_line_with_what_to_do() -> None:
    of_gift = refusals(lambda: gift.read((FILES / "moodle_tu_choi.gift").read_bytes()))
    of_xml = refusals(lambda: moodle.read((FILES / "moodle_tu_choi.xml").read_bytes()))

    for told, said in (
        (of_gift, ["mô tả", "ghép cặp", "tự luận", "một đáp số", "dòng trống", "dòng trống", "hình", "chỉ", "100%"]),
        (of_xml, ["mô tả", "ghép cặp", "tự luận", "nhiều chỗ", "hình", "một phần", "tính theo mẫu"]),
    ):
        assert [word in line for word, line in zip(said, told, strict=True)] == [True] * len(said), told
    assert [line.split(",")[0].split(":")[0] for line in (*of_gift, *of_xml)] == [
        *(f"dòng {line}" for line in (1, 3, 5, 7, 12, 15, 18, 20, 22)),
        *(f"dòng {line}" for line in (3, 4, 9, 10, 11, 18, 20)),
    ]
    assert all("hãy" in line or "phải" in line or "đừng" in line or "chỉ" in line for line in (*of_gift, *of_xml))


@pytest.mark.parametrize("inside", [b"<a>" * 100, b"<a/>" * 500_001])
def test_a_tree_that_no_questions_need_is_refused(inside: bytes) -> None:
    (told,) = refusals(lambda: moodle.read(b"<quiz>" + inside))

    assert "quá nhiều phần tử" in told


@given(st.text(st.sampled_from("aâ *_`#[]()!\\<>&;.-+\n1"), max_size=80))
def test_any_markdown_gives_words_or_a_refusal(text: str) -> None:
    words = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    form = "<questiontext format='markdown'><text>Hỏi {}</text></questiontext>"
    try:
        (item,) = moodle.read(f"<quiz><question type='ordering'>{form.format(words)}</question></quiz>".encode())
    except ExchangeError as error:
        assert "hình" in error.faults[0].message  # noqa: PT017 - either outcome is right
    else:
        assert item.text.startswith("Hỏi")


@pytest.mark.parametrize("piece", ["*", "**a", "_a", "[a](", "`", "\\", "*a ", "# ", "[", "- \n"])
def test_hostile_markdown_takes_no_longer_than_its_size(piece: str) -> None:
    raw = f"[markdown]Hỏi {piece * (9_000 // len(piece))}".replace("#", "\\#").replace("\n", "\\n")
    began = time.process_time()

    gift.read(f"{raw} {{T####vì}}".encode())

    assert time.process_time() - began < 2
