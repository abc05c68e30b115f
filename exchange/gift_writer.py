"""Questions written as GIFT; what has no form there is refused by name."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from content.model import QuestionKind
from exchange import tags
from exchange.faults import ExchangeError, Fault
from exchange.numbers import slack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exchange.items import Item

_NOTHING = Decimal(-100)
_SPECIAL = re.compile(r"[\\~=#{}:]")
_LOOKS_OTHERWISE = re.compile(r"\[(?:html|moodle|plain|markdown)\]|%-?\d")


def refusals(items: Iterable[Item]) -> Iterator[Fault]:
    """Name each item that GIFT has no form for, and why."""
    for item in items:
        if item.kind is QuestionKind.ORDER:
            yield Fault(item.name, "GIFT không có dạng sắp xếp; hãy xuất moodle-xml hoặc xlsx.")
        elif item.kind is QuestionKind.TEXT and any("->" in text for text in item.accepted):
            yield Fault(item.name, "Đáp án có '->', GIFT hiểu là ghép cặp.")


def write(items: Iterable[Item], categories: Mapping[str, str]) -> bytes:
    """
    Return the file.

    Args:
        items: the questions, in order.
        categories: for each lesson or final test, the path it is filed under.

    Raises:
        ExchangeError: some item has no form in GIFT; every such is named.
    """
    items = list(items)
    if faults := list(refusals(items)):
        raise ExchangeError(*faults)
    parts, category = [], ""
    for item in items:
        own = categories.get(item.id.rpartition("-")[0], "")
        if own != category:
            category = own
            parts.append(f"$CATEGORY: {category}")
        parts.append(_question(item))
    return ("\n\n".join(parts) + "\n").encode()


def _question(item: Item) -> str:
    notes = [f"[id:{_noted(item.id)}]", *(f"[tag:{_noted(tag)}]" for tag in tags.written(item))]
    heading = f"// {' '.join(notes)}\n::{_escaped(item.id)}::[plain]{_escaped(item.text)}"
    return f"{heading} {{{_answers(item)}}}"


def _answers(item: Item) -> str:
    general = f"\n####{_marked(item.reason)}\n" if item.reason else ""
    match item.kind:
        case QuestionKind.ONE:
            return (
                "".join(
                    f"\n{'=' if choice.is_right else '~'}{_marked(choice.text)}#{_marked(choice.reason)}"
                    for choice in item.choices
                )
                + "\n"
            )
        case QuestionKind.SEVERAL:
            share = (Decimal(100) / len(item.right)).quantize(Decimal("0.00001")).normalize()
            return (
                "".join(
                    f"\n~%{share if choice.is_right else _NOTHING:f}%{_marked(choice.text)}#{_marked(choice.reason)}"
                    for choice in item.choices
                )
                + "\n"
            )
        case QuestionKind.TRUE_FALSE:
            right = item.right[0]
            wrong = next(choice for choice in item.choices if not choice.is_right)
            truth = "TRUE" if right is item.choices[0] else "FALSE"
            return f"{truth}#{_marked(wrong.reason)}#{_marked(right.reason)}"
        case QuestionKind.NUMBER:
            return f"#{item.value}:{slack(item)}{general}"
        case _:
            return "".join(f" ={_marked(text)}" for text in item.accepted) + general


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\" + found[0], text).replace("\n", "\\n")


def _marked(text: str) -> str:
    """Escape an answer, and say that it is plain where it begins as something else."""
    return f"[plain]{_escaped(text)}" if _LOOKS_OTHERWISE.match(text) else _escaped(text)


def _noted(text: str) -> str:
    return re.sub(r"([\[\]\\])", r"\\\1", text)
