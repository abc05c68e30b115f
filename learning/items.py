"""
Item analysis: how hard a question is, and whether those who know more answer it right.

Difficulty is the share of right first answers. Discrimination is the corrected point-biserial correlation: between this
answer and the same person's share of right first answers to the other questions of the chuyên đề.
Source: Crocker & Algina, Introduction to Classical and Modern Test Theory, chapter 14.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ENOUGH = 30  # answers; fewer say nothing
HARDEST, EASIEST = 0.3, 0.9
LEAST_DISCRIMINATION = 0.2
_FLAT = 1e-9  # a variance below it is rounding


class Flag(StrEnum):
    """Why an author should look at a question."""

    TOO_HARD = "quá khó"
    TOO_EASY = "quá dễ"
    DOES_NOT_TELL_APART = "kém phân biệt"
    UNCHOSEN = "có phương án không ai chọn"


@dataclass(frozen=True, slots=True)
class Sums:
    """
    Sums over the people who answered a question and others of its chuyên đề.

    x is 1 for a right answer, else 0; r is the person's share of right answers to the others, 0 to 1.
    """

    number: int
    x: int
    r: float
    rr: float
    xr: float

    @property
    def correlation(self) -> float | None:
        """Pearson's correlation of x and r; None where either is the same for all."""
        if self.number == 0:
            return None
        mean_x, mean_r = self.x / self.number, self.r / self.number
        variance_x = mean_x * (1 - mean_x)
        variance_r = self.rr / self.number - mean_r * mean_r
        if variance_x < _FLAT or variance_r < _FLAT:
            return None
        return (self.xr / self.number - mean_x * mean_r) / sqrt(variance_x * variance_r)


@dataclass(frozen=True, slots=True)
class Item:
    """A question as answered: `chosen` counts each choice by its stable key."""

    question_id: str
    answered: int
    right: int
    sums: Sums
    chosen: Mapping[str, int]

    @property
    def difficulty(self) -> float:
        """Share of right first answers, 0 to 1."""
        return self.right / self.answered if self.answered else 0.0

    def flags(self, choices: str = "") -> tuple[Flag, ...]:
        """What an author should look at; nothing while fewer than `ENOUGH` answered. `choices`: keys of all choices."""
        if self.answered < ENOUGH:
            return ()
        found = []
        if self.difficulty < HARDEST:
            found.append(Flag.TOO_HARD)
        if self.difficulty > EASIEST:
            found.append(Flag.TOO_EASY)
        apart = self.sums.correlation
        if self.sums.number >= ENOUGH and apart is not None and apart < LEAST_DISCRIMINATION:
            found.append(Flag.DOES_NOT_TELL_APART)
        if any(key not in self.chosen for key in choices):
            found.append(Flag.UNCHOSEN)
        return tuple(found)
