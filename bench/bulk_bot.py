"""
The peer of `taphuan bench bulk`: python-telegram-bot with its own AIORateLimiter, which gathers a broadcast.

It retries what is refused for the flood, up to 20 times. A text "/broadcast" begins; taps are answered by the same bot.

    python -m bench.bulk_bot PORT API_BASE NUMBER RATE
"""

from __future__ import annotations

import asyncio
import logging
import sys
from functools import partial
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import AIORateLimiter, Application, CommandHandler

from bench.bare_bot import listen
from bench.platform import BULK_FROM, TOKEN
from bench.rig import NOTICE

_BUTTONS = InlineKeyboardMarkup(
    [[InlineKeyboardButton(button.label, callback_data=button.action) for button in row] for row in NOTICE.buttons]
)


def main(port: int, api_base: str, number: int, rate: float) -> None:
    """Run until SIGTERM."""
    logging.getLogger().setLevel(logging.CRITICAL)
    application = (
        Application.builder()
        .token(TOKEN)
        .base_url(f"{api_base}/bot")
        .concurrent_updates(concurrent_updates=True)
        .rate_limiter(AIORateLimiter(overall_max_rate=rate, max_retries=20))
        .build()
    )

    async def broadcast(_update: Update, context: Any) -> None:
        chats = range(BULK_FROM, BULK_FROM + number)
        send = partial(context.bot.send_message, text=NOTICE.text, reply_markup=_BUTTONS, parse_mode="HTML")
        await asyncio.gather(*(send(chat) for chat in chats), return_exceptions=True)

    application.add_handler(CommandHandler("broadcast", broadcast))
    listen(application, port)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
