"""Where Zalo delivers the events of an Official Account."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from aiohttp import web

from channels.messages import Ignored
from web import webhook

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels.messages import Inbound, Pipeline

_log = logging.getLogger(__name__)

PATH = "/zalo/webhook"
MAX_BODY_BYTES = 262_144
ANSWER_WITHIN_S = 1.6  # the platform waits 2 s
_SIGNATURE, _TIMESTAMP, _RETRY = "X-ZEvent-Signature", "X-ZEvent-Timestamp", "num_retry"


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

    async def take(request: web.Request) -> web.Response:
        body = await webhook.read(request, MAX_BODY_BYTES)
        if body.strip() in webhook.PROBES:
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
        done, _ = await asyncio.wait({task}, timeout=within_s)
        if not done:
            _log.warning("an event takes long; the platform will send it again")
            response = web.Response(status=503)
            await response.prepare(request)
            await response.write_eof()
            await task  # the platform has its answer; a program that ends waits for its requests
            return response
        return web.Response(status=503 if task.result().retry_later else 200)

    return [web.post(PATH, take)]
