"""The report of a unit for a period, as a Word draft, a workbook or a PDF: few are made at a time, off the loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from learning import periods
from learning.periods import PeriodKind
from learning.roles import GROUP_TYPES
from reports import attached
from reports.files import Form
from storage import reporting
from storage.database import allow_long, read_as_one
from web.board.access import UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.attached import Made
    from storage.database import Database
    from web.board.access import Gate, Visit
    from web.board.frame import Frame
    from web.board.parts import BoardParts

log = structlog.get_logger()

AT_ONCE = 2
MOST_WAITING = 8  # behind those that are being made; whoever comes then is asked to come again
MADE_WITHIN_S = 60.0
_RETRY_AFTER_S = "30"
# How many of each kind can be chosen; the first is the one that runs.
OFFERED = (
    (PeriodKind.HALF, "Kỳ thống kê 6 tháng", 4),
    (PeriodKind.YEAR, "Năm thống kê", 2),
    (PeriodKind.QUARTER, "Quý", 4),
    (PeriodKind.MONTH, "Tháng", 6),
    (PeriodKind.WEEK, "Tuần", 6),
)
_FORMS: Mapping[str, Form] = {form.value: form for form in Form}


class ReportPages:
    """Báo cáo."""

    def __init__(self, database: Database, frame: Frame, parts: BoardParts) -> None:
        self._database = database
        self._frame = frame
        self._compulsory = parts.compulsory
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._here = 0

    def open(self, gate: Gate) -> None:
        """Make the routes."""
        gate.open("GET", f"{UNIT}/bao-cao", self._page)
        gate.open("GET", f"{UNIT}/bao-cao/tep", self._file)

    async def _page(self, visit: Visit, _request: web.Request) -> web.StreamResponse:
        return self._frame.page(
            "board/reports.html",
            visit,
            "bao-cao",
            groups=[(label, periods.latest(kind, visit.day, number)) for kind, label, number in OFFERED],
            has_report=visit.unit.unit_type not in GROUP_TYPES,
        )

    async def _file(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        form = _FORMS.get(request.query.get("loai", ""))
        try:
            when = periods.parse(request.query.get("ky", ""))
        except ValueError as error:
            raise web.HTTPNotFound from error
        if form is None or visit.now < when.begins or visit.unit.unit_type in GROUP_TYPES:
            raise web.HTTPNotFound
        if self._here >= AT_ONCE + MOST_WAITING:
            log.warning("report_put_off", unit_id=visit.unit.unit_id)
            raise web.HTTPServiceUnavailable(headers={"Retry-After": _RETRY_AFTER_S})
        self._here += 1
        try:
            async with self._turns:
                made = await self._made(visit, when, form)
        finally:
            self._here -= 1
        return web.Response(
            body=made.content,
            headers={
                "Content-Type": made.media_type,
                "Content-Disposition": f'attachment; filename="{made.name}"',
                "Cache-Control": "no-store",
            },
        )

    async def _made(self, visit: Visit, when: periods.Period, form: Form) -> Made:
        try:
            async with asyncio.timeout(MADE_WITHIN_S), self._database.connect() as conn:
                await read_as_one(conn)
                await allow_long(conn)
                unit = await reporting.unit_by_id(conn, visit.unit.unit_id)
                if unit is None:
                    raise web.HTTPNotFound
                return await attached.report(conn, unit, when, form, visit.now, self._compulsory)
        except TimeoutError as error:
            log.warning("report_put_off", unit_id=visit.unit.unit_id)
            raise web.HTTPServiceUnavailable(headers={"Retry-After": _RETRY_AFTER_S}) from error
