"""What stands on the screen, and that all of it fits."""

from __future__ import annotations

from datetime import date
from typing import assert_never

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import answers, present
from content.loader import load
from content.model import Choice, LegalBasis, Lesson, LessonStatus, Question, QuestionKind
from learning import grading, numbers
from learning.roles import Track

NOW = date(2026, 11, 21)
LIBRARY = load()
QUESTIONS = st.sampled_from(sorted(LIBRARY.questions.values(), key=lambda question: question.id))
LESSONS = st.sampled_from(sorted(LIBRARY.lessons.values(), key=lambda lesson: lesson.id))
DAYS = st.dates(date(2026, 7, 1), date(2030, 12, 31))

QUESTION = Question(
    id="M7.1-1",
    lesson_id="M7.1",
    text="Tổ trưởng có bao nhiêu giờ?",
    choices=(
        Choice("a", "{{ gio_cong_doan.chu_tich }} giờ", False, "Đó là mức của chủ tịch."),
        Choice("b", "{{ gio_cong_doan.to_truong }} giờ", True, "Luật ghi như vậy."),
        Choice("c", "Không rõ", False, "Luật có ghi."),
    ),
    basis=(LegalBasis("x", "Luật mẫu, Điều 2", date(2025, 7, 1), None), LegalBasis("y", "Hướng dẫn mẫu", None, None)),
)


def lesson(status: LessonStatus) -> Lesson:
    return Lesson(
        "M7.1", "M7", "Bài mẫu", frozenset(Track), 4, "Biết", status, (), ("Một", "Hai", "Ba"), (QUESTION,), "v"
    )


def answers_to(question: Question, on: date) -> st.SearchStrategy[str]:
    """Whatever may be kept as an answer to a question of that kind, right or wrong."""
    keys = [choice.key for choice in question.choices]
    match question.kind:
        case QuestionKind.ONE | QuestionKind.TRUE_FALSE:
            return st.sampled_from(keys)
        case QuestionKind.SEVERAL:
            picked = st.sets(st.sampled_from(keys), min_size=1).map(sorted)
            return st.one_of(st.just(grading.SEEN), picked.map("".join))
        case QuestionKind.ORDER:
            return st.permutations(keys).map("".join)
        case QuestionKind.NUMBER:
            right = numbers.kept(answers.expected(question, on))
            return st.one_of(st.sampled_from([right, grading.SEEN]), st.integers(0, 10**9).map(str))
        case QuestionKind.TEXT:
            return st.sampled_from([grading.MATCHED, grading.UNMATCHED, grading.SEEN])
        case _:
            assert_never(question.kind)


def test_the_title_stands_on_the_first_card_alone() -> None:
    cards = [present.card_text(lesson(LessonStatus.PUBLISHED), index, 2, 12, NOW) for index in range(3)]

    assert cards == ["Bài 2/12 · 1/3\nBài mẫu\n\nMột", "Bài 2/12 · 2/3\nHai", "Bài 2/12 · 3/3\nBa"]


def test_a_lesson_under_review_says_so_on_its_last_card_alone() -> None:
    cards = [present.card_text(lesson(LessonStatus.UNDER_REVIEW), index, 2, 12, NOW) for index in range(3)]

    assert [present.REVIEW_SENTENCE in card for card in cards] == [False, False, True]


def test_choices_stand_in_the_order_given() -> None:
    assert present.question_text(QUESTION, "bca", "Câu 1/3", NOW) == (
        "Câu 1/3\nTổ trưởng có bao nhiêu giờ?\n\nA. 12 giờ\nB. Không rõ\nC. 24 giờ"
    )


def test_a_wrong_choice_is_told_why_and_what_is_right_by_its_place() -> None:
    assert present.verdict_text(QUESTION, "a", "cab", NOW) == (
        "❌ Chưa đúng. Đó là mức của chủ tịch.\n"
        "Đáp án: C. 12 giờ. Luật ghi như vậy.\n"
        "Căn cứ: Luật mẫu, Điều 2 (hiệu lực từ 01/07/2025); Hướng dẫn mẫu"
    )


def test_a_right_choice_is_told_why() -> None:
    assert present.verdict_text(QUESTION, "b", "cab", NOW).startswith("✅ Đúng. Luật ghi như vậy.\nCăn cứ: ")


def test_a_choice_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="d"):
        present.verdict_text(QUESTION, "d", "abc", NOW)


@given(LESSONS, DAYS, st.integers(1, 99), st.integers(1, 99))
def test_every_card_fits(learnt: Lesson, on: date, number: int, total: int) -> None:
    for index in range(len(learnt.cards)):
        assert len(present.card_text(learnt, index, number, total, on)) <= present.LONGEST


@given(QUESTIONS, DAYS, st.data())
def test_every_question_and_every_verdict_fits_in_every_order(asked: Question, on: date, data: st.DataObject) -> None:
    order = "".join(data.draw(st.permutations([choice.key for choice in asked.choices])))
    header = "Câu 10/10 · Kiểm tra cuối chuyên đề M10 · 3/3"[: present.QUESTION_HEADER_ROOM - 1]

    kept = data.draw(answers_to(asked, on))
    verdict = present.verdict_text(asked, kept, order, on)

    assert len(present.question_text(asked, order, header, on)) <= present.LONGEST
    assert len(verdict) <= present.LONGEST
    assert verdict.startswith("✅") is answers.is_right(asked, kept, on)
    assert "{{" not in verdict
