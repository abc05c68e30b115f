"""Who a browser is: a random cookie. Only its hash is an external id, and only that is ever stored."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

COOKIE = "taphuan_chat"
_BYTES = 24
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
_EXTERNAL_ID_LETTERS = 48
_MAX_AGE_S = 365 * 24 * 3600


def new_token() -> str:
    """Return a session of 192 random bits."""
    return secrets.token_urlsafe(_BYTES)


def token_of(request: web.Request) -> str | None:
    """Return the session that the browser brings; None without one of ours."""
    token = request.cookies.get(COOKIE, "")
    return token if _TOKEN.fullmatch(token) else None


def external_id(token: str) -> str:
    """Return the id under which the account is kept."""
    return hashlib.sha256(token.encode()).hexdigest()[:_EXTERNAL_ID_LETTERS]


def keep(response: web.StreamResponse, token: str, *, is_secure: bool) -> None:
    """Have the browser bring the session again for another year."""
    response.set_cookie(COOKIE, token, max_age=_MAX_AGE_S, path="/", httponly=True, samesite="Strict", secure=is_secure)
