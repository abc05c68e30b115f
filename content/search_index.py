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
    from collections.abc import Iterable, Iterator, Mapping

    from content.model import LegalBasis, Lesson, Library, Question
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
        self._places = {card: place for place, card in enumerate(self.cards)}
        self._numbers = {lesson.id: number for number, lesson in enumerate(self.lessons)}
        self._questions: defaultdict[str, list[str]] = defaultdict(list)
        for question in library.questions.values():
            self._questions[question.lesson_id].append(_said_in(question))
        titles = {lesson.id: library.module_of[lesson.id].title for lesson in self.lessons}
        self.about = Postings(self._about(lesson, titles[lesson.id]) for lesson in self.lessons)
        self.says = Postings(self._says(lesson, titles[lesson.id]) for lesson in self.lessons)
        self.card_says = Postings(
            [(self._terms(TO_DO.sub("", self.lessons[number].cards[card])), 1.0)] for number, card in self.cards
        )
        self.taught = _taught(self.lessons)

    def basis(self, lesson_id: str, card: int) -> LegalBasis | None:
        """The clause of the lesson that its question most like that card rests on; None without any."""
        lesson = self.by_id[lesson_id]
        if not lesson.questions:
            return next(iter(lesson.legal), None)
        words = set(self._terms(lesson.cards[card]))
        alike = [
            sum(self.says.rarity(term) for term in words & set(self._terms(_said_in(question))))
            for question in lesson.questions
        ]
        nearest = lesson.questions[max(range(len(alike)), key=lambda place: (alike[place], -place))]
        return next(iter(nearest.basis), None)

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

    def _about(self, lesson: Lesson, module_title: str) -> Iterator[tuple[list[str], float]]:
        for text, weight in ((lesson.title, TITLE), (lesson.objective, OBJECTIVE), (module_title, MODULE)):
            yield self._terms(text), weight

    def _says(self, lesson: Lesson, module_title: str) -> Iterator[tuple[list[str], float]]:
        for text in (*lesson.cards, lesson.title, lesson.objective, module_title):
            yield self._terms(text), CARD
        for text in self._questions[lesson.id]:
            yield self._terms(text), QUESTION
        yield self._terms("\n".join(basis.cite for basis in lesson.legal)), CLAUSE

    def _terms(self, text: str) -> list[str]:
        words = terms.words(_NAME.sub(r"\1 ", PARAMETER.sub(" ", text)))
        parts = self._said.in_full(terms.syllables(words))
        return [*parts, *terms.pairs(parts), *terms.accented(words)]


def _said_in(question: Question) -> str:
    return "\n".join([question.text, *(f"{choice.text}\n{choice.reason}" for choice in question.choices)])


def _taught(lessons: Iterable[Lesson]) -> dict[str, str]:
    found: dict[str, str] = {}
    for lesson in lessons:
        for key in PARAMETER.findall("\n".join(lesson.cards)):
            found.setdefault(key, lesson.id)
    return found
