"""What a search gives: answers, each a card or a figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Hit:
    """
    One answer.

    `ref` names it for a button: "M2.6/3" is a card, counted from 1; else the key of a figure. `lesson_id` is the
    lesson it stands in, None for a figure that no lesson shows. `source` is one clause, "" if there is none. `score`
    has no unit: it puts the answers to one query in order. `is_likely` when a word of two syllables stands in what the
    lesson is about, too, or several in the card; a figure is always likely. `line` is the line of the text that fits
    best, from 0.
    """

    ref: str
    title: str
    lesson_id: str | None
    text: str
    source: str
    in_force_from: date | None
    score: float
    is_figure: bool = False
    is_likely: bool = False
    line: int = 0
