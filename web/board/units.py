"""Pages about units: one at a glance, those below it as a table and as a file."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from learning.text import clean, fold
from reports import table_file, words
from reports.overview import overview
from storage import unit_lines
from storage.unit_lines import Order, Place
from web.board.access import HOME, UNIT
from web.board.chart import chart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.database import Database
    from web.board.access import Gate, Visit
    from web.board.frame import Frame
    from web.board.parts import BoardParts

_PLACE = re.compile(r"(-?[0-9]{1,12})\.([0-9]{1,15})")
_MOST_SEARCHED = 60
ORDERS = {
    Order.NEED: "Cần giúp trước",
    Order.SHARE: "Tỷ lệ hoàn thành thấp",
    Order.DONE: "Hoàn thành nhiều",
    Order.NAME: "Tên",
}
HEADING = ("Mã đơn vị", "Đơn vị", "Chức danh", "Kết nối", "Đã học", "Hoàn thành trên trợ lý", "Được công nhận ĐTBD")


class UnitPages:
    """Figures of units, read from the roll-up alone."""

    def __init__(self, database: Database, frame: Frame, parts: BoardParts) -> None:
        self._database = database
        self._frame = frame
        self._parts = parts

    def open(self, gate: Gate) -> None:
        """Make the routes."""
        gate.open("GET", HOME, self._home)
        gate.open("GET", UNIT, self._overview)
        gate.open("GET", f"{UNIT}/don-vi", self._table)
        gate.open("GET", UNIT + "/don-vi.{form:csv|xlsx}", self._file)

    async def _home(self, visit: Visit, _request: web.Request) -> web.StreamResponse:
        raise web.HTTPSeeOther(f"{HOME}/{visit.units[0].id}")

    async def _overview(self, visit: Visit, _request: web.Request) -> web.StreamResponse:
        async with self._database.connect() as conn:
            seen = await overview(conn, visit.unit.unit_id, visit.now, is_within=visit.sees_from_within)
            targets = await self._parts.targets(conn, visit.unit.unit_id, visit.now)
        return self._frame.page(
            "board/overview.html",
            visit,
            "",
            seen=seen,
            targets=targets,
            chart=chart(seen.trend, seen.period),
        )

    async def _table(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        order, search = _asked(request)
        async with self._database.connect() as conn:
            page = await unit_lines.page(
                conn,
                visit.unit.unit_id,
                order=order,
                is_grassroots=visit.sees_from_within,
                search=fold(search),
                after=_after(request),
            )
        more = {"xep": order.value, "tim": search} if search else {"xep": order.value}
        after = page.next
        return self._frame.page(
            "board/units.html",
            visit,
            "don-vi",
            lines=page.lines,
            order=page.order,
            is_many=page.order is not order,
            most=unit_lines.MOST_ORDERED,
            orders=ORDERS,
            search=search,
            next=urlencode({**more, "sau": f"{after.value}.{after.unit_id}"}) if after else "",
            is_first=_after(request) is None,
            query=urlencode(more),
        )

    async def _file(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        order, search = _asked(request)
        async with self._database.connect() as conn:
            page = await unit_lines.page(
                conn,
                visit.unit.unit_id,
                order=order,
                is_grassroots=visit.sees_from_within,
                search=fold(search),
                limit=table_file.MOST_ROWS,
            )
        rows = [
            (line.code, line.name, *(counts.posts, counts.joined, counts.started, counts.completed, counts.recognised))
            for line in page.lines
            for counts in (line.counts,)
        ]
        note = f"{visit.unit.name}: các đơn vị bên dưới, đến {words.moment(visit.now)}, tính theo chức danh"
        return await file_response(visit, request, "Đơn vị", HEADING, rows, note)


async def file_response(
    visit: Visit,
    request: web.Request,
    title: str,
    heading: Sequence[str],
    rows: Sequence[Sequence[table_file.Cell]],
    note: str,
) -> web.Response:
    """Return a table as the file that was asked for, made off the loop."""
    form = request.match_info["form"]
    if len(rows) >= table_file.MOST_ROWS:
        note += f"; chỉ {words.number(table_file.MOST_ROWS)} dòng đầu"
    body = await asyncio.to_thread(table_file.write, form, title, heading, rows, note)
    name = f"{re.sub('[^A-Za-z0-9-]', '-', visit.unit.code) or 'don-vi'}-{visit.day:%Y%m%d}.{form}"
    return web.Response(
        body=body,
        headers={
            "Content-Type": table_file.TYPES[form],
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _asked(request: web.Request) -> tuple[Order, str]:
    wanted = request.query.get("xep", "")
    order = Order(wanted) if wanted in set(Order) else Order.NEED
    return order, clean(request.query.get("tim", ""), _MOST_SEARCHED).strip()


def _after(request: web.Request) -> Place | None:
    found = _PLACE.fullmatch(request.query.get("sau", ""))
    return Place(int(found[1]), int(found[2])) if found else None
