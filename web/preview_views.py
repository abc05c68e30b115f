"""What the pages for authors show, decided: each message in each channel's look, and where every file stands. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.rehearsal import Rehearsal
from handlers.rehearsal_drill import drill_steps
from web.bubbles import bubble
from web.looks import length, telegram, zalo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from content.faults import Fault
    from content.loader import Examined
    from content.model import LessonStatus
    from handlers.rehearsal import Step
    from web.bubbles import Bubble
    from web.looks import Look

# What a faulty text makes the functions raise that put messages together; its fault is told beside it.
_UNMADE = (LookupError, ValueError, ArithmeticError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Shown:
    """A message in its looks, and its length against what it may have; `made` is False where it cannot be made."""

    label: str
    length: int = 0
    longest: int = 0
    telegram: Look | None = None
    zalo: Look | None = None
    browser: Bubble | None = None
    made: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list: a lesson, a final test, a drill or a tool, with what is wrong with its file."""

    path: str
    id: str
    title: str
    about: str
    status: str
    file: str
    errors: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the list, and what stands below it."""

    title: str
    entries: tuple[Entry, ...]


def groups(read: Examined) -> list[Group]:
    """Return everything that could be read, as the list shows it."""
    made = [
        Group(
            f"Chuyên đề {module.id}. {module.title}",
            (
                *(
                    _entry(
                        read,
                        "lesson",
                        lesson.id,
                        lesson.title,
                        f"{_tracks(lesson.audience)} · {lesson.minutes} phút",
                        lesson.status,
                    )
                    for lesson in module.lessons
                ),
                _entry(
                    read,
                    "test",
                    f"{module.id}.T",
                    "Kiểm tra cuối chuyên đề",
                    f"{len(module.final_test.questions)} câu, rút {module.final_test.drawn}",
                ),
            ),
        )
        for module in read.library.modules
    ]
    drills = tuple(
        _entry(read, "drill", drill.id, drill.title, f"{_tracks(drill.audience)} · {drill.skill}", drill.status)
        for drill in read.library.drills.values()
    )
    tools = tuple(
        _entry(read, "tool", tool.id, tool.title, f"bài {tool.lesson_id} · {tool.kind}", tool.status)
        for tool in read.library.tools.values()
    )
    return [*made, *(Group(title, found) for title, found in (("Tình huống", drills), ("Mẫu", tools)) if found)]


def _entry(read: Examined, kind: str, id_: str, title: str, about: str, status: LessonStatus | None = None) -> Entry:
    file = read.files.get(id_, "")
    return Entry(
        f"/{kind}/{id_}" if id_ else "",
        id_,
        title,
        about,
        status or "",
        file,
        tuple(fault for fault in read.report.errors if fault.file == file),
        tuple(fault for fault in read.report.warnings if fault.file == file),
    )


def _tracks(audience: Iterable[str]) -> str:
    return ", ".join(track for track in "TCBS" if track in audience)


def steps(read: Examined, kind: str, id_: str, on: date) -> Iterator[Shown]:
    """
    Return every message of a lesson, test, drill or tool, as far as it can be made.

    Raises:
        KeyError: nothing of that kind has that id.
    """
    made = _rehearsed(read, kind, id_, on)
    while True:
        try:
            step = next(made, None)
        except _UNMADE:
            yield Shown("Phần còn lại chưa hiện được. Mời sửa các lỗi ghi ở đầu trang.", made=False)
            return
        if step is None:
            return
        message = step.message
        yield Shown(
            step.label, length(message), step.longest, telegram(message), zalo(message), bubble(message, step.label)
        )


def _rehearsed(read: Examined, kind: str, id_: str, on: date) -> Iterator[Step]:
    rehearsal = Rehearsal(read.library, on, read.figures)
    match kind:
        case "lesson":
            return rehearsal.lesson(read.library.lessons[id_])
        case "test":
            tests = {f"{module.id}.T": module for module in read.library.modules}
            return rehearsal.test(tests[id_])
        case "drill":
            return drill_steps(read.library.drills[id_])
        case "tool":
            return rehearsal.tool(read.library.tools[id_])
        case _:
            raise KeyError(kind)
