"""
The stand-in as a process of its own: `python -m tests.standins.zalo --port 8082 --webhook http://127.0.0.1:8080/…`.

Prints its address and a first refresh token. People are moved over HTTP: POST /control/{follows,says,taps,shares}
{"user", "text"}, POST /control/clock {"hours"}; looked at: GET /control/screen?user=1.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses

from aiohttp import web

from tests.standins.serving import serve
from tests.standins.zalo.server import ZaloServer


class Controlled(ZaloServer):
    """A server whose people are moved over HTTP."""

    def extend(self, app: web.Application) -> None:
        app.add_routes(
            [
                web.post("/control/{action:follows|says|taps|shares}", self._moves),
                web.post("/control/clock", self._clock),
                web.get("/control/screen", self._screen),
            ]
        )

    async def _moves(self, request: web.Request) -> web.Response:
        asked = await request.json()
        person = self.person(str(asked["user"]))
        match request.match_info["action"]:
            case "follows":
                await person.follows()
            case "says":
                await person.says(asked["text"])
            case "taps":
                await person.taps(asked["text"])
            case _:
                await person.shares_phone(asked["text"])
        return web.json_response({})

    async def _clock(self, request: web.Request) -> web.Response:
        self.clock.advance(hours=float((await request.json())["hours"]))
        return web.json_response({"now_ms": self.clock.now_ms()})

    async def _screen(self, request: web.Request) -> web.Response:
        shown = self.person(request.query["user"]).screen
        return web.json_response([dataclasses.asdict(message) for message in shown])


async def _main(arguments: argparse.Namespace) -> None:
    server = Controlled(sub_quota=arguments.sub_quota)
    server.pusher.url = arguments.webhook
    await serve(server, arguments.port, server.grants.first_refresh_token())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.standins.zalo", description="Zalo's platform on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--webhook", default="", help="where events go")
    parser.add_argument("--sub-quota", type=int, default=0, help="messages of the package after 48 hours")
    asyncio.run(_main(parser.parse_args()))


if __name__ == "__main__":
    main()
