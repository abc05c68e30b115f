"""The targets of a unit: figures with their basis."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from learning.clauses import DISCREPANCIES
from learning.roles import GROUP_TYPES
from learning.targets import Counting, Target
from reports import table_file, targets, words
from storage.database import read_as_one
from web.board.access import UNIT
from web.board.target_spans import asked_of, note
from web.board.units import file_response

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from aiohttp import web

    from reports.targets import Measured
    from storage.database import Database
    from web.board.access import Gate, Visit
    from web.board.frame import Frame
    from web.board.parts import BoardParts
    from web.board.target_spans import Asked

HEADING = ("Mã", "Chỉ tiêu", "Tính theo", "Tử số", "Mẫu số", "Tỷ lệ", "Mục tiêu", "Còn thiếu", "Đến hết", "Căn cứ")


def goal(target: Target) -> str:
    """Return what a target asks for, in few words; "" where the paper names nothing."""
    if target.goal_persons:
        return f"{target.goal_persons[0]} đến {target.goal_persons[1]} người"
    return f"{target.goal_percent}%" if target.goal_percent else ""


class TargetPages:
    """Chỉ tiêu; `turns` bounds how many are counted from dated rows at a time."""

    def __init__(self, database: Database, frame: Frame, parts: BoardParts, turns: asyncio.Semaphore) -> None:
        self._database = database
        self._frame = frame
        self._compulsory = parts.compulsory
        self._turns = turns

    def open(self, gate: Gate) -> None:
        """Make the routes."""
        gate.open("GET", f"{UNIT}/chi-tieu", self._page)
        gate.open("GET", UNIT + "/chi-tieu.{form:csv|xlsx}", self._file)

    async def _measured(self, visit: Visit, request: web.Request) -> tuple[Asked, Sequence[Measured]]:
        async with self._database.connect() as conn:
            asked = await asked_of(conn, visit, request)
        if visit.unit.unit_type in GROUP_TYPES:
            return asked, ()
        turn = self._turns if asked.is_counted else nullcontext()  # what was kept is read at once
        async with turn, self._database.connect() as conn:
            await read_as_one(conn)
            found = await targets.measures(
                conn,
                visit.unit.unit_id,
                asked.cut_off,
                self._compulsory,
                with_references=asked.with_references,
            )
        return asked, found

    async def _page(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        asked, found = await self._measured(visit, request)
        return self._frame.page(
            "board/targets.html",
            visit,
            "chi-tieu",
            asked=asked,
            found=[(one, goal(one.target), one.target.counting is Counting.POSTS) for one in found],
            discrepancies=DISCREPANCIES if asked.with_references else (),
        )

    async def _file(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        asked, found = await self._measured(visit, request)
        rows: list[Sequence[table_file.Cell]] = [
            (
                one.target.key,
                one.target.title,
                str(one.target.counting),
                one.numerator if one.denominator != 0 else words.NOTHING,
                "" if one.denominator is None else one.denominator or words.NOTHING,
                one.share,
                goal(one.target),
                one.missing if one.denominator and one.target.counting is not Counting.DONG else "",
                words.day(words.last_day(one.cut_off)),
                str(one.target.clause),
            )
            for one in found
        ]
        return await file_response(visit, request, "Chỉ tiêu", HEADING, rows, note(visit, asked, "chỉ tiêu"))
