"""
Who may open what: every route of the whole application stands in one table, with what it lets somebody do.

A route of the dashboard is made from its row, so that there is none without a check. Whatever somebody may not see is
not found, as if it were not there, and leaves an event with ids alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from channels.messages import UnitId
from learning.calendar import day_of
from learning.rights import Deed
from reports import scope
from storage import reporting, web_sessions
from web.board import cookies

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import date, datetime

    from storage.database import Database
    from storage.reporting import Seat, Step, Unit
    from storage.web_sessions import Visitor

log = structlog.get_logger()

SIGN_IN = "/dang-nhap"
HOME = "/bang"
UNIT = HOME + "/{unit:[0-9]{1,15}}"

# None: open to everybody, or guarded by other means (a token, a secret, the chat's own cookie).
ROUTES: Mapping[tuple[str, str], Deed | None] = {
    ("GET", "/"): None,
    ("GET", "/static/{name}"): None,
    ("GET", "/healthz"): None,
    ("GET", "/readyz"): None,
    ("GET", "/metrics"): None,
    ("GET", "/chat"): None,
    ("GET", "/chat/events"): None,
    ("POST", "/chat/tap"): None,
    ("POST", "/chat/say"): None,
    ("GET", "/chat/file/{delivery}"): None,
    ("POST", "/telegram/webhook"): None,
    ("POST", "/zalo/webhook"): None,
    ("POST", "/zalo-bot/webhook"): None,
    ("GET", "/demo"): None,
    ("POST", "/demo/clock"): None,
    ("GET", "/demo/{persona}"): None,
    ("GET", "/demo/{persona}/events"): None,
    ("POST", "/demo/{persona}/tap"): None,
    ("POST", "/demo/{persona}/say"): None,
    ("GET", "/demo/{persona}/file/{delivery}"): None,
    ("GET", "/demo/{persona}/zalo"): None,
    ("GET", "/demo/{persona}/zalo/events"): None,
    ("POST", "/demo/{persona}/zalo/tap"): None,
    ("POST", "/demo/{persona}/zalo/say"): None,
    ("GET", "/demo/{persona}/zalo/file/{delivery}"): None,
    ("GET", SIGN_IN): None,
    ("POST", SIGN_IN): None,
    ("GET", f"{SIGN_IN}/cho"): None,
    ("POST", f"{SIGN_IN}/vao"): None,
    ("POST", "/dang-xuat"): Deed.OWN,
    ("GET", HOME): Deed.OWN,
    ("GET", f"{HOME}/phien"): Deed.OWN,
    ("POST", f"{HOME}/phien"): Deed.OWN,
    ("GET", UNIT): Deed.FIGURES,
    ("GET", f"{UNIT}/don-vi"): Deed.FIGURES,
    ("GET", UNIT + "/don-vi.{form:csv|xlsx}"): Deed.EXPORT,
    ("GET", f"{UNIT}/chi-tieu"): Deed.FIGURES,
    ("GET", UNIT + "/chi-tieu.{form:csv|xlsx}"): Deed.EXPORT,
    ("GET", f"{UNIT}/chi-tieu/phai-dao-tao"): Deed.FIGURES,
    ("GET", UNIT + "/chi-tieu/phai-dao-tao.{form:csv|xlsx}"): Deed.EXPORT,
    ("GET", UNIT + "/chi-tieu/{target:T[0-9]{1,2}}/con-thieu"): Deed.FIGURES,
    ("GET", UNIT + "/chi-tieu/{target:T[0-9]{1,2}}/con-thieu.{form:csv|xlsx}"): Deed.EXPORT,
    ("GET", f"{UNIT}/nguoi-hoc"): Deed.PEOPLE,
    ("GET", UNIT + "/nguoi-hoc.{form:csv|xlsx}"): Deed.PEOPLE,
    ("GET", f"{UNIT}/ke-hoach"): Deed.FIGURES,
    ("POST", f"{UNIT}/ke-hoach"): Deed.PLAN,
    ("GET", f"{UNIT}/ket-qua"): Deed.RESULTS,
    ("POST", f"{UNIT}/ket-qua"): Deed.RESULTS,
    ("POST", f"{UNIT}/ket-qua/rut"): Deed.RESULTS,
    ("GET", f"{UNIT}/ket-qua/tep"): Deed.RESULTS,
    ("POST", f"{UNIT}/ket-qua/tep"): Deed.RESULTS,
    ("GET", f"{UNIT}/ket-qua/tep/mau.xlsx"): Deed.RESULTS,
    ("POST", f"{UNIT}/ket-qua/tep/sua"): Deed.RESULTS,
    ("POST", f"{UNIT}/ket-qua/tep/nhap"): Deed.RESULTS,
    ("GET", f"{UNIT}/ket-qua/quyet-dinh"): Deed.RESULTS,
    ("POST", f"{UNIT}/ket-qua/quyet-dinh"): Deed.DECIDE,
    ("GET", f"{UNIT}/bao-cao"): Deed.EXPORT,
    ("GET", f"{UNIT}/bao-cao/tep"): Deed.EXPORT,
    ("GET", f"{UNIT}/cau-hoi"): Deed.ITEMS,
    ("GET", f"{UNIT}/tin"): Deed.DELIVERIES,
    ("GET", f"{UNIT}/danh-sach"): Deed.ROSTER,
    ("POST", f"{UNIT}/danh-sach"): Deed.ROSTER,
    ("GET", f"{UNIT}/danh-sach/mau.xlsx"): Deed.ROSTER,
    ("POST", f"{UNIT}/danh-sach/sua"): Deed.ROSTER,
    ("POST", f"{UNIT}/danh-sach/nhap"): Deed.ROSTER,
    ("GET", f"{UNIT}/loi-moi"): Deed.INVITE,
    ("POST", f"{UNIT}/loi-moi"): Deed.INVITE,
    ("GET", f"{UNIT}/thay-doi"): Deed.CHANGES,
    ("POST", f"{UNIT}/thay-doi"): Deed.CHANGES,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks, at which unit (the first of `path`, the root last), and when."""

    visitor: Visitor
    now: datetime
    path: Sequence[Step] = ()

    @property
    def day(self) -> date:
        """The day in Viet Nam."""
        return day_of(self.now)

    @property
    def unit(self) -> Step:
        """The unit asked for."""
        return self.path[0]

    @property
    def units(self) -> Sequence[Unit]:
        """The visitor's own units, each once, the highest first."""
        return list({seat.unit.id: seat.unit for seat in self.visitor.seats}.values())

    def may(self, deed: Deed, place: int = 0) -> bool:
        """Whether they may do that with the unit at that place of the path."""
        return scope.may(deed, self.visitor.seats, self.path[place:], self.day)

    @property
    def sees_from_within(self) -> bool:
        """Whether they look from within the CĐCS."""
        return scope.sight(self.visitor.seats, self.path, self.day) is scope.Sight.WITHIN

    @property
    def crumbs(self) -> Sequence[Step]:
        """The way down to the unit, from the highest that they may see; who manages it stands before it."""
        seen = [step for place, step in enumerate(self.path) if self.may(Deed.FIGURES, place)][::-1]
        managers = {step.manager_id for step in self.path}
        mine: Sequence[Seat] = self.visitor.seats
        if all(step.unit_id != seat.unit.id for step in self.path for seat in mine):
            manager = next((seat.unit for seat in mine if seat.unit.id in managers), None)
            if manager is not None:
                seen.insert(0, reporting.Step(manager.id, manager.unit_type, None, manager.code, manager.name))
        return seen


