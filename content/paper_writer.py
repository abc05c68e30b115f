"""Tools and drills as the files that `content.tools` and `content.drills` read: one form for one value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from content.drill_ways import END
from content.writer import legal_lines, scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from content.drill_model import Drill, Reply
    from content.model import LegalBasis
    from content.tool_model import Tool
    from learning.roles import Track

_TRACKS = "TCBS"


def tool_file(tool: Tool) -> str:
    """Return a tool's file."""
    head = [
        f"id: {scalar(tool.id)}",
        f"title: {scalar(tool.title)}",
        f"lesson: {scalar(tool.lesson_id)}",
        f"kind: {scalar(tool.kind)}",
        _audience(tool.audience),
        f"status: {scalar(tool.status)}",
        *_legal(tool.legal),
    ]
    return "\n".join(["---", *head, "---", tool.body, ""])


def drill_file(drill: Drill) -> str:
    """Return a drill's file."""
    lines = [
        f"id: {scalar(drill.id)}",
        f"title: {scalar(drill.title)}",
        f"skill: {scalar(drill.skill)}",
        _audience(drill.audience),
        f"status: {scalar(drill.status)}",
        *_legal(drill.legal),
        f"setting: {scalar(drill.setting)}",
        "rubric:",
    ]
    for criterion in drill.rubric:
        lines += [f"  - key: {scalar(criterion.key)}", f"    name: {scalar(criterion.name)}"]
        lines.append(f"    good: {scalar(criterion.good)}")
    lines += [f"start: {scalar(drill.start)}", "turns:"]
    for turn in drill.turns.values():
        lines += [f"  {scalar(turn.key)}:", "    says:", f"      who: {scalar(turn.who)}"]
        lines += [f"      text: {scalar(turn.text)}", "    choices:"]
        lines += (line for reply in turn.replies for line in _reply(reply))
    lines.append("bands:")
    for band in drill.bands:
        lines += [f"  - at_least: {band.at_least}", f"    text: {scalar(band.text)}"]
    return "\n".join([*lines, f"model: {scalar(drill.model)}", ""])


def _reply(reply: Reply) -> Iterator[str]:
    yield f"      - key: {scalar(reply.key)}"
    yield f"        text: {scalar(reply.text)}"
    yield f"        next: {scalar(reply.branch.next or END)}"
    if reply.branch.points:
        yield f"        points: {{{', '.join(f'{key}: {points}' for key, points in reply.branch.points.items())}}}"
    yield f"        note: {scalar(reply.note)}"


def _audience(audience: Collection[Track]) -> str:
    return f"audience: [{', '.join(sorted(audience, key=_TRACKS.index))}]"


def _legal(legal: tuple[LegalBasis, ...]) -> Iterator[str]:
    if legal:
        yield from legal_lines(legal)
