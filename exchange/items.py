"""A question as other programs hold it: the six kinds, without a place in a lesson yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from content.model import Choice, QuestionKind
from exchange.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable


KEYS = "abcd"
TRUE, FALSE = "Đúng", "Sai"
MIDDLE = 2


@dataclass(frozen=True, slots=True)
class Item:
    """
    A question on its way in or out; `content.model.Question` says what most fields mean.

    `place` says where it stands in its file; `answer` (a formula), `unit` and `tolerance` are those of «tính», as
    authors write them, and `value` is what the formula comes to, with a decimal point; `basis` holds keys of clauses;
    `id`, `lesson_id` and `objective` are "" where the file does not say.
    """

    kind: QuestionKind
    text: str
    place: str = ""
    choices: tuple[Choice, ...] = ()
    answer: str = ""
    value: str = ""
    unit: str = ""
    tolerance: str = ""
    accepted: tuple[str, ...] = ()
    reason: str = ""
    difficulty: int = MIDDLE
    objective: str = ""
    id: str = ""
    lesson_id: str = ""
    basis: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How the item is called in a fault."""
        return f"Câu {self.id}" if self.id else self.place

    @property
    def right(self) -> tuple[Choice, ...]:
        """The right choices."""
        return tuple(choice for choice in self.choices if choice.is_right)


def lettered(choices: Iterable[tuple[str, bool, str]]) -> tuple[Choice, ...]:
    """Return choices with the keys a, b, c…, from their texts, whether they are right, and their reasons."""
    return tuple(
        Choice(chr(ord("a") + place), one_line(text), is_right, one_line(reason))
        for place, (text, is_right, reason) in enumerate(choices)
    )


def true_or_false(*, is_true: bool, of_true: str, of_false: str) -> tuple[Choice, ...]:
    """Return «Đúng» and «Sai», each with its reason."""
    return lettered([(TRUE, is_true, of_true), (FALSE, not is_true, of_false)])


def reasoned(item: Item, general: str) -> Item:
    """Return the item with `general` as the reason wherever it lacks one."""
    general = one_line(general)
    if item.choices and item.kind is not QuestionKind.ORDER:
        return replace(item, choices=tuple(replace(choice, reason=choice.reason or general) for choice in item.choices))
    return replace(item, reason=item.reason or general)