@dataclass(slots=True)
class Gate:
    """Makes routes that ask the table of rights."""

    database: Database
    now: Callable[[], datetime]
    is_secure: bool
    made: list[web.RouteDef] = field(default_factory=list)

    def open(self, method: str, path: str, does: Callable[[Visit, web.Request], Awaitable[web.StreamResponse]]) -> None:
        """Make the route of a row of the table."""
        deed = ROUTES[method, path]
        if deed is None:
            raise ValueError(f"{method} {path} stands open in the table")

        async def guarded(request: web.Request) -> web.StreamResponse:
            return await does(await self._visit(request, deed), request)

        self.made.append(web.route(method, path, guarded))

    async def _visit(self, request: web.Request, deed: Deed) -> Visit:
        now = self.now()
        token_hash = cookies.session_hash(request, is_secure=self.is_secure)
        asked = request.match_info.get("unit")
        async with self.database.connect() as conn:
            visitor = await web_sessions.look(conn, token_hash, day_of(now), now) if token_hash else None
            path = await reporting.path_up(conn, UnitId(int(asked))) if visitor and visitor.seats and asked else ()
        if visitor is not None and not visitor.seats:  # no post any more: so ends what was signed in by it
            async with self.database.begin() as conn:
                await web_sessions.end(conn, visitor.person_id, None, now)
            visitor = None
        if visitor is None:
            raise web.HTTPSeeOther(SIGN_IN)
        if not scope.may(deed, visitor.seats, path, day_of(now)):
            log.warning("board_out_of_scope", person_id=visitor.person_id, unit_id=asked, deed=deed.value)
            raise web.HTTPNotFound
        return Visit(visitor, now, path)
