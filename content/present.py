"""
How a card, a question and a verdict are composed for the screen.

The checker measures what these functions return and the handlers send it, so nothing can be sent that was not measured.
Pure: `on` is the day whose figures are shown; `figures` are those shipped with the program unless others are given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from content.figures import Figures, resolve
from content.model import LegalBasis, Lesson, LessonStatus, Question

if TYPE_CHECKING:
    from datetime import date

# NFC code points of one message on a phone, and the room kept for what stands above the text, its line breaks included.
LONGEST = 400
CARD_HEADER_ROOM = 40
QUESTION_HEADER_ROOM = 45

LETTERS = "ABCD"
REVIEW_SENTENCE = "Nội dung này đang chờ rà soát pháp lý."


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


def question_text(question: Question, order: str, header: str, on: date, figures: Figures | None = None) -> str:
    """
    Return a question with its lettered choices.

    Args:
        question: the question.
        order: the keys of its choices as shown from the top, such as "bdac".
        header: what stands above it, less than QUESTION_HEADER_ROOM code points.
        on: the day whose figures are shown.
        figures: the figures, when not those shipped.
    """
    choices = {choice.key: choice for choice in question.choices}
    lines = [f"{letter}. {choices[key].text}" for letter, key in zip(LETTERS, order, strict=False)]
    return resolve("\n".join([header, question.text, "", *lines]), on, figures)


def verdict_text(question: Question, chosen_key: str, order: str, on: date, figures: Figures | None = None) -> str:
    """
    Return what is said after a choice: whether it was right, why, the right one when it was not, and the clause.

    Raises:
        KeyError: `chosen_key` is no choice of the question.
    """
    chosen = question.choice(chosen_key)
    if chosen is None:
        raise KeyError(chosen_key)
    if chosen.is_right:
        lines = [f"✅ Đúng. {chosen.reason}"]
    else:
        right = question.right
        letter = LETTERS[order.index(right.key)]
        lines = [f"❌ Chưa đúng. {chosen.reason}", f"Đáp án: {letter}. {_ended(right.text)} {right.reason}"]
    lines.append(f"Căn cứ: {'; '.join(map(cited, question.basis))}")
    return resolve("\n".join(lines), on, figures)


def cited(basis: LegalBasis) -> str:
    """Return the clause with the day it came into force, where that is known."""
    if basis.in_force_from is None:
        return basis.cite
    return f"{basis.cite} (hiệu lực từ {basis.in_force_from:%d/%m/%Y})"


def _ended(text: str) -> str:
    return f"{text}." if text[-1:].isalnum() else text
