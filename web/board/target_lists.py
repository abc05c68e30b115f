"""Who is missing in a target, and who must train whom: names at one's own direct level alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from learning.rights import Deed
from learning.roles import GROUP_TYPES
from learning.targets import TARGETS, Counting, Target, targets_on
from learning.text import clean
from reports import table_file, target_duties, target_missing, words
from storage.database import read_as_one
from web.board.access import UNIT
from web.board.target_spans import asked_of, note
from web.board.units import file_response

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from reports.target_duties import Owed
    from reports.target_missing import Missing
    from storage.database import Database
    from web.board.access import Gate, Visit
    from web.board.frame import Frame
    from web.board.parts import BoardParts
    from web.board.target_spans import Asked

PAGE = 50
_BY_KEY = {target.key: target for target in TARGETS}
MISSING_HEADING = ("Mã đơn vị", "Đơn vị", "Chức danh", "Họ tên", "Số chức danh còn thiếu")
DUTY_HEADING = ("Mã", "Đơn vị phải đào tạo", "Mã đơn vị", "Phải đào tạo", "Đã đào tạo", "Còn lại")


class TargetLists:
    """Danh sách còn thiếu, phải đào tạo; `turns` bounds how many are counted from dated rows at a time."""

    def __init__(self, database: Database, frame: Frame, parts: BoardParts, turns: asyncio.Semaphore) -> None:
        self._database = database
        self._frame = frame
        self._compulsory = parts.compulsory
        self._turns = turns

    def open(self, gate: Gate) -> None:
        """Make the routes."""
        base = f"{UNIT}/chi-tieu"
        gate.open("GET", base + "/phai-dao-tao", self._duties)
        gate.open("GET", base + "/phai-dao-tao.{form:csv|xlsx}", self._duties_file)
        gate.open("GET", base + "/{target:T[0-9]{1,2}}/con-thieu", self._missing)
        gate.open("GET", base + "/{target:T[0-9]{1,2}}/con-thieu.{form:csv|xlsx}", self._missing_file)

    # --- who is missing ---

    async def _lines(
        self, visit: Visit, request: web.Request, limit: int, after: str = ""
    ) -> tuple[Asked, Target, Sequence[Missing]]:
        target = _BY_KEY.get(request.match_info["target"])
        if target is None or target.counting is not Counting.POSTS:
            raise web.HTTPNotFound
        async with self._turns, self._database.connect() as conn:
            await read_as_one(conn)
            asked = await asked_of(conn, visit, request)
            if target not in targets_on(words.last_day(asked.cut_off), with_references=True):
                raise web.HTTPNotFound
            try:
                found = await target_missing.missing(
                    conn,
                    visit.unit.unit_id,
                    target,
                    asked.cut_off,
                    self._compulsory,
                    limit=limit,
                    after=after,
                    with_names=visit.may(Deed.PEOPLE),
                )
            except ValueError as error:  # no place of ours: an address that somebody made up
                raise web.HTTPNotFound from error
        return asked, target, found

    async def _missing(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        after = request.query.get("sau", "")
        asked, target, found = await self._lines(visit, request, PAGE + 1, after)
        return self._frame.page(
            "board/targets_missing.html",
            visit,
            "chi-tieu",
            asked=asked,
            target=target,
            lines=[(one, clean(one.name or "")) for one in found[:PAGE]],
            next=found[PAGE - 1].place if len(found) > PAGE else "",
            is_first=not after,
            may_name=visit.may(Deed.PEOPLE),
        )

    async def _missing_file(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        asked, target, found = await self._lines(visit, request, table_file.MOST_ROWS)
        rows: list[Sequence[table_file.Cell]] = [
            (
                one.unit_code,
                one.unit_name,
                one.role.label if one.role else "",
                "(khuyết)" if one.is_vacant else clean(one.name or ""),
                one.posts,
            )
            for one in found
        ]
        about = note(visit, asked, f"còn thiếu ở chỉ tiêu {target.key}")
        return await file_response(visit, request, f"Còn thiếu {target.key}", MISSING_HEADING, rows, about)

    # --- who must train whom ---

    async def _owed(self, visit: Visit, request: web.Request) -> tuple[Asked, Sequence[Owed]]:
        async with self._turns, self._database.connect() as conn:
            await read_as_one(conn)
            asked = await asked_of(conn, visit, request)
            if visit.unit.unit_type in GROUP_TYPES:
                return asked, ()
            return asked, await target_duties.owed(conn, visit.unit.unit_id, asked.cut_off)

    async def _duties(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        asked, owed = await self._owed(visit, request)
        return self._frame.page(
            "board/targets_duties.html",
            visit,
            "chi-tieu",
            asked=asked,
            own=[(line, _BY_KEY[line.key]) for line in owed if line.is_own],
            others=[(line, _BY_KEY[line.key]) for line in owed if not line.is_own][:PAGE],
            more=max(0, sum(not line.is_own for line in owed) - PAGE),
        )

    async def _duties_file(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        asked, owed = await self._owed(visit, request)
        rows: list[Sequence[table_file.Cell]] = [
            (
                line.key,
                line.unit_name or "Chưa có đơn vị nào",
                line.unit_code,
                line.posts,
                line.done,
                line.posts - line.done,
            )
            for line in owed
        ]
        return await file_response(
            visit, request, "Phải đào tạo", DUTY_HEADING, rows, note(visit, asked, "phải đào tạo")
        )
