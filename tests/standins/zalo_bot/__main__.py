"""
The stand-in as a process of its own: `python -m tests.standins.zalo_bot --port 8083`.

Prints its address and the bot's token. Webhooks, once the program has set one, go to --route. People are moved over
HTTP: POST /control/says {"user": 0, "text": "hoc"}, POST /control/sends {"user": 0, "text": "image"}; looked at:
GET /control/screen?user=0.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses

from aiohttp import web

from tests.standins.serving import serve
from tests.standins.zalo_bot.server import TOKEN, BotServer


class Controlled(BotServer):
    """A server whose people are moved over HTTP."""

    def extend(self, app: web.Application) -> None:
        app.add_routes(
            [
                web.post("/control/{action:says|sends}", self._moves),
                web.get("/control/screen", self._screen),
            ]
        )

    async def _moves(self, request: web.Request) -> web.Response:
        asked = await request.json()
        person = self.person(int(asked["user"]))
        await (person.says if request.match_info["action"] == "says" else person.sends)(asked["text"])
        return web.json_response({})

    async def _screen(self, request: web.Request) -> web.Response:
        shown = self.person(int(request.query["user"])).screen
        return web.json_response([dataclasses.asdict(message) for message in shown])


async def _main(arguments: argparse.Namespace) -> None:
    server = Controlled(month=arguments.month)
    server.pusher.route = arguments.route
    await serve(server, arguments.port, TOKEN)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.standins.zalo_bot", description="Zalo's Bot Platform on loopback."
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--route", default="", help="where the address of the webhook leads")
    parser.add_argument("--month", type=int, default=3_000, help="messages of the plan")
    asyncio.run(_main(parser.parse_args()))


if __name__ == "__main__":
    main()
