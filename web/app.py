"""The web application, put together from parts that are handed in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from web import chat, health, security
from web.board.parts import BoardParts
from web.board.routes import routes as board_routes
from web.demo import DemoRoom
from web.forms import MAX_BODY_BYTES
from web.metrics import Metrics
from web.pages import Pages
from web.stream import HEARTBEAT_S, Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from channels.hub import Hub
    from channels.messages import EndpointId, Files, Pipeline
    from storage.database import Database
    from web.demo import DemoParts
    from web.health import QueueDepth


def make_app(
    *,
    pipeline: Pipeline,
    database: Database,
    hub: Hub,
    endpoint: EndpointId,
    public_url: str,
    webhooks: Sequence[web.RouteDef] = (),
    demo: DemoParts | None = None,
    metrics: Metrics | None = None,
    queue_depth: QueueDepth | None = None,
    metrics_token: str = "",
    files: Files | None = None,
    heartbeat_s: float = HEARTBEAT_S,
    board: BoardParts | None = None,
    now: Callable[[], datetime] | None = None,
) -> web.Application:
    """
    Return the application; it opens nothing and closes only the pages of `hub`.

    Args:
        pipeline: takes what people do.
        database: the ledger that pages are read from, and what `/readyz` asks.
        hub: where the browser channel publishes.
        endpoint: the browser channel's row.
        public_url: how the program is reached from outside, such as https://tro-ly.example.vn.
        webhooks: where platforms deliver, such as Telegram's.
        demo: the five personas and the clock; only where the settings say so.
        metrics: shown at `/metrics`.
        metrics_token: what `/metrics` wants as a bearer; empty for none.
        queue_depth: deliveries by (lane, state), read at each scrape.
        files: makes the files that messages carry; where there is none, so is no file.
        heartbeat_s: how often a quiet stream says that it is still there.
        board: what the dashboard shows besides figures.
        now: the program's clock; the demo's, else the wall's, when None.
    """
    pages = Pages()
    moment = now or (demo.now if demo else _wall_clock)
    parts = Parts(pipeline, database, hub, endpoint, pages, moment, files, heartbeat_s)
    app = web.Application(
        client_max_size=MAX_BODY_BYTES,
        middlewares=[security.short_errors(pages), security.same_origin(public_url)],
    )
    app.on_response_prepare.append(security.put_headers(public_url))
    app.add_routes(pages.assets.routes())
    app.add_routes(health.routes(database, metrics or Metrics(), queue_depth, metrics_token))
    app.add_routes(chat.routes(parts, is_secure=public_url.startswith("https://")))
    app.add_routes(
        board_routes(board or BoardParts(), database, pages, parts.now, is_secure=public_url.startswith("https://"))
    )
    app.add_routes(webhooks)
    if demo is not None:
        rooms = DemoRoom(parts, demo)
        app.add_routes(rooms.routes())
        app.cleanup_ctx.append(rooms.watch)
    else:
        app.add_routes([web.get("/", _to_chat)])

    async def end_pages(_app: web.Application) -> None:
        hub.close()

    app.on_shutdown.append(end_pages)
    return app


def _wall_clock() -> datetime:
    return datetime.now(UTC)


async def _to_chat(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(chat.PATH)
