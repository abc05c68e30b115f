"""Two cookies: of a browser that is signed in, and of one that waits to be. Only their hashes are stored."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING

from learning import codes

if TYPE_CHECKING:
    from aiohttp import web

SESSION = "taphuan_bang"
WAITING = "taphuan_cho"
SESSION_AGE_S = 12 * 3600
WAITING_AGE_S = 600
_BYTES = 32  # 256 bits
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """Return 256 random bits as a cookie carries them."""
    return secrets.token_urlsafe(_BYTES)


def digest(token: str) -> bytes:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


def code_of(token: str) -> str:
    """Return the code that a waiting browser shows: it follows from its token, and tells nothing of it."""
    return codes.from_bits(int.from_bytes(hashlib.sha256(b"code:" + token.encode()).digest()[:8]))


def _name(name: str, *, is_secure: bool) -> str:
    return f"__Host-{name}" if is_secure else name


def token_of(request: web.Request, name: str, *, is_secure: bool) -> str | None:
    """Return what the browser brings under that name; None without one of ours."""
    token = request.cookies.get(_name(name, is_secure=is_secure), "")
    return token if _TOKEN.fullmatch(token) else None


def session_hash(request: web.Request, *, is_secure: bool) -> bytes | None:
    """Return under which hash the browser's session is stored; None if it brings none."""
    token = token_of(request, SESSION, is_secure=is_secure)
    return digest(token) if token else None


def keep(response: web.StreamResponse, name: str, token: str, age_s: int, *, is_secure: bool) -> None:
    """Have the browser bring the token; links from the chat may lead here, so it comes along with them."""
    response.set_cookie(
        _name(name, is_secure=is_secure),
        token,
        max_age=age_s,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=is_secure,
    )


def drop(response: web.StreamResponse, name: str, *, is_secure: bool) -> None:
    """Have the browser forget it."""
    response.del_cookie(_name(name, is_secure=is_secure), path="/", httponly=True, samesite="Lax", secure=is_secure)
