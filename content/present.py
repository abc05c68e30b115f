"""
How a card, a question and a verdict are composed for the screen.

The checker measures what these functions return and the handlers send it, so nothing can be sent that was not measured.
Pure: `on` is the day whose figures are shown; `figures` are those shipped with the program unless others are given.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, assert_never

from content import answers
from content.figures import Figures, resolve
from content.model import LegalBasis, Lesson, LessonStatus, Module, Question, QuestionKind
from learning import grading, numbers
from learning.roles import Track

if TYPE_CHECKING:
    from datetime import date

# NFC code points of one message on a phone, and the room kept for what stands above the text, its line breaks included.
LONGEST = 400
CARD_HEADER_ROOM = 40
QUESTION_HEADER_ROOM = 45

LETTERS = "ABCD"
RIGHT, WRONG, INCOMPLETE, LOOKED_UP = "✅ Đúng.", "❌ Chưa đúng.", "❌ Chưa đủ.", "👉 Mời xem."
REVIEW_SENTENCE = "Nội dung này đang chờ rà soát pháp lý."


def place_of(module: Module, lesson: Lesson) -> tuple[int, int]:
    """Return which lesson of how many it is to those whose lesson it is; a draft counts among all of its module."""
    track = next((track for track in Track if track in lesson.audience), None)
    served = module.lessons_for(track) if track is not None and lesson.status is not LessonStatus.DRAFT else ()
    ids = [each.id for each in served or module.lessons]
    return ids.index(lesson.id) + 1, len(ids)


def card_text(lesson: Lesson, index: int, number: int, total: int, on: date, figures: Figures | None = None) -> str:
    """
    Return one card.

    Args:
        lesson: the lesson.
        index: which card, from 0.
        number: the lesson's place among those the learner has in the module, from 1.
        total: how many those are.
        on: the day whose figures are shown.
        figures: the figures, when not those shipped.
    """
    header = f"Bài {number}/{total} · {index + 1}/{len(lesson.cards)}"
    return f"{header}\n{card_body(lesson, index, on, figures)}"


def card_body(lesson: Lesson, index: int, on: date, figures: Figures | None = None) -> str:
    """Return the card below its header line: the title on the first, the review sentence on the last."""
    parts = [lesson.cards[index]]
    if index == 0:
        parts.insert(0, lesson.title)
    if index == len(lesson.cards) - 1 and lesson.status is LessonStatus.UNDER_REVIEW:
        parts.append(REVIEW_SENTENCE)
    return resolve("\n\n".join(parts), on, figures)


def question_text(
    question: Question, order: str, header: str, on: date, figures: Figures | None = None, *, picked: str = ""
) -> str:
    """
    Return a question with its lettered choices, and how it is answered where a press on a letter is not all.

    Args:
        question: the question.
        order: the keys of its choices as shown from the top, such as "bdac"; "" where there are none.
        header: what stands above it, less than QUESTION_HEADER_ROOM code points.
        on: the day whose figures are shown.
        figures: the figures, when not those shipped.
        picked: the keys of the steps of an order that were put so far.
    """
    choices = {choice.key: choice for choice in question.choices}
    is_listed = question.kind is not QuestionKind.TRUE_FALSE
    lines = [f"{letter}. {choices[key].text}" for letter, key in zip(LETTERS, order if is_listed else "", strict=False)]
    said = _how_to_answer(question, order, picked)
    parts = [header, question.text, *([said] if said else []), *(["", *lines] if lines else [])]
    return resolve("\n".join(parts), on, figures)


def _how_to_answer(question: Question, order: str, picked: str) -> str:
    match question.kind:
        case QuestionKind.ONE:
            return ""
        case QuestionKind.TRUE_FALSE:
            return "Đồng chí chọn: đúng hay sai?"
        case QuestionKind.SEVERAL:
            return "Đồng chí chọn mọi ý đúng."
        case QuestionKind.ORDER:
            return f"Đã xếp: {_letters(picked, order, ' → ')}" if picked else "Đồng chí xếp các bước theo thứ tự."
        case QuestionKind.NUMBER:
            return f"Đồng chí gõ đáp số ({question.answer.unit if question.answer else ''})."
        case QuestionKind.TEXT:
            return "Đồng chí gõ câu trả lời."
        case _:
            assert_never(question.kind)


def verdict_text(question: Question, kept: str, order: str, on: date, figures: Figures | None = None) -> str:
    """
    Return what is said after an answer: whether it was right, why, what is right when it was not, and the clause.

    Args:
        question: the question.
        kept: the answer as `content.answers` keeps it.
        order: the keys of its choices as shown from the top.
        on: the day whose figures are shown.
        figures: the figures, when not those shipped.

    Raises:
        KeyError: `kept` is no answer to the question.
    """
    is_right = answers.is_right(question, kept, on, figures)
    match question.kind:
        case QuestionKind.ONE | QuestionKind.TRUE_FALSE:
            lines = _one(question, kept, order, is_right=is_right)
        case QuestionKind.SEVERAL:
            lines = _several(question, kept, order, is_right=is_right)
        case QuestionKind.ORDER:
            lines = _ordered(question, is_right=is_right)
        case QuestionKind.NUMBER | QuestionKind.TEXT:
            lines = _typed(question, kept, _looked_up(question, on, figures), is_right=is_right)
        case _:
            assert_never(question.kind)
    lines.append(f"Căn cứ: {'; '.join(map(cited, question.basis))}")
    return resolve("\n".join(lines), on, figures)


def _one(question: Question, kept: str, order: str, *, is_right: bool) -> list[str]:
    chosen = next(choice for choice in question.choices if choice.key == kept)
    if is_right:
        return [f"{RIGHT} {chosen.reason}"]
    right = question.right
    letter = "" if question.kind is QuestionKind.TRUE_FALSE else f"{_letters(right.key, order)}. "
    answer = f"Đáp án: {letter}{_ended(right.text)} {right.reason}"
    return [f"{WRONG} {chosen.reason}", answer]


def _several(question: Question, kept: str, order: str, *, is_right: bool) -> list[str]:
    """All reasons when it was right; else the reason of one mistake (the first wrong pick, or what was missed)."""
    choices = {choice.key: choice for choice in question.choices}
    right = question.right_keys
    if is_right:
        reasons = " ".join(choices[key].reason for key in right)
        return [f"{RIGHT} {reasons}"]
    answer = [f"{_letters(key, order)}. {choices[key].text}" for key in sorted(right, key=order.index)]
    if kept == grading.SEEN:
        return [f"{LOOKED_UP} Đáp án:", *answer]
    missed, mistaken = grading.missed(right, kept), grading.mistaken(right, kept)
    reason = choices[mistaken[0] if mistaken else missed[0]].reason
    lines = [f"{WRONG if mistaken else INCOMPLETE} {reason}"]
    if missed:
        lines.append(f"Còn thiếu: {_letters(missed, order)}.")
    return [*lines, "Đáp án:", *answer]


def _ordered(question: Question, *, is_right: bool) -> list[str]:
    if is_right:
        return [f"{RIGHT} {question.reason}"]
    steps = [f"{place}. {choice.text}" for place, choice in enumerate(question.choices, start=1)]
    return [f"{WRONG} Thứ tự đúng là:", *steps, question.reason]


def _typed(question: Question, kept: str, answer: str, *, is_right: bool) -> list[str]:
    if is_right:
        return [f"{RIGHT} {answer}", question.reason]
    if kept == grading.SEEN:
        return [f"{LOOKED_UP} {answer}", question.reason]
    if question.kind is QuestionKind.NUMBER:
        return [f"{WRONG} Đồng chí gõ {numbers.shown(Decimal(kept))}.", answer, question.reason]
    return [f"{WRONG} {answer}", question.reason]


def _looked_up(question: Question, on: date, figures: Figures | None) -> str:
    if question.answer is None:
        return f"Đáp án: {_ended(question.accepted[0])}"
    return f"Đáp số: {_ended(f'{numbers.shown(answers.expected(question, on, figures))} {question.answer.unit}')}"


def _letters(keys: str, order: str, between: str = ", ") -> str:
    """The letters on the screen of some keys: in the order shown, or as given where that is what counts."""
    places = [order.index(key) for key in keys]
    return between.join(LETTERS[place] for place in (sorted(places) if between == ", " else places))


def cited(basis: LegalBasis) -> str:
    """Return the clause with the day it came into force, where that is known."""
    if basis.in_force_from is None:
        return basis.cite
    return f"{basis.cite} (hiệu lực từ {basis.in_force_from:%d/%m/%Y})"


def _ended(text: str) -> str:
    return f"{text}." if text[-1:].isalnum() else text
