"""What a check looks at beyond loading: slips, reading, answers, likeness."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from content.check import alike, answers, reading, slips
from content.loader import check, load
from content.model import QuestionKind
from tests.content.trees import KINDS, LESSON

if TYPE_CHECKING:
    from content.model import Library, Question
    from tests.content.trees import Tree

L = "courses/c/m7/m7_1.md"
M = "courses/c/m7/module.yaml"


def places(tree: Tree, file: str = L) -> list[int]:
    return [fault.line for fault in check(tree.root).errors if fault.file == file]


@pytest.mark.parametrize("word", ["dduwowcj", "nguwowif", "nguoi72", "d9uo7c5", "ngườif", "đượcj", "Ddoongf"])
def test_a_word_with_keys_left_in_it_is_a_slip(word: str) -> None:
    assert slips.slip(word) >= 2


@pytest.mark.parametrize("word", ["tooi", "hocj", "Thoar", "viec6"])
def test_one_key_may_be_a_foreign_word(word: str) -> None:
    assert slips.slip(word) == 1


@pytest.mark.parametrize(
    "word",
    [
        *(
            "được",
            "người",
            "xoong",
            "quyên",
            "nghiêng",
            "Zalo",
            "Excel",
            "web",
            "BHXH",
            "QR",
            "ATVSLĐ",
            "6A",
            "M0",
            "T1",
        ),
        *("khuỷu", "giếng", "gì", "thuở", "nguệch", "2026", "kw", "x", "s", "App"),
    ],
)
def test_a_word_without_keys_is_none(word: str) -> None:
    assert slips.slip(word) == 0


def test_no_word_of_the_shipped_lessons_is_a_slip(shipped: Library) -> None:
    words = {word for lesson in shipped.lessons.values() for card in lesson.cards for word in slips.WORD.findall(card)}

    assert len(words) > 500
    assert {word for word in words if slips.slip(word)} == set()


@pytest.mark.parametrize("old", ["Chị Hoa", "Tổ trưởng có bao nhiêu", "Không có giờ nào", "Luật có dành"])
def test_a_slip_fails_on_its_line(tree: Tree, old: str) -> None:
    text = (tree.root / L).read_text(encoding="utf-8")
    tree.change(L, old, f"dduwowcj {old}")

    assert places(tree) == [text[: text.index(old)].count("\n") + 1]


def test_a_single_key_warns(tree: Tree) -> None:
    tree.change(L, "Chị Hoa", "Chị Hoaf")

    report = check(tree.root)

    assert report.errors == ()
    assert [(fault.file, fault.line) for fault in report.warnings] == [(L, 14)]


@pytest.mark.parametrize("field", ["title: Bài mẫu", "objective: Biết số giờ", "cite: Luật mẫu, Điều 1"])
@pytest.mark.parametrize("markup", ["**x**", "`x`", "<b>x</b>", "https://vidu.vn"])
def test_no_head_shows_markup(tree: Tree, field: str, markup: str) -> None:
    line = LESSON[: LESSON.index(field)].count("\n") + 1
    tree.change(L, field, f"{field} {markup}")

    assert line in places(tree)


def test_reading_is_syllables_a_sentence_and_legal_terms() -> None:
    assert reading.level([]) == 0
    assert reading.level(["Một hai ba bốn. Năm sáu."]) == 3
    assert reading.level(["Một hai ba bốn. Năm khấu trừ."]) == 3.5 + 0.5 * 100 * 2 / 7
    assert reading.level(["Tổ có {{ gio.to_truong }} giờ."]) == 4


def test_the_longest_term_counts_once() -> None:
    assert reading.level(["hội đồng trọng tài"]) == 4 + 50
    assert reading.level(["tranh chấp lao động"]) == reading.level(["hội đồng trọng tài"])


def test_a_lesson_of_legal_sentences_warns(tree: Tree) -> None:
    for old in ("Chị Hoa hỏi: tổ trưởng có bao nhiêu giờ?", "Việc làm ngay: hỏi tổ của mình."):
        tree.change(L, old, "Thương lượng tập thể bất khả kháng khấu trừ nghĩa vụ bồi thường.")

    assert [(fault.line, fault.message[:10]) for fault in check(tree.root).warnings] == [(2, "Độ khó đọc")]


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ("Một.\n• a\n• b\nHai.", 0),
        ("Một:\n• a\n• b\n\nHai:\n• c\n• d", 1),
        ("Câu. " * 15, 0),
        ("Câu. " * 16, 1),
    ],
)
def test_a_card_with_two_ideas_warns(card: str, said: int) -> None:
    assert len(list(reading.crowded(card))) == said


@pytest.mark.parametrize(
    "text",
    [
        "Cả A, B, C",
        "Cả a và b",
        "Tất cả các ý trên",
        "Cả hai đều đúng",
        "tất cả đều đúng",
        "a và c đúng",
        "Cả ba đáp án trên",
    ],
)
def test_a_choice_must_not_point_at_the_others(tree: Tree, text: str) -> None:
    tree.change(L, "Không có giờ nào", text)

    assert places(tree) == [28]


@pytest.mark.parametrize(
    "text", ["Cả tổ cùng đi", 'Tránh phương án "cả A, B, C"', "Tất cả người lao động", "Cả hai ca đều có"]
)
def test_a_choice_may_speak_of_all(tree: Tree, text: str) -> None:
    tree.change(L, "Không có giờ nào", text)

    assert places(tree) == []


def question(shipped: Library, number: int, *, right: int, longest: bool = False) -> Question:
    plain = shipped.questions["M1.3-1"]
    choices = tuple(
        replace(
            choice,
            text=f"{number} {'rất dài ' * (longest and place == right)}{choice.key}",
            is_right=place == right,
        )
        for place, choice in enumerate(plain.choices)
    )
    return replace(plain, id=f"M9.9-{number}", text=f"Câu số {number}?", choices=choices)


def test_a_favourite_place_warns(shipped: Library) -> None:
    even = [question(shipped, number, right=number % 3) for number in range(12)]
    odd = [question(shipped, number, right=number % 3 if number < 7 else 0) for number in range(12)]

    assert list(answers.habits(even)) == []
    assert len(list(answers.habits(odd))) == 1
    assert list(answers.habits(odd[-9:])) == []


def test_a_right_choice_that_is_mostly_the_longest_warns(shipped: Library) -> None:
    half = [question(shipped, number, right=number % 3, longest=number < 6) for number in range(12)]
    most = [question(shipped, number, right=number % 3, longest=number < 7) for number in range(12)]

    assert list(answers.habits(half)) == []
    assert len(list(answers.habits(most))) == 1


def test_habits_are_looked_for_by_kind(shipped: Library) -> None:
    one = [question(shipped, number, right=0, longest=True) for number in range(12)]
    several = [
        replace(
            asked,
            kind=QuestionKind.SEVERAL,
            choices=tuple(replace(choice, is_right=place < 2) for place, choice in enumerate(asked.choices)),
        )
        for asked in one
    ]
    longer = [
        replace(
            asked,
            choices=tuple(
                replace(choice, text=f"{'rất dài ' * choice.is_right}{choice.key}") for choice in asked.choices
            ),
        )
        for asked in several
    ]
    statement = next(asked for asked in shipped.questions.values() if asked.kind is QuestionKind.TRUE_FALSE)
    rest = [asked for asked in shipped.questions.values() if asked.kind.is_typed or asked.kind is QuestionKind.ORDER]

    assert len(list(answers.habits(one))) == 2
    assert list(answers.habits(several)) == []
    assert len(list(answers.habits(longer))) == 1
    assert len(list(answers.habits([statement] * 10))) == 1
    assert list(answers.habits([statement] * 9)) == []
    assert len(rest) > 10
    assert list(answers.habits(rest)) == []


def test_statements_are_not_alike_because_both_are_right_or_wrong(shipped: Library) -> None:
    statement = next(asked for asked in shipped.questions.values() if asked.kind is QuestionKind.TRUE_FALSE)
    one, other = (replace(statement, id=text, text=text) for text in ("Tổ họp", "Tổ nghỉ"))

    assert list(alike.pairs([one, other])) == []
    assert list(alike.pairs([one, replace(one, id="x")])) == [(one.id, "x", 1.0)]


def test_the_same_question_twice_fails(tree: Tree) -> None:
    block = LESSON[LESSON.index("## Câu hỏi") :]
    again = block.replace("M7.1-1", "M7.1-2").replace("Luật có dành giờ.", "Lý do khác.")
    tree.change(L, block, f"{block}\n{again}")

    assert places(tree) == [33]


def test_nearly_the_same_question_warns(tree: Tree) -> None:
    long = "Sáng nay chị Hoa ở chuyền bốn. Ca hai bắt đầu lúc mười giờ. Tổ trưởng gặp quản đốc xin đổi lịch. Người"
    block = LESSON[LESSON.index("## Câu hỏi") :].replace("Tổ trưởng có bao nhiêu giờ?", f"{long} cuối?", 1)
    tree.change(L, LESSON[LESSON.index("## Câu hỏi") :], f"{block}\n{block}")
    tree.change(L, f"{long} cuối?\n\n- [x] a", f"{long} hết?\n\n- [x] a")
    tree.change(L, "Căn cứ: mau\n\n## Câu hỏi M7.1-1", "Căn cứ: mau\n\n## Câu hỏi M7.1-2")

    report = check(tree.root)

    assert report.errors == ()
    assert [(fault.line, fault.message[:25]) for fault in report.warnings] == [(33, "Câu M7.1-2 giống câu M7.1")]


def test_likeness_sees_no_case_no_marks_and_no_order_of_choices(shipped: Library) -> None:
    one = shipped.questions["M1.3-1"]
    other = replace(one, id="x", text=one.text.upper(), choices=one.choices[::-1])

    assert list(alike.pairs([one, other])) == [(one.id, "x", 1.0)]
    assert list(alike.pairs([one, shipped.questions["M1.3-2"]])) == []


def test_a_tree_loads_whatever_only_a_check_refuses(tree: Tree) -> None:
    tree.change(L, "Chị Hoa", "dduwowcj")

    assert load(tree.root).lessons["M7.1"].cards[0].startswith("dduwowcj")


@pytest.mark.parametrize(("promised", "is_warned"), [(1, False), (2, False), (3, False), (4, True)])
def test_a_lesson_promises_about_the_minutes_that_it_takes(tree: Tree, promised: int, *, is_warned: bool) -> None:
    tree.change(L, "minutes: 2", f"minutes: {promised}")

    said = [(fault.line, fault.message) for fault in check(tree.root).warnings]

    assert said == [(5, "Ghi 4 phút, tính ra 1,1 phút; nên ghi 1.")] * is_warned


@pytest.mark.parametrize(("promised", "is_warned"), [(2, True), (3, False)])
def test_too_few_minutes_are_warned_of_too(tree: Tree, promised: int, *, is_warned: bool) -> None:
    tree.write("courses/c/m7/m7_2.md", KINDS.replace("minutes: 4", f"minutes: {promised}"))

    said = [(fault.line, fault.message) for fault in check(tree.root).warnings]

    assert said == [(5, "Ghi 2 phút, tính ra 3,7 phút; nên ghi 4.")] * is_warned


def test_every_shipped_lesson_takes_what_it_promises_and_no_more_than_eight_minutes() -> None:
    lessons = load().lessons.values()

    assert not [fault for fault in check().warnings if "phút, tính ra" in fault.message]
    assert max(lesson.minutes for lesson in lessons) <= 8
