"""
Pages for authors: what is there and what is wrong with it, and every message as each channel shows it.

With JavaScript a page loads itself again when a file changes; without, the author does. It reads files, and needs no
database.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from aiohttp import web

from content.faults import Fault
from content.figures import FigureError
from exchange import card
from web import preview_views, security
from web.pages import Pages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from web.preview_desk import Desk

HEARTBEAT_S = 15.0
_KINDS = "lesson|test|drill|tool"
_STREAM_HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
_RETRY_MS = 1_000


def make_app(desk: Desk, *, heartbeat_s: float = HEARTBEAT_S) -> web.Application:
    """
    Return the application; it watches `desk`, which has been looked at once, as long as it runs.

    Args:
        desk: the folder.
        heartbeat_s: how often a quiet stream says that it is still there.
    """
    pages = Pages()
    room = _Room(desk, pages, heartbeat_s)
    app = web.Application(middlewares=[security.short_errors(pages), security.same_origin("")])
    app.on_response_prepare.append(security.put_headers(""))
    app.add_routes(pages.assets.routes())
    app.add_routes(
        [
            web.get("/", room.listed),
            web.get("/events", room.events),
            web.get("/card/{id}.png", room.picture),
            web.get(f"/{{kind:{_KINDS}}}/{{id}}", room.shown),
        ]
    )
    app.cleanup_ctx.append(room.watch)
    app.on_shutdown.append(room.close)
    return app


class _Room:
    def __init__(self, desk: Desk, pages: Pages, heartbeat_s: float) -> None:
        self._desk = desk
        self._pages = pages
        self._heartbeat_s = heartbeat_s

    async def watch(self, _app: web.Application) -> AsyncIterator[None]:
        watching = asyncio.create_task(self._desk.watch())
        yield
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    async def close(self, _app: web.Application) -> None:
        await self._desk.close()

    async def listed(self, _request: web.Request) -> web.StreamResponse:
        report = self._desk.read.report
        return self._pages.response(
            "preview_list.html",
            mark=self._desk.mark,
            groups=preview_views.groups(self._desk.read),
            report=report,
            errors=(*self._failure(), *report.errors),
            warnings=report.warnings,
            root=self._desk.root,
        )

    async def shown(self, request: web.Request) -> web.StreamResponse:
        kind, id_ = request.match_info["kind"], request.match_info["id"]
        entries = [entry for group in preview_views.groups(self._desk.read) for entry in group.entries if entry.path]
        place = next((place for place, entry in enumerate(entries) if entry.path == f"/{kind}/{id_}"), None)
        if place is None:
            return self._missing(id_)
        entry = entries[place]
        return self._pages.response(
            "preview_page.html",
            mark=self._desk.mark,
            kind=kind,
            entry=entry,
            lesson=self._desk.read.library.lessons.get(id_) if kind == "lesson" else None,
            steps=list(preview_views.steps(self._desk.read, kind, id_, self._desk.on)),
            errors=(*self._failure(), *entry.errors),
            before=entries[place - 1] if place else None,
            after=entries[place + 1] if place + 1 < len(entries) else None,
        )

    def _missing(self, id_: str) -> web.Response:
        """Not there, or not readable any more: the faults say why, and the page waits for them to be mended."""
        faults = (*self._failure(), *self._desk.read.report.errors)
        return self._pages.response("preview_missing.html", status=404, mark=self._desk.mark, id=id_, errors=faults)

    def _failure(self) -> tuple[Fault, ...]:
        return (Fault("", 0, self._desk.failed),) if self._desk.failed else ()

    async def picture(self, request: web.Request) -> web.StreamResponse:
        read = self._desk.read
        lesson = read.library.lessons.get(request.match_info["id"])
        if lesson is None:
            raise web.HTTPNotFound
        try:
            data = card.page(lesson, read.library.module_of[lesson.id], self._desk.on, read.figures)
        except FigureError as error:  # the page tells its fault
            raise web.HTTPNotFound from error
        body = await asyncio.to_thread(card.png, data)
        return web.Response(body=body, content_type="image/png", headers={"Cache-Control": "no-store"})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Tell a page, once, that it is out of date."""
        response = web.StreamResponse(headers=_STREAM_HEADERS)
        await response.prepare(request)
        await response.write(f"retry: {_RETRY_MS}\n\n".encode())
        mark = request.query.get("mark", "")
        try:
            while not await self._desk.wait(mark, self._heartbeat_s):
                await response.write(b": still here\n\n")
            if self._desk.is_open:
                await response.write(f"event: reload\ndata: {json.dumps({'mark': self._desk.mark})}\n\n".encode())
        except ConnectionError:
            return response
        return response
