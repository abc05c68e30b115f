"""Server-Sent Events of one chat: first what the page has missed, then everything as it happens."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from channels.hub import Acknowledged, Event, FullHouseError, Shown, Signal
from storage import accounts, shown
from web.bubbles import bubble, fold, mark_of, new_key, ref_of, unfold, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from channels.hub import Hub, Page
    from channels.messages import Capabilities, EndpointId, Files, Message, Pipeline
    from storage.database import Database
    from storage.shown import HistoryItem
    from web.bubbles import Bubble
    from web.pages import Pages

_log = logging.getLogger(__name__)

HEARTBEAT_S = 15.0
HISTORY = 60
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}
_RETRY_MS = 2_000


@dataclass(frozen=True, slots=True)
class Parts:
    """What chat pages are made from; `now` is the program's clock."""

    pipeline: Pipeline
    database: Database
    hub: Hub
    endpoint: EndpointId
    pages: Pages
    now: Callable[[], datetime]
    files: Files | None = None
    heartbeat_s: float = HEARTBEAT_S


@dataclass(frozen=True, slots=True)
class Seat:
    """
    Whose chat it is, where its pages are, and what else its pages listen to.

    `shown_as`: as a channel without buttons and edits shows it, each message as text alone; None for as it is.
    """

    external_id: str
    base: str
    also: tuple[str, ...] = ()
    on_shown: Callable[[str], None] | None = None
    shown_as: Capabilities | None = None

    def draw(self, items: Iterable[HistoryItem]) -> list[Bubble]:
        """Return a chat's bubbles from the oldest."""
        return fold(items) if self.shown_as is None else unfold(items, self.shown_as)

    def draw_one(self, message: Message, ref: str, mark: str = "", at: datetime | None = None) -> list[Bubble]:
        """Return the bubbles of a message, or of the new form of the one called `ref`."""
        if self.shown_as is None:
            return [bubble(message, ref, mark, at)]
        return written(message, self.shown_as, mark or f"z{new_key()[:16]}", mark, at)


async def history(parts: Parts, external_id: str) -> list[HistoryItem]:
    """Return what the ledger has of a chat; nothing for somebody who has not agreed."""
    async with parts.database.connect() as conn:
        account = await accounts.look(conn, parts.endpoint, external_id)
        return list(await shown.history(conn, account.id, HISTORY)) if account else []


async def stream(request: web.Request, parts: Parts, seat: Seat) -> web.StreamResponse:
    """
    Tell a page what happens, until it goes away or is too slow to listen.

    The page says what it has with Last-Event-ID, or `?mark=` at first. The ledger is looked at again in every quiet
    heartbeat: another process may have sent something.
    """
    mark = request.headers.get("Last-Event-ID") or request.query.get("mark", "")
    response = web.StreamResponse(headers=_HEADERS)
    try:
        with parts.hub.open_page(seat.external_id, *seat.also) as page:
            await response.prepare(request)
            await _Stream(parts, seat, response, page).run(mark)
    except FullHouseError as error:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "30"}) from error
    except ConnectionError:
        return response
    except Exception:
        if not response.prepared:
            raise
        _log.exception("a stream broke off")  # nothing else can be answered now; the page connects again
    return response


class _Stream:
    def __init__(self, parts: Parts, seat: Seat, response: web.StreamResponse, page: Page) -> None:
        self._parts = parts
        self._seat = seat
        self._response = response
        self._page = page
        self._known: set[int] = set()
        self._at: dict[str, datetime] = {}  # by message: an edit keeps the hour of what it replaces

    async def run(self, mark: str) -> None:
        items = await history(self._parts, self._seat.external_id)
        await self._response.write(f"retry: {_RETRY_MS}\n\n".encode())
        if mark_of((item.id for item in items), HISTORY) == mark:
            self._known.update(item.id for item in items)
        await self._catch_up(items)
        while self._page.is_open:
            events = await self._page.wait(self._parts.heartbeat_s)
            for event in events:
                await self._tell(event)
            if not events and self._page.is_open:
                await self._response.write(b": still here\n\n")
                await self._catch_up(await history(self._parts, self._seat.external_id))

    async def _catch_up(self, items: Iterable[HistoryItem]) -> None:
        items = list(items)
        for item in items:
            self._at.setdefault(ref_of(item), item.run_at)
        missed = {item.id for item in items} - self._known
        if not missed:
            return
        for drawn in self._seat.draw(items):
            if int(drawn.mark) in missed:
                await self._show(drawn, "missed")
        if self._seat.on_shown is not None:
            for item in items:
                self._seat.on_shown(ref_of(item))
        # Only now: a page that breaks off in between must ask for all of it again.
        self._known |= missed
        await self._response.write(f"id: {mark_of(self._known, HISTORY)}\n\n".encode())

    async def _tell(self, event: Event) -> None:
        match event:
            case Shown(ref, message, tag):
                if tag.isdecimal():
                    if int(tag) in self._known:
                        return
                    self._known.add(int(tag))
                known_at = self._parts.now() if self._seat.shown_as else self._at.setdefault(ref, self._parts.now())
                for each in self._seat.draw_one(message, ref, tag, known_at):
                    await self._show(each, "message")
                if self._seat.on_shown is not None:
                    self._seat.on_shown(ref)
            case Acknowledged(callback_id):
                await self._write("ack", {"key": callback_id})
            case Signal(name, data):
                await self._write(name, data)

    async def _show(self, shown: Bubble, name: str) -> None:
        html = self._parts.pages.bubble(shown, self._seat.base)
        await self._write(name, {"ref": shown.ref, "html": html})

    async def _write(self, name: str, data: dict[str, Any]) -> None:
        mark = mark_of(self._known, HISTORY)
        lines = f"event: {name}\nid: {mark}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
        await self._response.write(lines.encode())
