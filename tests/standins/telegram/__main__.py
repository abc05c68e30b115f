"""
The stand-in as a process of its own, for measurements: `python -m tests.standins.telegram --port 8081`.

People are moved over HTTP: POST /control/says {"user", "text"}, /control/taps {"user", "button"}, and looked at:
GET /control/screen?user=1, GET /control/accepted?since=0.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses

from aiohttp import web

from tests.standins.serving import serve
from tests.standins.telegram.server import TOKEN, TelegramServer


class Controlled(TelegramServer):
    """A server whose people are moved over HTTP."""

    def extend(self, app: web.Application) -> None:
        app.add_routes(
            [
                web.post("/control/says", self._says),
                web.post("/control/taps", self._taps),
                web.get("/control/screen", self._screen),
                web.get("/control/accepted", self._accepted),
            ]
        )

    async def _says(self, request: web.Request) -> web.Response:
        asked = await request.json()
        number = await self.user(asked["user"]).says(asked["text"], wait=asked.get("wait", False))
        return web.json_response({"update_id": number})

    async def _taps(self, request: web.Request) -> web.Response:
        asked = await request.json()
        try:
            number = await self.user(asked["user"]).taps(asked["button"], wait=asked.get("wait", False))
        except LookupError as error:
            return web.json_response({"error": str(error)}, status=404)
        return web.json_response({"update_id": number})

    async def _screen(self, request: web.Request) -> web.Response:
        shown = self.user(int(request.query["user"])).screen
        return web.json_response([dataclasses.asdict(message) for message in shown])

    async def _accepted(self, request: web.Request) -> web.Response:
        since = int(request.query.get("since", "0"))
        return web.json_response([dataclasses.asdict(call) for call in self.accepted[since:]])


async def _main(arguments: argparse.Namespace) -> None:
    server = Controlled(
        token=arguments.token,
        latency_s=arguments.latency_ms / 1_000,
        limit_per_s=arguments.limit,
        any_chat=True,
    )
    await serve(server, arguments.port)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.standins.telegram", description="A Bot API on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--limit", type=int, help="sendMessage calls in any one second")
    parser.add_argument("--token", help=f"the only token let in, for example {TOKEN}; without it any is")
    asyncio.run(_main(parser.parse_args()))


if __name__ == "__main__":
    main()
