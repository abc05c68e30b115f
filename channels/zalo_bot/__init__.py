"""A bot of Zalo's Bot Platform: reading events, sending messages, and fetching where there is no webhook."""

from channels.zalo_bot.calls import API_BASE, BotIdentity, ZaloBot
from channels.zalo_bot.channel import QUOTA, Meter, ZaloBotChannel
from channels.zalo_bot.parse import parse
from channels.zalo_bot.updates import FetchError, Trouble, fetch

__all__ = [
    "API_BASE",
    "QUOTA",
    "BotIdentity",
    "FetchError",
    "Meter",
    "Trouble",
    "ZaloBot",
    "ZaloBotChannel",
    "fetch",
    "parse",
]
