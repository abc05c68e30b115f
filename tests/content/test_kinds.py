"""The kinds of questions: what is read, what is refused at which line, what fits a phone, and what is right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from content import answers, fit, present
from content.figures import Figures, read
from content.loader import ContentError, load
from content.model import Formula, Question, QuestionKind
from learning.grading import SEEN, Tolerance
from tests.content.trees import KINDS, MODULE

if TYPE_CHECKING:
    from content.model import Library
    from tests.content.trees import Tree

K = "courses/c/m7/m7_2.md"
TODAY, NEXT_YEAR = date(2026, 11, 21), date(2027, 1, 1)


@pytest.fixture
def with_kinds(tree: Tree) -> Tree:
    tree.write(K, KINDS)
    return tree


@pytest.fixture
def library(with_kinds: Tree) -> Library:
    return load(with_kinds.root)


@pytest.fixture
def figures(with_kinds: Tree) -> Figures:
    def complain(line: int, message: str) -> None:
        raise AssertionError(f"{line}: {message}")

    return read(with_kinds.root / "figures.yaml", complain)


def test_each_kind_is_read(library: Library) -> None:
    several, true_false, order, number, words = library.lessons["M7.2"].questions

    assert [question.kind for question in library.lessons["M7.2"].questions] == [*QuestionKind][1:]
    assert (several.difficulty, several.objective, several.right_keys) == (3, "Chọn đủ các ý", "ac")
    assert (true_false.difficulty, true_false.objective) == (2, "Trả lời mọi loại câu hỏi")
    assert true_false.right.text == "Đúng"
    assert (order.difficulty, order.right_keys) == (1, "abc")
    assert order.reason == "Nghe xong mới hiểu, hiểu rồi mới hẹn."
    assert number.answer == Formula("{{ gio.to_truong }} * 3 + 0,5", "giờ", Tolerance(Decimal(1), is_percent=True))
    assert (number.choices, number.reason) == ((), "Mỗi người {{ gio.to_truong }} giờ.")
    assert (words.accepted, words.choices) == (("thương lượng tập thể", "thương lượng"), ())


def test_a_question_of_a_final_test_has_its_lessons_objective(library: Library) -> None:
    assert library.questions["M7.T-1"].objective == library.lessons["M7.1"].objective == "Biết số giờ"
    assert library.questions["M7.T-1"].kind is QuestionKind.ONE


def test_a_text_may_begin_with_the_word_objective(with_kinds: Tree) -> None:
    with_kinds.change(K, "Giờ ấy có lương.", "Mục tiêu: 12 giờ. Giờ ấy có lương.")

    question = load(with_kinds.root).questions["M7.2-2"]

    assert question.text == "Mục tiêu: 12 giờ. Giờ ấy có lương."
    assert question.objective == "Trả lời mọi loại câu hỏi"


# what it is, a piece of the file, what stands there instead, the line and a piece of the message expected
SPOILT = [
    ("unknown kind", "(nhiều đáp án)", "(nhiều lựa chọn)", 22, "Loại câu hỏi 'nhiều lựa chọn' không có"),
    ("difficulty", "Độ khó: 3", "Độ khó: khó", 23, "Độ khó là 1"),
    ("difficulty after the text", "Độ khó: 3\nMục tiêu: Chọn đủ các ý\nAi", "Ai\nĐộ khó: 3\nAi", 24, "đứng ngay sau"),
    ("field twice", "Độ khó: 3\n", "Độ khó: 3\nĐộ khó: 2\n", 24, "hai dòng 'Độ khó:'"),
    ("objective too long", "Chọn đủ các ý", "a" * 121, 24, "Mục tiêu dài 121"),
    ("several, one right", "- [x] c", "- [ ] c", 22, "có 1 đáp án đúng [x]; phải có 2 hoặc 3"),
    ("several, all but two", "- [ ] b. Quản đốc\n  Vì: Quản đốc là người của công ty.\n", "", 22, "có 2 phương án"),
    ("several without a reason", "  Vì: Tổ phó cũng có giờ.\n", "", 31, "thiếu dòng '  Vì"),
    ("several that is typed", "  Vì: Tổ phó cũng có giờ.\n", "  Vì: Có.\nĐáp án: có\n", 33, "không có dòng 'Đáp án:'"),
    ("true or false in other words", "a. Đúng", "a. Có", 36, "'a. Đúng' và 'b. Sai'"),
    ("true and false", "- [ ] b. Sai", "- [x] b. Sai", 36, "2 đáp án đúng"),
    ("two steps", "- c. Hẹn ngày trả lời\n", "", 46, "có 2 bước; phải từ 3 đến 4"),
    ("five steps", "- c. Hẹn", "- d. Bốn\n- d. Năm\n- c. Hẹn", 46, "có 5 bước"),
    ("step with a box", "- b. Nhắc", "- [x] b. Nhắc", 51, "Câu 'sắp xếp' viết mỗi bước: '- b. ...'"),
    ("box missing", "- [ ] b. Quản", "- b. Quản", 29, "viết mỗi phương án: '- [ ] b. ...'"),
    ("step twice", "b. Nhắc lại ý", "b. Để người ta nói hết", 51, "trùng"),
    ("step with a reason", "- b. Nhắc lại ý\n", "- b. Nhắc lại ý\n  Vì: thế.\n", 51, "một dòng 'Vì:' chung"),
    ("order without a reason", "Vì: Nghe xong mới hiểu,\n  hiểu rồi mới hẹn.\n", "", 46, "thiếu dòng 'Vì:'"),
    ("no result", "Đáp số: {{ gio.to_truong }} * 3 + 0,5 giờ\n", "", 58, "thiếu dòng 'Đáp số:'"),
    ("result without a unit", "0,5 giờ", "0,5", 61, "Đáp số viết sai"),
    ("result with code", "{{ gio.to_truong }} * 3 + 0,5 giờ", "__import__('os') giờ", 61, "định dạng"),
    ("result with a name", "{{ gio.to_truong }} * 3", "abs(3)", 61, "Đáp số viết sai"),
    ("result with a power", " * 3 +", " ^ 3 +", 61, "Đáp số viết sai"),
    ("division by zero", "* 3 +", "/ (3 - 3) +", 61, "chia cho 0"),
    ("parenthesis", "* 3 +", "* (3 +", 61, "thiếu dấu ')'"),
    ("operator too many", "* 3 +", "* 3 + +", 61, "thiếu một số trước '+'"),
    ("operator at the end", "* 3 + 0,5", "* 3 +", 61, "thiếu một số ở cuối"),
    ("number too many", "* 3 + 0,5", "* 3 0,5", 61, "thừa '0.5'"),
    ("English number", "0,5 giờ", "1,000,000 giờ", 61, "không hiểu"),
    ("nested deeply", "0,5 giờ", "(" * 30 + "1" + ")" * 30 + " giờ", 61, "lồng nhau"),
    ("below zero", "* 3 +", "* 0 - 1 +", 61, "phải từ 0"),
    ("too large", "* 3 +", "* 999.999.999.999.999 +", 61, "nhiều nhất 15"),
    ("not round", "* 3 + 0,5 giờ\nSai số: 1%", "/ 7 giờ", 61, "không tròn"),
    ("unknown figure", "{{ gio.to_truong }} * 3", "{{ gio.to_pho }} * 3", 58, "'gio.to_pho' không có"),
    ("figure that ends", "{{ gio.to_truong }} * 3", "{{ het_han }} * 3", 58, "không có giá trị sau ngày 31/12/2025"),
    ("tolerance in words", "Sai số: 1%", "Sai số: một ít", 62, "Sai số là một số"),
    ("tolerance of everything", "Sai số: 1%", "Sai số: 100%", 62, "dưới 100%"),
    ("number with choices", "Đáp số: {{", "- [x] a. Một\nĐáp số: {{", 61, "không có phương án"),
    ("no words accepted", "Đáp án: thương lượng tập thể | thương lượng\n", "", 66, "thiếu dòng 'Đáp án:'"),
    ("nothing between bars", "thể | thương", "thể | … | thương", 69, "phải có chữ hoặc số"),
    ("the same words twice", "| thương lượng", "| Thuong luong  tap the", 69, "trùng một cách viết khác"),
    ("a parameter among words", "| thương lượng", "| {{ gio.to_truong }}", 69, "không có tham số"),
    ("words too long", "| thương lượng", "| " + "a" * 41, 69, "dài 41 ký tự"),
    ("too many words", "| thương lượng", "".join(f"| cách {n} " for n in range(10)), 69, "11 cách viết"),
    ("reason of words twice", "Vì: Luật gọi như vậy.", "Vì: Một.\nVì: Hai.", 71, "hai dòng 'Vì:'"),
    ("text after the answer", "Vì: Luật gọi như vậy.", "Luật gọi như vậy.", 70, "Không hiểu dòng"),
    ("basis missing", "Vì: Luật gọi như vậy.\nCăn cứ: mau", "Vì: Luật gọi như vậy.", 66, "thiếu dòng 'Căn cứ:'"),
    ("several reasons too long", "Tổ phó cũng có giờ.", "b" * 340, 22, "Lời đáp khi chọn"),
    ("order too long", "Nhắc lại ý", "c" * 320, 46, "dài"),
    ("verdict on an order too long", "hiểu rồi mới hẹn.", "d" * 280, 46, "Lời đáp khi chọn"),
    ("verdict on a number too long", "Vì: Mỗi người {{ gio.to_truong }} giờ.", "Vì: " + "đ" * 300, 58, "Lời đáp dài"),
    ("verdict on words too long", "Vì: Luật gọi như vậy.", "Vì: " + "e" * 330, 66, "Lời đáp dài"),
    ("question of words too long", "Hai bên cùng", "f" * 310, 66, "Câu M7.2-5 dài"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), [pytest.param(*case[1:], id=case[0]) for case in SPOILT])
def test_a_spoilt_question_is_refused_with_its_line(
    with_kinds: Tree, old: str, new: str, line: int, message: str
) -> None:
    with_kinds.change(K, old, new)

    with pytest.raises(ContentError) as caught:
        load(with_kinds.root)

    found = [(fault.file, fault.line) for fault in caught.value.faults if message in fault.message]
    assert (K, line) in found, str(caught.value)


def every_answer(question: Question, on: date, figures: Figures) -> list[str]:
    value = answers.expected(question, on, figures) if question.answer else Decimal(0)
    return list(fit._every_answer(question, value))


def test_every_question_and_verdict_fits_in_every_order_on_every_day(library: Library, figures: Figures) -> None:
    for question in library.lessons["M7.2"].questions:
        keys = [choice.key for choice in question.choices]
        for order in map("".join, permutations(keys)):
            for on in (TODAY, NEXT_YEAR):
                assert len(present.question_text(question, order, "x" * 44, on, figures, picked=order)) <= 400
                for kept in every_answer(question, on, figures):
                    verdict = present.verdict_text(question, kept, order, on, figures)
                    is_right = answers.is_right(question, kept, on, figures)
                    assert len(verdict) <= present.LONGEST
                    assert verdict.startswith(present.RIGHT) is is_right
                    assert verdict.split("\n")[-1].startswith("Căn cứ: ")
                    assert "{{" not in verdict


def test_exactly_one_choice_set_and_one_order_are_right(library: Library, figures: Figures) -> None:
    for question in library.lessons["M7.2"].questions:
        right = {
            kept for kept in every_answer(question, TODAY, figures) if answers.is_right(question, kept, TODAY, figures)
        }
        assert len(right) == 1, question.id


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("M7.2-1", ""),
        ("M7.2-1", "ca"),
        ("M7.2-1", "aa"),
        ("M7.2-1", "ad"),
        ("M7.2-2", "ab"),
        ("M7.2-3", "ab"),
        ("M7.2-3", "aab"),
        ("M7.2-4", "a"),
        ("M7.2-4", "-1"),
        ("M7.2-4", "1e5"),
        ("M7.2-5", "thương lượng"),
        ("M7.2-5", ""),
    ],
)
def test_what_is_no_answer_is_an_error(library: Library, question: str, kept: str) -> None:
    with pytest.raises(KeyError):
        present.verdict_text(library.questions[question], kept, "abc", TODAY)


def test_several_say_what_was_missed_and_what_was_wrong(library: Library) -> None:
    question = library.questions["M7.2-1"]

    assert present.verdict_text(question, "ac", "cba", TODAY).startswith(
        "✅ Đúng. Tổ trưởng có giờ. Tổ phó cũng có giờ."
    )
    assert present.verdict_text(question, "a", "cba", TODAY).startswith(
        "❌ Chưa đủ. Tổ phó cũng có giờ.\nCòn thiếu: A.\nĐáp án:\nA. Tổ phó\nC. Tổ trưởng\n"
    )
    assert present.verdict_text(question, "ab", "cba", TODAY).startswith(
        "❌ Chưa đúng. Quản đốc là người của công ty.\nCòn thiếu: A.\nĐáp án:\n"
    )
    assert "Còn thiếu" not in present.verdict_text(question, "abc", "cba", TODAY)


def test_an_order_shows_what_was_put_and_then_how_it_should_be(library: Library) -> None:
    question = library.questions["M7.2-3"]

    assert present.question_text(question, "bca", "Câu", TODAY).startswith(
        "Câu\nXếp các bước nghe một người.\nĐồng chí xếp các bước theo thứ tự.\n\nA. Nhắc lại ý\n"
    )
    assert present.question_text(question, "bca", "Câu", TODAY, picked="ab").startswith(
        "Câu\nXếp các bước nghe một người.\nĐã xếp: C → A\n\nA. Nhắc"
    )
    assert present.verdict_text(question, "bac", "bca", TODAY).startswith(
        "❌ Chưa đúng. Thứ tự đúng là:\n1. Để người ta nói hết\n2. Nhắc lại ý\n3. Hẹn ngày trả lời\nNghe xong"
    )


def test_a_calculation_follows_the_figures_of_the_day(library: Library, figures: Figures) -> None:
    question = library.questions["M7.2-4"]

    assert answers.expected(question, TODAY, figures) == Decimal("36.5")
    assert answers.expected(question, NEXT_YEAR, figures) == Decimal("4500000.5")
    assert answers.is_right(question, "36.8", TODAY, figures)
    assert not answers.is_right(question, "36.9", TODAY, figures)
    assert present.question_text(question, "", "Câu", TODAY, figures).endswith("?\nĐồng chí gõ đáp số (giờ).")
    assert present.verdict_text(question, "36.5", "", TODAY, figures).startswith(
        "✅ Đúng. Đáp số: 36,5 giờ.\nMỗi người 12 giờ.\n"
    )
    assert present.verdict_text(question, "1200", "", TODAY, figures).startswith(
        "❌ Chưa đúng. Đồng chí gõ 1.200.\nĐáp số: 36,5 giờ.\nMỗi người 12 giờ.\n"
    )
    assert present.verdict_text(question, SEEN, "", TODAY, figures).startswith("👉 Mời xem. Đáp số: 36,5 giờ.\n")


def test_words_are_never_said_again(library: Library) -> None:
    question = library.questions["M7.2-5"]

    assert answers.read(question, "Thuong luog tap the", "") == "="
    assert present.verdict_text(question, "=", "", TODAY).startswith("✅ Đúng. Đáp án: thương lượng tập thể.\nLuật gọi")
    assert answers.read(question, "đối thoại", "") == "?"
    assert present.verdict_text(question, "?", "", TODAY).startswith("❌ Chưa đúng. Đáp án: thương lượng tập thể.\n")


@pytest.mark.parametrize(
    ("question", "order", "typed", "kept"),
    [
        ("M7.1-1", "ba", "A", "b"),
        ("M7.1-1", "ba", "ab", None),
        ("M7.1-1", "ba", "c", None),
        ("M7.2-1", "cba", "a c", "ac"),
        ("M7.2-1", "cba", "C, A", "ac"),
        ("M7.2-1", "cba", "a và b", "bc"),
        ("M7.2-1", "cba", "aa", None),
        ("M7.2-1", "cba", "a d", None),
        ("M7.2-3", "cba", "b a c", "bca"),
        ("M7.2-3", "cba", "ba", None),
        ("M7.2-4", "", "0,0365 nghìn giờ", "36.5"),
        ("M7.2-4", "", "nhiều", None),
    ],
)
def test_what_is_typed_is_read(library: Library, question: str, order: str, typed: str, kept: str | None) -> None:
    assert answers.read(library.questions[question], typed, order) == kept


def test_difficulties_and_kinds_do_not_change_what_was_written_before(tree: Tree) -> None:
    tree.write("courses/c/m7/module.yaml", MODULE)
    question = load(tree.root).questions["M7.1-1"]

    assert (question.kind, question.difficulty, question.reason, question.accepted) == (QuestionKind.ONE, 2, "", ())
