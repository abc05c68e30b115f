"""What somebody typed, read: abbreviations written out, slips of the thumb mended, everyday words added."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from content import terms

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from content.synonyms import Meaning, Phrase, Synonyms

MOST_SYLLABLES = 24
_LONGEST_WORD = 60  # of what is typed; the rest of it is not looked at
_SHORTEST_MENDED, _LONGEST_MENDED = 3, 9
_LONGEST_SYLLABLE = 6  # "nghieng", folded
_LETTERS = "abcdeghiklmnopqrstuvxy"

# How much each kind of term counts beside a plain syllable.
PAIR, ACCENTED, MEANT, MENDED = 1.6, 0.5, 0.6, 0.8


@dataclass(slots=True)
class Slot:
    """One syllable of the query that tells something, and the phrases any of which would serve it."""

    syllable: str
    phrases: list[Phrase]


@dataclass(slots=True)
class Query:
    """`syllables` in their order, `slots` of those that are not ignored, `weights` of the terms to look for."""

    syllables: list[str]
    slots: list[Slot]
    weights: dict[str, float] = field(default_factory=dict)

    def weigh(self, term: str, weight: float) -> None:
        """Look for a term; the highest weight given stands, and none does not count."""
        if weight:
            self.weights[term] = max(weight, self.weights.get(term, 0.0))


def read(text: str, synonyms: Synonyms, known: Container[str]) -> Query:
    """
    Read what was typed.

    Args:
        text: as typed, with or without diacritics.
        synonyms: what abbreviations and everyday words stand for.
        known: syllables and pairs that the content holds.
    """
    words = [word[:_LONGEST_WORD] for word in terms.words(text)[:MOST_SYLLABLES]]
    typed = synonyms.in_full(terms.syllables(words))
    mended = [part for syllable in typed for part in _parted(syllable, known)]
    spelt = list(_spelt(mended, known))
    in_order = spelt[:MOST_SYLLABLES]
    dull = _dull(in_order, synonyms)
    query = Query(in_order, [])
    slots: dict[int, Slot] = {}
    for place, syllable in enumerate(in_order):
        is_number = syllable.isdigit() and (not place or f"{in_order[place - 1]} {syllable}" not in known)
        if place not in dull and not is_number:
            slots[place] = Slot(syllable, [(syllable,)])
            query.weigh(syllable, 1.0 if syllable == mended[place] else MENDED)
    for place, pair in enumerate(terms.pairs(in_order)):
        idle = (place in dull) + (place + 1 in dull)
        query.weigh(pair, (PAIR, PAIR / 2, 0.0)[idle])
    for term in terms.accented(words):
        query.weigh(term, ACCENTED)
    said = [found for found in _said(in_order, synonyms, known) if _is_spelt(synonyms.meanings[found[1]], words)]
    _add_meanings(query, slots, said, synonyms)
    query.slots = list(slots.values())
    return query


def _add_meanings(query: Query, slots: dict[int, Slot], said: Iterable[tuple[int, Phrase]], synonyms: Synonyms) -> None:
    for begin, phrase in said:
        for meant in synonyms.meanings[phrase].means:
            for syllable in meant:
                query.weigh(syllable, MEANT / 2)
            for pair in terms.pairs(meant):
                query.weigh(pair, MEANT * PAIR)
            for place in range(begin, begin + len(phrase)):
                if place in slots:
                    slots[place].phrases.append(meant)


def _dull(syllables: list[str], synonyms: Synonyms) -> set[int]:
    longest = max(map(len, synonyms.ignored), default=0)
    return {
        place
        for begin in range(len(syllables))
        for length in range(1, longest + 1)
        if tuple(syllables[begin : begin + length]) in synonyms.ignored
        for place in range(begin, min(begin + length, len(syllables)))
    }


def _said(syllables: list[str], synonyms: Synonyms, known: Container[str]) -> Iterator[tuple[int, Phrase]]:
    """Everyday words in the query, and where they begin; one syllable alone only if no neighbour makes a word of it."""
    longest = max(map(len, synonyms.meanings), default=0)
    for begin in range(len(syllables)):
        for length in range(1, longest + 1):
            said = tuple(syllables[begin : begin + length])
            if len(said) == length and said in synonyms.meanings:
                around = terms.pairs(syllables[max(begin - 1, 0) : begin + 2]) if length == 1 else ()
                if not any(pair in known for pair in around):
                    yield begin, said


def _is_spelt(meaning: Meaning, words: list[str]) -> bool:
    """False if the phrase was typed with other diacritics: "thương" is not "thưởng"."""
    said = [terms.syllable(word) for word in meaning.spelt]
    for begin in range(len(words) - len(said) + 1):
        typed = words[begin : begin + len(said)]
        if [terms.syllable(word) for word in typed] == said:
            return "".join(typed).isascii() or tuple(typed) == meaning.spelt
    return True


def _parted(run: str, known: Container[str]) -> list[str]:
    """Part syllables that were typed as one ("luongtoithieu"), into as few known ones as will do."""
    if run in known or len(run) <= _LONGEST_SYLLABLE:
        return [run]
    best: list[list[str] | None] = [[], *[None] * len(run)]
    for end in range(1, len(run) + 1):
        for begin in range(max(0, end - _LONGEST_SYLLABLE - 1), end):
            before, part = best[begin], run[begin:end]
            if before is not None and len(part) > 1 and part in known:
                longer = best[end]
                if longer is None or len(before) + 1 < len(longer):
                    best[end] = [*before, part]
    return best[-1] or [run]


def _spelt(syllables: list[str], known: Container[str]) -> Iterator[str]:
    """Mend syllables the content does not hold, with what fits their neighbours best."""
    for place, syllable in enumerate(syllables):
        is_odd = not _SHORTEST_MENDED <= len(syllable) <= _LONGEST_MENDED
        if syllable in known or is_odd or not syllable.isalpha():
            yield syllable
            continue
        before = syllables[place - 1] if place else ""
        after = syllables[place + 1] if place + 1 < len(syllables) else ""
        candidates = [word for word in slips(syllable) if word in known]
        fitting = [word for word in candidates if f"{before} {word}" in known or f"{word} {after}" in known]
        if not fitting and terms.is_syllable(syllable):
            candidates = []
        yield min(fitting or candidates, key=lambda word: (abs(len(word) - len(syllable)), word), default=syllable)


def slips(word: str) -> frozenset[str]:
    """Return every word one slip away: a letter too many, too few, another, or two that changed places."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    return frozenset(
        swapped
        | {a + b[1:] for a, b in cuts if b}
        | {a + letter + b[1:] for a, b in cuts if b for letter in _LETTERS}
        | {a + letter + b for a, b in cuts for letter in _LETTERS}
    )
