"""The cadres of one's own direct level: whether each is connected, learning or done, and nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learning.text import clean
from reports import table_file, words
from storage import reporting
from storage.named_posts import Named, named_posts
from web.board.access import UNIT
from web.board.units import file_response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from storage.database import Database
    from web.board.access import Gate, Visit
    from web.board.frame import Frame

PAGE = 50
HEADING = ("Họ tên", "Chức danh", "Đơn vị", "Trạng thái")
_MOST_DIGITS = 15


def state(named: Named) -> str:
    """Return how far somebody is, in the only three words there are; a vacant post is none of them."""
    if named.name is None:
        return "khuyết"
    if named.is_completed:
        return "hoàn thành"
    return "đang học" if named.is_joined else "chưa kết nối"


class PeoplePages:
    """Lists of names, for the level that may see them."""

    def __init__(self, database: Database, frame: Frame) -> None:
        self._database = database
        self._frame = frame

    def open(self, gate: Gate) -> None:
        """Make the routes."""
        gate.open("GET", f"{UNIT}/nguoi-hoc", self._list)
        gate.open("GET", UNIT + "/nguoi-hoc.{form:csv|xlsx}", self._file)

    async def _found(self, visit: Visit, limit: int, after: int | None = None) -> Sequence[Named]:
        async with self._database.connect() as conn:
            assigned = await reporting.assigned_as_counted(conn)
            return await named_posts(conn, visit.unit.unit_id, assigned, visit.day, limit=limit, after=after)

    async def _list(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        asked = request.query.get("sau", "")
        after = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= _MOST_DIGITS else None
        found = await self._found(visit, PAGE + 1, after)
        shown = [(named, clean(named.name or ""), state(named)) for named in found[:PAGE]]
        return self._frame.page(
            "board/people.html",
            visit,
            "nguoi-hoc",
            people=shown,
            next=found[PAGE - 1].position_id if len(found) > PAGE else None,
            is_first=after is None,
        )

    async def _file(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        rows = [
            (clean(named.name or "(khuyết)"), named.role.label, named.unit_name, state(named))
            for named in await self._found(visit, table_file.MOST_ROWS)
        ]
        note = f"{visit.unit.name}: cán bộ cấp trực tiếp, đến {words.moment(visit.now)}"
        return await file_response(visit, request, "Người học", HEADING, rows, note)
