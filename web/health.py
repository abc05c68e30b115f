"""Is it alive, can it work, what has it counted: for whoever runs it, without a name or a text of anybody."""

from __future__ import annotations

import hmac
import logging
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from storage import schema

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from storage.database import Database
    from web.metrics import Metrics

    QueueDepth = Callable[[], Awaitable[Mapping[tuple[str, str], int]]]

_log = logging.getLogger(__name__)


def routes(
    database: Database, metrics: Metrics, queue_depth: QueueDepth | None = None, token: str = ""
) -> list[web.RouteDef]:
    """
    Return `/healthz`, `/readyz` and `/metrics`.

    Args:
        database: asked by `/readyz`, which answers 503 and says what is missing.
        metrics: shown by `/metrics`.
        queue_depth: deliveries by (lane, state), read at each scrape; a failure leaves the last figures.
        token: what `/metrics` wants as a bearer, else 401; empty for none.
    """

    async def healthz(_request: web.Request) -> web.Response:
        return _plain("ok")

    async def readyz(_request: web.Request) -> web.Response:
        missing = await _missing(database)
        return _plain(missing or "ready", status=503 if missing else 200)

    async def scrape(request: web.Request) -> web.Response:
        shown = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        if token and not hmac.compare_digest(shown, f"Bearer {token}".encode()):
            return web.Response(status=401, text="unauthorized\n", headers={"WWW-Authenticate": "Bearer", **_NO_STORE})
        if queue_depth is not None:
            try:
                metrics.set_queue(await queue_depth())
            except Exception:  # noqa: BLE001 - a scrape must not fail with the database
                _log.exception("the queue could not be measured")
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST, **_NO_STORE})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", scrape)]


_NO_STORE = {"Cache-Control": "no-store"}


def _plain(text: str, status: int = 200) -> web.Response:
    return web.Response(text=f"{text}\n", status=status, headers=_NO_STORE)


async def _missing(database: Database) -> str | None:
    try:
        await database.ping()
        revision = await schema.current(database)
    except Exception:  # noqa: BLE001 - whatever it is, it does not answer
        _log.exception("not ready: the database does not answer")
        return "database"
    if revision != schema.newest():
        _log.error("not ready: the database is at revision %s, needed is %s", revision, schema.newest())
        return "migrations"
    return None
