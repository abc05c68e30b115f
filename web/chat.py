"""
The browser chat: a full channel for anybody, with and without JavaScript.

With JavaScript a page posts in the background and hears what happens by Server-Sent Events. Without, buttons are forms:
the answer is a redirect back to the page, or, for a visitor of whom nothing is kept, the page with the replies in it.
What the reader says is shown by their own page and is not kept here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiohttp import web

from channels.fitting import carried
from channels.messages import Sender, Started, Tap, Text
from channels.typed import chosen
from handlers.join import unit_payload
from storage import accounts, shown
from web import files, forms, sessions
from web.bubbles import mark_of, new_key
from web.pages import json_answer
from web.security import wants_json
from web.stream import HISTORY, Parts, Seat, history, stream

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from channels.messages import Inbound, Message, Receipt
    from web.bubbles import Bubble

    Who = Callable[[web.Request], Seat]
    Show = Callable[[web.Request, Seat, Sequence[Bubble]], Awaitable[web.Response]]

PATH = "/chat"
_CODE = re.compile(r"[A-Za-z0-9 _-]{1,40}")
_UNIT = re.compile(r"[0-9]{1,15}")
_RETRY_AFTER_S = "3"


# --- any chat ---------------------------------------------------------------------------------------------------------


def room(parts: Parts, path: str, who: Who, show: Show) -> list[web.RouteDef]:
    """
    Return the routes of chats below `path`: events, tap, say, file.

    Args:
        parts: what pages are made from.
        path: may carry parameters that `who` reads.
        who: whose chat a request is about; raises an HTTP error for nobody's.
        show: the whole page, with replies that the ledger does not have.
    """

    def sender(seat: Seat) -> Sender:
        return Sender(parts.endpoint, seat.external_id)

    async def events(request: web.Request) -> web.StreamResponse:
        return await stream(request, parts, who(request))

    async def tap(request: web.Request) -> web.StreamResponse:
        seat = who(request)
        fields = await forms.read_fields(request)
        key, ref = forms.key_of(fields, seat.external_id), forms.ref_of(fields)
        inbound = Tap(key, sender(seat), forms.action_of(fields), message_ref=ref, callback_id=fields["key"])
        return await take(request, seat, inbound)

    async def say(request: web.Request) -> web.StreamResponse:
        seat = who(request)
        fields = await forms.read_fields(request)
        key, text = forms.key_of(fields, seat.external_id), forms.text_of(fields)
        return await take(request, seat, await _said(parts, seat, key, text) if text else None)

    async def file(request: web.Request) -> web.StreamResponse:
        return await files.answer(request, parts, who(request))

    async def take(request: web.Request, seat: Seat, inbound: Inbound | None) -> web.StreamResponse:
        replies: list[Bubble] = []
        if inbound is not None:
            receipt = await parts.pipeline.receive(inbound)
            replies = replied(receipt, seat)
        if wants_json(request):
            shown = [{"ref": each.ref, "html": parts.pages.bubble(each, seat.base)} for each in replies]
            return json_answer({"replies": shown})
        if replies:
            return await show(request, seat, replies)
        raise web.HTTPSeeOther(f"{seat.base}#moi")

    return [
        web.get(f"{path}/events", events),
        web.post(f"{path}/tap", tap),
        web.post(f"{path}/say", say),
        web.get(path + "/file/{delivery}", file),
    ]


async def _said(parts: Parts, seat: Seat, key: str, text: str) -> Tap | Text:
    """What was typed; the choice that it names, where choices are spelled."""
    sender = Sender(parts.endpoint, seat.external_id)
    action = await _spelled(parts, seat, text) if seat.shown_as is not None else None
    return Text(key, sender, text) if action is None else Tap(key, sender, action)


async def _spelled(parts: Parts, seat: Seat, text: str) -> str | None:
    """The action of the choice that was spelled below the newest message and typed; None for none."""
    async with parts.database.connect() as conn:
        account = await accounts.look(conn, parts.endpoint, seat.external_id)
        asked = await shown.choices(conn, account.id) if account is not None else None
    if asked is None or seat.shown_as is None:
        return None
    return chosen(carried(asked, seat.shown_as), text)


def replied(receipt: Receipt, seat: Seat) -> list[Bubble]:
    """
    Return what a visitor is answered.

    Raises:
        HTTPServiceUnavailable: the update was not taken; the page keeps it and tries again with the same key.
    """
    if receipt.retry_later:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": _RETRY_AFTER_S})
    return [bubble for message in receipt.replies for bubble in visiting(message, seat)]


def visiting(message: Message, seat: Seat) -> list[Bubble]:
    """Return the bubbles of a message that the ledger does not have."""
    return seat.draw_one(message, message.replaces or f"v{new_key()[:16]}")


async def logbook(parts: Parts, seat: Seat, replies: Sequence[Bubble]) -> tuple[list[Bubble], str]:
    """Return the bubbles of a page from the oldest, and the mark of what the ledger has of them."""
    items = await history(parts, seat.external_id)
    fresh = {each.ref for each in replies}
    bubbles = [each for each in seat.draw(items) if each.ref not in fresh] + list(replies)
    return bubbles, mark_of((item.id for item in items), HISTORY)


# --- the chat of whoever brings the cookie ----------------------------------------------------------------------------


def routes(parts: Parts, *, is_secure: bool) -> list[web.RouteDef]:
    """
    Return the routes of the public chat page.

    Args:
        parts: what pages are made from.
        is_secure: the program is reached by https, so the cookie must be.
    """

    def who(request: web.Request) -> Seat:
        token = sessions.token_of(request)
        if token is None:
            raise web.HTTPForbidden
        return Seat(sessions.external_id(token), PATH)

    async def show(request: web.Request, seat: Seat, replies: Sequence[Bubble]) -> web.Response:
        del request
        bubbles, mark = await logbook(parts, seat, replies)
        return parts.pages.response("chat.html", base=seat.base, bubbles=bubbles, mark=mark)

    async def page(request: web.Request) -> web.StreamResponse:
        token = sessions.token_of(request)
        if token is None and request.headers.get("Sec-Fetch-Site") == "cross-site":
            # A strict cookie does not come along from another site's link; asked again from here, it does.
            return parts.pages.response("enter.html", address=request.path_qs)
        token = token or sessions.new_token()
        seat = Seat(sessions.external_id(token), PATH)
        payload = _payload(request)
        replies: list[Bubble] = []
        is_known = bool(await history(parts, seat.external_id))
        if payload or not is_known:
            sender = Sender(parts.endpoint, seat.external_id)
            started = Started(f"{seat.external_id[:12]}-{new_key()}", sender, payload)
            replies = replied(await parts.pipeline.receive(started), seat)
        if payload and is_known and not replies:  # what it led to is in the ledger; a reload must not ask again
            response = web.Response(status=303, headers={"Location": PATH})
        else:
            response = await show(request, seat, replies)
        sessions.keep(response, token, is_secure=is_secure)
        return response

    return [web.get(PATH, page), *room(parts, PATH, who, show)]


def _payload(request: web.Request) -> str:
    """Return what the link carried: a code as it is written, or a unit's id."""
    code, unit = request.query.get("code", "").strip(), request.query.get("unit", "")
    if _CODE.fullmatch(code):
        return code
    return unit_payload(int(unit)) if _UNIT.fullmatch(unit) else ""
