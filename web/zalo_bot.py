"""Where Zalo's Bot Platform delivers the events of a bot."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from aiohttp import web

from channels.messages import Ignored
from web.webhook import PROBES, check_secret, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels.messages import EndpointId, Inbound, Pipeline

_log = logging.getLogger(__name__)

PATH = "/zalo-bot/webhook"
MAX_BODY_BYTES = 262_144
_SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - a header's name


def routes(
    pipeline: Pipeline,
    secret: str,
    endpoint: EndpointId,
    parse: Callable[[object, EndpointId], Inbound | Ignored],
) -> list[web.RouteDef]:
    """
    Return the webhook's route.

    It answers 200 once the event has had its effect or never can have one, also to the platform's empty probe; 503
    where the database is away; 403 without the secret; 413 beyond `MAX_BODY_BYTES`.

    Args:
        pipeline: takes what was parsed.
        secret: what `setWebhook` was given; not empty.
        endpoint: the bot.
        parse: the adapter's reading of an event.

    Raises:
        ValueError: there is no secret.
    """
    if not secret:
        raise ValueError("a webhook needs a secret")

    async def webhook(request: web.Request) -> web.Response:
        body = await read(request, MAX_BODY_BYTES)
        if body.strip() in PROBES:
            return web.Response()
        check_secret(request, _SECRET_HEADER, secret)
        try:
            event = json.loads(body)
        except (ValueError, RecursionError) as error:
            _log.warning("an event that is not JSON (%s)", type(error).__name__)
            return web.Response()
        inbound = parse(event, endpoint)
        if isinstance(inbound, Ignored):
            _log.info("event ignored: %s", inbound.reason)
            return web.Response()
        receipt = await pipeline.receive(inbound)
        return web.Response(status=503 if receipt.retry_later else 200)

    return [web.post(PATH, webhook)]
