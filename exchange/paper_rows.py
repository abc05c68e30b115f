"""Tools and drills laid out as rows of a workbook, and read back from them."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from content import drills, tools
from content.drill_model import Band, Criterion, Drill, Reply, Skill, Turn
from content.drill_ways import END
from content.model import LessonStatus
from content.tool_model import Tool, ToolKind
from exchange import cells
from exchange.book import Col, Sheet
from exchange.book_rows import status_of, tracks_of
from learning.drill import Branch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from enum import StrEnum
    from typing import TypeVar

    from content.model import LegalBasis
    from exchange.book import Row
    from exchange.cells import Cells
    from exchange.faults import Fault
    from roster.sheets import RawSheet

    Named = TypeVar("Named", bound=StrEnum)
    Legal = Mapping[str, Mapping[str, LegalBasis]]
    Places = dict[str, Callable[[Col | None], str]]

_POINTS = re.compile(r"([a-z][a-z0-9_]*)\s+([0-9])")
_FILE = re.compile(r"[a-z0-9][a-z0-9_]{0,60}")


class Papers(NamedTuple):
    """Tools, drills, both by id, and the file that the workbook names for each tool."""

    tools: dict[str, Tool]
    drills: dict[str, Drill]
    files: dict[str, str]


# --- out ---


def rows(found_tools: Iterable[tuple[Tool, str]], found_drills: Iterable[Drill]) -> dict[Sheet, list[Row]]:
    """Lay out tools, each with its file's name, and drills; their clauses stand elsewhere."""
    laid: dict[Sheet, list[Row]] = defaultdict(list)
    for tool, file in found_tools:
        laid[Sheet.TOOLS].append(
            {
                Col.TOOL: tool.id,
                Col.TOOL_NAME: tool.title,
                Col.LESSON: tool.lesson_id,
                Col.KIND_OF_TOOL: str(tool.kind),
                Col.AUDIENCE: ", ".join(sorted(tool.audience, key="TCBS".index)),
                Col.STATUS: str(tool.status),
                Col.FILE: file,
            }
        )
        laid[Sheet.LINES] += (
            {Col.TOOL: tool.id, Col.NUMBER_OF_LINE: number, Col.LINE: line}
            for number, line in enumerate(tool.body.split("\n"), start=1)
        )
    for drill in found_drills:
        _lay_drill(drill, laid)
    return laid


def _lay_drill(drill: Drill, laid: dict[Sheet, list[Row]]) -> None:
    laid[Sheet.DRILLS].append(
        {
            Col.DRILL: drill.id,
            Col.DRILL_NAME: drill.title,
            Col.SKILL: str(drill.skill),
            Col.AUDIENCE: ", ".join(sorted(drill.audience, key="TCBS".index)),
            Col.STATUS: str(drill.status),
            Col.SETTING: drill.setting,
            Col.START: drill.start,
            Col.MODEL: drill.model,
        }
    )
    laid[Sheet.CRITERIA] += (
        {Col.DRILL: drill.id, Col.CRITERION: one.key, Col.CRITERION_NAME: one.name, Col.GOOD: one.good}
        for one in drill.rubric
    )
    for turn in drill.turns.values():
        laid[Sheet.TURNS].append({Col.DRILL: drill.id, Col.TURN: turn.key, Col.WHO: turn.who, Col.SAYS: turn.text})
        laid[Sheet.REPLIES] += (
            {
                Col.DRILL: drill.id,
                Col.TURN: turn.key,
                Col.REPLY: reply.key,
                Col.SAYS: reply.text,
                Col.NEXT: reply.branch.next or END,
                Col.POINTS: ", ".join(f"{key} {points}" for key, points in reply.branch.points.items()),
                Col.NOTE: reply.note,
            }
            for reply in turn.replies
        )
    laid[Sheet.BANDS] += (
        {Col.DRILL: drill.id, Col.AT_LEAST: band.at_least, Col.BAND: band.text} for band in drill.bands
    )


# --- in ---


def read(sheets: Mapping[str, RawSheet], legal: Legal, places: Places, faults: list[Fault]) -> Papers:
    """
    Return the tools and drills of a workbook.

    Args:
        sheets: its sheets by title.
        legal: the clauses by owner and key.
        places: told where a tool (CC1), drill (H1), line of a tool (CC1%3), turn (H1@t1) or reply (H1@t1.a) stands.
        faults: told what is wrong.
    """
    reader = _Reader(sheets, legal, places, faults)
    found = Papers({}, {}, {})
    reader.read_tools(found)
    reader.read_drills(found)
    return found


