"""
How a tool is composed for the chat; the checker measures the same text.

A phone shows no tables: a row becomes a line, its cells parted by bars.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from content.figures import Figures, resolve
from content.model import LessonStatus
from content.present import REVIEW_SENTENCE, cited

if TYPE_CHECKING:
    from datetime import date

    from content.tool_model import Tool

LONGEST = 4_000  # NFC code points, the title included
HEADING, BOX, BULLET = "## ", "- [ ] ", "- "
ROW = re.compile(r"\|(.+)\|")
RULED = re.compile(r"\|(?: ?:?-+:? ?\|)+")  # the line below a table's names


def text(tool: Tool, on: date, figures: Figures | None = None) -> str:
    """
    Return what stands below a tool's title.

    Args:
        tool: the tool.
        on: the day whose figures are shown.
        figures: the figures, when not those shipped.
    """
    lines = [_shown(line) for line in tool.body.split("\n") if not RULED.fullmatch(line)]
    if tool.legal:
        lines += ["", f"Căn cứ: {'; '.join(map(cited, tool.legal))}"]
    if tool.status is LessonStatus.UNDER_REVIEW and REVIEW_SENTENCE not in tool.body:
        lines.append(REVIEW_SENTENCE)
    return resolve("\n".join(lines), on, figures)


def _shown(line: str) -> str:
    if line.startswith(HEADING):
        return f"■ {line.removeprefix(HEADING)}"
    if line.startswith(BOX):
        return f"☐ {line.removeprefix(BOX)}"
    if line.startswith(BULLET):
        return f"• {line.removeprefix(BULLET)}"
    if row := ROW.fullmatch(line):
        return " | ".join(words for cell in row[1].split("|") if (words := cell.strip()))
    return line
