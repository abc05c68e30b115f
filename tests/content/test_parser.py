"""One file to values."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import writer
from content.faults import FaultList
from content.model import Correction, LegalBasis, LessonStatus
from content.parser import FinalTestFile, LessonFile, parse_final_test, parse_lesson
from content.source import Source
from learning.roles import Track
from tests.content.trees import FINAL_TEST, LESSON


def parsed(text: str) -> LessonFile:
    faults = FaultList()
    file = parse_lesson(Source(text, "v"), "M7", faults.of("m7_1.md"))
    assert faults.sorted() == ()
    assert file is not None
    return file


def test_a_lesson_is_read_whole() -> None:
    file = parsed(LESSON)
    lesson = file.lesson

    assert (lesson.id, lesson.module_id, lesson.title, lesson.minutes) == ("M7.1", "M7", "Bài mẫu", 2)
    assert lesson.audience == {Track.GROUP_LEADER, Track.CHAIR}
    assert lesson.status is LessonStatus.PUBLISHED
    assert lesson.legal == (LegalBasis("mau", "Luật mẫu, Điều 1", date(2025, 7, 1), date(2027, 6, 30)),)
    assert lesson.cards[1] == "Tổ trưởng có {{ gio.to_truong }} giờ."
    assert file.card_lines == (14, 17, 20)
    assert [choice.reason for choice in lesson.questions[0].choices] == ["Luật ghi như vậy.", "Luật có dành giờ."]
    assert lesson.questions[0].basis == lesson.legal


def test_a_final_test_question_names_its_lesson() -> None:
    faults = FaultList()
    file = parse_final_test(Source(FINAL_TEST, "v"), "M7", faults.of("final_test.md"))

    assert faults.sorted() == ()
    assert isinstance(file, FinalTestFile)
    assert [(placed.question.lesson_id, placed.line) for placed in file.questions] == [("M7.1", 8)]


def test_a_reason_may_run_on_and_a_question_may_have_two_lines() -> None:
    text = LESSON.replace("  Vì: Luật có dành giờ.", "  Vì: Luật có\n  dành giờ.")
    text = text.replace("Tổ trưởng có bao nhiêu giờ?\n\n-", "Quản đốc hỏi.\nĐồng chí đáp sao?\n\n-")

    question = parsed(text).lesson.questions[0]

    assert question.text == "Quản đốc hỏi.\nĐồng chí đáp sao?"
    assert question.choices[1].reason == "Luật có dành giờ."


def test_line_breaks_inside_a_card_are_kept() -> None:
    text = LESSON.replace("Việc làm ngay:", "• Một\n• Hai\n\nViệc làm ngay:")

    assert parsed(text).lesson.cards[2] == "• Một\n• Hai\n\nViệc làm ngay: hỏi tổ của mình."


@pytest.mark.parametrize(
    "written",
    [
        "corrects: {version: 0123456789abcdef, question: M7.1-1}",
        "corrects:\n  - version: 0123456789abcdef\n    question: M7.1-1\n    in_force_from:",
    ],
)
def test_a_lesson_may_correct_an_old_version(written: str) -> None:
    lesson = parsed(LESSON.replace("legal:", f"{written}\nlegal:")).lesson

    assert lesson.corrects == (Correction("0123456789abcdef", "M7.1-1"),)
    assert parsed(LESSON).lesson.corrects == ()


def test_a_correction_may_tell_the_day_of_the_new_rule() -> None:
    written = "corrects: {version: 0123456789abcdef, question: M7.1-1, in_force_from: 2027-01-01}"
    lesson = parsed(LESSON.replace("legal:", f"{written}\nlegal:")).lesson

    assert lesson.corrects == (Correction("0123456789abcdef", "M7.1-1", date(2027, 1, 1)),)
    assert "in_force_from: 2027-01-01" in writer.lesson_text(lesson)


def test_a_lawyer_may_be_asked_for() -> None:
    text = LESSON.replace("    review_by: 2027-06-30", "    needs_lawyer: true")

    assert parsed(text).lesson.legal[0] == LegalBasis("mau", "Luật mẫu, Điều 1", date(2025, 7, 1), None, True)


@given(st.data())
def test_any_damage_is_a_complaint_and_never_a_crash(data: st.DataObject) -> None:
    lines = LESSON.split("\n")
    place = data.draw(st.integers(0, len(lines) - 1))
    lines[place] = data.draw(st.text(alphabet="-#[]{}:&*!x ab.T\"'|>%@,?\t0é", max_size=30))

    parse_lesson(Source("\n".join(lines), "v"), "M7", FaultList().of("m7_1.md"))


@pytest.mark.parametrize("text", ["", "---", "---\n---", "---\n[]\n---", "---\n? [a]\n: b\n---", "---\n<<: x\n---"])
def test_a_stub_is_a_complaint_and_never_a_crash(text: str) -> None:
    faults = FaultList()

    parse_lesson(Source(text, "v"), "M7", faults.of("m7_1.md"))

    assert faults.sorted()
