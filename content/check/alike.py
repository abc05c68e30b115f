"""
Questions that are nearly the same: Jaccard similarity of their shingles.

Broder, "On the resemblance and containment of documents", 1997. Pairs are found through the shingles they share, so
that the work grows with what is shared, not with the square of the questions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from content.model import QuestionKind
from learning.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from content.model import Question

SHINGLE = 3  # syllables
ALIKE = 0.8


def words_of(question: Question) -> str:
    """All a learner reads of a question, without case, diacritics and signs; choices (not Đúng, Sai) in any order."""
    choices = () if question.kind is QuestionKind.TRUE_FALSE else question.choices
    return " ".join([fold(question.text), *sorted(fold(choice.text) for choice in choices)])


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Every run of SHINGLE syllables; the whole text when it is shorter."""
    words = text.split()
    if len(words) <= SHINGLE:
        return frozenset({tuple(words)})
    return frozenset(tuple(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1))


def pairs(questions: Iterable[Question]) -> Iterator[tuple[str, str, float]]:
    """Each pair of question ids at least ALIKE similar, the earlier first, with their similarity; 1.0 is identical."""
    texts = {question.id: words_of(question) for question in questions}
    sets = {key: shingles(text) for key, text in texts.items()}
    seen: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key, mine in sets.items():
        shared = Counter(other for shingle in mine for other in seen[shingle])
        yield from _alike(key, shared, sets, texts)
        for shingle in mine:
            seen[shingle].append(key)


def _alike(
    key: str,
    shared: Mapping[str, int],
    sets: Mapping[str, frozenset[tuple[str, ...]]],
    texts: Mapping[str, str],
) -> Iterator[tuple[str, str, float]]:
    for other, number in shared.items():
        if texts[other] == texts[key]:
            yield other, key, 1.0
            continue
        similarity = number / (len(sets[key]) + len(sets[other]) - number)
        if similarity >= ALIKE:
            yield other, key, min(similarity, 0.99)
