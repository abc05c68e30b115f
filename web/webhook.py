"""What the platforms' webhooks share: a body of bounded size, and the proof that the platform sent it."""

from __future__ import annotations

import hmac

from aiohttp import web

PROBES = (b"", b"{}")  # what Zalo's consoles post, unsigned, to see whether anybody answers


async def read(request: web.Request, most: int) -> bytes:
    """
    Return the body.

    Raises:
        HTTPRequestEntityTooLarge: it has more than `most` bytes.
    """
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > most:
            raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=len(body))
    return bytes(body)


def check_secret(request: web.Request, header: str, secret: str) -> None:
    """
    Let pass what carries the secret.

    Raises:
        HTTPForbidden: it does not.
    """
    shown = request.headers.get(header, "")
    if not hmac.compare_digest(shown.encode(errors="surrogateescape"), secret.encode()):
        raise web.HTTPForbidden
