"""GIFT: every form that is taken, every fault by its line, and no file that breaks the reader."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from content import figures
from content.model import Choice, QuestionKind
from exchange import convert, gift, gift_writer, texts
from exchange.faults import ExchangeError
from exchange.formats import Format
from exchange.items import Item, lettered

if TYPE_CHECKING:
    from content.tree import ReadModule

SAMPLE = Path(__file__).parent / "samples" / "mau.gift"
DAY = date(2026, 11, 21)
WORDS = (
    st.text(st.sampled_from("aạ %~=#{}:\\[]/-.->html*T1"), min_size=1, max_size=12)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)


def refusals(text: str) -> list[tuple[str, str]]:
    with pytest.raises(ExchangeError) as caught:
        gift.read(text.encode())
    return [(fault.place, fault.message) for fault in caught.value.faults]


def test_each_form_is_read() -> None:
    one, several, truth, exact, span, weighed, gap, escaped = gift.read(SAMPLE.read_bytes())

    assert (one.id, one.lesson_id, one.basis, one.difficulty) == ("M7.1-2", "M7.1", ("mau",), 1)
    assert one.text == "Ai chủ trì cuộc họp tổ: chọn một người."
    assert one.choices[0] == Choice("a", "Tổ trưởng", True, "Đúng phần việc của tổ trưởng.")
    assert [choice.text for choice in one.choices] == ["Tổ trưởng", "Quản đốc", "Bảo vệ"]
    assert (several.kind, several.text) == (QuestionKind.SEVERAL, "Chọn mọi việc của tổ trưởng & tổ phó.")
    assert [choice.is_right for choice in several.choices] == [True, True, False]
    assert truth.kind is QuestionKind.TRUE_FALSE
    assert [(choice.text, choice.is_right, choice.reason) for choice in truth.choices] == [
        ("Đúng", True, "Luật ghi như vậy."),
        ("Sai", False, "Tổ viên có quyền bầu."),
    ]
    assert (exact.answer, exact.tolerance, exact.reason) == ("12", "", "Từ tháng 1 đến tháng 12.")
    assert (span.answer, span.tolerance, span.reason) == ("3", "2", "Khoảng giữa là 3.")
    assert (weighed.answer, weighed.value, weighed.tolerance) == ("3,5", "3.5", "0,5")
    assert (gap.text, gap.accepted) == ("Công đoàn viết tắt là _____ khi ghi sổ.", ("CĐ", "cong doan"))
    assert gap.reason == "Cách viết hay dùng."
    assert escaped.text == "Viết phép tính 2\\+2=4\nrồi ký hiệu ~ # { } \\."
    assert one.place == "dòng 4"


def test_a_byte_order_mark_and_other_line_ends_make_no_difference() -> None:
    raw = SAMPLE.read_bytes()

    assert gift.read(b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n")) == gift.read(raw)


def test_words_without_a_form_are_html_only_where_they_hold_a_tag() -> None:
    plain, html, marked = gift.read(
        b"1 &lt; 2 v\xc3\xa0 a < b? {T}\n\n<p>N\xc6\xb0\xe1\xbb\x9bc</p><p>n\xc3\xa0o?</p> {T}\n\n[plain]a &amp; b? {T}"
    )

    assert [item.text for item in (plain, html, marked)] == ["1 < 2 và a < b?", "Nước\nnào?", "a &amp; b?"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hỏi gì?", "Thiếu phần đáp án"),
        ("Hỏi gì? {", "Ngoặc nhọn"),
        ("Hỏi gì? }", "Ngoặc nhọn"),
        ("Hỏi {a{b} {=c}", "Ngoặc nhọn"),
        ("{=a}", "chưa có lời hỏi"),
        ("Viết về tổ. {}", "tự luận"),
        ("Ghép. {=a -> b =c -> d}", "ghép cặp"),
        ("Hỏi? {~a ~b}", "0%"),
        ("Hỏi? {~%50%a ~%30%b ~c}", "80%"),
        ("Hỏi? {=a =b ~c}", "chỉ một phương án"),
        ("Hỏi? {=a ~%50%b}", "chỉ một phương án"),
        ("Hỏi? {=a ~}", "trống"),
        ("Hỏi? {thừa ~a =b}", "chữ thừa"),
        ("Hỏi? {=%50%a =b}", "một phần điểm"),
        ("Hỏi? {#mười}", "Đáp số"),
        ("Hỏi? {#1:x}", "Đáp số"),
        ("Hỏi? {#=%50%1 =%100%2}", "đúng một đáp số"),
        ("Hỏi? {#5..1}", "Đáp số"),
        ("::Tên Hỏi? {=a}", "Tên câu"),
        ("[html]<img src=x> Hỏi? {=a}", "hình"),
    ],
)
def test_a_question_that_cannot_be_taken_is_told_by_its_line(text: str, said: str) -> None:
    (place, message), *rest = refusals(f"// đầu tệp\n\nCâu tốt. {{=a####vì}}\n\n{text}\n")

    assert (place, rest) == ("dòng 5", [])
    assert said in message


def test_all_faults_are_told_at_once() -> None:
    assert [place for place, _ in refusals("A\n\nB {}\n\nC {=a}\n\nD")] == ["dòng 1", "dòng 3", "dòng 7"]


@pytest.mark.parametrize(
    "raw", [b"", b"// ghi\n\n$CATEGORY: x\n", b"\n\xff\n", b"a" * (4 * 2**20 + 1), b"\xee\x80\x80"]
)
def test_a_file_that_holds_no_questions_is_refused(raw: bytes) -> None:
    with pytest.raises(ExchangeError):
        gift.read(raw)


@given(st.text(st.sampled_from("aT~=#{}:\\/[]%- >.\n5$0!<&;html"), max_size=120) | st.text(max_size=60))
@example("::::{=a}")
@example("[html]<![a[{=a}")
@example("$CATEGORY:\na{T}")
@example("a{#=}")
@example("a{#~%0%}")
@example("a{=%-100%b}")
def test_nothing_but_its_own_error_is_raised(text: str) -> None:
    try:
        items = gift.read(text.encode("utf-8", errors="surrogatepass"))
    except ExchangeError as error:
        assert error.faults  # noqa: PT017 - either outcome is right
    else:
        assert all(item.text for item in items)


@pytest.mark.parametrize(
    "piece", ["{", "\\", "~", "::", "[html]<", "####", "%", "a{=", "//[tag:", "=%1%", "[html]<!--"]
)
def test_a_hostile_file_takes_no_longer_than_its_size(piece: str) -> None:
    raw = (piece * (2**19 // len(piece))).encode()
    began = time.process_time()

    with pytest.raises(ExchangeError):
        gift.read(raw)

    assert time.process_time() - began < 5


@pytest.mark.parametrize("piece", ["<", "<a b='", "<!--", "<![cdata[", "&#9", "<script>", "</", "&lt"])
def test_hostile_html_takes_no_longer_than_its_size(piece: str) -> None:
    question = f"[html]Hỏi {piece * (19_000 // len(piece))} {{T#a#b}}\n\n"
    began = time.process_time()

    assert len(gift.read((question * 25).encode())) == 25

    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Một</p><p>hai</p>", "Một\nhai"),
        ("Một<BR/>hai", "Một\nhai"),
        ("<ul><li>Một</li><li>hai</li></ul>", "• Một\n• hai"),
        ("a &lt;b&gt; &amp; c&nbsp;d &#7899;", "a <b> & c d ớ"),
        ("a<!-- ẩn <b> --> b <!-- mở", "a b"),
        ("<style>p {}</style>Một<script>if (a<b) x</script> hai", "Một hai"),
        ("1 < 2 và <span style='color: red'>đỏ</span>", "1 < 2 và đỏ"),
        ("<![CDATA[x]]> <?php y ?> a", "a"),
        ("&#99999999999999999999;a", "a"),
    ],
)
def test_html_is_brought_to_words(html: str, words: str) -> None:
    assert texts.from_html(html) == words


@pytest.mark.parametrize("html", ["<img src=a>", "<IFRAME></IFRAME>", "a" * 20_001])
def test_html_of_more_than_words_is_refused(html: str) -> None:
    with pytest.raises(texts.NotTextError):
        texts.from_html(html)


@given(
    st.lists(st.tuples(WORDS, st.booleans(), WORDS), min_size=2, max_size=4).filter(
        lambda some: any(right for _, right, _ in some)
    ),
    WORDS,
    WORDS,
)
def test_choices_come_back_whatever_signs_they_hold(some: list[tuple[str, bool, str]], text: str, tag: str) -> None:
    choices = lettered(some)
    kind = QuestionKind.ONE if sum(choice.is_right for choice in choices) == 1 else QuestionKind.SEVERAL
    item = Item(
        kind, text, choices=choices, id="M1.1-1", lesson_id="M1.1", objective=tag.strip(": "), basis=("lcd-27",)
    )

    (back,) = gift.read(gift_writer.write([item], {"M1.1": "$course$/top/M1.1"}))

    assert replace(back, place="") == item


@given(st.lists(WORDS.filter(lambda text: "->" not in text), min_size=1, max_size=4, unique=True), WORDS)
def test_short_answers_come_back(accepted: list[str], reason: str) -> None:
    item = Item(QuestionKind.TEXT, "Là gì?", accepted=tuple(accepted), reason=reason, id="M1.1-1", lesson_id="M1.1")

    (back,) = gift.read(gift_writer.write([item], {}))

    assert replace(back, place="") == item


def test_the_whole_curriculum_comes_back(shipped: list[ReadModule]) -> None:
    items = convert.items(shipped, None, DAY, figures.shipped(), keep_figures=True)
    items = [item for item in items if not list(gift_writer.refusals([item]))]

    back = convert.read_items(convert.write_items(items, shipped, Format.GIFT), Format.GIFT)

    assert [replace(item, place="") for item in back] == [replace(item, place="") for item in items]


def test_an_order_is_refused_by_name() -> None:
    item = Item(QuestionKind.ORDER, "Xếp.", choices=lettered([("x", True, ""), ("y", True, "")]), id="M1.1-4")

    with pytest.raises(ExchangeError) as caught:
        gift_writer.write([item], {})

    assert [fault.place for fault in caught.value.faults] == ["Câu M1.1-4"]
