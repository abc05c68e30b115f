"""
A strict stand-in for Zalo's Bot Platform: a server of its own on loopback.

    async with BotServer() as server:               # server.url; TOKEN is the bot's
        lan = server.person()
        await lan.says("hoc")                        # by webhook where one is set, else it waits for getUpdates
        await lan.answered()                         # returns when something new is on the screen
        server.shape = "wrapped"                     # webhooks come bare, or as the documentation shows them
        server.replays = 2                           # what getUpdates handed out comes again, twice
        server.faults.add(refuse(429, "Quota exceeded"), call="sendMessage", times=1)
"""

from tests.standins.zalo_bot.people import Person, Shown
from tests.standins.zalo_bot.refusals import refuse
from tests.standins.zalo_bot.server import BOT_ID, TOKEN, BotServer

__all__ = ["BOT_ID", "TOKEN", "BotServer", "Person", "Shown", "refuse"]
