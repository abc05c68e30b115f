"""Telegram: reading updates, sending messages, and what is asked of its Bot API at start."""

from channels.telegram.channel import TelegramChannel
from channels.telegram.parse import ALLOWED_UPDATES, parse
from channels.telegram.setup import (
    Bot,
    BotIdentity,
    delete_webhook,
    introduce,
    open_bot,
    set_commands,
    set_webhook,
)
from channels.telegram.updates import FetchError, Trouble, fetch

__all__ = [
    "ALLOWED_UPDATES",
    "Bot",
    "BotIdentity",
    "FetchError",
    "TelegramChannel",
    "Trouble",
    "delete_webhook",
    "fetch",
    "introduce",
    "open_bot",
    "parse",
    "set_commands",
    "set_webhook",
]
