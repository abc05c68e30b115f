"""Tools and drills read once for searching: what each is about, what it says, and which of them answer a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from content import terms
from content.drill_model import Drill
from content.figures import PARAMETER
from content.hits import Hit, HitKind
from content.model import LessonStatus
from content.postings import Postings
from content.tool_model import Tool
from content.tool_text import HEADING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from content.figures import Figures
    from content.model import Library
    from content.query import Query, Slot
    from content.synonyms import Synonyms

Paper: TypeAlias = Tool | Drill

TITLE, KIND, LESSON = 3.0, 1.0, 1.0  # beside each other, in what a paper is about
NEEDED = 0.7  # share of what the query tells that a paper must hold
ASKED_FOR = 2.0  # how much one counts beside a lesson where its kind is asked for
ALIKE = 0.4  # of the score of the best, for others to be shown beside it
BELOW = 0.99  # of the best card's score, at most, where no kind is asked for
# What one is called by who wants any of its kind.
TOOL_NAMES = (
    "mẫu, biểu mẫu, công thức, biên bản, danh sách kiểm, sơ đồ, dự toán, bảng tính, bảng đối chiếu, bảng theo dõi, "
    "sổ giờ, sổ theo dõi, phiếu phản ánh, phiếu hoạt động, phiếu hỗ trợ, phiếu soạn bài, bản công khai"
)
DRILL_NAMES = "tình huống, luyện tập, đóng vai, thuyết phục"
LONGEST = 300


class PaperIndex:
    """Served tools and drills by number, from 0, in the terms in which lessons are kept."""

    def __init__(self, library: Library, said: Synonyms) -> None:
        self._said = said
        self._library = library
        served: list[Paper] = [*library.tools.values(), *library.drills.values()]
        self._papers = [paper for paper in served if paper.status is not LessonStatus.DRAFT]
        self._about = Postings(self._about_of(paper) for paper in self._papers)
        self._says = Postings(self._said_in(paper) for paper in self._papers)
        self._names = {kind: _names(text) for kind, text in ((Tool, TOOL_NAMES), (Drill, DRILL_NAMES))}

    def __contains__(self, term: object) -> bool:
        return term in self._says

    def find(
        self, asked: Query, told: Callable[[Slot], float], on: date, values: Figures, best_card: float
    ) -> list[Hit]:
        """
        Return what answers a query, best first.

        Args:
            asked: the query.
            told: how much a slot of it tells.
            on: the day whose figures are shown.
            values: the figures.
            best_card: the score of the best card, 0 if there is none.
        """
        says, about = self._says.scores(asked.weights), self._about.scores(asked.weights)
        spoken = {*asked.syllables, *terms.pairs(asked.syllables)}
        wanted: list[tuple[float, Paper]] = []
        others: list[tuple[float, Paper]] = []
        for number, score in says.items():
            paper, share = self._papers[number], self._share(asked, number, told)
            if share < NEEDED or not self._is_about(asked, number):
                continue
            fitting = share * (score + about.get(number, 0.0))
            if self._names[type(paper)].isdisjoint(spoken):
                others.append((min(fitting, BELOW * best_card) if best_card else fitting, paper))
            else:
                wanted.append((ASKED_FOR * fitting, paper))
        best = max((score for score, _ in wanted), default=0.0)
        found = [(score, paper) for score, paper in wanted if score >= ALIKE * best]
        if not wanted:
            found = sorted(others, key=lambda each: -each[0])[:1]
        return [self._hit(paper, on, values, score) for score, paper in sorted(found, key=lambda each: -each[0])]

    def at(self, ref: str, on: date, values: Figures) -> Hit | None:
        """Return the tool or drill of that id; None when it is not served."""
        paper = self._library.tool(ref) or self._library.drill(ref)
        return None if paper is None else self._hit(paper, on, values, 0.0)

    def _hit(self, paper: Paper, on: date, values: Figures, score: float) -> Hit:
        basis = next(iter(paper.legal), None)
        is_tool = isinstance(paper, Tool)
        return Hit(
            ref=paper.id,
            title=paper.title,
            lesson_id=paper.lesson_id if isinstance(paper, Tool) else None,
            text=values.resolve(_told_of(paper), on),
            source=basis.cite if basis else "",
            in_force_from=basis.in_force_from if basis else None,
            score=round(score, 2),
            kind=HitKind.TOOL if is_tool else HitKind.DRILL,
            is_likely=True,
        )

    def _is_about(self, asked: Query, number: int) -> bool:
        if len(asked.slots) == 1:
            return any(number in self._about.of(term) for term in asked.weights)
        return any(" " in term and term.isascii() and number in self._about.of(term) for term in asked.weights)

    def _share(self, asked: Query, number: int, told: Callable[[Slot], float]) -> float:
        served = sum(told(slot) for slot in asked.slots if self._serves(slot, number))
        return served / sum(map(told, asked.slots))

    def _serves(self, slot: Slot, number: int) -> bool:
        return any(all(number in self._says.of(part) for part in phrase) for phrase in slot.phrases)

    def _about_of(self, paper: Paper) -> Iterator[tuple[list[str], float]]:
        yield self._terms(paper.title), TITLE
        if isinstance(paper, Tool):
            yield self._terms(f"{paper.kind}"), KIND
            yield self._terms(self._library.lessons[paper.lesson_id].title), LESSON
        else:
            yield self._terms(f"{paper.skill}; {paper.setting}"), KIND
            yield self._terms("; ".join(turn.text for turn in paper.turns.values())), LESSON

    def _said_in(self, paper: Paper) -> Iterator[tuple[list[str], float]]:
        yield from ((part, 1.0) for part, _ in self._about_of(paper))
        if isinstance(paper, Tool):
            yield self._terms(f"{TOOL_NAMES}\n{paper.body}"), 1.0
        else:
            said = [reply.text for turn in paper.turns.values() for reply in turn.replies]
            said += [criterion.name for criterion in paper.rubric]
            yield self._terms("\n".join([DRILL_NAMES, *said, paper.model])), 1.0

    def _terms(self, text: str) -> list[str]:
        words = terms.words(PARAMETER.sub(" ", text))
        parts = self._said.in_full(terms.syllables(words))
        return [*parts, *terms.pairs(parts), *terms.accented(words)]


def _told_of(paper: Paper) -> str:
    """What a tool or drill is for, short enough for a screen."""
    if isinstance(paper, Drill):
        return f"Tình huống luyện {paper.skill}.\n{paper.setting}"
    headings = [line.removeprefix(HEADING) for line in paper.body.split("\n") if line.startswith(HEADING)]
    parts = [heading for heading in headings if "…" not in heading and heading != paper.title]
    told = f"Mẫu một trang để điền ({paper.kind})."
    for part in parts:
        if len(told) + len(part) > LONGEST:
            break
        told = f"{told}\n• {part}"
    return told


def _names(text: str) -> frozenset[str]:
    """Names of one syllable, and of longer ones the first two."""
    return frozenset(" ".join(terms.folded(name)[:2]) for name in text.split(","))
