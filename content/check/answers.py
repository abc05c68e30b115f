"""Whether a test can be passed without knowing: places, lengths, and choices that point at the others."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from learning.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from content.model import Question
    from content.questions import PlacedQuestion

FEWEST = 10  # questions; fewer say nothing about a habit
MOST_SHARE = 0.5  # of the right answers in one place, or of questions whose right choice is the longest
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
    """Say, in Vietnamese, how the right one of a module's questions could be guessed."""
    plain = [question for question in questions if _is_plain(question)]
    if len(plain) < FEWEST:
        return
    places = Counter(question.right.key for question in plain)
    key, number = places.most_common(1)[0]
    if number > MOST_SHARE * len(plain):
        yield f"Đáp án đúng nằm ở '{key}' trong {number}/{len(plain)} câu; nên đổi chỗ."
    longest = sum(_is_longest(question) for question in plain)
    if longest > MOST_SHARE * len(plain):
        yield f"Đáp án đúng dài nhất trong {longest}/{len(plain)} câu; nên viết các phương án dài ngang nhau."


def _is_plain(question: Question) -> bool:
    """Whether one of at least three choices is right, so that place and length can give it away."""
    return len(question.choices) > 2 and sum(choice.is_right for choice in question.choices) == 1  # noqa: PLR2004


def _is_longest(question: Question) -> bool:
    others = [len(choice.text) for choice in question.choices if not choice.is_right]
    return len(question.right.text) > max(others)
