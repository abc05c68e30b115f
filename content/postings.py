"""Which texts hold a term and how much it tells: BM25 over weighted counts (Robertson and Zaragoza, 2009)."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from itertools import accumulate
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SATURATION = 1.2  # k1: how soon more of the same term tells no more
BY_LENGTH = 0.4  # b: how much a long text is held back; lessons are much of a length


class Postings:
    """
    Texts are numbered from 0, in the order in which they are given.

    Term `t` stands in the texts `_texts[_starts[t]:_starts[t + 1]]`, in order, as often as `_counts` at the same
    places says. Flat, because most terms stand in one text, and tens of thousands of small objects are many megabytes.

    Args:
        texts: of each text, its parts: terms, and how much each occurrence of one counts.
    """

    def __init__(self, texts: Iterable[Iterable[tuple[Sequence[str], float]]]) -> None:
        self._numbers: dict[str, int] = {}
        self._lengths = array("d")
        terms, of, counts = array("L"), array("L"), array("f")
        for number, parts in enumerate(texts):
            held, length = _weighed(parts)
            self._lengths.append(length)
            terms.extend(self._numbers.setdefault(term, len(self._numbers)) for term in held)
            of.extend([number] * len(held))
            counts.extend(held.values())
        self._average = sum(self._lengths) / max(len(self._lengths), 1)
        held_by = Counter(terms)
        self._starts = array("L", accumulate((held_by[term] for term in range(len(self._numbers))), initial=0))
        self._texts, self._counts = array("L", bytes(of.itemsize * len(of))), array("f", bytes(4 * len(of)))
        free = self._starts[:]
        for term, text, count in zip(terms, of, counts, strict=True):
            self._texts[free[term]], self._counts[free[term]] = text, count
            free[term] += 1

    def __contains__(self, term: object) -> bool:
        return term in self._numbers

    def of(self, term: str) -> array[int]:
        """The texts that hold a term, in order."""
        start, end = self._span(term)
        return self._texts[start:end]

    def rarity(self, term: str) -> float:
        """How much a term tells: its inverse document frequency, highest for one that no text holds."""
        start, end = self._span(term)
        held = end - start
        return log(1 + (len(self._lengths) - held + 0.5) / (held + 0.5))

    def scores(self, terms: Mapping[str, float]) -> dict[int, float]:
        """Score every text that holds one of the terms, which count as much as their weights."""
        found: defaultdict[int, float] = defaultdict(float)
        for term, weight in terms.items():
            told = weight * self.rarity(term) * (SATURATION + 1)
            for place in range(*self._span(term)):
                text, count = self._texts[place], self._counts[place]
                held_back = 1 - BY_LENGTH + BY_LENGTH * self._lengths[text] / self._average
                found[text] += told * count / (count + SATURATION * held_back)
        return found

    def _span(self, term: str) -> tuple[int, int]:
        number = self._numbers.get(term)
        return (0, 0) if number is None else (self._starts[number], self._starts[number + 1])


def _weighed(parts: Iterable[tuple[Sequence[str], float]]) -> tuple[dict[str, float], float]:
    held: dict[str, float] = {}
    length = 0.0
    for terms, weight in parts:
        for term, times in Counter(terms).items():
            held[term] = held.get(term, 0.0) + times * weight
        length += len(terms) * weight
    return held, length
