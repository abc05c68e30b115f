"""
The drills of a content tree (`drills/<id>.yaml`) to values, or complaints with file and line.

What cannot be played is refused: a way of fewer or more turns than a drill has, a turn that leads nowhere, that nobody
reaches or that comes back to itself, points that no single way brings, and texts that do not fit a phone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from content import drill_fit, drill_ways, heads, law, source, tree
from content.drill_model import Band, Criterion, Drill, Reply, Skill, Turn
from content.faults import FaultList
from content.fields import Fields
from content.model import LessonStatus
from content.yaml_lines import parse_mapping
from learning.drill import Branch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from content.faults import Complain
    from content.source import Source

FOLDER = "drills"
DRILL_ID = re.compile(r"H[1-9]\d*")
KEY = re.compile(r"[a-z][a-z0-9_]*")
FEWEST_REPLIES, REPLY_KEYS = 2, "abc"
FEWEST_CRITERIA, MOST_CRITERIA = 3, 4
MOST_POINTS = 2
LONGEST_TITLE, LONGEST_SETTING, LONGEST_SAID, LONGEST_REPLY, LONGEST_NOTE, LONGEST_MODEL = 40, 200, 300, 60, 120, 400


@dataclass(frozen=True, slots=True)
class DrillFile:
    """A drill and where its parts stand; a reply's line is found under turn and key."""

    drill: Drill
    file: str
    id_line: int
    turn_lines: Mapping[str, int]
    reply_lines: Mapping[tuple[str, str], int]
    model_line: int
    review_lines: Mapping[str, int]
    cite_lines: Mapping[str, int]


def read(root: Path, faults: FaultList, on: date | None = None) -> list[DrillFile]:
    """
    Return the drills below `root` by their number; all that is wrong goes to `faults`.

    Args:
        root: the directory that holds `drills/`.
        faults: gathers what is wrong.
        on: the day on which the papers that drills rest on must be in force; their statuses count when None.
    """
    found: list[DrillFile] = []
    registry = tree.registry_of(root, FaultList())
    for path in sorted((root / FOLDER).glob("*.yaml")):
        file = path.relative_to(root).as_posix()
        complain = faults.of(file)
        text = source.read(path, complain)
        drill = None if text is None else parse(text, file, complain)
        if drill is not None:
            if drill.drill.id != path.stem:
                complain(drill.id_line, f"Tệp phải mang tên mã tình huống: {drill.drill.id}.yaml.")
            is_draft = drill.drill.status is LessonStatus.DRAFT
            law.check_clauses(drill.drill.legal, drill.cite_lines, registry, complain, on=on, is_draft=is_draft)
            found.append(drill)
    return sorted(found, key=lambda each: (len(each.drill.id), each.drill.id))


def parse(text: Source, file: str, complain: Complain) -> DrillFile | None:
    """Return the drill of a file; None when it cannot be read, or not be played to its end."""
    mapping = parse_mapping(text.text, 1, complain)
    if mapping is None:
        return None
    head = Fields(mapping, 1, complain)
    head.only(
        *("id", "title", "skill", "audience", "status", "setting", "rubric", "start", "turns", "bands", "model"),
        "legal",
    )
    drill_id = head.text("id")
    if drill_id and not DRILL_ID.fullmatch(drill_id):
        complain(head.line("id"), f"Mã tình huống '{drill_id}' sai; mẫu: H1.")
    rubric = _rubric(head)
    turn_lines: dict[str, int] = {}
    reply_lines: dict[tuple[str, str], int] = {}
    turns = _turns(head, {criterion.key for criterion in rubric}, turn_lines, reply_lines)
    legal, review_lines, cite_lines = heads.legal_of(head) if "legal" in head.names else ((), {}, {})
    drill = Drill(
        id=drill_id,
        title=head.text("title", LONGEST_TITLE),
        skill=_skill(head),
        audience=heads.audience_of(head),
        status=heads.status_of(head),
        setting=head.text("setting", LONGEST_SETTING),
        rubric=rubric,
        start=head.text("start"),
        turns=turns,
        bands=_bands(head),
        model=head.text("model", LONGEST_MODEL),
        legal=legal,
        version=text.version,
    )
    placed = DrillFile(
        drill, file, head.line("id"), turn_lines, reply_lines, head.line("model"), review_lines, cite_lines
    )
    if not drill_ways.can_be_played(placed, head.line("start"), complain):
        return None
    drill_ways.check_points(drill, head.line("rubric"), complain)
    if drill.bands:
        drill_fit.check(placed, complain)
    return placed


