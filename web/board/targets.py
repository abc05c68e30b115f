"""The targets of a unit: figures with their basis, who is missing, and who must train whom."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from learning.calendar import at
from learning.clauses import DISCREPANCIES
from learning.rights import Deed
from learning.roles import GROUP_TYPES
from learning.target_count import union_year
from learning.targets import TARGETS, Counting, Target, targets_on
from learning.text import clean
from reports import table_file, target_duties, target_missing, targets, words
from storage import reporting
from storage.database import read_as_one
from web.board.access import UNIT
from web.board.units import file_response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from reports.target_duties import Owed
    from reports.target_missing import Missing
    from reports.targets import Measured
    from storage.database import Database
    from web.board.access import Gate, Visit
    from web.board.frame import Frame
    from web.board.parts import BoardParts

PAGE = 50
AT_ONCE = 2  # counts from dated rows at a time: a second or two each, for a whole country
YEARS_BACK = 2
_BY_KEY = {target.key: target for target in TARGETS}
_NOW = "nay"
HEADING = ("Mã", "Chỉ tiêu", "Tính theo", "Tử số", "Mẫu số", "Tỷ lệ", "Mục tiêu", "Còn thiếu", "Đến hết", "Căn cứ")
MISSING_HEADING = ("Mã đơn vị", "Đơn vị", "Chức danh", "Họ tên", "Số chức danh còn thiếu")
DUTY_HEADING = ("Mã", "Đơn vị phải đào tạo", "Mã đơn vị", "Phải đào tạo", "Đã đào tạo", "Còn lại")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which year, until when, and whether those of 2021 are shown too; `kept` is the last cut-off of this year."""

    year: int
    this_year: int
    cut_off: datetime
    kept: datetime | None
    is_live: bool
    with_references: bool

    def query(self, **changed: str | int) -> str:
        """The address's query of this view, with changes; an empty value leaves a field out."""
        held: Mapping[str, str | int] = {
            "nam": self.year if self.year != self.this_year else "",
            "luc": _NOW if self.is_live and self.kept else "",
            "2021": "1" if self.with_references else "",
        }
        return urlencode({name: value for name, value in {**held, **changed}.items() if value != ""})

    @property
    def years(self) -> Sequence[int]:
        """The years that can be looked at, the latest first."""
        return range(self.this_year, self.this_year - YEARS_BACK - 1, -1)


def goal(target: Target) -> str:
    """Return what a target asks for, in few words; "" where the paper names nothing."""
    if target.goal_persons:
        return f"{target.goal_persons[0]} đến {target.goal_persons[1]} người"
    return f"{target.goal_percent}%" if target.goal_percent else ""


class TargetPages:
    """Chỉ tiêu, danh sách còn thiếu, phải đào tạo."""

    def __init__(self, database: Database, frame: Frame, parts: BoardParts) -> None:
        self._database = database
        self._frame = frame
        self._compulsory = parts.compulsory
        self._turns = asyncio.Semaphore(AT_ONCE)

    def open(self, gate: Gate) -> None:
        """Make the routes."""
        base = f"{UNIT}/chi-tieu"
        gate.open("GET", base, self._page)
        gate.open("GET", base + ".{form:csv|xlsx}", self._file)
        gate.open("GET", base + "/phai-dao-tao", self._duties)
        gate.open("GET", base + "/phai-dao-tao.{form:csv|xlsx}", self._duties_file)
        gate.open("GET", base + "/{target:T[0-9]{1,2}}/con-thieu", self._missing)
        gate.open("GET", base + "/{target:T[0-9]{1,2}}/con-thieu.{form:csv|xlsx}", self._missing_file)

    async def _asked(self, conn: AsyncConnection, visit: Visit, request: web.Request) -> Asked:
        this_year = union_year(visit.day)[1].year
        wanted = request.query.get("nam", "")
        years = {str(year): year for year in range(this_year - YEARS_BACK, this_year + 1)}
        year = years.get(wanted, this_year)
        with_references = request.query.get("2021") == "1"
        if year < this_year:
            return Asked(year, this_year, at(date(year, 12, 1), time()), None, False, with_references)
        kept = await reporting.previous_cut_off(conn, visit.now, visit.unit.unit_id)
        if kept is not None and words.last_day(kept) < union_year(visit.day)[0]:
            kept = None
        is_live = kept is None or request.query.get("luc") == _NOW
        return Asked(year, this_year, visit.now if is_live or kept is None else kept, kept, is_live, with_references)

    # --- the figures ---

    async def _measured(self, visit: Visit, request: web.Request) -> tuple[Asked, Sequence[Measured]]:
        async with self._database.connect() as conn:
            await read_as_one(conn)
            asked = await self._asked(conn, visit, request)
            if visit.unit.unit_type in GROUP_TYPES:
                return asked, ()
            async with self._turns:
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
        return await file_response(visit, request, "Chỉ tiêu", HEADING, rows, _note(visit, asked, "chỉ tiêu"))

    # --- who is missing ---

    async def _lines(
        self, visit: Visit, request: web.Request, limit: int, after: str = ""
    ) -> tuple[Asked, Target, Sequence[Missing]]:
        target = _BY_KEY.get(request.match_info["target"])
        if target is None or target.counting is not Counting.POSTS:
            raise web.HTTPNotFound
        async with self._turns, self._database.connect() as conn:
            await read_as_one(conn)
            asked = await self._asked(conn, visit, request)
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
        note = _note(visit, asked, f"còn thiếu ở chỉ tiêu {target.key}")
        return await file_response(visit, request, f"Còn thiếu {target.key}", MISSING_HEADING, rows, note)

    # --- who must train whom ---

    async def _owed(self, visit: Visit, request: web.Request) -> tuple[Asked, Sequence[Owed]]:
        async with self._turns, self._database.connect() as conn:
            await read_as_one(conn)
            asked = await self._asked(conn, visit, request)
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
            visit, request, "Phải đào tạo", DUTY_HEADING, rows, _note(visit, asked, "phải đào tạo")
        )


def _note(visit: Visit, asked: Asked, what: str) -> str:
    until = words.moment(visit.now) if asked.is_live and asked.year == asked.this_year else ""
    day = words.day(words.last_day(asked.cut_off))
    return f"{visit.unit.name}: {what}, đến {until or f'hết {day}'}, tính theo chức danh trừ nơi ghi khác"
