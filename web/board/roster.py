"""The roster officer's pages: a list in, seen before it is written; faulty rows mended by typing."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from roster import imports, keeping
from roster.faults import FileRefusedError
from roster.plan import Plan
from roster.preview import preview
from roster.reach import outside
from roster.template import write_template
from storage import roster as store
from storage import uploads
from storage.database import allow_long
from web import forms
from web.board.access import UNIT
from web.board.sheet_forms import AT_ONCE, MENDED_SHOWN, mended_row, receive, workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from roster.faults import Fault
    from roster.sheets import Workbook
    from storage.database import Database
    from web.board.access import Gate, Visit
    from web.board.frame import Frame

log = structlog.get_logger()


class RosterPages:
    """Upload, dry run, mending, import."""

    def __init__(self, database: Database, frame: Frame) -> None:
        self._database = database
        self._frame = frame
        self._turns = asyncio.Semaphore(AT_ONCE)

    def open(self, gate: Gate) -> None:
        """Make the routes."""
        gate.open("GET", f"{UNIT}/danh-sach", self._page)
        gate.open("POST", f"{UNIT}/danh-sach", self._take)
        gate.open("GET", f"{UNIT}/danh-sach/mau.xlsx", self._template)
        gate.open("POST", f"{UNIT}/danh-sach/sua", self._mend)
        gate.open("POST", f"{UNIT}/danh-sach/nhap", self._import)

    async def _template(self, visit: Visit, _request: web.Request) -> web.StreamResponse:
        del visit
        return await workbook("danh-sach.xlsx", write_template)

    # --- the file ---

    async def _take(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tai-len.xlsx"
            name, replaces = await receive(request, path)
            try:
                async with self._turns:
                    book = await imports.read_file(path)
                    body = await asyncio.to_thread(keeping.pack, book)
            except FileRefusedError as error:
                return self._form(visit, error.faults, status=422)
        async with self._database.begin() as conn:
            await uploads.keep(
                conn,
                person_id=visit.visitor.person_id,
                unit_id=visit.unit.unit_id,
                file_name=name,
                body=body,
                replaces=replaces,
                now=visit.now,
            )
        raise web.HTTPSeeOther(f"/bang/{visit.unit.unit_id}/danh-sach")

    def _form(self, visit: Visit, faults: Sequence[Fault] = (), *, status: int = 200) -> web.Response:
        return self._frame.page(
            "board/roster.html", visit, "danh-sach", status=status, upload=None, faults=[one.line() for one in faults]
        )

    async def _kept(self, conn: AsyncConnection, visit: Visit) -> tuple[uploads.Upload, Workbook] | None:
        upload = await uploads.of_person(conn, visit.visitor.person_id, visit.unit.unit_id, visit.now)
        return (upload, await asyncio.to_thread(keeping.unpack, upload.body)) if upload else None

    async def _plan(self, conn: AsyncConnection, visit: Visit, upload: uploads.Upload, book: Workbook) -> Plan:
        """What an import would do; nothing but its faults where it would reach beyond the unit."""
        plan = await imports.check_workbook(book, conn, visit.day, replace=upload.replaces)
        if plan.errors:
            return plan
        changed = [record.id for place in plan.holders_changed if (record := plan.holders[place].record)]
        beyond = await asyncio.to_thread(
            outside, plan, visit.unit.unit_id, await store.units(conn), await store.held_by(conn, changed)
        )
        if beyond:
            log.warning("roster_out_of_scope", person_id=visit.visitor.person_id, unit_id=visit.unit.unit_id)
            return Plan(errors=beyond, set_aside=plan.set_aside)
        return plan

    # --- the dry run ---

    async def _page(self, visit: Visit, _request: web.Request) -> web.StreamResponse:
        async with self._turns, self._database.connect() as conn:
            await allow_long(conn)
            kept = await self._kept(conn, visit)
            if kept is None:
                return self._form(visit)
            upload, book = kept
            plan = await self._plan(conn, visit, upload, book)
        aside = plan.set_aside[:MENDED_SHOWN]
        rows = [(fault, keeping.fields(book.people, fault.row)) for fault in aside if fault.row is not None]
        return self._frame.page(
            "board/roster.html",
            visit,
            "danh-sach",
            upload=upload,
            faults=[fault.line() for fault in plan.errors],
            text="" if plan.errors else preview(plan),
            mend=rows,
            more=max(0, len(plan.set_aside) - MENDED_SHOWN),
            closes=bool(plan.posts_closed or plan.units_closed),
        )

    async def _mend(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        fields = await forms.read_fields(request)
        number, cells = mended_row(fields)
        async with self._turns, self._database.begin() as conn:
            kept = await self._kept(conn, visit)
            if kept is not None:
                upload, book = kept
                mended = await asyncio.to_thread(lambda: keeping.pack(keeping.mend(book, number, cells)))
                await uploads.mend(conn, upload.id, mended)
        raise web.HTTPSeeOther(f"/bang/{visit.unit.unit_id}/danh-sach")

    # --- the import ---

    async def _import(self, visit: Visit, request: web.Request) -> web.StreamResponse:
        fields = await forms.read_fields(request)
        back = f"/bang/{visit.unit.unit_id}/danh-sach"
        if "bo" in fields:
            async with self._database.begin() as conn:
                await uploads.drop(conn, visit.visitor.person_id)
            raise web.HTTPSeeOther(back)
        async with self._turns, self._database.begin() as conn:
            await allow_long(conn)
            kept = await self._kept(conn, visit)
            if kept is None:
                raise web.HTTPSeeOther(back)
            upload, book = kept
            plan = await self._plan(conn, visit, upload, book)
            if plan.errors:
                raise web.HTTPSeeOther(back)
            await imports.apply(conn, plan, visit.day, visit.now)
            await uploads.drop(conn, visit.visitor.person_id)
        log.info("roster_imported", person_id=visit.visitor.person_id, unit_id=visit.unit.unit_id)
        return self._frame.page("board/roster_done.html", visit, "danh-sach", text=preview(plan, is_done=True))
