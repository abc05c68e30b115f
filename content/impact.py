"""What rests on a legal paper: all there is to look at when it changes."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING

from content import citations
from content.figures import PARAMETER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from content.drill_model import Drill
    from content.figures import Figures
    from content.model import LegalBasis, Lesson, Library, Question
    from content.sources import Registry
    from content.tool_model import Tool


@dataclass(frozen=True, slots=True)
class Impact:
    """
    What a change of one paper touches.

    `lessons` rest on it by a clause or a figure, or have such a question in the final test; `cards` are those that show
    a figure of it (lesson id, place from 1); `questions`, `drills`, `tools` and `figures` by their ids; `clauses` as
    cited (lesson, citation).
    """

    source: str
    title: str
    lessons: tuple[str, ...]
    cards: tuple[tuple[str, int], ...]
    questions: tuple[str, ...]
    drills: tuple[str, ...]
    tools: tuple[str, ...]
    figures: tuple[str, ...]
    clauses: tuple[tuple[str, str], ...]


def impact(library: Library, figures: Figures, registry: Registry, source: str) -> Impact:
    """
    Return what rests on a paper, papers that it amended included.

    Raises:
        KeyError: no paper has that id.
    """
    paper = registry.by_id[source]
    touched = frozenset(
        key
        for key, values in figures.by_key.items()
        if any(source in _papers(value.source, registry) for value in values)
    )
    lessons = [lesson for module in library.modules for lesson in module.lessons]
    cards = tuple(
        (lesson.id, place)
        for lesson in lessons
        for place, card in enumerate(lesson.cards, start=1)
        if touched & set(PARAMETER.findall(card))
    )
    questions = tuple(
        question.id
        for question in library.questions.values()
        if _any(question.basis, source, registry) or touched & _shown(question)
    )
    by_clause = {lesson.id for lesson in lessons if _rests(lesson, source, registry)}
    reached = by_clause | {lesson for lesson, _ in cards} | {library.questions[key].lesson_id for key in questions}
    return Impact(
        source=source,
        title=paper.title,
        lessons=tuple(lesson.id for lesson in lessons if lesson.id in reached),
        cards=cards,
        questions=questions,
        drills=tuple(key for key, drill in library.drills.items() if _rests(drill, source, registry)),
        tools=tuple(
            key
            for key, tool in library.tools.items()
            if _rests(tool, source, registry) or touched & set(PARAMETER.findall(tool.body))
        ),
        figures=tuple(key for key in figures.by_key if key in touched),
        clauses=tuple(_clauses(lessons, source, registry)),
    )


def _clauses(lessons: Iterable[Lesson], source: str, registry: Registry) -> Iterable[tuple[str, str]]:
    for lesson in lessons:
        yield from ((lesson.id, basis.cite) for basis in lesson.legal if source in registry.all_of(basis))


def _papers(cites: str, registry: Registry) -> set[str]:
    found = (registry.find(citations.parse(cite.strip())) for cite in cites.split(";"))
    return {paper.id for paper in found if paper is not None}


def _rests(found: Lesson | Drill | Tool, source: str, registry: Registry) -> bool:
    return _any(found.legal, source, registry)


def _any(legal: Iterable[LegalBasis], source: str, registry: Registry) -> bool:
    return any(source in registry.all_of(basis) for basis in legal)


def _shown(question: Question) -> set[str]:
    """The names of the figures that a question shows or reckons with."""
    return {key for text in strings(question) for key in PARAMETER.findall(text)}


def strings(value: object) -> Iterator[str]:
    """Every text inside a value: itself, or those of its items or fields, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif is_dataclass(value):
        for name in fields(value):
            yield from strings(getattr(value, name.name))
