"""
The tools of a content tree (`tools/<name>.md`) to values, or complaints with file and line.

A tool is a head as a lesson has, and below it one page: headings `## `, boxes `- [ ] `, lists, tables, and dots where
somebody writes. It belongs to a lesson and is for the same tracks, since it is offered when that lesson is done.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from content import blocks, heads, law, source, tool_text, tree
from content.faults import FaultList
from content.model import LessonStatus
from content.tool_model import Tool, ToolKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from pathlib import Path

    from content.faults import Complain
    from content.figures import Figures
    from content.model import Lesson
    from content.source import Source

FOLDER = "tools"
TOOL_ID = re.compile(r"CC[1-9]\d*")
LONGEST_TITLE = 55  # it stands on a button, after «Mẫu: »
_MARKUP = re.compile(r"\*\*|__|`|\]\(|^#(?!# )|^\s*>|<[a-zA-Z/]|https?://")


@dataclass(frozen=True, slots=True)
class ToolFile:
    """A tool and where its parts stand; `body_line` is the line of the body's first."""

    tool: Tool
    file: str
    id_line: int
    lesson_line: int
    body_line: int
    review_lines: Mapping[str, int]
    cite_lines: Mapping[str, int]


def read(root: Path, lessons: Collection[Lesson], faults: FaultList, on: date | None = None) -> list[ToolFile]:
    """
    Return the tools below `root` by their number; all that is wrong goes to `faults`.

    Args:
        root: the directory that holds `tools/`.
        lessons: what was read of the lessons.
        faults: gathers what is wrong.
        on: the day on which the papers that tools rest on must be in force; their statuses count when None.
    """
    found: list[ToolFile] = []
    registry, figures = tree.registry_of(root, FaultList()), tree.figures_of(root, FaultList())
    known = {lesson.id: lesson for lesson in lessons}
    for path in sorted((root / FOLDER).glob("*.md")):
        file = path.relative_to(root).as_posix()
        complain = faults.of(file)
        written = source.read(path, complain)
        placed = None if written is None else parse(written, file, complain)
        if placed is not None:
            is_draft = placed.tool.status is LessonStatus.DRAFT
            law.check_clauses(placed.tool.legal, placed.cite_lines, registry, complain, on=on, is_draft=is_draft)
            _check_lesson(placed, known, complain)
            _check_shown(placed, figures, complain)
            found.append(placed)
    times = Counter(placed.tool.id for placed in found)
    for placed in found:
        if placed.tool.id and times[placed.tool.id] > 1:
            faults.of(placed.file)(placed.id_line, f"Mã mẫu '{placed.tool.id}' dùng cho {times[placed.tool.id]} tệp.")
    return sorted(found, key=lambda each: (len(each.tool.id), each.tool.id))


def parse(written: Source, file: str, complain: Complain) -> ToolFile | None:
    """Return the tool of a file; None when its head cannot be told from its body."""
    split = blocks.split_head(written.text, complain)
    if split is None:
        return None
    head, lines = split
    head.only("id", "title", "lesson", "kind", "audience", "status", "legal")
    tool_id = head.text("id")
    if tool_id and not TOOL_ID.fullmatch(tool_id):
        complain(head.line("id"), f"Mã mẫu '{tool_id}' sai; mẫu: CC1.")
    legal, review_lines, cite_lines = heads.legal_of(head) if "legal" in head.names else ((), {}, {})
    shown = [line for line in lines if line.text]
    if not shown:
        complain(head.line("id"), "Mẫu chưa có nội dung.")
        return None
    for line in lines:
        if _MARKUP.search(line.text):
            complain(line.number, "Mẫu chỉ dùng '## ', '- [ ] ', '- ' và bảng '| … |'; bỏ ký hiệu khác.")
    first, last = shown[0].number, shown[-1].number
    body = "\n".join(line.text for line in lines if first <= line.number <= last)
    tool = Tool(
        id=tool_id,
        title=head.text("title", LONGEST_TITLE),
        lesson_id=head.text("lesson"),
        kind=head.one_of("kind", ToolKind, ToolKind.CHECKLIST),
        audience=heads.audience_of(head),
        status=heads.status_of(head),
        legal=legal,
        body=body,
        version=written.version,
    )
    return ToolFile(tool, file, head.line("id"), head.line("lesson"), first, review_lines, cite_lines)


def _check_lesson(placed: ToolFile, lessons: Mapping[str, Lesson], complain: Complain) -> None:
    tool = placed.tool
    lesson = lessons.get(tool.lesson_id)
    if lesson is None:
        if tool.lesson_id:
            complain(placed.lesson_line, f"Không có bài '{tool.lesson_id}'.")
    elif lesson.audience != tool.audience:
        tracks = ", ".join(sorted(lesson.audience))
        complain(placed.lesson_line, f"Mẫu đưa ra cuối bài {lesson.id}, nên phải cùng đối tượng với bài: {tracks}.")


def _check_shown(placed: ToolFile, figures: Figures, complain: Complain) -> None:
    """Complain about parameters that cannot be shown, and about a page that is too long on some day."""
    tool, is_shown = placed.tool, True
    for line, words in enumerate(tool.body.split("\n"), start=placed.body_line):
        for problem in figures.problems(words):
            complain(line, problem)
            is_shown = False
    for on in figures.days([tool.body]) if is_shown else ():
        length = len(f"{tool.title}\n{tool_text.text(tool, on, figures)}")
        if length > tool_text.LONGEST:
            complain(placed.body_line, f"Mẫu dài {length} ký tự khi hiện; nhiều nhất {tool_text.LONGEST}.")
            return
