"""A tool (mẫu) as values: a page to fill in at work, offered at the end of the lesson it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from content.model import LegalBasis, LessonStatus
    from learning.roles import Track


class ToolKind(StrEnum):
    """What a tool is for; the value is what authors write."""

    MINUTES = "biên bản"
    SHEET = "bảng tính"
    AGENDA = "chương trình"
    CHECKLIST = "danh sách kiểm"


@dataclass(frozen=True, slots=True)
class Tool:
    """One page. `body` is as written, with headings, boxes and tables; `version` is a hash of the file."""

    id: str
    title: str
    lesson_id: str
    kind: ToolKind
    audience: frozenset[Track]
    status: LessonStatus
    legal: tuple[LegalBasis, ...]
    body: str
    version: str
