"""Parts of a Moodle question: texts of whatever format, and what an answer is worth."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from exchange import markdown, numbers, texts

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FULL = Decimal(100)


class QuestionError(ValueError):
    """A question that cannot be taken; the message is for its author."""


def sole(question: Element, otherwise: str) -> Element:
    """Return the one answer that is worth all, QuestionError(otherwise) if there is none or another earns a part."""
    answers = [(answer, worth(answer)) for answer in question.iterfind("answer")]
    full = [answer for answer, value in answers if value == FULL]
    if len(full) != 1 or any(0 < value < FULL for _, value in answers):
        raise QuestionError(otherwise)
    return full[0]


def worth(answer: Element) -> Decimal:
    """Return the share of the mark that an answer is worth, in percent."""
    value = numbers.decimal(answer.get("fraction") or "0")
    if value is None:
        raise QuestionError(f"Điểm «{(answer.get('fraction') or '')[:20]}» của một phương án không phải là số.")
    return value


def plain(element: Element | None) -> str:
    """Return what stands in the element's `text`, or in itself where there is none."""
    if element is None:
        return ""
    inner = element.find("text")
    return ((element.text if inner is None else inner.text) or "").strip()


def words(element: Element | None) -> str:
    """Return the element's text as plain lines, whatever its format."""
    if element is None:
        return ""
    if element.find("file") is not None:
        raise texts.NotTextError(texts.PICTURE)
    match element.get("format"):
        case "plain_text":
            return texts.lines(plain(element))
        case "markdown":
            return markdown.to_words(plain(element))
        case _:
            return texts.from_auto(plain(element))