class _Reader:
    def __init__(self, sheets: Mapping[str, RawSheet], legal: Legal, places: Places, faults: list[Fault]) -> None:
        self._sheets, self._legal, self._places, self._faults = sheets, legal, places, faults

    def read_tools(self, found: Papers) -> None:
        lines: dict[str, list[str]] = defaultdict(list)
        for row in self._rows(Sheet.LINES):
            tool_id = row.text(Col.TOOL)
            lines[tool_id].append(row.lines(Col.LINE))
            self._places[f"{tool_id}%{len(lines[tool_id])}"] = row.place
        for row in self._rows(Sheet.TOOLS):
            id_, file = self._id(row, Col.TOOL, tools.TOOL_ID, "CC1", found.tools), row.text(Col.FILE)
            if file and not _FILE.fullmatch(file):
                row.complain(Col.FILE, "Tên tệp chỉ gồm chữ thường không dấu, số và _; mẫu: so_do_to.")
            self._places[id_] = row.place
            found.files[id_] = file
            found.tools[id_] = Tool(
                id=id_,
                title=row.text(Col.TOOL_NAME),
                lesson_id=row.text(Col.LESSON),
                kind=_one_of(row, Col.KIND_OF_TOOL, ToolKind, ToolKind.CHECKLIST),
                audience=tracks_of(row),
                status=status_of(row, LessonStatus.DRAFT),
                legal=tuple(self._legal.get(id_, {}).values()),
                body="\n".join(lines.pop(id_, [])).strip("\n"),
                version="",
            )
        self._strays(Sheet.LINES, lines, Sheet.TOOLS)

    def read_drills(self, found: Papers) -> None:
        rubrics: dict[str, list[Criterion]] = defaultdict(list)
        for row in self._rows(Sheet.CRITERIA):
            one = Criterion(row.text(Col.CRITERION), row.text(Col.CRITERION_NAME), row.text(Col.GOOD))
            rubrics[row.text(Col.DRILL)].append(one)
        bands: dict[str, list[Band]] = defaultdict(list)
        for row in self._rows(Sheet.BANDS):
            bands[row.text(Col.DRILL)].append(Band(row.number(Col.AT_LEAST, 0, 100), row.text(Col.BAND)))
        turns = self._turns()
        for row in self._rows(Sheet.DRILLS):
            id_ = self._id(row, Col.DRILL, drills.DRILL_ID, "H1", found.drills)
            self._places[id_] = row.place
            found.drills[id_] = Drill(
                id=id_,
                title=row.text(Col.DRILL_NAME),
                skill=_one_of(row, Col.SKILL, Skill, Skill.LISTENING),
                audience=tracks_of(row),
                status=status_of(row, LessonStatus.DRAFT),
                setting=row.text(Col.SETTING),
                rubric=tuple(rubrics.pop(id_, [])),
                start=row.text(Col.START),
                turns=turns.pop(id_, {}),
                bands=tuple(bands.pop(id_, [])),
                model=row.text(Col.MODEL),
                legal=tuple(self._legal.get(id_, {}).values()),
                version="",
            )
        for sheet, left in ((Sheet.CRITERIA, rubrics), (Sheet.TURNS, turns), (Sheet.BANDS, bands)):
            self._strays(sheet, left, Sheet.DRILLS)

    def _turns(self) -> dict[str, dict[str, Turn]]:
        replies: dict[tuple[str, str], list[Reply]] = defaultdict(list)
        for row in self._rows(Sheet.REPLIES):
            owner = row.text(Col.DRILL), row.text(Col.TURN)
            reply = _reply(row)
            replies[owner].append(reply)
            self._places.setdefault(f"{owner[0]}@{owner[1]}.{reply.key}", row.place)
        turns: dict[str, dict[str, Turn]] = defaultdict(dict)
        for row in self._rows(Sheet.TURNS):
            id_, key = row.text(Col.DRILL), row.text(Col.TURN)
            if key in turns[id_]:
                row.complain(Col.TURN, f"Lượt «{key[:20]}» của tình huống này đã có ở trên.")
            turns[id_][key] = Turn(key, row.text(Col.WHO), row.text(Col.SAYS), tuple(replies.pop((id_, key), ())))
            self._places[f"{id_}@{key}"] = row.place
        strays = [f"{id_} {key}" for id_, key in replies]
        self._strays(Sheet.REPLIES, strays, Sheet.TURNS)
        return turns

    def _rows(self, sheet: Sheet) -> Iterable[Cells]:
        return cells.rows(sheet, self._sheets[sheet], self._faults) if sheet in self._sheets else ()

    def _id(self, row: Cells, column: Col, form: re.Pattern[str], example: str, known: Iterable[str]) -> str:
        id_ = row.text(column)
        if not form.fullmatch(id_) or id_ in known:
            row.complain(column, f"Mã «{id_[:20]}» sai hoặc đã có ở trên; mẫu: {example}.")
        return id_

    def _strays(self, sheet: Sheet, left: Iterable[str], owners: Sheet) -> None:
        self._faults += (cells.stray(sheet, id_, owners) for id_ in sorted(left))


def _reply(row: Cells) -> Reply:
    following, written = row.text(Col.NEXT), row.text(Col.POINTS)
    parts = [part.strip() for part in written.split(",") if part.strip()]
    points = {found[1]: int(found[2]) for part in parts if (found := _POINTS.fullmatch(part))}
    if len(points) != len(parts):
        row.complain(Col.POINTS, "Điểm ghi mã tiêu chí rồi điểm, cách nhau bằng dấu phẩy, như: nghe 2, hoi 1.")
    branch = Branch(None if following == END else following, points)
    return Reply(row.text(Col.REPLY), row.text(Col.SAYS), row.text(Col.NOTE), branch)


def _one_of(row: Cells, column: Col, kinds: type[Named], instead: Named) -> Named:
    written = row.text(column)
    if written in set(kinds):
        return kinds(written)
    if written:
        row.complain(column, f"«{written[:20]}» không có; chỉ dùng: {', '.join(kinds)}.")
    return instead
