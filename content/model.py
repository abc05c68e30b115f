"""
The curriculum as values: Course > Module > Lesson > Card, Question, Choice.

Texts hold parameters such as `{{ gio_cong_doan.to_truong }}`; `content.figures` resolves them for a date.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from content.drill_model import Drill
    from content.tool_model import Tool
    from learning.grading import Tolerance
    from learning.roles import Track


class LessonStatus(StrEnum):
    """Whether a lesson is served, and what its last card must say; the value is what authors write."""

    PUBLISHED = "ban hành"
    UNDER_REVIEW = "cần rà soát"
    DRAFT = "nháp"


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """One clause a text rests on; `source` is the paper's id in the registry where the author declares it."""

    key: str
    cite: str
    in_force_from: date | None
    review_by: date | None
    needs_lawyer: bool = False
    source: str = ""


class QuestionKind(StrEnum):
    """How a question is answered; the value is what authors write."""

    ONE = "một đáp án"
    SEVERAL = "nhiều đáp án"
    TRUE_FALSE = "đúng sai"
    ORDER = "sắp xếp"
    NUMBER = "tính"
    TEXT = "trả lời ngắn"

    @property
    def has_one_right(self) -> bool:
        """True if exactly one choice is right: one press answers it."""
        return self in {QuestionKind.ONE, QuestionKind.TRUE_FALSE}

    @property
    def is_typed(self) -> bool:
        """True if there is nothing to choose from: the answer is typed."""
        return self in {QuestionKind.NUMBER, QuestionKind.TEXT}


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer, or one step of an order. `key` is stable; its place on the screen is not."""

    key: str
    text: str
    is_right: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Formula:
    """What a calculation must come to: `text` in Vietnamese numbers and parameters, as `{{ luong_co_so }} * 2`."""

    text: str
    unit: str
    tolerance: Tolerance


@dataclass(frozen=True, slots=True)
class Question:
    """
    A question, the lesson it tests, and the clauses it rests on.

    `choices` are in the right order for ORDER, and empty for NUMBER (it has an `answer`) and TEXT (it has what is
    `accepted`, the form shown first). `reason` is for the kinds that have one for all; else each choice has its own.
    """

    id: str
    lesson_id: str
    text: str
    choices: tuple[Choice, ...]
    basis: tuple[LegalBasis, ...]
    kind: QuestionKind = QuestionKind.ONE
    difficulty: int = 2
    objective: str = ""
    answer: Formula | None = None
    accepted: tuple[str, ...] = ()
    reason: str = ""

    @property
    def right(self) -> Choice:
        """
        The one right choice, or the first of several.

        Raises:
            StopIteration: the question is of a kind without right choices.
        """
        return next(choice for choice in self.choices if choice.is_right)

    @property
    def right_keys(self) -> str:
        """The keys of the right choices in the order of the file; of an ORDER, all of them in the right order."""
        return "".join(choice.key for choice in self.choices if choice.is_right)

    def choice(self, key: str) -> Choice | None:
        """The choice with that stable key, or None."""
        return next((choice for choice in self.choices if choice.key == key), None)


@dataclass(frozen=True, slots=True)
class Correction:
    """
    Whoever finished the lesson in its old `version` (16 hexadecimal digits) is put this question in a review.

    `in_force_from` is the day from which the rule is another; None where only the text was wrong.
    """

    version: str
    question_id: str
    in_force_from: date | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """Three to five cards of one idea, then questions. `version` is a hash of the lesson's file."""

    id: str
    module_id: str
    title: str
    audience: frozenset[Track]
    minutes: int
    objective: str
    status: LessonStatus
    legal: tuple[LegalBasis, ...]
    cards: tuple[str, ...]
    questions: tuple[Question, ...]
    version: str
    corrects: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class FinalTest:
    """The pool a module's final test is drawn from, and how many are drawn."""

    questions: tuple[Question, ...]
    drawn: int
    version: str


@dataclass(frozen=True, slots=True)
class Module:
    """A chuyên đề: at most 12 lessons and a final test."""

    id: str
    title: str
    order: int
    lessons: tuple[Lesson, ...]
    final_test: FinalTest
    pass_percent: int
    tries_a_week: int
    version: str

    def lessons_for(self, track: Track) -> tuple[Lesson, ...]:
        """The served lessons of this module that a track must learn, in order."""
        return tuple(
            lesson for lesson in self.lessons if track in lesson.audience and lesson.status is not LessonStatus.DRAFT
        )


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that can be served, indexed. Built once at start by `content.loader.load`."""

    modules: tuple[Module, ...]
    lessons: Mapping[str, Lesson]
    questions: Mapping[str, Question]
    module_of: Mapping[str, Module]
    drills: Mapping[str, Drill] = field(default_factory=dict)
    tools: Mapping[str, Tool] = field(default_factory=dict)

    def module(self, module_id: str) -> Module:
        """The module with that id."""
        return next(module for module in self.modules if module.id == module_id)

    def tool(self, tool_id: str) -> Tool | None:
        """The served tool with that id, or None."""
        found = self.tools.get(tool_id)
        return None if found is None or found.status is LessonStatus.DRAFT else found

    def tools_of(self, lesson_id: str) -> tuple[Tool, ...]:
        """The served tools of a lesson, in order."""
        return tuple(
            tool
            for tool in self.tools.values()
            if tool.lesson_id == lesson_id and tool.status is not LessonStatus.DRAFT
        )

    def drill(self, drill_id: str) -> Drill | None:
        """The served drill with that id, or None."""
        found = self.drills.get(drill_id)
        return None if found is None or found.status is LessonStatus.DRAFT else found

    def drills_for(self, tracks: Collection[Track]) -> tuple[Drill, ...]:
        """The served drills that are meant for some of these tracks, in order."""
        return tuple(
            drill
            for drill in self.drills.values()
            if drill.status is not LessonStatus.DRAFT and not drill.audience.isdisjoint(tracks)
        )

    def modules_for(self, track: Track) -> tuple[Module, ...]:
        """The modules that hold at least one lesson for the track, in order."""
        return tuple(module for module in self.modules if module.lessons_for(track))
