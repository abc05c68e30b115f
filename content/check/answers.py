"""Whether a test can be passed without knowing: places, lengths, and choices that point at the others."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from content.model import QuestionKind
from learning.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from content.model import Question
    from content.questions import PlacedQuestion

FEWEST_CHOICES = 2  # of which the place and length of the right one say little
FEWEST = 10  # questions; fewer say nothing about a habit
MOST_SHARE = 0.5  # of the right answers in one place, or of questions whose right choice is the longest
MOST_OF_TWO = 0.75  # of the statements that are right, or wrong
_POINTS_AT_OTHERS = re.compile(
    r"\bca (?:[a-d] )+(?:va )?[a-d]\b|\bca (?:hai|ba|bon) (?:y|dap an|phuong an|cau|deu)"
    r"|\btat ca (?:cac )?(?:y|dap an|phuong an|cau) |\btat ca deu (?:dung|sai)|\b[a-d] va [a-d] (?:deu )?(?:dung|sai)"
)
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")


def point_at_others(questions: Sequence[PlacedQuestion]) -> Iterator[tuple[int, str]]:
    """Each choice that says "cả A, B, C" or the like, with its line; choices are shuffled when shown."""
    for placed in questions:
        for choice in placed.question.choices:
            if _POINTS_AT_OTHERS.search(fold(_QUOTED.sub(" ", choice.text)) + " "):
                yield (
                    placed.choice_lines[choice.key],
                    f"Phương án {choice.key} nói về các phương án khác; hãy viết lại.",
                )


def habits(questions: Sequence[Question]) -> Iterator[str]:
    """
    Say, in Vietnamese, how what is right in a module's questions could be guessed.

    Places are counted where one of three choices or more is right, lengths also where several are; the statements say
    only whether they are mostly right or mostly wrong.
    """
    one = [
        question
        for question in questions
        if question.kind is QuestionKind.ONE and len(question.choices) > FEWEST_CHOICES
    ]
    several = [question for question in questions if question.kind is QuestionKind.SEVERAL]
    statements = [question for question in questions if question.kind is QuestionKind.TRUE_FALSE]
    for asked, share in ((one, MOST_SHARE), (statements, MOST_OF_TWO)):
        places = Counter(question.right_keys for question in asked)  # of a faulty one, none or several
        key, number = places.most_common(1)[0] if asked else ("", 0)
        if _is_habit(number, asked, share):
            yield f"Đáp án đúng nằm ở '{key}' trong {number}/{len(asked)} câu; nên đổi chỗ."
    chosen = [*one, *several]
    longest = sum(_is_longest(question) for question in chosen)
    if _is_habit(longest, chosen, MOST_SHARE):
        yield f"Đáp án đúng dài nhất trong {longest}/{len(chosen)} câu; nên viết các phương án dài ngang nhau."


def _is_habit(number: int, asked: Sequence[Question], share: float) -> bool:
    return len(asked) >= FEWEST and number > share * len(asked)


def _is_longest(question: Question) -> bool:
    """Whether every right choice is longer than every wrong one."""
    lengths: dict[bool, list[int]] = {True: [], False: []}
    for choice in question.choices:
        lengths[choice.is_right].append(len(choice.text))
    return min(lengths[True], default=0) > max(lengths[False], default=0)
