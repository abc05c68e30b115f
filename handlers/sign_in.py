"""
Signing in to the dashboard, as the person sees it in their own chat.

A browser asks, and shows a code and a number of two digits. Whoever brings the code here sees when and from where it
was asked, and says whether it was them. A link, a code or a page alone lets nobody in.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from handlers import authority, words
from learning import codes
from learning.text import fold
from storage import accounts, signins, web_sessions

if TYPE_CHECKING:
    from channels.messages import Message
    from handlers.actions import EndSession, SignIn
    from handlers.context import Context

log = structlog.get_logger()

AWAITS = "sign_in"
MOST_TRIES = 5
TRIES_WITHIN = timedelta(minutes=10)
_PREFIX = "dn-"
_TYPED = re.compile(r"(?:dang ?nhap|login)[ :]+(?P<code>\S.{0,30})")


def payload(code: str) -> str:
    """What the link of a sign-in carries into the chat."""
    return _PREFIX + (codes.normal(code) or "")


def code_of_payload(carried: str) -> str | None:
    """The code that a link carried; None if it is about something else."""
    return carried.removeprefix(_PREFIX) if carried.startswith(_PREFIX) else None


def code_in(text: str) -> str | None:
    """The code in "dang nhap K7MP-2QXD-9T"; None if the text is something else."""
    found = _TYPED.fullmatch(fold(text))
    return found["code"] if found else None


async def begin(ctx: Context) -> list[Message]:
    """Typed "dang nhap": where the page is, and that its code is awaited."""
    if not await authority.seats(ctx):
        return [words.board_for_officers()]
    await accounts.await_text(ctx.conn, ctx.account.id, AWAITS)
    return [words.sign_in_how(ctx.installation.board_link)]


async def take_code(ctx: Context, typed: str) -> list[Message]:
    """A code was brought, by link or typed: show who asks, and ask whether it is them."""
    if ctx.account.awaits == AWAITS:
        await accounts.await_text(ctx.conn, ctx.account.id, None)
    if not await authority.seats(ctx):
        return [words.board_for_officers()]
    who = hashlib.sha256(f"sign_in:{ctx.account.id}".encode()).digest()
    if not await signins.take_turn(ctx.conn, who, most=MOST_TRIES, within=TRIES_WITHIN, now=ctx.now):
        return [words.too_many_tries()]
    letters = codes.normal(typed)
    found = await signins.claim(ctx.conn, codes.digest(letters), ctx.person, ctx.now) if letters else None
    if found is None:
        return [words.sign_in_unknown()]
    return [words.sign_in_asked(found)]


async def decide(ctx: Context, action: SignIn) -> list[Message]:
    """[Đúng là tôi] or [Không phải tôi]."""
    accepted = bool(action.accepted) and bool(await authority.seats(ctx))
    if not await signins.decide(ctx.conn, action.request, ctx.person, accepted=accepted, now=ctx.now):
        return [replace(words.sign_in_unknown(), replaces=ctx.in_place())]
    log.info("sign_in", accepted=accepted)
    return [words.sign_in_decided(accepted=accepted, replaces=ctx.in_place())]


async def sessions(ctx: Context) -> list[Message]:
    """Phiên đăng nhập: the browsers that are signed in, each to be ended."""
    listed = await web_sessions.listed(ctx.conn, ctx.person, ctx.now)
    return [replace(words.sessions(listed), replaces=ctx.in_place())]


async def end_session(ctx: Context, action: EndSession) -> list[Message]:
    """End one of one's own sessions, or all."""
    await web_sessions.end(ctx.conn, ctx.person, action.session or None, ctx.now)
    return await sessions(ctx)
