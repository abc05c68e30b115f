"""Quyết định tính học trên trợ lý: which holds for a unit and since when; its chair enters or ends the unit's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from learning.rights import Deed
from learning.text import clean
from roster import values
from roster.class_rows import MAX_DOCUMENT
from storage import office_changes, recognition_decisions
from storage.database import allow_long
from storage.office_changes import Kind
from web import forms
from web.board.access import UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.database import Database
    from web.board.access import Gate, Visit
    from web.board.frame import Frame

log = structlog.get_logger()

CHANGES_SHOWN = 20


class DecisionPages:
    """The page of the decision."""

    def __init__(self, database: Database, frame: Frame) -> None:
        self._database = database
        self._frame = frame

    def open(self, gate: Gate) -> None:
        """Make the routes."""
        gate.open("GET", f"{UNIT}/ket-qua/quyet-dinh", self._page)
        gate.open("POST", f"{UNIT}/ket-qua/quyet-dinh", self._post)

    async def _page(self, visit: Visit, _request: web.Request) -> web.StreamResponse:
        async with self._database.connect() as conn:
            return await self._answer(conn, visit, {}, {})

    async def _answer(
        self, conn: AsyncConnection, visit: Visit, typed: Mapping[str, str], faults: Mapping[str, str]
    ) -> web.Response:
        unit_id = visit.unit.unit_id
        held = await recognition_decisions.over(conn, unit_id, visit.day)
        changed = await office_changes.latest(conn, unit_id, [Kind.DECIDED, Kind.DECISION_ENDED], CHANGES_SHOWN)
        return self._frame.page(
            "board/decision.html",
            visit,
            "ket-qua",
            status=422 if faults else 200,
            own=next((one for one in held if one.unit_id == unit_id and one.valid_to is None), None),
            held=held,
            typed=typed,
            faults=faults,
            may_decide=visit.may(Deed.DECIDE),
            changed=changed,
            decided=Kind.DECIDED,
        )

    async def _post(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        fields = await forms.read_fields(request)
        typed = {name: clean(fields.get(name, ""), 200).strip() for name in ("van_ban", "ngay")}
        async with self._database.begin() as conn:
            await allow_long(conn)  # what was completed since the day is recognised at once
            faults: Mapping[str, str]
            if fields.get("viec") == "ket-thuc":
                faults = await self._end(conn, visit, typed)
            else:
                faults = await self._decide(conn, visit, typed)
            if faults:
                return await self._answer(conn, visit, typed, faults)
        log.info("recognition_decided", person_id=visit.visitor.person_id, unit_id=visit.unit.unit_id)
        raise web.HTTPSeeOther(f"/bang/{visit.unit.unit_id}/ket-qua/quyet-dinh")

    async def _decide(self, conn: AsyncConnection, visit: Visit, typed: Mapping[str, str]) -> Mapping[str, str]:
        """Enter a decision; returns what is wrong, by name of field."""
        document = " ".join(typed["van_ban"].split())
        since, faults = _day(typed)
        if not document or len(document) > MAX_DOCUMENT:
            faults["van_ban"] = f"Ghi số, ký hiệu văn bản, tối đa {MAX_DOCUMENT} chữ, ví dụ 12/QĐ-LĐLĐ."
        if faults or since is None:
            return faults
        if not await recognition_decisions.decide(conn, visit.unit.unit_id, document, since, visit.now):
            return {"ngay": "Đơn vị đang có quyết định, hoặc có quyết định kết thúc sau ngày này."}
        await self._journal(conn, visit, Kind.DECIDED, {"document": document, "on": f"{since:%d/%m/%Y}"})
        return {}

    async def _end(self, conn: AsyncConnection, visit: Visit, typed: Mapping[str, str]) -> Mapping[str, str]:
        on, faults = _day(typed)
        if faults or on is None:
            return faults
        if not await recognition_decisions.end_decision(conn, visit.unit.unit_id, on):
            return {"ngay": "Không có quyết định nào đang giữ vào ngày này."}
        await self._journal(conn, visit, Kind.DECISION_ENDED, {"on": f"{on:%d/%m/%Y}"})
        return {}

    async def _journal(self, conn: AsyncConnection, visit: Visit, kind: Kind, said: Mapping[str, str]) -> None:
        unit_id, me = visit.unit.unit_id, visit.visitor.person_id
        await office_changes.add(conn, unit_id=unit_id, by=me, kind=kind, said=said, now=visit.now)


def _day(typed: Mapping[str, str]) -> tuple[date | None, dict[str, str]]:
    try:
        return values.day(typed["ngay"]), {}
    except ValueError as error:
        return None, {"ngay": str(error)}
