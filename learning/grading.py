"""Whether an answer is right, for every kind of question. Pure: letters, numbers and words, whatever they came from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from learning.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

MATCHED, UNMATCHED = "=", "?"  # all that is kept of words that were typed
SEEN = "-"  # the answer was looked up instead
TYPO_FROM = 5  # letters a word must have for one of them to be forgiven


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far off a number may be: so much, or so many percent of the right one."""

    amount: Decimal = Decimal(0)
    is_percent: bool = False

    def allows(self, expected: Decimal, given: Decimal) -> bool:
        """Whether a number counts as the expected one; the border still does."""
        room = abs(expected) * self.amount / 100 if self.is_percent else self.amount
        return abs(given - expected) <= room


def is_same_set(right: Iterable[str], picked: Iterable[str]) -> bool:
    """Whether all that is right was picked and nothing else; half of it is wrong."""
    return set(right) == set(picked)


def missed(right: Iterable[str], picked: str) -> str:
    """What is right and was not picked, in the order of `right`."""
    return "".join(key for key in right if key not in picked)


def mistaken(right: str, picked: Iterable[str]) -> str:
    """What was picked and is not right, in alphabetical order."""
    return "".join(key for key in sorted(picked) if key not in right)


def letters(typed: str, order: str) -> str | None:
    """
    Return the keys whose letters were typed, in the order typed: "b, a c" and "bac" are one.

    Args:
        typed: what was typed; a "và" between letters says nothing.
        order: the keys of the choices as shown from the top, for A, B, C, D.

    Returns:
        None if it holds anything but letters on the screen, or one of them twice.
    """
    told = "".join(word for word in fold(typed).split() if word != "va")
    places = ["abcd".find(letter) for letter in told]
    if not told or len(set(told)) < len(told) or not all(0 <= place < len(order) for place in places):
        return None
    return "".join(order[place] for place in places)


def matches(accepted: Iterable[str], given: str) -> bool:
    """
    Whether words that were typed are one of those accepted.

    Case, diacritics, spaces and punctuation do not count, and one typo (a letter more, less or other, or two swapped)
    is forgiven in each word of at least `TYPO_FROM` letters; digits must agree.
    """
    told = fold(given)
    return any(_is_like(fold(wanted), told) for wanted in accepted)


def _is_like(wanted: str, told: str) -> bool:
    if not wanted or not told:
        return False
    if wanted.replace(" ", "") == told.replace(" ", ""):
        return True
    ours, theirs = wanted.split(), told.split()
    return len(ours) == len(theirs) and all(map(_is_word_like, ours, theirs))


def _is_word_like(wanted: str, told: str) -> bool:
    if wanted == told:
        return True
    if len(wanted) < TYPO_FROM or any(letter.isdigit() for letter in wanted + told):
        return False
    return _is_one_edit_apart(wanted, told)


def _is_one_edit_apart(one: str, other: str) -> bool:
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    match len(left) - len(right):
        case 0:
            swapped = left[1:2] + left[:1] + left[2:]
            return left[1:] == right[1:] or swapped == right
        case 1:
            return left[1:] == right
        case -1:
            return left == right[1:]
        case _:
            return False
