"""
The peer: a bare python-telegram-bot application with `concurrent_updates=True`, its own webhook and HTTP client.

It makes the same two calls a tap (the edit and answerCallbackQuery) with a text and buttons of the same size, and keeps
nothing.

    python -m bench.bare_bot PORT API_BASE
"""

from __future__ import annotations

import itertools
import logging
import sys
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler

from bench.platform import SECRET, TOKEN

_TEXT = "Bài 1/5 · 2/4\nCông đoàn là của người lao động. " + "Ai tham gia cũng do tự nguyện. " * 9
_COUNTER = itertools.count()


def _buttons() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton("Tiếp ▸", callback_data="next:1:1"),
                InlineKeyboardButton("Học sau", callback_data="later:1"),
            ]
        ]
    )


async def tapped(update: Update, _context: Any) -> None:
    """Answer the tap, and edit its message."""
    query = update.callback_query
    if query is not None:
        await query.answer()
        await query.edit_message_text(f"{next(_COUNTER)} {_TEXT}", reply_markup=_buttons(), parse_mode="HTML")


async def began(update: Update, _context: Any) -> None:
    """Send a message that has buttons."""
    if update.effective_chat is not None:
        await update.effective_chat.send_message(_TEXT, reply_markup=_buttons(), parse_mode="HTML")


def main(port: int, api_base: str) -> None:
    """Run until SIGTERM."""
    logging.getLogger().setLevel(logging.ERROR)
    application = (
        Application.builder()
        .token(TOKEN)
        .base_url(f"{api_base}/bot")
        .concurrent_updates(concurrent_updates=True)
        .build()
    )
    listen(application, port)


def listen(application: Application[Any, Any, Any, Any, Any, Any], port: int) -> None:
    """Answer taps by webhook until SIGTERM."""
    application.add_handler(CommandHandler("start", began))
    application.add_handler(CallbackQueryHandler(tapped))
    application.run_webhook(
        listen="127.0.0.1",
        port=port,
        url_path="hook",
        webhook_url=f"http://127.0.0.1:{port}/hook",
        secret_token=SECRET,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
