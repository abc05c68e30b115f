"""A drill (tình huống) as values: who says what, what a cadre may answer, and how the talk is scored."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from learning.drill import Branch, Graph, full_points

if TYPE_CHECKING:
    from collections.abc import Mapping

    from content.model import LegalBasis, LessonStatus
    from learning.roles import Track


class Skill(StrEnum):
    """What a drill trains; the value is what authors write and learners read."""

    LISTENING = "lắng nghe"
    PERSUADING = "thuyết phục"
    COLLECTING = "lấy ý kiến"
    NEGOTIATING = "thương lượng"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the rubric. `key` is short and stable; `good` says what good looks like."""

    key: str
    name: str
    good: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing a cadre may say. `key` is stable; its place on the screen is not. `note` is said of it afterwards."""

    key: str
    text: str
    note: str
    branch: Branch


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody says, and the replies to choose from."""

    key: str
    who: str
    text: str
    replies: tuple[Reply, ...]

    def reply(self, key: str) -> Reply | None:
        """The reply with that stable key, or None."""
        return next((reply for reply in self.replies if reply.key == key), None)


@dataclass(frozen=True, slots=True)
class Band:
    """What is said to those who reached `at_least` percent, and not the next band."""

    at_least: int
    text: str


@dataclass(frozen=True, slots=True)
class Drill:
    """One talk. `turns` by key; `bands` from the highest, the last one from 0; `version` is a hash of the file."""

    id: str
    title: str
    skill: Skill
    audience: frozenset[Track]
    status: LessonStatus
    setting: str
    rubric: tuple[Criterion, ...]
    start: str
    turns: Mapping[str, Turn]
    bands: tuple[Band, ...]
    model: str
    legal: tuple[LegalBasis, ...]
    version: str

    @property
    def graph(self) -> Graph:
        """The turns and branches alone."""
        return {key: {reply.key: reply.branch for reply in turn.replies} for key, turn in self.turns.items()}

    @property
    def full(self) -> dict[str, int]:
        """The most that can be reached on each criterion."""
        reached = full_points(self.graph, self.start)
        return {criterion.key: reached.get(criterion.key, 0) for criterion in self.rubric}

    def band(self, percent: int) -> Band:
        """The band that a result falls into."""
        return next(band for band in self.bands if percent >= band.at_least)
