"""Where Zalo delivers the events of an Official Account."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from aiohttp import web

from channels.messages import Ignored

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels.messages import Inbound, Pipeline, Receipt

_log = logging.getLogger(__name__)

PATH = "/zalo/webhook"
MAX_BODY_BYTES = 262_144
ANSWER_WITHIN_S = 1.6  # the platform waits 2 s
_SIGNATURE, _TIMESTAMP, _RETRY = "X-ZEvent-Signature", "X-ZEvent-Timestamp", "num_retry"
_PROBES = (b"", b"{}")


def routes(
    pipeline: Pipeline,
    read: Callable[[bytes, str, str], Inbound | Ignored | None],
    *,
    within_s: float = ANSWER_WITHIN_S,
) -> list[web.RouteDef]:
    """
    Return the webhook's route.

    It answers 200 once the event has had its effect or never can have one, also to the console's unsigned `{}`; 503
    where the platform must send it again: the database is away, or it takes longer than `within_s` (the work goes on,
    and a copy counts once); 403 without a signature that fits; 413 beyond `MAX_BODY_BYTES`.

    Args:
        pipeline: takes what was read.
        read: the adapter's reading of body, signature and timestamp; None for what the platform did not sign.
        within_s: how long the platform may wait.
    """
    under_way: set[asyncio.Task[Receipt]] = set()

    async def webhook(request: web.Request) -> web.Response:
        body = await _body(request)
        if body.strip() in _PROBES:
            return web.Response()
        inbound = read(body, request.headers.get(_SIGNATURE, ""), request.headers.get(_TIMESTAMP, ""))
        if inbound is None:
            _log.warning("an event without a signature that fits: check TAPHUAN_ZALO_OA_WEBHOOK_KEY")
            raise web.HTTPForbidden
        if isinstance(inbound, Ignored):
            _log.info("event ignored: %s", inbound.reason)
            return web.Response()
        if request.headers.get(_RETRY):
            _log.info("an event comes again")
        task = asyncio.ensure_future(pipeline.receive(inbound))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        done, _ = await asyncio.wait({task}, timeout=within_s)
        if not done:
            _log.warning("an event takes long; the platform will send it again")
            return web.Response(status=503)
        return web.Response(status=503 if task.result().retry_later else 200)

    return [web.post(PATH, webhook)]


async def _body(request: web.Request) -> bytes:
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(max_size=MAX_BODY_BYTES, actual_size=len(body))
    return bytes(body)
