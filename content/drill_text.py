"""
How a turn, a result and the model answer of a drill are composed for the screen; the checker measures the same texts.

The first line of each is its title.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from content.model import LessonStatus
from content.present import LETTERS, REVIEW_SENTENCE, cited
from learning.drill import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from content.drill_model import Drill, Turn

GOOD, BETTER = "👍", "💡"


def opening_text(drill: Drill, order: str) -> str:
    """Return the first turn below the setting; `order` holds the replies' keys as shown, such as "bca"."""
    return "\n".join([drill.title, drill.setting, "", *_talk(drill.turns[drill.start], order)])


def turn_text(turn: Turn, order: str, number: int, note: str, *, was_best: bool) -> str:
    """Return turn `number` (from 1) below what is said of the reply before it."""
    said = f"{GOOD if was_best else BETTER} {note}"
    return "\n".join([f"Lượt {number}", said, "", *_talk(turn, order)])


def _talk(turn: Turn, order: str) -> list[str]:
    replies = {reply.key: reply.text for reply in turn.replies}
    return [
        f"{turn.who}: “{turn.text}”",
        "",
        *(f"{letter}. {replies[key]}" for letter, key in zip(LETTERS, order, strict=False)),
    ]


def result_text(drill: Drill, points: Mapping[str, int], note: str, *, was_best: bool) -> str:
    """Return the result: the last note, the band, and each criterion with what good looks like where it fell short."""
    full = drill.full
    total, most = sum(points.values()), sum(full.values())
    lines = [f"Kết quả: {total}/{most} điểm", f"{GOOD if was_best else BETTER} {note}", ""]
    lines.append(drill.band(percent(total, most)).text)
    for criterion in drill.rubric:
        reached = points.get(criterion.key, 0)
        line = f"• {criterion.name}: {reached}/{full[criterion.key]}"
        lines.append(line if reached == full[criterion.key] else f"{line}. {criterion.good}")
    return "\n".join(lines)


def model_text(drill: Drill) -> str:
    """Return what a good cadre would have said, and the clauses it rests on."""
    lines = ["Một cán bộ giỏi sẽ nói", drill.model]
    if drill.legal:
        lines.append(f"\nCăn cứ: {'; '.join(map(cited, drill.legal))}")
    if drill.status is LessonStatus.UNDER_REVIEW:
        lines.append(REVIEW_SENTENCE)
    return "\n".join(lines)