def _skill(head: Fields) -> Skill:
    written = head.text("skill")
    if written in set(Skill):
        return Skill(written)
    if written:
        head.complain(head.line("skill"), f"Kỹ năng '{written}' không có; chỉ dùng: {', '.join(Skill)}.")
    return Skill.LISTENING


def _rubric(head: Fields) -> tuple[Criterion, ...]:
    rubric: dict[str, Criterion] = {}
    for fields in head.mappings("rubric"):
        fields.only("key", "name", "good")
        key = fields.text("key")
        if key in rubric or not KEY.fullmatch(key):
            head.complain(fields.line("key"), f"Mã tiêu chí '{key}' trùng hoặc sai; mẫu: nghe.")
        rubric[key] = Criterion(key, fields.text("name"), fields.text("good"))
    if not FEWEST_CRITERIA <= len(rubric) <= MOST_CRITERIA:
        head.complain(head.line("rubric"), f"Có {len(rubric)} tiêu chí; phải từ {FEWEST_CRITERIA} đến {MOST_CRITERIA}.")
    return tuple(rubric.values())


def _turns(
    head: Fields, criteria: set[str], turn_lines: dict[str, int], reply_lines: dict[tuple[str, str], int]
) -> dict[str, Turn]:
    turns: dict[str, Turn] = {}
    below = head.below("turns")
    for key in below.names if below else ():
        fields = below.below(key) if below else None
        if fields is None:
            continue
        turn_lines[key] = head.line("turns") if below is None else below.line(key)
        fields.only("says", "choices")
        says = fields.below("says")
        if says is not None:
            says.only("who", "text")
        replies: dict[str, Reply] = {}
        for written in fields.mappings("choices"):
            reply = _reply(written, criteria)
            if reply.key not in REPLY_KEYS or not reply.key or reply.key in replies:
                head.complain(written.line("key"), f"Lời đáp '{reply.key}' trùng hoặc sai; chỉ dùng a, b, c.")
            replies[reply.key] = reply
            reply_lines[key, reply.key] = written.first_line
        if not FEWEST_REPLIES <= len(replies) <= len(REPLY_KEYS):
            head.complain(turn_lines[key], f"Lượt '{key}' có {len(replies)} lời đáp; phải có 2 hoặc 3.")
        who, text = (says.text("who"), says.text("text", LONGEST_SAID)) if says else ("", "")
        turns[key] = Turn(key, who, text, tuple(replies.values()))
    return turns


def _reply(fields: Fields, criteria: set[str]) -> Reply:
    fields.only("key", "text", "next", "points", "note")
    points: dict[str, int] = {}
    below = fields.below("points") if "points" in fields.names else None
    for name in below.names if below else ():
        if name not in criteria:
            fields.complain(fields.line("points"), f"Tiêu chí '{name}' không có trong rubric.")
        elif below is not None:
            points[name] = below.integer(name, 0, MOST_POINTS)
    following = fields.text("next")
    return Reply(
        fields.text("key"),
        fields.text("text", LONGEST_REPLY),
        fields.text("note", LONGEST_NOTE),
        Branch(None if following == drill_ways.END else following, points),
    )


def _bands(head: Fields) -> tuple[Band, ...]:
    bands = []
    for fields in head.mappings("bands"):
        fields.only("at_least", "text")
        bands.append(Band(fields.integer("at_least", 0, 100), fields.text("text")))
    limits = [band.at_least for band in bands]
    if limits and (limits != sorted(set(limits), reverse=True) or limits[-1] != 0):
        head.complain(head.line("bands"), "Các mức 'at_least' phải giảm dần và mức cuối là 0.")
        return ()
    return tuple(bands)
