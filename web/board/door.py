"""
Signing in: the page asks, the person answers in their own chat, the same browser enters.

Looking at a page changes nothing, so whatever fetches links opens no door: every step is a POST of this browser, or a
tap of the person.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

import segno
import structlog
from aiohttp import web

from handlers.sign_in import payload
from learning import codes
from storage import signins, web_sessions
from web import forms
from web.board import cookies
from web.board.access import HOME, SIGN_IN
from web.pages import json_answer
from web.security import wants_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from storage.database import Database
    from web.pages import Pages

log = structlog.get_logger()

MOST_FROM_ONE_ADDRESS = 30
MOST_FROM_EVERYWHERE = 1_000
WITHIN = timedelta(minutes=10)
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("coc_coc", "Cốc Cốc"), ("SamsungBrowser", "Samsung Internet"),
             ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
            ("Mac OS X", "máy Mac"), ("Linux", "Linux"))  # fmt: skip


def agent_of(header: str) -> str:
    """Return "Chrome trên Windows" from a User-Agent header."""
    browser = next((name for mark, name in _BROWSERS if mark in header), "Trình duyệt lạ")
    system = next((name for mark, name in _SYSTEMS if mark in header), "máy lạ")
    return f"{browser} trên {system}"


def address_of(request: web.Request) -> str:
    """Return the address that asks; behind a proxy of ours (a private address) what the proxy says; "" for itself."""
    try:
        peer = ip_address(request.remote or "")
        said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        address = ip_address(said) if said and peer.is_private else peer
    except ValueError:
        return ""
    return "" if address.is_loopback else str(address)


class Door:
    """The pages before the dashboard."""

    def __init__(
        self,
        database: Database,
        pages: Pages,
        now: Callable[[], datetime],
        bot_link: Callable[[], str],
        personas: Mapping[str, str],
        *,
        is_secure: bool,
    ) -> None:
        self._database = database
        self._pages = pages
        self._now = now
        self._bot_link = bot_link
        self._personas = personas
        self._is_secure = is_secure

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get(SIGN_IN, self._page),
            web.post(SIGN_IN, self._begin),
            web.get(f"{SIGN_IN}/cho", self._wait),
            web.post(f"{SIGN_IN}/vao", self._enter),
        ]

    def _persona(self, asked: str) -> str:
        """The demo's persona in whose chat it is confirmed; "" outside of the demo."""
        return asked if asked in self._personas else ""

    async def _page(self, request: web.Request) -> web.StreamResponse:
        persona = self._persona(request.query.get("voi", ""))
        return self._pages.response(
            "board/sign_in.html", state="begin", persona=persona, name=self._personas.get(persona, "")
        )

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        fields = await forms.read_fields(request)
        now, token, address = self._now(), cookies.new_token(), address_of(request)
        async with self._database.begin() as conn:
            for who, most in ((f"board:{address}", MOST_FROM_ONE_ADDRESS), ("board:*", MOST_FROM_EVERYWHERE)):
                digest = hashlib.sha256(who.encode()).digest()
                if not await signins.take_turn(conn, digest, most=most, within=WITHIN, now=now):
                    log.warning("sign_in_too_often")
                    raise web.HTTPTooManyRequests
            await signins.begin(
                conn,
                browser_hash=cookies.digest(token),
                code_hash=codes.digest(codes.normal(cookies.code_of(token)) or ""),
                number=f"{10 + secrets.randbelow(90)}",
                agent=agent_of(request.headers.get("User-Agent", "")),
                address=address,
                now=now,
            )
        persona = self._persona(fields.get("voi", ""))
        response = web.Response(
            status=303, headers={"Location": f"{SIGN_IN}/cho" + (f"?voi={persona}" if persona else "")}
        )
        cookies.keep(response, cookies.WAITING, token, cookies.WAITING_AGE_S, is_secure=self._is_secure)
        return response

    async def _wait(self, request: web.Request) -> web.StreamResponse:
        token = cookies.token_of(request, cookies.WAITING, is_secure=self._is_secure)
        asked = None
        if token:
            async with self._database.connect() as conn:
                asked = await signins.of_browser(conn, cookies.digest(token), self._now())
        if asked is None or asked.is_used or token is None:
            state = "gone"
        elif asked.accepted is None:
            state = "opened" if asked.person_id else "waiting"
        else:
            state = "accepted" if asked.accepted else "refused"
        if wants_json(request):
            return json_answer({"state": state})
        persona = self._persona(request.query.get("voi", ""))
        code = cookies.code_of(token) if token else ""
        link = f"{self._bot_link()}?start={payload(code)}" if self._bot_link() and not persona else ""
        chat = f"/demo/{persona}" if persona else "/chat"
        return self._pages.response(
            "board/sign_in.html",
            state=state,
            persona=persona,
            name=self._personas.get(persona, ""),
            number=asked.number if asked else "",
            code=code,
            link=link,
            chat=f"{chat}?code={payload(code)}",
            qr=qr(link) if link else "",
        )

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        await forms.read_fields(request)
        waiting = cookies.token_of(request, cookies.WAITING, is_secure=self._is_secure)
        if waiting is None:
            raise web.HTTPSeeOther(SIGN_IN)
        now, token = self._now(), cookies.new_token()
        async with self._database.begin() as conn:
            entered = await signins.enter(conn, cookies.digest(waiting), now)
            if entered is None:
                raise web.HTTPSeeOther(f"{SIGN_IN}/cho")
            person_id, agent = entered
            await web_sessions.add(conn, token_hash=cookies.digest(token), person_id=person_id, agent=agent, now=now)
        log.info("signed_in")
        response = web.Response(status=303, headers={"Location": HOME})
        cookies.keep(response, cookies.SESSION, token, cookies.SESSION_AGE_S, is_secure=self._is_secure)
        cookies.drop(response, cookies.WAITING, is_secure=self._is_secure)
        return response


def qr(text: str) -> str:
    """Return a QR code as SVG, without style of its own."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=4, border=2, xmldecl=False, svgns=False)
    return out.getvalue().decode()
