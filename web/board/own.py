"""One's own sessions: see them, end them, sign out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from storage import web_sessions
from web import forms
from web.board import cookies
from web.board.access import HOME, SIGN_IN

if TYPE_CHECKING:
    from storage.database import Database
    from web.board.access import Gate, Visit
    from web.board.frame import Frame

_MOST_DIGITS = 15


class OwnPages:
    """What concerns the visitor alone."""

    def __init__(self, database: Database, frame: Frame, *, is_secure: bool) -> None:
        self._database = database
        self._frame = frame
        self._is_secure = is_secure

    def open(self, gate: Gate) -> None:
        """Make the routes."""
        gate.open("GET", f"{HOME}/phien", self._sessions)
        gate.open("POST", f"{HOME}/phien", self._end)
        gate.open("POST", "/dang-xuat", self._sign_out)

    async def _sessions(self, visit: Visit, _request: web.Request) -> web.StreamResponse:
        async with self._database.connect() as conn:
            listed = await web_sessions.listed(conn, visit.visitor.person_id, visit.now)
        return self._frame.page("board/sessions.html", visit, "phien", sessions=listed)

    async def _end(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        asked = (await forms.read_fields(request)).get("phien", "")
        if not (asked.isascii() and asked.isdecimal() and len(asked) <= _MOST_DIGITS):
            raise forms.BadFieldError("phien")
        async with self._database.begin() as conn:
            await web_sessions.end(conn, visit.visitor.person_id, int(asked) or None, visit.now)
        raise web.HTTPSeeOther(f"{HOME}/phien")

    async def _sign_out(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        await forms.read_fields(request)
        async with self._database.begin() as conn:
            await web_sessions.end(conn, visit.visitor.person_id, visit.visitor.session_id, visit.now)
        response = web.Response(status=303, headers={"Location": SIGN_IN})
        cookies.drop(response, cookies.SESSION, is_secure=self._is_secure)
        return response
