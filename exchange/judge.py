"""
The files that an import would write, judged before anything is written.

They are laid over a copy of the folder and read as the program reads content; what comes back must be the very values
that were meant. So no text of a stranger can become a card, a choice or a heading.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from content import loader, tree
from content.faults import FaultList
from exchange import folder
from exchange.faults import Fault
from exchange.locate import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from content.drill_model import Drill
    from content.model import Lesson, Question
    from content.tool_model import Tool
    from exchange.book import Col

_PARTS = ("courses", "drills", "tools")


class State(StrEnum):
    """What becomes of a file; the value is what the operator reads."""

    NEW = "mới"
    CHANGED = "thay"
    SAME = "không đổi"


@dataclass(frozen=True, slots=True)
class Change:
    """A file as it would be; `path` is relative to the content folder, with slashes."""

    path: str
    text: str
    state: State


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be written, and what the content's checks say of it; with `faults` nothing may be written."""

    changes: tuple[Change, ...]
    questions: int
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


@dataclass(slots=True)
class Draft:
    """
    Files on their way into a folder, by path, and the values they stand for.

    `places` tells where in the source a lesson, card ("M1.1#2"), clause ("M1.1!key"), question, final test or
    module stands.
    """

    into: Path
    files: dict[str, str] = field(default_factory=dict)
    lessons: dict[str, Lesson] = field(default_factory=dict)
    tests: dict[str, tuple[Question, ...]] = field(default_factory=dict)
    papers: dict[str, Tool | Drill] = field(default_factory=dict)
    places: dict[str, Callable[[Col | None], str]] = field(default_factory=dict)


def judged(draft: Draft, questions: int) -> Plan:
    """Return the plan of a draft; `questions` is how many came in."""
    changes = []
    for path, text in draft.files.items():
        file = draft.into / path
        before = file.read_text(encoding="utf-8", errors="replace") if file.exists() else None
        changes.append(
            Change(path, text, State.NEW if before is None else State.SAME if before == text else State.CHANGED)
        )
    known = set(loader.check(draft.into).errors) if (draft.into / "courses").is_dir() else set()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        _lay_over(draft, root)
        report = loader.check(root)
        faults = [
            Fault(place_of(draft.files.get(fault.file), fault, draft.places), fault.message)
            for fault in report.errors
            if fault.file in draft.files or fault not in known
        ]
        faults = faults or list(_changed_meanings(draft, root))
        warnings = [
            Fault(place_of(draft.files[fault.file], fault, draft.places), fault.message)
            for fault in report.warnings
            if fault.file in draft.files
        ]
    return Plan(tuple(changes), questions, tuple(dict.fromkeys(faults)), tuple(dict.fromkeys(warnings)))


def _lay_over(draft: Draft, root: Path) -> None:
    parts = (draft.into.glob(f"{part}/**/*") for part in _PARTS)
    for file in [*draft.into.glob("*.yaml"), *chain.from_iterable(parts)]:
        if file.is_file() and file.suffix in {".md", ".yaml"}:
            target = root / file.relative_to(draft.into)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    for path, text in draft.files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")


def _changed_meanings(draft: Draft, root: Path) -> Sequence[Fault]:
    """Name what does not read back as it was meant."""
    faults = []
    read = {lesson.id: lesson for module in tree.read(root, FaultList()) for lesson in module.module.lessons}
    tests = {f"{one.module.id}.T": one.module.final_test.questions for one in tree.read(root, FaultList())}
    said = "có dòng dễ hiểu nhầm là mục khác (---, ##, -, Căn cứ:, Vì:); hãy viết lại"
    for id_, lesson in draft.lessons.items():
        found = read.get(id_)
        if found is None or replace(found, version="", questions=()) != replace(lesson, version="", questions=()):
            faults.append(Fault(draft.places[id_](None) if id_ in draft.places else id_, f"Bài {id_} {said}."))
        if found is not None:
            faults += _strayed(lesson.questions, found.questions, draft, said)
    papers = folder.papers(root)
    for id_, paper in draft.papers.items():
        if papers.get(id_) != paper:
            place = draft.places[id_](None) if id_ in draft.places else id_
            faults.append(Fault(place, f"{id_} có dòng dễ hiểu nhầm là mục khác (---, ##, |); hãy viết lại."))
    for id_, questions in draft.tests.items():
        faults += _strayed(questions, tests.get(id_, ()), draft, said)
    return faults


def _strayed(meant: Sequence[Question], found: Sequence[Question], draft: Draft, said: str) -> list[Fault]:
    by_id = {question.id: question for question in found}
    wrong = [question.id for question in meant if by_id.get(question.id) != question]
    wrong += [id_ for id_ in by_id if id_ not in {question.id for question in meant}]
    return [Fault(draft.places[id_](None) if id_ in draft.places else id_, f"Câu {id_} {said}.") for id_ in wrong]
