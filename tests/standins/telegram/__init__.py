"""
A strict stand-in for Telegram's Bot API: a server of its own on loopback, and people who type and tap.

    async with TelegramServer() as server:          # server.url, server.token
        lan = server.user(1001, "Lan")
        await lan.says("/start")                     # returns when the bot has acknowledged it
        await lan.answered()                         # returns when something changed on the screen since
        await lan.taps("Học tiếp")
        lan.screen, lan.last.text, lan.last.buttons
        server.faults.add(faults.throttle(3), call="sendMessage", person=1001, times=1)
"""

from tests.standins.telegram import faults
from tests.standins.telegram.chats import Shown
from tests.standins.telegram.server import TOKEN, Accepted, TelegramServer
from tests.standins.telegram.user import User

__all__ = ["TOKEN", "Accepted", "Shown", "TelegramServer", "User", "faults"]
