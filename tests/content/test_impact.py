"""What rests on a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from content import figures, sources
from content.faults import FaultList
from content.impact import impact
from content.loader import load
from content.tree import figures_of, registry_of

if TYPE_CHECKING:
    from content.impact import Impact
    from content.model import Library
    from tests.content.trees import Tree


def of(library: Library, source: str) -> Impact:
    return impact(library, figures.shipped(), sources.shipped(), source)


def test_lessons_questions_and_clauses_of_a_decree(shipped: Library) -> None:
    found = of(shipped, "105/2026/NĐ-CP")

    assert found.lessons == ("M5.1", "M5.6")
    assert ("M5.1", "Nghị định 105/2026/NĐ-CP, Điều 4") in found.clauses
    assert {"M5.1-1", "M5.T-1"} <= set(found.questions)
    assert "M5.2-1" not in found.questions
    assert found.figures == ()


def test_cards_and_questions_that_show_its_figures(shipped: Library) -> None:
    found = of(shipped, "161/2026/NĐ-CP")

    assert set(found.figures) == {"luong_co_so", "doan_phi.tran"}
    assert found.cards
    for lesson, place in found.cards:
        card = shipped.lessons[lesson].cards[place - 1]
        assert any(key in card for key in found.figures)
    assert "M2.T-4" in found.questions
    assert {lesson for lesson, _ in found.cards} <= set(found.lessons)


def test_an_amendment_touches_the_clauses_it_amended(shipped: Library) -> None:
    found = of(shipped, "97/2025/QH15")

    assert found.lessons == ("M0.1", "M0.2", "M4.3", "M5.1")
    assert all("97/2025/QH15" in cite for _, cite in found.clauses)


def test_a_paper_that_nothing_rests_on(shipped: Library) -> None:
    found = of(shipped, "191/2013/NĐ-CP")

    assert (found.lessons, found.cards, found.questions, found.figures, found.clauses) == ((), (), (), (), ())


def test_drills_and_tools_that_cite_it_or_show_a_figure_of_it(shipped: Library) -> None:
    assert of(shipped, "61/QĐ-TLĐ").drills == ("H4",)
    assert of(shipped, "105/2026/NĐ-CP").tools == ("CC21",)
    assert "CC21" in of(shipped, "50/2024/QH15").tools
    assert of(shipped, "191/2013/NĐ-CP").drills == of(shipped, "191/2013/NĐ-CP").tools == ()


def test_every_lesson_rests_on_a_paper(shipped: Library) -> None:
    reached = {lesson for source in sources.shipped().by_id for lesson in of(shipped, source).lessons}

    assert reached == set(shipped.lessons)


def test_a_figure_counts_for_every_paper_it_ever_came_from(tree: Tree) -> None:
    library, faults = load(tree.root), FaultList()
    found = impact(library, figures_of(tree.root, faults), registry_of(tree.root, faults), "1/2027/QH16")

    assert found.figures == ("gio.to_truong",)
    assert (found.lessons, found.cards, found.questions) == (("M7.1",), (("M7.1", 2),), ("M7.1-1",))
    assert found.clauses == ()
