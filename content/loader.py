"""
The content's tree to a Library, or every fault in it.

    courses/<course>/<module>/module.yaml, <lesson>.md ..., final_test.md      figures.yaml (else the one shipped)
    drills/<id>.yaml ...    tools/<name>.md ...
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from content import drill_fit, drills, fit, tools, tree
from content.check import pace, whole
from content.faults import Complain, ContentError, Fault, FaultList
from content.model import LegalBasis, Library

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from content.drill_model import Drill
    from content.figures import Figures
    from content.model import Module
    from content.tool_model import Tool

__all__ = ["ContentError", "Examined", "Fault", "Report", "check", "examine", "load", "sources"]

SHIPPED = Path(__file__).parent
_ID_LINE = re.compile(r"^id: *(\S+) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found: how many of each there are, what is refused, and what deserves a look."""

    lessons: int
    cards: int
    questions: int
    errors: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    drills: int = 0
    tools: int = 0
    sources: int = 0

    def as_dict(self) -> dict[str, object]:
        """Return the report for JSON; each fault as file, line and message."""

        def plain(faults: tuple[Fault, ...]) -> list[dict[str, object]]:
            return [{"file": fault.file, "line": fault.line, "message": fault.message} for fault in faults]

        return {
            "lessons": self.lessons,
            "cards": self.cards,
            "questions": self.questions,
            "drills": self.drills,
            "tools": self.tools,
            "sources": self.sources,
            "errors": plain(self.errors),
            "warnings": plain(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class Examined:
    """Content as far as it can be read, its figures, and the file of each lesson, test, drill and tool."""

    library: Library
    figures: Figures
    files: Mapping[str, str]
    report: Report


def load(root: Path | None = None) -> Library:
    """
    Return everything that can be served; what is shipped is read once in a process.

    Args:
        root: the directory that holds `courses/`; the content shipped with the program when None.

    Raises:
        ContentError: the content has faults; it holds all of them.
    """
    return _shipped() if root is None else _read(root)


@cache
def _shipped() -> Library:
    return _read(SHIPPED)


def _read(root: Path) -> Library:
    faults = FaultList()
    modules = [read.module for read in tree.read(root, faults)]
    talks = drills.read(root, faults)
    pages = tools.read(root, [lesson for module in modules for lesson in module.lessons], faults)
    if found := faults.sorted():
        raise ContentError(found)
    return _indexed(modules, [read.drill for read in talks], [read.tool for read in pages])


def _indexed(modules: Sequence[Module], talks: Iterable[Drill], pages: Iterable[Tool]) -> Library:
    lessons = {lesson.id: lesson for module in modules for lesson in module.lessons}
    asked = [question for lesson in lessons.values() for question in lesson.questions]
    tested = [question for module in modules for question in module.final_test.questions]
    return Library(
        modules=tuple(modules),
        lessons=MappingProxyType(lessons),
        questions=MappingProxyType({question.id: question for question in (*asked, *tested)}),
        module_of=MappingProxyType({lesson.id: module for module in modules for lesson in module.lessons}),
        drills=MappingProxyType({drill.id: drill for drill in talks}),
        tools=MappingProxyType({tool.id: tool for tool in pages}),
    )


def sources(root: Path | None = None) -> list[tuple[str, str, str]]:
    """
    Return every lesson, final test, drill and tool as published: (id, version, the file's text), for keeping.

    Args:
        root: as in `load`, whose checks it rests on.
    """
    found = []
    folder = SHIPPED if root is None else root
    for path in sorted([*folder.glob("courses/*/*/*.md"), *folder.glob("drills/*.yaml"), *folder.glob("tools/*.md")]):
        raw = path.read_bytes()
        text = raw.decode()
        if head := _ID_LINE.search(text):
            found.append((head[1], hashlib.sha256(raw).hexdigest()[:16], text))
    return found


def check(root: Path | None = None, on: date | None = None) -> Report:
    """
    Return what `load` would refuse, and what deserves a look.

    Args:
        root: as for `load`.
        on: the day on which review dates are looked at; they are not when None.
    """
    return examine(root, on).report


def examine(root: Path | None = None, on: date | None = None) -> Examined:
    """
    Return what can be read of content that may have faults, with its report; never raises for them.

    Args:
        root: as for `load`.
        on: as for `check`.
    """
    faults, warnings = FaultList(), FaultList()
    where = SHIPPED if root is None else root
    modules, talks = tree.read(where, faults, on), drills.read(where, faults, on)
    registry = tree.registry_of(where, FaultList())
    lessons = [lesson for read in modules for lesson in read.module.lessons]
    pages = tools.read(where, lessons, faults, on)
    others = [*map(whole.of_drill, talks), *map(whole.of_tool, pages)]
    whole.check(where, modules, others, registry, faults, warnings, on)
    figures = tree.figures_of(where, FaultList())
    whole.check_trace(where, modules, others, registry, figures, faults, warnings)
    faulty = {fault.file for fault in faults.sorted()}
    for read in modules:
        for file, lesson in read.lessons.items():
            warn = warnings.of(file)
            fit.warn_of_long_sentences(fit.spoken(lesson), warn)
            _warn_of_reviews(lesson.lesson.legal, lesson.review_lines, on, warn)
            if file not in faulty:
                pace.warn(lesson, figures, warn)
        if read.final_test is not None:
            warn = warnings.of(read.final_test_file)
            fit.warn_of_long_sentences(fit.spoken_questions(read.final_test.questions), warn)
            _warn_of_reviews(read.final_test.legal, read.final_test.review_lines, on, warn)
    for talk in talks:
        warn = warnings.of(talk.file)
        fit.warn_of_long_sentences(drill_fit.spoken(talk), warn)
        _warn_of_reviews(talk.drill.legal, talk.review_lines, on, warn)
    for page in pages:
        _warn_of_reviews(page.tool.legal, page.review_lines, on, warnings.of(page.file))
    report = Report(
        lessons=len(lessons),
        cards=sum(len(lesson.cards) for lesson in lessons),
        questions=sum(len(lesson.questions) for lesson in lessons)
        + sum(len(read.module.final_test.questions) for read in modules),
        drills=len(talks),
        tools=len(pages),
        errors=faults.sorted(),
        warnings=warnings.sorted(),
        sources=len(registry.by_id),
    )
    files = {lesson.lesson.id: file for read in modules for file, lesson in read.lessons.items()}
    files |= {f"{read.module.id}.T": read.final_test_file for read in modules}
    files |= {talk.drill.id: talk.file for talk in talks} | {page.tool.id: page.file for page in pages}
    library = _indexed([read.module for read in modules], [talk.drill for talk in talks], [page.tool for page in pages])
    return Examined(library, tree.figures_of(where, FaultList()), files, report)


def _warn_of_reviews(legal: Iterable[LegalBasis], lines: Mapping[str, int], on: date | None, warn: Complain) -> None:
    for basis in legal:
        if on is not None and basis.review_by is not None and basis.review_by < on:
            warn(lines[basis.key], f"Căn cứ '{basis.key}' đã qua ngày rà soát {basis.review_by:%d/%m/%Y}.")
