"""The library laid open: modules as read from a folder, and their questions as items for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from content import answers, figures, tree, writer
from content import drills as drill_files
from content import tools as tool_files
from content.faults import FaultList
from content.loader import SHIPPED
from content.model import Choice, QuestionKind
from exchange import numbers
from exchange.faults import ExchangeError, Fault
from exchange.items import Item

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from content.drill_model import Drill
    from content.figures import Figures
    from content.model import Question
    from content.tools import ToolFile
    from content.tree import ReadModule


def modules(root: Path | None) -> list[ReadModule]:
    """
    Return the modules of a content folder, of the one shipped when None.

    Raises:
        ExchangeError: the content has faults.
    """
    faults = FaultList()
    found = tree.read(SHIPPED if root is None else root, faults)
    _refuse(faults)
    return found


def tools(root: Path | None) -> list[ToolFile]:
    """
    Return the tools of a content folder, of the one shipped when None, by their number.

    Raises:
        ExchangeError: the content has faults.
    """
    faults = FaultList()
    where = SHIPPED if root is None else root
    lessons = [lesson for read in tree.read(where, faults) for lesson in read.module.lessons]
    found = tool_files.read(where, lessons, faults)
    _refuse(faults)
    return found


def drills(root: Path | None) -> list[Drill]:
    """
    Return the drills of a content folder, of the one shipped when None, by their number.

    Raises:
        ExchangeError: the content has faults.
    """
    faults = FaultList()
    found = [read.drill for read in drill_files.read(SHIPPED if root is None else root, faults)]
    _refuse(faults)
    return found


def _refuse(faults: FaultList) -> None:
    if wrong := faults.sorted():
        raise ExchangeError(*(Fault(f"{fault.file}:{fault.line}", fault.message) for fault in wrong))


def chosen(found: Iterable[ReadModule], ids: Iterable[str]) -> list[ReadModule]:
    """
    Return the modules with these ids, all when there are none.

    Raises:
        ExchangeError: no module has one of the ids.
    """
    by_id = {read.module.id: read for read in found}
    if unknown := [id_ for id_ in ids if id_ not in by_id]:
        raise ExchangeError(Fault("", f"Không có chuyên đề {', '.join(unknown)}; đang có: {', '.join(by_id)}."))
    return [by_id[id_] for id_ in ids] or list(by_id.values())


def figures_of(root: Path | None) -> Figures:
    """Return the figures that the content of a folder is shown with."""
    own = None if root is None else root / figures.FILE
    return figures.read(own, FaultList().of(figures.FILE)) if own is not None and own.exists() else figures.shipped()


def questions(found: Iterable[ReadModule]) -> Iterator[tuple[Question, str]]:
    """Every question with its lesson's objective: of each module first the lessons', then the final test's."""
    for read in found:
        objectives = {lesson.id: lesson.objective for lesson in read.module.lessons}
        for lesson in read.module.lessons:
            yield from ((question, lesson.objective) for question in lesson.questions)
        for question in read.module.final_test.questions:
            yield question, objectives.get(question.lesson_id, "")


def categories(found: Iterable[ReadModule]) -> dict[str, str]:
    """Return the path under which other programs file each lesson's and final test's questions."""
    paths = {}
    for read in found:
        module = f"{read.module.id} {read.module.title}".replace("/", "//")
        top = f"$course$/top/{module}"
        for lesson in read.module.lessons:
            title = lesson.title.replace("/", "//")
            paths[lesson.id] = f"{top}/{lesson.id} {title}"
        paths[f"{read.module.id}.T"] = f"{top}/{read.module.id}.T Kiểm tra cuối"
    return paths


def item(question: Question, objective: str, on: date, values: Figures, *, keep_figures: bool) -> Item:
    """
    Return a question as an item.

    Args:
        question: the question.
        objective: its lesson's, which is not repeated.
        on: the day whose figures are shown.
        values: the figures.
        keep_figures: leave `{{ … }}` and formulas as they are, for a file that comes back.
    """

    def shown(text: str) -> str:
        return text if keep_figures else values.resolve(text, on)

    value = formula = ""
    if question.kind is QuestionKind.NUMBER and question.answer is not None:
        number = answers.expected(question, on, values)
        value = numbers.plain(number)
        formula = question.answer.text if keep_figures else numbers.vietnamese(number)
    return Item(
        kind=question.kind,
        text=shown(question.text),
        place=question.id,
        choices=tuple(
            Choice(choice.key, shown(choice.text), choice.is_right, shown(choice.reason)) for choice in question.choices
        ),
        answer=formula,
        value=value,
        unit=question.answer.unit if question.answer else "",
        tolerance=writer.tolerance_text(question.answer.tolerance) if question.answer else "",
        accepted=question.accepted,
        reason=shown(question.reason),
        difficulty=question.difficulty,
        objective=question.objective if question.objective != objective else "",
        id=question.id,
        lesson_id=question.lesson_id,
        basis=tuple(basis.key for basis in question.basis),
    )
