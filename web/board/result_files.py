"""Classes from a file «Kết quả ĐTBD»: seen before anything is written, faulty rows mended by typing."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from roster import classes, keeping
from roster.class_form import write_form
from roster.classes import Reach
from roster.faults import CLASS_SHEET, FileRefusedError
from storage import office_changes, recognitions, uploads
from storage.database import allow_long
from storage.office_changes import Kind
from web import forms
from web.board.access import UNIT
from web.board.sheet_forms import AT_ONCE, MENDED_SHOWN, mended_row, receive, workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from roster.classes import ClassPlan
    from roster.faults import Fault
    from roster.sheets import RawSheet
    from storage.database import Database
    from web.board.access import Gate, Visit
    from web.board.frame import Frame
    from web.board.parts import BoardParts

log = structlog.get_logger()


class ResultFilePages:
    """Upload, dry run, mending, import; for cadres of the unit, below it or managed."""

    def __init__(self, database: Database, frame: Frame, parts: BoardParts) -> None:
        self._database = database
        self._frame = frame
        self._modules = parts.modules
        self._turns = asyncio.Semaphore(AT_ONCE)

    def open(self, gate: Gate) -> None:
        """Make the routes."""
        base = f"{UNIT}/ket-qua/tep"
        gate.open("GET", base, self._page)
        gate.open("POST", base, self._take)
        gate.open("GET", f"{base}/mau.xlsx", self._template)
        gate.open("POST", f"{base}/sua", self._mend)
        gate.open("POST", f"{base}/nhap", self._import)

    async def _template(self, visit: Visit, _request: web.Request) -> web.StreamResponse:
        del visit
        return await workbook("ket-qua-dtbd.xlsx", lambda path: write_form(path, self._modules))

    async def _take(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tai-len.xlsx"
            name, _ = await receive(request, path)
            try:
                async with self._turns:
                    sheet = await classes.read_file(path)
                    body = await asyncio.to_thread(keeping.pack_sheet, sheet)
            except FileRefusedError as error:
                return self._form(visit, error.faults, status=422)
        async with self._database.begin() as conn:
            await uploads.keep(
                conn,
                person_id=visit.visitor.person_id,
                unit_id=visit.unit.unit_id,
                file_name=name,
                body=body,
                replaces=False,
                now=visit.now,
                kind=uploads.Kind.CLASSES,
            )
        raise web.HTTPSeeOther(_address(visit))

    def _form(self, visit: Visit, faults: Sequence[Fault] = (), *, status: int = 200) -> web.Response:
        return self._frame.page(
            "board/result_files.html",
            visit,
            "ket-qua",
            status=status,
            upload=None,
            faults=[one.line() for one in faults],
        )

    async def _kept(self, conn: AsyncConnection, visit: Visit) -> tuple[uploads.Upload, RawSheet] | None:
        me, unit_id = visit.visitor.person_id, visit.unit.unit_id
        upload = await uploads.of_person(conn, me, unit_id, visit.now, uploads.Kind.CLASSES)
        if upload is None:
            return None
        return upload, await asyncio.to_thread(keeping.unpack_sheet, upload.body, CLASS_SHEET)

    async def _plan(self, conn: AsyncConnection, visit: Visit, sheet: RawSheet) -> ClassPlan:
        reach = Reach(visit.unit.unit_id, visit.visitor.person_id)
        return await classes.check(conn, sheet, self._modules, visit.day, reach)

    async def _page(self, visit: Visit, _request: web.Request) -> web.StreamResponse:
        async with self._turns, self._database.connect() as conn:
            await allow_long(conn)
            kept = await self._kept(conn, visit)
            if kept is None:
                return self._form(visit)
            upload, sheet = kept
            plan = await self._plan(conn, visit, sheet)
        aside = plan.set_aside[:MENDED_SHOWN]
        return self._frame.page(
            "board/result_files.html",
            visit,
            "ket-qua",
            upload=upload,
            faults=[fault.line() for fault in (*plan.errors, *plan.warnings)],
            plan=plan,
            mend=[(fault, keeping.fields(sheet, fault.row)) for fault in aside if fault.row is not None],
            more=max(0, len(plan.set_aside) - MENDED_SHOWN),
        )

    async def _mend(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        number, cells = mended_row(await forms.read_fields(request))
        async with self._turns, self._database.begin() as conn:
            kept = await self._kept(conn, visit)
            if kept is not None:
                upload, sheet = kept
                mended = await asyncio.to_thread(lambda: keeping.pack_sheet(keeping.mend_sheet(sheet, number, cells)))
                await uploads.mend(conn, upload.id, mended)
        raise web.HTTPSeeOther(_address(visit))

    async def _import(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        fields = await forms.read_fields(request)
        next_page = _address(visit)
        async with self._turns, self._database.begin() as conn:
            if "bo" in fields:
                await uploads.drop(conn, visit.visitor.person_id, uploads.Kind.CLASSES)
            else:
                await allow_long(conn)
                next_page = await self._write(conn, visit)
        raise web.HTTPSeeOther(next_page)

    async def _write(self, conn: AsyncConnection, visit: Visit) -> str:
        """Enter what the kept file says; returns where to go."""
        me, unit_id = visit.visitor.person_id, visit.unit.unit_id
        kept = await self._kept(conn, visit)
        if kept is None:
            return _address(visit)
        upload, sheet = kept
        plan = await self._plan(conn, visit, sheet)
        if plan.errors:
            return _address(visit)
        added = await recognitions.add_classes(conn, plan.new, visit.now, entered_by_unit_id=unit_id)
        if added:
            said = {"file": upload.file_name, "people": added}
            await office_changes.add(conn, unit_id=unit_id, by=me, kind=Kind.CLASS, said=said, now=visit.now)
        await uploads.drop(conn, me, uploads.Kind.CLASSES)
        log.info("classes_imported", person_id=me, unit_id=unit_id, number=added)
        return f"/bang/{unit_id}/ket-qua?ghi={added}&co={plan.known}"


def _address(visit: Visit) -> str:
    return f"/bang/{visit.unit.unit_id}/ket-qua/tep"
