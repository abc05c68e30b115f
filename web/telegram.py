"""Where Telegram's Bot API delivers updates."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from aiohttp import web

from channels.messages import Ignored
from web.webhook import check_secret, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels.messages import EndpointId, Inbound, Pipeline

_log = logging.getLogger(__name__)

PATH = "/telegram/webhook"
MAX_BODY_BYTES = 1_048_576
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
_ASK_AGAIN = {"Retry-After": "2"}  # without it the platform waits up to two minutes, and a tap lives 150 s


def routes(
    pipeline: Pipeline,
    secret: str,
    endpoint: EndpointId,
    parse: Callable[[object, EndpointId], Inbound | Ignored],
) -> list[web.RouteDef]:
    """
    Return the webhook's route.

    It answers 200 once the update has had its effect or never can have one, 503 where the platform must keep it,
    403 without the secret, 413 beyond `MAX_BODY_BYTES`.

    Args:
        pipeline: takes what was parsed.
        secret: what `setWebhook` was given; not empty.
        endpoint: the bot.
        parse: the adapter's reading of an update.

    Raises:
        ValueError: there is no secret.
    """
    if not secret:
        raise ValueError("a webhook needs a secret")

    async def webhook(request: web.Request) -> web.Response:
        check_secret(request, _SECRET_HEADER, secret)
        try:
            update = json.loads(await read(request, MAX_BODY_BYTES))
        except (ValueError, RecursionError) as error:
            _log.warning("an update that is not JSON (%s)", type(error).__name__)
            return web.Response()
        inbound = parse(update, endpoint)
        if isinstance(inbound, Ignored):
            _log.info("update %s ignored: %s", inbound.key, inbound.reason)
            return web.Response()
        receipt = await pipeline.receive(inbound)
        return web.Response(status=503, headers=_ASK_AGAIN) if receipt.retry_later else web.Response()

    return [web.post(PATH, webhook)]
