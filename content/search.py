"""
Tra cứu: from what a cadre types to the card, or the figure, that answers it.

Pure. A lesson is found by what it is about (title, objective, chuyên đề) and by what it says (cards before questions);
then the card of it that fits best is shown. Tools and drills have an index of their own. A figure asked for by its
name is the answer itself, with the value of the day.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from content import figures as figures_module
from content import present, query, synonyms
from content.figures import FigureError
from content.hits import Hit, HitKind
from content.model import LessonStatus
from content.paper_search import PaperIndex
from content.search_index import SearchIndex

if TYPE_CHECKING:
    from datetime import date

    from content.figures import Figures
    from content.model import Lesson, Library
    from content.postings import Postings
    from content.query import Query, Slot
    from content.synonyms import Synonyms

FIRST_CARD = 0.8  # it tells the situation; the answer stands on the others
BY_ABOUT, BY_CARD = 1.0, 0.6  # beside what a lesson says
NEEDED, NEEDED_WITH_WORDS = 0.7, 0.4  # share of what the query tells that an answer must hold
SOME_WORDS, MANY_WORDS = 2, 3  # of two syllables that stand in both
LEAST_TOLD, MOST_TOLD = 0.4, 1.5  # by one syllable, so that neither a rare nor a common one decides alone
SURE = 0.6  # share from which a figure asked by its name comes before every card
DEFAULT_LIMIT = 5


class Search:
    """What can be looked up. Built at the start: all the texts are read once."""

    def __init__(self, library: Library, figures: Figures | None = None, said: Synonyms | None = None) -> None:
        self.library = library
        self._figures = figures_module.shipped() if figures is None else figures
        self._said = synonyms.shipped() if said is None else said
        self._index = SearchIndex(library, self._said)
        self._papers = PaperIndex(library, self._said)

    @property
    def size(self) -> tuple[int, int]:
        """How many lessons and how many named figures are searched."""
        return len(self._index.lessons), sum(key in self._figures.by_key for key in self._said.figures)

    def find(self, text: str, on: date, limit: int = DEFAULT_LIMIT) -> list[Hit]:
        """
        Return what answers a text, best first; nothing where nothing fits.

        At most one card of a lesson; tools and drills where their kind is asked for, else one below the best card.

        Args:
            text: as typed, cleaned by `learning.text.clean`.
            on: the day whose figures are shown.
            limit: how many at most.
        """
        asked = query.read(text, self._said, self)
        if not asked.slots:
            return []
        cards = self._cards(asked, on, limit)
        best_card = cards[0].score if cards else 0.0
        papers = self._papers.find(asked, self._told, on, self._figures, best_card)
        hits = [*self._named_figures(asked, on, best_card), *cards, *papers]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def at(self, ref: str, on: date) -> Hit | None:
        """Return what a button's `ref` names, or None when the content no longer holds it."""
        lesson_id, _, card = ref.partition("/")
        lesson = self._index.by_id.get(lesson_id)
        if lesson is not None and card.isascii() and card.isdigit() and 0 < int(card) <= len(lesson.cards):
            return self._card(lesson, int(card) - 1, on, 0.0)
        return self._papers.at(ref, on, self._figures) or self._figure(ref, on, 0.0)

    def __contains__(self, term: object) -> bool:
        return term in self._index.says or term in self._papers

    # --- figures ---

    def _named_figures(self, asked: Query, on: date, best_card: float) -> list[Hit]:
        """Figures of which the query holds all of a name; where some are named by more syllables, those alone."""
        held = set(asked.syllables)
        told = {slot.syllable: self._told(slot) for slot in asked.slots}
        best: dict[str, tuple[int, float]] = {}
        for key, name in self._said.figures.items():
            for ask in map(set, name.asks):
                if held >= ask:
                    share = sum(told.get(syllable, 0.0) for syllable in ask) / sum(told.values())
                    best[key] = max(best.get(key, (0, 0.0)), (len(ask), share))
        longest = max((length for length, _ in best.values()), default=0)
        found = []
        for key, (length, share) in best.items():
            score = best_card + share if share >= SURE else best_card * share
            if length == longest and (hit := self._figure(key, on, score)) is not None:
                found.append(hit)
        return found

    def _figure(self, key: str, on: date, score: float) -> Hit | None:
        name = self._said.figures.get(key)
        if name is None:
            return None
        try:
            value = self._figures.at(key, on)
        except FigureError:
            return None
        return Hit(
            ref=key,
            title=name.name,
            lesson_id=self._index.taught.get(key),
            text=f"{value.shown}{'' if value.unit == '%' else ' '}{value.unit}",
            source=value.source,
            in_force_from=value.valid_from,
            score=round(score, 2),
            kind=HitKind.FIGURE,
            is_likely=True,
        )

    # --- cards ---

    def _cards(self, asked: Query, on: date, limit: int) -> list[Hit]:
        index = self._index
        says, about = index.says.scores(asked.weights), index.about.scores(asked.weights)
        card_says = index.card_says.scores(asked.weights)
        best: dict[int, tuple[float, int]] = {}
        for place, (number, card) in enumerate(index.cards):
            score = card_says.get(place, 0.0) * (1.0 if card else FIRST_CARD)
            best[number] = max(best.get(number, (-1.0, 0)), (score, card))
        fitting = {
            number: (score + BY_ABOUT * about.get(number, 0.0) + BY_CARD * best[number][0]) * self._share(asked, number)
            for number, score in says.items()
            if self._answers(asked, number)
        }
        ranked = sorted(fitting, key=lambda number: (-fitting[number], number))[:limit]
        return [
            replace(
                self._card(index.lessons[number], best[number][1], on, fitting[number]),
                line=index.line(number, best[number][1], asked.weights),
                is_likely=self._words_in(index.about, asked, number) > 0
                or self._words_in(index.card_says, asked, index.place(number, best[number][1])) >= MANY_WORDS,
            )
            for number in ranked
        ]

    def _answers(self, asked: Query, number: int) -> bool:
        """Whether a lesson holds enough of the query, and not only loose syllables of it."""
        share = self._share(asked, number)
        if len(asked.slots) == 1:
            return share > 0
        words = self._words_in(self._index.says, asked, number)
        return share >= (NEEDED_WITH_WORDS if words >= SOME_WORDS else NEEDED) and words > 0

    @staticmethod
    def _words_in(where: Postings, asked: Query, number: int) -> int:
        return sum(" " in term and term.isascii() and number in where.of(term) for term in asked.weights)

    def _share(self, asked: Query, number: int) -> float:
        """The share of what the query tells that a lesson holds, 0 to 1."""
        told = [(self._told(slot), self._serves(slot, number)) for slot in asked.slots]
        return sum(told_by for told_by, serves in told if serves) / sum(told_by for told_by, _ in told)

    def _told(self, slot: Slot) -> float:
        return max(LEAST_TOLD, min(self._index.says.rarity(slot.syllable), MOST_TOLD))

    def _serves(self, slot: Slot, number: int) -> bool:
        return any(all(number in self._index.says.of(part) for part in phrase) for phrase in slot.phrases)

    def _card(self, lesson: Lesson, card: int, on: date, score: float) -> Hit:
        basis = self._index.basis(lesson.id, card)
        text = figures_module.resolve(lesson.cards[card], on, self._figures)
        if lesson.status is LessonStatus.UNDER_REVIEW:
            text = f"{text}\n\n{present.REVIEW_SENTENCE}"
        return Hit(
            ref=f"{lesson.id}/{card + 1}",
            title=lesson.title,
            lesson_id=lesson.id,
            text=text,
            source=basis.cite if basis else "",
            in_force_from=basis.in_force_from if basis else None,
            score=round(score, 2),
        )


_built: dict[str, Search] = {}


def over(library: Library) -> Search:
    """Return the search over the library a process serves; built once, a third of a second, and kept."""
    found = _built.get("served")
    if found is None or found.library is not library:
        found = _built["served"] = Search(library)
    return found
