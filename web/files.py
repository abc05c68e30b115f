"""A file that a message of the chat carries, for whoever it was sent to, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from channels.messages import RefusedError, UnreachableError
from storage import accounts, shown

if TYPE_CHECKING:
    from channels.messages import Attachment
    from web.stream import Parts, Seat

_MOST_DIGITS = 18
_RETRY_AFTER_S = "5"


async def answer(request: web.Request, parts: Parts, seat: Seat) -> web.Response:
    """
    Return the file of the delivery that the address names.

    Raises:
        HTTPNotFound: that seat was sent no such file, or there is nothing any more to make it from.
        HTTPServiceUnavailable: it is still being made.
    """
    attachment = await _sent(parts, seat, request.match_info["delivery"])
    if attachment is None or parts.files is None:
        raise web.HTTPNotFound
    try:
        file = await parts.files.make(attachment)
    except RefusedError as error:
        raise web.HTTPNotFound from error
    except UnreachableError as error:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": _RETRY_AFTER_S}) from error
    return web.Response(
        body=file.content,
        content_type=file.media_type,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "private, no-store"},
    )


async def _sent(parts: Parts, seat: Seat, delivery: str) -> Attachment | None:
    if not (delivery.isascii() and delivery.isdecimal() and len(delivery) <= _MOST_DIGITS):
        return None
    async with parts.database.connect() as conn:
        account = await accounts.look(conn, parts.endpoint, seat.external_id)
        return await shown.attached(conn, account.id, int(delivery)) if account else None
