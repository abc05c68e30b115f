"""
The demo: five people's chats on one page, and a clock to push. Served only where the settings say `demo`.

Whoever opens it may speak as any of the five, so it must never stand beside real data.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiohttp import web

from channels.hub import Shown, Signal
from channels.messages import Sender, Started
from handlers.sign_in import code_of_payload
from web import chat, forms
from web.bubbles import new_key, ref_of
from web.chat import logbook, room
from web.dates import next_monday, spoken
from web.pages import json_answer
from web.security import wants_json
from web.stream import Parts, Seat, history

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from datetime import datetime

    from channels.messages import Capabilities
    from web.bubbles import Bubble

PATH = "/demo"
AS_ON_ZALO = "/zalo"
TOPIC = "demo"
_WATCHER = "demo-watcher"
_MOST_CODE = 40
MAX_ADVANCE_S = 40 * 86_400


@dataclass(frozen=True, slots=True)
class Persona:
    """One of the five: `title` is the office, `unit` the union's name, `external_id` their account in the browser."""

    key: str
    title: str
    name: str
    unit: str
    external_id: str
    sees_board: bool = False

    @property
    def initials(self) -> str:
        """Two letters for the picture: of the middle name and the given name."""
        return "".join(word[0] for word in self.name.split()[-2:]).upper()


@dataclass(frozen=True, slots=True)
class DemoParts:
    """
    What the demo adds.

    `advance` moves the program's clock by seconds and returns the new now once all that fell due was handled; `on_zalo`
    is what a channel on Zalo shows.
    """

    personas: Sequence[Persona]
    now: Callable[[], datetime]
    advance: Callable[[int], Awaitable[datetime]]
    on_zalo: Capabilities | None = None


class DemoRoom:
    """The five chats, what of them was looked at, and the clock. The memory of this process alone."""

    def __init__(self, parts: Parts, demo: DemoParts) -> None:
        self._parts = parts
        self._demo = demo
        self._personas = {persona.key: persona for persona in demo.personas}
        self._seen: dict[str, set[str]] = {key: set() for key in self._personas}
        self._pushing = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """Return the demo's routes; the page of a person is `/demo/<key>`."""
        found = [
            web.get("/", self._enter),
            web.get(PATH, self._enter),
            web.post(f"{PATH}/clock", self._clock),
            web.get(PATH + "/{persona}", self._page),
            *room(self._parts, PATH + "/{persona}", self._seat, self._show),
        ]
        if self._demo.on_zalo is not None:
            path = PATH + "/{persona}" + AS_ON_ZALO
            found += [web.get(path, self._page_on_zalo), *room(self._parts, path, self._seat_on_zalo, self._show)]
        return found

    async def watch(self, _app: web.Application) -> AsyncIterator[None]:
        """Keep the pages' marks and clock true while the application runs (an aiohttp cleanup context)."""
        task = asyncio.create_task(self._watch())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    # --- pages ---

    async def _enter(self, _request: web.Request) -> web.StreamResponse:
        first = next(iter(self._personas), None)
        raise web.HTTPSeeOther(f"{PATH}/{first}" if first else chat.PATH)

    def _persona(self, request: web.Request) -> Persona:
        persona = self._personas.get(request.match_info["persona"])
        if persona is None:
            raise web.HTTPNotFound
        return persona

    def _seat(self, request: web.Request) -> Seat:
        persona = self._persona(request)

        def on_shown(ref: str) -> None:
            self._seen[persona.key].add(ref)

        return Seat(persona.external_id, f"{PATH}/{persona.key}", also=(TOPIC,), on_shown=on_shown)

    def _seat_on_zalo(self, request: web.Request) -> Seat:
        seat = self._seat(request)
        return replace(seat, base=seat.base + AS_ON_ZALO, shown_as=self._demo.on_zalo)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        seat = self._seat(request)
        if request.query.get("nhu") == "zalo" and self._demo.on_zalo is not None:
            raise web.HTTPSeeOther(f"{seat.base}{AS_ON_ZALO}#moi")
        code = request.query.get("code", "")
        if code_of_payload(code) is not None:  # a sign-in to the dashboard that is to be confirmed here
            sender = Sender(self._parts.endpoint, seat.external_id)
            await self._parts.pipeline.receive(
                Started(f"{seat.external_id[:12]}-{new_key()}", sender, code[:_MOST_CODE])
            )
            raise web.HTTPSeeOther(f"{seat.base}#moi")
        return await self._show(request, seat, ())

    async def _page_on_zalo(self, request: web.Request) -> web.StreamResponse:
        return await self._show(request, self._seat_on_zalo(request), ())

    async def _show(self, request: web.Request, seat: Seat, replies: Sequence[Bubble]) -> web.Response:
        persona = self._persona(request)
        bubbles, mark = await logbook(self._parts, seat, replies)
        self._seen[persona.key].update(ref_of(item) for item in await history(self._parts, persona.external_id))
        return self._parts.pages.response(
            "demo.html",
            base=seat.base,
            bubbles=bubbles,
            mark=mark,
            me=persona,
            personas=self._demo.personas,
            view=AS_ON_ZALO if seat.shown_as is not None else "",
            has_zalo=self._demo.on_zalo is not None,
            unread=await self._unread(),
            now=self._demo.now(),
            now_spoken=spoken(self._demo.now()),
        )

    # --- marks ---

    async def _unread(self) -> dict[str, int]:
        unread: dict[str, int] = {}
        for persona in self._demo.personas:
            refs = {ref_of(item) for item in await history(self._parts, persona.external_id)}
            unread[persona.key] = len(refs - self._seen[persona.key])
        return unread

    async def _watch(self) -> None:
        everybody = [persona.external_id for persona in self._demo.personas]
        with self._parts.hub.open_page(_WATCHER, *everybody) as page:
            while page.is_open:
                events = await page.wait(self._parts.heartbeat_s)
                if any(isinstance(event, Shown) for event in events):
                    self._tell("unread", await self._unread())
                self._tell_time(self._demo.now())

    def _tell(self, name: str, data: dict[str, int] | dict[str, str]) -> None:
        self._parts.hub.publish(TOPIC, Signal(name, dict(data)))

    def _tell_time(self, now: datetime) -> None:
        self._tell("clock", {"now": now.isoformat(), "spoken": spoken(now)})

    # --- the clock ---

    async def _clock(self, request: web.Request) -> web.StreamResponse:
        fields = await forms.read_fields(request)
        async with self._pushing:
            now = await self._demo.advance(self._seconds(fields))
        self._tell("unread", await self._unread())
        self._tell_time(now)
        if wants_json(request):
            return json_answer({"now": now.isoformat(), "spoken": spoken(now)})
        key, view = fields.get("me", ""), AS_ON_ZALO if fields.get("nhu") == "zalo" else ""
        raise web.HTTPSeeOther(f"{PATH}/{key}{view}#moi" if key in self._personas else PATH)

    def _seconds(self, fields: dict[str, str]) -> int:
        if fields.get("to") == "monday":
            now = self._demo.now()
            return int((next_monday(now) - now).total_seconds()) + 1
        wanted = fields.get("advance_s", "")
        if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < len(str(10 * MAX_ADVANCE_S))):
            raise forms.BadFieldError("advance_s")
        if not 1 <= int(wanted) <= MAX_ADVANCE_S:
            raise forms.BadFieldError("advance_s")
        return int(wanted)
