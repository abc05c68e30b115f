"""
One sitting through a lesson, a final test or a review: which step comes next. Pure transitions over a frozen value.

Steps are cards ("c"), first questions ("q"), wrong ones come back ("w"), wrong ones of an earlier day ("r"), ones about
what has changed since it was learned ("n"), and questions of a final test ("t").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

PASS_PERCENT = 80


class StepKind(StrEnum):
    """What a step shows."""

    CARD = "c"
    QUESTION = "q"
    AGAIN = "w"
    REVIEW = "r"
    CHANGED = "n"
    TEST = "t"

    @property
    def is_first_answer(self) -> bool:
        """First answers count; repeats teach."""
        return self in {StepKind.QUESTION, StepKind.TEST}


@dataclass(frozen=True, slots=True)
class Step:
    """A card's index, or a question's id."""

    kind: StepKind
    ref: str

    @property
    def is_question(self) -> bool:
        """True if it must be answered before the next step."""
        return self.kind is not StepKind.CARD


@dataclass(frozen=True, slots=True)
class Progress:
    """
    Where somebody is: `at` is the step on the screen, `answered` whether its question has been.

    `number` of `total` is the lesson's place among those the learner has in the module.
    """

    steps: tuple[Step, ...]
    at: int = 0
    answered: bool = False
    right_first: int = 0
    number: int = 1
    total: int = 1

    @property
    def is_finished(self) -> bool:
        """True when every step was shown and every question answered."""
        return self.at >= len(self.steps)

    @property
    def step(self) -> Step:
        """The step on the screen."""
        return self.steps[self.at]

    @property
    def may_advance(self) -> bool:
        """A card may be left at once, a question when it is answered."""
        return not self.is_finished and (self.answered or not self.step.is_question)

    @property
    def asked(self) -> int:
        """How many first questions the sitting has."""
        return sum(step.kind.is_first_answer for step in self.steps)

    @property
    def percent(self) -> int:
        """Right first answers in percent, rounded down, so that 79.9 % is no pass."""
        return 100 * self.right_first // self.asked if self.asked else 100

    def as_json(self) -> dict[str, Any]:
        """As the run's row keeps it."""
        return {
            "steps": [f"{step.kind.value}{step.ref}" for step in self.steps],
            "at": self.at,
            "answered": self.answered,
            "right_first": self.right_first,
            "number": self.number,
            "total": self.total,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Progress:
        """The inverse of `as_json`."""
        return cls(
            steps=tuple(Step(StepKind(text[0]), text[1:]) for text in data["steps"]),
            at=data["at"],
            answered=data["answered"],
            right_first=data["right_first"],
            number=data.get("number", 1),
            total=data.get("total", 1),
        )


def begin_lesson(
    cards: int,
    questions: tuple[str, ...],
    review: tuple[str, ...] = (),
    changed: Collection[str] = (),
    *,
    number: int = 1,
    total: int = 1,
) -> Progress:
    """A lesson: what has changed or was wrong on an earlier day, the cards, the questions."""
    return Progress(
        (
            *_review(review, changed),
            *(Step(StepKind.CARD, str(card)) for card in range(cards)),
            *(Step(StepKind.QUESTION, question) for question in questions),
        ),
        number=number,
        total=total,
    )


def begin_test(questions: tuple[str, ...]) -> Progress:
    """A final test: each question once."""
    return Progress(tuple(Step(StepKind.TEST, question) for question in questions))


def begin_review(questions: tuple[str, ...], changed: Collection[str] = ()) -> Progress:
    """The wrong ones of an earlier day once more, and those about what has changed since."""
    return Progress(_review(questions, changed))


def _review(questions: tuple[str, ...], changed: Collection[str]) -> tuple[Step, ...]:
    return tuple(Step(StepKind.CHANGED if question in changed else StepKind.REVIEW, question) for question in questions)


def advance(progress: Progress) -> Progress:
    """
    Go to the next step.

    Raises:
        ValueError: the step on the screen is a question without an answer, or the sitting is over.
    """
    if not progress.may_advance:
        raise ValueError("this step cannot be left yet")
    return replace(progress, at=progress.at + 1, answered=False)


def answer(progress: Progress, *, is_right: bool) -> Progress:
    """
    Take the answer to the question on the screen; a wrong first one of a lesson comes back once, at the end.

    Raises:
        ValueError: there is no question on the screen, or it has its answer.
    """
    if progress.is_finished or not progress.step.is_question or progress.answered:
        raise ValueError("there is nothing to answer")
    step = progress.step
    steps = progress.steps
    if step.kind is StepKind.QUESTION and not is_right:
        steps = (*steps, Step(StepKind.AGAIN, step.ref))
    return replace(
        progress,
        steps=steps,
        answered=True,
        right_first=progress.right_first + (is_right and step.kind.is_first_answer),
    )
