"""What a search gives: answers, each a card, a figure, a tool or a drill."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class HitKind(StrEnum):
    """What an answer is."""

    CARD = "card"
    FIGURE = "figure"
    TOOL = "tool"
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class Hit:
    """
    One answer.

    `ref` names it for a button: "M2.6/3" is a card, counted from 1; else the id of a tool or drill, or the key of a
    figure. `lesson_id` is the lesson it stands in or belongs to, None for a drill, and a figure that no lesson shows.
    `text` of a tool or drill tells what it is for. `source` is one clause, "" if there is none. `score`
    has no unit: it puts the answers to one query in order. `is_likely` when a word of two syllables stands in what the
    lesson is about, too, or several in the card; the others are always likely. `line` is the line of the text that fits
    best, from 0.
    """

    ref: str
    title: str
    lesson_id: str | None
    text: str
    source: str
    in_force_from: date | None
    score: float
    kind: HitKind = HitKind.CARD
    is_likely: bool = False
    line: int = 0

    @property
    def is_figure(self) -> bool:
        """Whether it is a number of the law."""
        return self.kind is HitKind.FIGURE
