"""The parts of a file's head that more than one kind of file has: its readers, its clauses, its corrections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from content.model import Correction, LegalBasis, LessonStatus
from learning.roles import Track

if TYPE_CHECKING:
    from collections.abc import Collection

    from content.fields import Fields

VERSION = re.compile(r"[0-9a-f]{16}")


def audience_of(head: Fields) -> frozenset[Track]:
    """Return the tracks a head names; the others are complained about."""
    tracks = set()
    for item in head.items("audience"):
        if item.value in set(Track):
            tracks.add(Track(str(item.value)))
        else:
            head.complain(item.line, f"Đối tượng '{item.value}' không có; chỉ dùng {', '.join(Track)}.")
    return frozenset(tracks)


def status_of(head: Fields) -> LessonStatus:
    """Return the status a head names; DRAFT when it is faulty."""
    written = head.text("status")
    if written in set(LessonStatus):
        return LessonStatus(written)
    if written:
        head.complain(head.line("status"), f"Trạng thái '{written}' không có; chỉ dùng: {', '.join(LessonStatus)}.")
    return LessonStatus.DRAFT


def corrects_of(head: Fields, question_ids: Collection[str]) -> tuple[Correction, ...]:
    """Return the corrections of a lesson; each names an old version and a question of the lesson itself."""
    corrections = []
    for fields in head.one_or_more("corrects"):
        fields.only("version", "question", "in_force_from")
        version, question = fields.text("version"), fields.text("question")
        if version and not VERSION.fullmatch(version):
            fields.complain(fields.line("version"), f"Bản cũ '{version}' sai; mẫu: 16 chữ số hệ mười sáu.")
        if question and question not in question_ids:
            fields.complain(fields.line("question"), f"Câu '{question}' không có trong bài này.")
        corrections.append(Correction(version, question, fields.day("in_force_from")))
    return tuple(corrections)


def legal_of(head: Fields) -> tuple[tuple[LegalBasis, ...], dict[str, int], dict[str, int]]:
    """Return the clauses, the line of each review date by key, and that of each citation."""
    legal: dict[str, LegalBasis] = {}
    lines: dict[str, int] = {}
    cites: dict[str, int] = {}
    for fields in head.mappings("legal"):
        fields.only("key", "cite", "in_force_from", "review_by", "needs_lawyer", "source")
        key, start, review = fields.text("key"), fields.day("in_force_from"), fields.day("review_by")
        if key in legal:
            fields.complain(fields.line("key"), f"Căn cứ '{key}' được ghi hai lần.")
        if start is not None and review is not None and review < start:
            fields.complain(fields.line("review_by"), "Ngày rà soát trước ngày có hiệu lực.")
        declared = fields.optional("source")
        legal[key] = LegalBasis(key, fields.text("cite"), start, review, fields.flag("needs_lawyer"), declared)
        lines[key], cites[key] = fields.line("review_by"), fields.line("cite")
    return tuple(legal.values()), lines, cites
