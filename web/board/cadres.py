"""Invitations with their QR codes, and what cadres report of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from channels.messages import UnitId
from handlers import changes as handling
from handlers import invitations
from handlers.join import unit_payload
from handlers.words import CHANGE_KINDS
from learning.rights import Deed
from storage import changes, joining
from web import forms
from web.board.access import UNIT
from web.board.door import qr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.changes import ChangeRequest
    from storage.database import Database
    from web.board.access import Gate, Visit
    from web.board.frame import Frame
    from web.board.parts import BoardParts

MOST_LISTED = 20
_MOST_DIGITS = 15


class CadrePages:
    """Inviting, and deciding what was reported."""

    def __init__(self, database: Database, frame: Frame, parts: BoardParts) -> None:
        self._database = database
        self._frame = frame
        self._bot_link = parts.bot_link

    def open(self, gate: Gate) -> None:
        """Make the routes."""
        gate.open("GET", f"{UNIT}/loi-moi", self._invitations)
        gate.open("POST", f"{UNIT}/loi-moi", self._invite)
        gate.open("GET", f"{UNIT}/thay-doi", self._changes)
        gate.open("POST", f"{UNIT}/thay-doi", self._decide)

    # --- invitations ---

    def _link(self, request: web.Request, payload: str) -> str:
        """Where an invitation leads: the bot, or the chat in the browser."""
        if bot := self._bot_link():
            return f"{bot}?start={payload}"
        if payload.startswith("unit-"):
            return f"{request.url.origin()}/chat?unit={payload.removeprefix('unit-')}"
        return f"{request.url.origin()}/chat?code={payload}"

    async def _invitations(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        return self._sheet(visit, request, None)

    async def _invite(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        await forms.read_fields(request)
        if not visit.may(Deed.PEOPLE):  # with names, so for one's own direct level alone
            raise web.HTTPNotFound
        async with self._database.begin() as conn:
            made = await invitations.make(conn, visit.unit.unit_id, visit.now, only_direct=not visit.sees_from_within)
        slips = [(code, invitee, qr(self._link(request, code.replace("-", "")))) for code, invitee in made]
        return self._sheet(visit, request, slips)

    def _sheet(
        self, visit: Visit, request: web.Request, slips: Sequence[tuple[str, joining.Invitee, str]] | None
    ) -> web.Response:
        link = self._link(request, unit_payload(visit.unit.unit_id))
        return self._frame.page(
            "board/invitations.html",
            visit,
            "loi-moi",
            link=link,
            unit_qr=qr(link),
            slips=slips,
            may_name=visit.may(Deed.PEOPLE),
            until=visit.now + joining.INVITE_LASTS,
        )

    # --- changes ---

    async def _changes(self, visit: Visit, _request: web.Request) -> web.StreamResponse:
        waiting: list[ChangeRequest] = []
        async with self._database.connect() as conn:
            for request_id in await changes.waiting(conn, visit.unit.unit_id, MOST_LISTED):
                found = await changes.by_id(conn, request_id)
                if found and found.by != visit.visitor.person_id:
                    officers = await joining.officers(conn, found.unit_id, visit.day)
                    if visit.visitor.person_id in officers:  # the nearest decide, and they alone see names
                        waiting.append(found)
        return self._frame.page("board/changes.html", visit, "thay-doi", requests=waiting, kinds=CHANGE_KINDS)

    async def _decide(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        fields = await forms.read_fields(request)
        asked = fields.get("yeu_cau", "")
        if not (asked.isascii() and asked.isdecimal() and len(asked) <= _MOST_DIGITS):
            raise forms.BadFieldError("yeu_cau")
        me = visit.visitor.person_id
        async with self._database.begin() as conn:
            found = await changes.by_id(conn, int(asked))
            is_here = found is not None and int(asked) in await changes.waiting(
                conn, UnitId(visit.unit.unit_id), MOST_LISTED
            )
            if found is None or not is_here or found.by == me:
                raise web.HTTPNotFound
            if me not in await joining.officers(conn, found.unit_id, visit.day):
                raise web.HTTPNotFound
            await handling.settle(conn, found, me, accepted=fields.get("quyet") == "1", now=visit.now)
        raise web.HTTPSeeOther(f"/bang/{visit.unit.unit_id}/thay-doi")
