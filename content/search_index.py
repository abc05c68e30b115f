"""The library read once for searching: what each lesson is about, what it says, what each of its cards says."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from content import terms
from content.figures import PARAMETER
from content.model import LessonStatus
from content.postings import Postings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from content.model import LegalBasis, Lesson, Library
    from content.synonyms import Synonyms

TITLE, OBJECTIVE, MODULE = 3.0, 1.5, 1.0  # beside each other, in what a lesson is about
CARD, QUESTION, CLAUSE = 1.0, 0.4, 0.6  # in what it says
# What a lesson ends with is homework, no answer.
TO_DO = re.compile(r"(?:^|\n)Việc làm ngay:.*", re.DOTALL)
# The people of the stories: "chị Hoài" tells nothing of "thử việc hoài".
_NAME = re.compile(r"\b([Aa]nh|[Cc]hị|[Cc]ô|[Ôô]ng|[Bb]à|[Cc]ậu|[Tt]hợ|trưởng|tịch|viên) [A-ZĐÁÂĂẤẮÊÍÔƠỐÚƯỨÝ]\w*")


class SearchIndex:
    """
    Served lessons by number, from 0, and their cards by place.

    `says`, `about` and `card_says` hold folded syllables, pairs of them, and words with diacritics; `taught` the
    first lesson that shows a figure.
    """

    def __init__(self, library: Library, said: Synonyms) -> None:
        self._said = said
        self.lessons = [
            lesson for module in library.modules for lesson in module.lessons if lesson.status is not LessonStatus.DRAFT
        ]
        self.by_id = {lesson.id: lesson for lesson in self.lessons}
        self.cards = [(number, card) for number, lesson in enumerate(self.lessons) for card in range(len(lesson.cards))]
        self.says, self.about, self.card_says = Postings(), Postings(), Postings()
        self.taught: dict[str, str] = {}
        numbers = {lesson.id: number for number, lesson in enumerate(self.lessons)}
        asked: defaultdict[int, list[str]] = defaultdict(list)
        words_of_question: dict[str, set[str]] = {}
        for question in library.questions.values():
            if (number := numbers.get(question.lesson_id, -1)) >= 0:
                choices = "\n".join(f"{choice.text}\n{choice.reason}" for choice in question.choices)
                found = self._terms(f"{question.text}\n{choices}")
                words_of_question[question.id] = set(found)
                asked[number] += found
        told: defaultdict[int, list[str]] = defaultdict(list)
        words_of_card = []
        for place, (number, card) in enumerate(self.cards):
            found = self._terms(self.lessons[number].cards[card])
            self.card_says.add(place, self._terms(TO_DO.sub("", self.lessons[number].cards[card])))
            words_of_card.append(set(found))
            told[number] += found
        for number, lesson in enumerate(self.lessons):
            told[number] += self._add_about(number, lesson, library.module_of[lesson.id].title)
            self.says.add(number, told[number], CARD)
            self.says.add(number, asked[number], QUESTION)
            self.says.add(number, self._terms("\n".join(basis.cite for basis in lesson.legal)), CLAUSE)
        self._basis = [
            self._likeliest(self.lessons[number], words_of_card[place], words_of_question)
            for place, (number, _) in enumerate(self.cards)
        ]
        self._places = {card: place for place, card in enumerate(self.cards)}
        self._numbers = numbers

    def basis(self, lesson_id: str, card: int) -> LegalBasis | None:
        """The clause of the lesson that its question most like that card rests on; None without any."""
        return self._basis[self._places[self._numbers[lesson_id], card]]

    def place(self, number: int, card: int) -> int:
        """Where a card stands in `card_says`."""
        return self._places[number, card]

    def line(self, number: int, card: int, weights: Mapping[str, float]) -> int:
        """The line of a card, from 0, that says most of what is looked for."""
        told = [
            sum(weights.get(term, 0.0) * self.says.rarity(term) for term in set(self._terms(line)))
            for line in self.lessons[number].cards[card].split("\n")
        ]
        return max(range(len(told)), key=lambda place: (told[place], -place))

    def _add_about(self, number: int, lesson: Lesson, module_title: str) -> list[str]:
        for key in PARAMETER.findall("\n".join(lesson.cards)):
            self.taught.setdefault(key, lesson.id)
        said: list[str] = []
        for text, weight in ((lesson.title, TITLE), (lesson.objective, OBJECTIVE), (module_title, MODULE)):
            found = self._terms(text)
            self.about.add(number, found, weight)
            said += found
        return said

    def _terms(self, text: str) -> list[str]:
        words = terms.words(_NAME.sub(r"\1 ", PARAMETER.sub(" ", text)))
        parts = self._said.in_full(terms.syllables(words))
        return [*parts, *terms.pairs(parts), *terms.accented(words)]

    def _likeliest(self, lesson: Lesson, card: set[str], questions: dict[str, set[str]]) -> LegalBasis | None:
        def alike(place: int) -> float:
            shared = card & questions[lesson.questions[place].id]
            return sum(self.says.rarity(term) for term in shared)

        if not lesson.questions:
            return next(iter(lesson.legal), None)
        nearest = lesson.questions[max(range(len(lesson.questions)), key=lambda place: (alike(place), -place))]
        return next(iter(nearest.basis), None)
