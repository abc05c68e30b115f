"""Which texts hold a term and how much it tells: BM25 over weighted counts (Robertson and Zaragoza, 2009)."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

SATURATION = 1.2  # k1: how soon more of the same term tells no more
BY_LENGTH = 0.4  # b: how much a long text is held back; lessons are much of a length


class Postings:
    """Texts are numbered from 0. Add everything first; ask afterwards."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, dict[int, float]] = defaultdict(dict)
        self._lengths: defaultdict[int, float] = defaultdict(float)

    def add(self, text: int, terms: Sequence[str], weight: float = 1.0) -> None:
        """Count terms of a text, each occurrence as much as `weight`."""
        counts = self._counts
        for term, times in Counter(terms).items():
            held = counts[term]
            held[text] = held.get(text, 0.0) + times * weight
        self._lengths[text] += len(terms) * weight

    def __contains__(self, term: object) -> bool:
        return term in self._counts

    def of(self, term: str) -> Collection[int]:
        """The texts that hold a term."""
        return self._counts.get(term, ())

    def rarity(self, term: str) -> float:
        """How much a term tells: its inverse document frequency, highest for one that no text holds."""
        held = len(self._counts.get(term, ()))
        return log(1 + (len(self._lengths) - held + 0.5) / (held + 0.5))

    def scores(self, terms: Mapping[str, float]) -> dict[int, float]:
        """Score every text that holds one of the terms, which count as much as their weights."""
        average = sum(self._lengths.values()) / max(len(self._lengths), 1)
        found: defaultdict[int, float] = defaultdict(float)
        for term, weight in terms.items():
            told = weight * self.rarity(term) * (SATURATION + 1)
            for text, count in self._counts.get(term, {}).items():
                held_back = 1 - BY_LENGTH + BY_LENGTH * self._lengths[text] / average
                found[text] += told * count / (count + SATURATION * held_back)
        return found
