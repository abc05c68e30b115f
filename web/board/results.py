"""Classes that cadres of one's own direct level attended: entered for several at once, taken back where wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from learning.recognition import OTHER
from learning.text import clean, fold
from roster.class_rows import module_names, read_class
from roster.classes import OWN_CLASS
from storage import class_entries, class_people, office_changes, recognitions
from storage.office_changes import Kind
from storage.recognitions import Attended
from storage.units import units_called
from web import forms
from web.board import result_form
from web.board.access import UNIT
from web.board.result_form import FIELDS, MOST_CHOSEN, MOST_FIELDS, MOST_TYPED, PAGE, Draft, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from roster.class_rows import ClassRow
    from storage.database import Database
    from web.board.access import Gate, Visit
    from web.board.frame import Frame
    from web.board.parts import BoardParts

log = structlog.get_logger()

CHANGES_SHOWN = 20


class ResultPages:
    """Ghi nhận lớp."""

    def __init__(self, database: Database, frame: Frame, parts: BoardParts) -> None:
        self._database = database
        self._frame = frame
        self._modules = parts.modules

    def open(self, gate: Gate) -> None:
        """Make the routes."""
        gate.open("GET", f"{UNIT}/ket-qua", self._page)
        gate.open("POST", f"{UNIT}/ket-qua", self._post)
        gate.open("POST", f"{UNIT}/ket-qua/rut", self._withdraw)

    async def _page(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        draft = Draft({"to_chuc": visit.unit.code})
        async with self._database.connect() as conn:
            return await self._answer(conn, visit, draft, request.query)

    async def _answer(
        self, conn: AsyncConnection, visit: Visit, draft: Draft, query: Mapping[str, str] | None = None
    ) -> web.Response:
        query = query or {}
        unit_id, me = visit.unit.unit_id, visit.visitor.person_id
        chosen = await class_people.chosen(conn, unit_id, visit.day, draft.chosen)
        found, after = await class_people.page(
            conn, unit_id, visit.day, search=fold(draft.search), limit=PAGE, after=draft.after
        )
        taken = {one.person_id for one in chosen} | {me}
        before = query.get("truoc", "")
        entered = await class_entries.entered(conn, unit_id, visit.day, limit=PAGE + 1, before=number(before))
        kinds = [Kind.CLASS, Kind.WITHDRAWN]
        changed = await office_changes.latest(conn, unit_id, kinds, CHANGES_SHOWN)
        return self._frame.page(
            "board/results.html",
            visit,
            "ket-qua",
            status=422 if draft.faults else 200,
            draft=draft,
            faults=draft.faults or {},
            fields=FIELDS,
            chosen=chosen,
            found=[one for one in found if one.person_id not in taken],
            after=after,
            is_me=any(one.person_id == me for one in found),
            modules=self._modules,
            organisers=visit.path,
            entered=entered[:PAGE],
            more=entered[PAGE - 1].id if len(entered) > PAGE else None,
            changed=[(one, self._told(one)) for one in changed],
            added=number(query.get("ghi", "")),
            known=number(query.get("co", "")),
            said=query.get("bao", ""),
            other=OTHER,
        )

    def _told(self, change: office_changes.Change) -> str:
        said = change.said
        title = self._modules.get(str(said.get("module", "")), "")
        topic = str(said.get("topic", "")) or f"{said.get('module', '')} {title}".strip()
        if change.kind is Kind.WITHDRAWN:
            return f"rút lại 1 lượt: {topic}, ngày {said['held_on']}. Lý do: {said['reason']}"
        if "file" in said:
            return f"nhập tệp {said['file']}: {said['people']} lượt"
        return f"ghi {said['people']} lượt: {topic}, ngày {said['held_on']}, {said['document']}"

    # --- entering ---

    async def _post(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        fields = await forms.read_fields(request, MOST_FIELDS)
        draft = result_form.read(fields)
        if fields.get("viec") != "ghi":  # looks for more people; what was typed and chosen stays
            async with self._database.connect() as conn:
                return await self._answer(conn, visit, draft)
        async with self._database.begin() as conn:
            held, organiser, faults = await self._understood(conn, visit, draft)
            if held is None or organiser is None or faults:
                wrong = Draft(draft.typed, draft.chosen, draft.search, None, faults)
                return await self._answer(conn, visit, wrong)
            rows = [
                Attended(person, held.module_id, held.topic, held.held_on, held.hours, organiser, held.document)
                for person in draft.chosen
            ]
            unit_id = visit.unit.unit_id
            added = await recognitions.add_classes(conn, rows, visit.now, entered_by_unit_id=unit_id)
            if added:
                await office_changes.add(
                    conn,
                    unit_id=unit_id,
                    by=visit.visitor.person_id,
                    kind=Kind.CLASS,
                    said={**_said(held.module_id, held.topic, held.held_on, held.document), "people": added},
                    now=visit.now,
                )
        log.info("classes_entered", person_id=visit.visitor.person_id, unit_id=unit_id, number=added)
        raise web.HTTPSeeOther(f"/bang/{unit_id}/ket-qua?ghi={added}&co={len(rows) - added}")

    async def _understood(
        self, conn: AsyncConnection, visit: Visit, draft: Draft
    ) -> tuple[ClassRow | None, int | None, Mapping[str, str]]:
        """The class, who held it, and what is wrong by name of field ("nguoi": with those chosen)."""
        cells = {column: draft.typed[name] for name, column, *_ in FIELDS}
        held, wrong = read_class(cells, module_names(self._modules), visit.day)
        faults = {name: wrong[column] for name, column, *_ in FIELDS if column in wrong}
        organisers = await units_called(conn, draft.typed["to_chuc"]) if "to_chuc" not in faults else []
        if "to_chuc" not in faults and len(organisers) != 1:
            faults["to_chuc"] = "Không rõ là đơn vị nào. Gợi ý: ghi mã đơn vị như ở danh sách."
        mine = await class_people.chosen(conn, visit.unit.unit_id, visit.day, draft.chosen)
        if not draft.chosen:
            faults["nguoi"] = "Chưa chọn cán bộ nào. Gợi ý: đánh dấu ở danh sách trên."
        elif visit.visitor.person_id in draft.chosen:
            faults["nguoi"] = f"Có chính đồng chí. Gợi ý: {OWN_CLASS}"
        elif len(mine) != len(draft.chosen) or len(draft.chosen) > MOST_CHOSEN:
            raise web.HTTPNotFound  # nothing that our own form offers
        return held, organisers[0].id if len(organisers) == 1 else None, faults

    # --- taking back ---

    async def _withdraw(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        fields = await forms.read_fields(request)
        asked, reason = number(fields.get("luot", "")), clean(fields.get("ly_do", ""), MOST_TYPED).strip()
        back = f"/bang/{visit.unit.unit_id}/ket-qua"
        if asked is None:
            raise forms.BadFieldError("luot")
        if not reason:
            raise web.HTTPSeeOther(f"{back}?bao=ly-do#da-ghi")
        async with self._database.begin() as conn:
            row = await class_entries.withdraw(conn, visit.unit.unit_id, asked)
            if row is None:
                raise web.HTTPNotFound
            await office_changes.add(
                conn,
                unit_id=visit.unit.unit_id,
                by=visit.visitor.person_id,
                kind=Kind.WITHDRAWN,
                said={**_said(row.module_id, row.topic, row.held_on, row.document), "reason": reason},
                about=row.person_id,
                now=visit.now,
            )
        log.info("class_withdrawn", person_id=visit.visitor.person_id, unit_id=visit.unit.unit_id)
        raise web.HTTPSeeOther(f"{back}?bao=da-rut#da-ghi")


def _said(module_id: str, topic: str, held_on: object, document: str) -> Mapping[str, str]:
    return {"module": module_id, "topic": topic, "held_on": f"{held_on:%d/%m/%Y}", "document": document}
