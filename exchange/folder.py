"""A content folder as it is, and where an import would put things in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from content import drills, tools, tree
from content.faults import FaultList
from exchange.placing import Owner

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from content.drill_model import Drill
    from content.model import LegalBasis, Lesson, Question
    from content.tool_model import Tool
    from content.tree import ReadModule
    from exchange.book_reader import Test

    Paper = TypeVar("Paper", Tool, Drill)


def existing(into: Path) -> list[ReadModule]:
    """Return the modules of a folder, faulty or not; none where it holds no content."""
    return tree.read(into, FaultList()) if (into / "courses").is_dir() else []


def onto(old: Lesson | None, new: Lesson) -> Lesson:
    """The new lesson; what a workbook has no column for stays as it was."""
    if old is None:
        return new
    legal = _clauses(old.legal, new.legal)
    return replace(
        old,
        title=new.title,
        audience=new.audience,
        minutes=new.minutes,
        objective=new.objective,
        status=new.status,
        legal=legal,
        cards=new.cards,
        questions=_resting(new.questions, legal),
        version="",
    )


def onto_test(read: ReadModule | None, new: Test) -> Test:
    """The new final test; what a workbook has no column for stays as it was."""
    if read is None or read.final_test is None:
        return new
    legal = _clauses(read.final_test.legal, new.legal)
    return replace(new, legal=legal, questions=_resting(new.questions, legal))


def _clauses(old: Iterable[LegalBasis], new: Iterable[LegalBasis]) -> tuple[LegalBasis, ...]:
    by_key = {basis.key: basis for basis in old}
    return tuple(
        replace(
            by_key.get(basis.key, basis),
            cite=basis.cite,
            in_force_from=basis.in_force_from,
            review_by=basis.review_by,
            needs_lawyer=basis.needs_lawyer,
        )
        for basis in new
    )


def _resting(questions: Iterable[Question], legal: Iterable[LegalBasis]) -> tuple[Question, ...]:
    """The questions, resting on the clauses of the same keys among `legal`."""
    by_key = {basis.key: basis for basis in legal}
    return tuple(
        replace(question, basis=tuple(by_key[basis.key] for basis in question.basis)) for question in questions
    )


def papers(root: Path) -> dict[str, Tool | Drill]:
    """Return the tools and drills of a folder by id, faulty or not, without their versions."""
    lessons = [lesson for read in existing(root) for lesson in read.module.lessons]
    found: dict[str, Tool | Drill] = {
        read.tool.id: replace(read.tool, version="") for read in tools.read(root, lessons, FaultList())
    }
    return found | {read.drill.id: replace(read.drill, version="") for read in drills.read(root, FaultList())}


def tool_files(root: Path) -> dict[str, str]:
    """Return the path of each tool of a folder, by id."""
    return {read.tool.id: read.file for read in tools.read(root, (), FaultList())}


def paper_onto(old: Tool | Drill | None, new: Paper) -> Paper:
    """The new tool or drill; what a workbook has no column for stays as it was."""
    return new if old is None else replace(new, legal=_clauses(old.legal, new.legal))


def is_same_test(read: ReadModule | None, test: Test) -> bool:
    """Whether a final test is the one that is there."""
    if read is None or read.final_test is None:
        return False
    return read.final_test.legal == test.legal and read.module.final_test.questions == test.questions


def text_of(into: Path, path: str) -> str:
    """Return the text of a file that is there."""
    return (into / path).read_text(encoding="utf-8")


def owner(id_: str, read: ReadModule | None) -> Owner | None:
    """Return a lesson or final test of a module with its questions; None where it is not there."""
    if read is None:
        return None
    objectives = {lesson.id: lesson.objective for lesson in read.module.lessons}
    if read.final_test is not None and read.final_test.id == id_:
        legal = {basis.key: basis for basis in read.final_test.legal}
        return Owner(id_, legal, objectives, read.module.final_test.questions)
    lesson = next((lesson for lesson in read.module.lessons if lesson.id == id_), None)
    if lesson is None:
        return None
    return Owner(id_, {basis.key: basis for basis in lesson.legal}, objectives, lesson.questions)


def module_folder(module_id: str, found: Mapping[str, ReadModule], courses: Mapping[str, str]) -> str:
    """Return where a module's files are or, where it is not there yet, will be."""
    if module_id in found:
        return found[module_id].file.rpartition("/")[0]
    return f"courses/{courses.get(module_id, 'co_so')}/{module_id.lower()}"


def lesson_file(id_: str, found: Mapping[str, ReadModule], courses: Mapping[str, str]) -> str:
    """Return a lesson's file: the one it has, or one named after its id."""
    module_id = id_.partition(".")[0]
    kept = found[module_id].lessons.items() if module_id in found else ()
    own = next((file for file, lesson in kept if lesson.lesson.id == id_), None)
    return own or f"{module_folder(module_id, found, courses)}/{id_.lower().replace('.', '_')}.md"
