"""
Where every number of the lessons comes from: a fact of a paper, or an example that the author has declared.

`trace.yaml` beside the courses holds both. A number is traced when a fact of a clause its text rests on says it, when
it is the day such a paper came into force, or when it is listed among the examples of its card or question. Whatever
is neither fails, so that no figure of the law enters a lesson unread.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from content import citations, source, yaml_lines
from content.check.numbers import ANY, ARTICLE, CLAUSE, DAY, PAPER, Number, numbers
from content.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from content.citations import Place
    from content.faults import Complain
    from content.figures import Figures
    from content.model import LegalBasis, Question
    from content.sources import Registry

FILE = "trace.yaml"
LONGEST_FACT = 500
LONGEST_EXAMPLES = 1_000
ALL_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Fact:
    """What a paper says at a place; `is_confirmed` is False where that place has not been read."""

    source: str
    place: Place
    numbers: frozenset[Number]
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """Every fact, and the examples of each card text (by lesson) and question (by question)."""

    facts: tuple[Fact, ...]
    examples: Mapping[str, frozenset[Number]]
    lines: Mapping[str, int]


def read(path: Path, registry: Registry, complain: Complain) -> Trace:
    """Return the trace of a file; what is faulty is complained about and left out."""
    text = source.read(path, complain)
    mapping = None if text is None else yaml_lines.parse_mapping(text.text, 1, complain)
    top = Fields(mapping or {}, 1, complain)
    top.only("facts", "examples")
    facts = tuple(_fact(fields, registry) for fields in top.mappings("facts"))
    listed = top.one_or_more("examples")
    examples = {key: fields.optional(key, LONGEST_EXAMPLES) for fields in listed for key in fields.names}
    lines = {key: fields.line(key) for fields in listed for key in fields.names}
    return Trace(facts, {key: frozenset(numbers(value)) for key, value in examples.items()}, lines)


def _fact(fields: Fields, registry: Registry) -> Fact:
    fields.only("source", "place", "says", "confirmed")
    paper, place = fields.text("source"), fields.blank("place")
    if paper and paper not in registry.by_id:
        fields.complain(fields.line("source"), f"Văn bản '{paper}' không có trong sổ văn bản.")
    where = citations.parse(place).place
    if place and where.is_whole:
        fields.complain(fields.line("place"), f"Không hiểu '{place}'; mẫu: Điều 97 khoản 1, mục III.1.")
    says = fields.text("says", LONGEST_FACT)
    return Fact(paper, where, frozenset(numbers(says)), not fields.has("confirmed") or fields.flag("confirmed"))


class Tracer:
    """Holds the texts of the lessons against the facts and the examples."""

    def __init__(self, trace: Trace, registry: Registry) -> None:
        self._trace = trace
        self._registry = registry
        self._by_source: dict[str, list[Fact]] = defaultdict(list)
        for fact in trace.facts:
            self._by_source[fact.source].append(fact)
        self._used: set[tuple[str, Number]] = set()
        self._found: dict[LegalBasis, list[Fact]] = {}  # many texts rest on the same clauses

    def check_clause(self, basis: LegalBasis, line: int, complain: Complain) -> None:
        """Complain about a clause whose article no fact holds, or holds unconfirmed while no lawyer is asked for."""
        found = self._facts(basis)
        where = citations.parse(basis.cite).place
        exact = [fact for fact in found if not where.clause or fact.place.clause == where.clause]
        if self._registry.of(basis) is None:
            return
        if not exact:
            complain(line, f"Căn cứ '{basis.cite}' chưa có trong {FILE}.")
        elif not basis.needs_lawyer and not any(fact.is_confirmed for fact in exact):
            complain(line, f"Căn cứ '{basis.cite}' chưa được đọc; phải ghi 'needs_lawyer: true'.")

    def untraced(self, owner: str, text: str, legal: Iterable[LegalBasis], *, reckons: bool = False) -> list[Number]:
        """
        Return the numbers of a text that neither a fact nor an example explains, in order, each once.

        Args:
            owner: the lesson whose card it is, the question, or the drill.
            text: the text as written.
            legal: the clauses it rests on.
            reckons: whether shares may be written as what one multiplies by: 30% as 0,3.
        """
        legal = tuple(legal)
        facts = [number for basis in legal for fact in self._facts(basis) for number in fact.numbers]
        known = [*facts, *(_factors(facts) if reckons else ())]
        left = []
        for number in dict.fromkeys(numbers(text)):
            listed = next((known for known in self._trace.examples.get(owner, ()) if known == number), None)
            if listed is not None:
                self._used.add((owner, listed))
            elif not any(number.agrees(other) for other in known) and not self._is_place(number, legal):
                left.append(number)
        return left

    def untraced_terms(self, question: Question, legal: Iterable[LegalBasis]) -> list[Number]:
        """
        Return the terms of a question's formula that come from nowhere, in order, each once.

        A term says nothing of what it counts. It may stand in the question's words, which are traced themselves.

        Args:
            question: any question; only one that is answered by reckoning has terms.
            legal: the clauses it rests on.
        """
        if question.answer is None:
            return []
        said = list(numbers(f"{question.text}\n{question.reason}"))
        given = {number.value for number in (*said, *_factors(said))}
        terms = self.untraced(question.id, question.answer.text, legal, reckons=True)
        return [number for number in terms if number.value not in given]

    def warn_of_unused(self, warn: Complain) -> None:
        """Warn about examples that no text holds any more."""
        for owner, listed in self._trace.examples.items():
            stale = [number.shown for number in sorted(listed) if (owner, number) not in self._used]
            if stale:
                warn(self._trace.lines[owner], f"'{owner}' không còn số: {'; '.join(stale)}.")

    def check_figures(self, figures: Figures, complain: Complain) -> None:
        """Complain about values that no fact of their paper says."""
        for values in figures.by_key.values():
            for figure in values:
                cites = [citations.parse(cite.strip()) for cite in figure.source.split(";")]
                papers = {paper.id for cite in cites if (paper := self._registry.find(cite)) is not None}
                known = {
                    number for paper in papers for fact in self._by_source.get(paper, ()) for number in fact.numbers
                }
                value = next(numbers(f"{figure.shown} {figure.unit}"))
                if not any(value.agrees(number) for number in known):
                    complain(figure.line, f"'{figure.key}': mức {value.shown} chưa có trong {FILE}.")

    def _facts(self, basis: LegalBasis) -> list[Fact]:
        if basis not in self._found:
            paper, where = self._registry.of(basis), citations.parse(basis.cite).place
            facts = () if paper is None else self._by_source.get(paper.id, ())
            self._found[basis] = [fact for fact in facts if _is_at(fact, where)]
        return self._found[basis]

    def _papers(self, basis: LegalBasis) -> frozenset[str]:
        return self._registry.all_of(basis)

    def _is_place(self, number: Number, legal: tuple[LegalBasis, ...]) -> bool:
        """Whether it is an article or clause of what the text rests on, or a day on which that came into force."""
        places = [citations.parse(basis.cite).place for basis in legal]
        match number.unit:
            case unit if unit == ARTICLE:
                return any(place.first <= int(number.value) <= place.last for place in places)
            case unit if unit == CLAUSE:
                return any(place.clause == int(number.value) for place in places)
            case unit if unit == PAPER:
                return any(
                    f"{paper}/".startswith(f"{number.value}/") for basis in legal for paper in self._papers(basis)
                )
            case unit if unit == DAY:
                days = {basis.in_force_from for basis in legal}
                return number.value in {f"{day:%d/%m/%Y}" for day in days if day is not None}
            case _:
                return False


def _factors(shares: Iterable[Number]) -> Iterator[Number]:
    """Each percentage as what one multiplies by."""
    for number in shares:
        if number.unit == "%":
            yield Number(f"{(Decimal(number.value) / ALL_PERCENT).normalize():f}", ANY)


def _is_at(fact: Fact, where: Place) -> bool:
    """Whether a fact speaks of the place that a clause names."""
    if where.is_whole or fact.place.is_whole:
        return where.is_whole and fact.place.is_whole
    if where.section or fact.place.section:
        return where.section == fact.place.section
    overlap = fact.place.first <= where.last and where.first <= fact.place.last
    return overlap and (not where.clause or fact.place.clause in {0, where.clause})
