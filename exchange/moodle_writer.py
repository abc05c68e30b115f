"""Questions written as Moodle XML: every kind has a form there."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from content.model import QuestionKind
from exchange import tags
from exchange.numbers import slack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exchange.items import Item

# Moodle takes a fraction only from its own list: 50 and 33.33333 are in it.
_SHARE = Decimal("0.00001")
_NONE, _FULL = Decimal(0), Decimal(100)
_TYPES = {
    QuestionKind.ONE: "multichoice",
    QuestionKind.SEVERAL: "multichoice",
    QuestionKind.TRUE_FALSE: "truefalse",
    QuestionKind.ORDER: "ordering",
    QuestionKind.NUMBER: "numerical",
    QuestionKind.TEXT: "shortanswer",
}
_COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")


def write(items: Iterable[Item], categories: Mapping[str, str]) -> bytes:
    """
    Return the file.

    Args:
        items: the questions, in order.
        categories: for each lesson or final test, the path it is filed under.
    """
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    category = ""
    for item in items:
        own = categories.get(item.id.rpartition("-")[0], "")
        if own != category:
            category = own
            lines += ['<question type="category">', f"  <category>{_text(category)}</category>", "</question>"]
        lines += [f'<question type="{_TYPES[item.kind]}">', *(f"  {line}" for line in _question(item)), "</question>"]
    return "\n".join([*lines, "</quiz>", ""]).encode()


def _question(item: Item) -> Iterator[str]:
    yield f"<name>{_text(item.id)}</name>"
    yield f'<questiontext format="plain_text">{_text(item.text)}</questiontext>'
    yield f'<generalfeedback format="plain_text">{_text(item.reason)}</generalfeedback>'
    yield "<defaultgrade>1.0000000</defaultgrade>"
    yield f"<penalty>{'1.0000000' if item.kind is QuestionKind.TRUE_FALSE else '0.3333333'}</penalty>"
    yield "<hidden>0</hidden>"
    yield f"<idnumber>{escape(item.id, quote=False)}</idnumber>"
    match item.kind:
        case QuestionKind.ONE | QuestionKind.SEVERAL:
            yield from _multichoice(item)
        case QuestionKind.TRUE_FALSE:
            for name, choice in zip(("true", "false"), item.choices, strict=True):
                yield _answer(name, _FULL if choice.is_right else _NONE, choice.reason, "moodle_auto_format")
        case QuestionKind.ORDER:
            yield from _ordering(item)
        case QuestionKind.NUMBER:
            yield from _numerical(item)
        case QuestionKind.TEXT:
            yield "<usecase>0</usecase>"
            for text in item.accepted:
                yield _answer(text.replace("*", "\\*"), _FULL, "", "moodle_auto_format")
    if said := tags.written(item):
        yield f"<tags>{''.join(f'<tag>{_text(tag)}</tag>' for tag in said)}</tags>"


def _multichoice(item: Item) -> Iterator[str]:
    is_single = item.kind is QuestionKind.ONE
    yield f"<single>{'true' if is_single else 'false'}</single>"
    yield "<shuffleanswers>true</shuffleanswers>"
    yield "<answernumbering>abc</answernumbering>"
    yield from (f'<{name} format="plain_text"><text></text></{name}>' for name in _COMBINED)
    right = _FULL if is_single else (_FULL / len(item.right)).quantize(_SHARE)
    for choice in item.choices:
        worth = right if choice.is_right else _NONE if is_single else -_FULL
        yield _answer(choice.text, worth, choice.reason, "plain_text")


def _ordering(item: Item) -> Iterator[str]:
    yield "<layouttype>VERTICAL</layouttype>"
    yield "<selecttype>ALL</selecttype>"
    yield "<selectcount>0</selectcount>"
    yield "<gradingtype>ALL_OR_NOTHING</gradingtype>"
    yield "<showgrading>SHOW</showgrading>"
    yield "<numberingstyle>none</numberingstyle>"
    yield from (f'<{name} format="plain_text"><text></text></{name}>' for name in _COMBINED)
    for number, choice in enumerate(item.choices, start=1):
        yield _answer(choice.text, Decimal(number), "", "plain_text")


def _numerical(item: Item) -> Iterator[str]:
    yield (
        f'<answer fraction="100" format="moodle_auto_format">{_text(item.value)}'
        f'<feedback format="plain_text"><text></text></feedback><tolerance>{slack(item)}</tolerance></answer>'
    )
    if item.unit:
        yield (
            "<units><unit><multiplier>1</multiplier>"
            f"<unit_name>{escape(item.unit, quote=False)}</unit_name></unit></units>"
        )
    yield "<unitgradingtype>0</unitgradingtype><unitpenalty>0.1000000</unitpenalty>"
    yield f"<showunits>{0 if item.unit else 3}</showunits><unitsleft>0</unitsleft>"


def _answer(text: str, worth: Decimal, reason: str, form: str) -> str:
    written = f"{worth:f}"
    fraction = written.rstrip("0").rstrip(".") if "." in written else written
    return (
        f'<answer fraction="{fraction}" format="{form}">{_text(text)}'
        f'<feedback format="plain_text">{_text(reason)}</feedback></answer>'
    )


def _text(text: str) -> str:
    return f"<text>{escape(text, quote=False)}</text>"
