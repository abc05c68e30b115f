"""
A strict stand-in for Zalo's Official Account OpenAPI v3, OAuth v4 and ZBS templates: a server of its own on loopback.

    async with ZaloServer() as server:              # server.url, server.first_refresh_token()
        server.webhook = f"{program}/zalo/webhook"
        lan = server.person("246845883529197922")
        await lan.follows()                          # returns when the program has answered 200
        await lan.answered()                         # returns when something new is on the screen
        await lan.says("hoc")
        server.clock.advance(hours=49)               # windows follow this clock
        server.faults.add(faults.error(-32), call="/v3.0/oa/message/cs", times=1)
"""

from tests.standins.zalo import faults
from tests.standins.zalo.people import Person, Shown
from tests.standins.zalo.server import APP_ID, APP_SECRET, OA_ID, OA_SECRET_KEY, ZaloServer

__all__ = ["APP_ID", "APP_SECRET", "OA_ID", "OA_SECRET_KEY", "Person", "Shown", "ZaloServer", "faults"]
