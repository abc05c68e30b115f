"""One call of the Bot API, and what its failure means to who sends."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from telegram.error import BadRequest, ChatMigrated, EndPointNotFound, Forbidden, InvalidToken, TelegramError

from channels.messages import (
    ClosedDoorError,
    RefusedError,
    SendError,
    ThrottledError,
    UnknownOutcomeError,
    UnreachableError,
)
from channels.telegram.failures import FloodError, NotConnectedError, ServerFailedError
from channels.telegram.transport import AiohttpRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    import telegram

    from channels.messages import File

_log = logging.getLogger(__name__)

_GONE = ("chat not found", "user is deactivated", "user not found", "peer_id_invalid")


async def call(
    bot: telegram.Bot,
    method: str,
    *,
    read_timeout_s: float | None = None,
    files: Mapping[str, File] | None = None,
    **parameters: Any,
) -> Any:
    """
    Call `method` with plain parameters, and files by the parameter each is; return its plain result.

    python-telegram-bot's typed methods build objects from each answer, which costs several times the call itself,
    and refuse an answer that leaves a field out although the message was sent.

    Raises:
        TelegramError: see `failures`.
        TypeError: the bot was not made by `open_bot`.
    """
    request = bot.request
    if not isinstance(request, AiohttpRequest):
        raise TypeError("open the bot with open_bot")
    return await request.call(f"{bot.base_url}/{method}", parameters, read_timeout_s, files)


def as_send_error(error: TelegramError) -> SendError:
    """Return what `error` means to the sender."""
    match error:
        case FloodError():
            return ThrottledError(error.retry_after_s)
        case Forbidden():
            return ClosedDoorError(error.message)
        case BadRequest() if any(sign in error.message.casefold() for sign in _GONE):
            return ClosedDoorError(error.message)
        case BadRequest() | ChatMigrated():
            return RefusedError(error.message)
        case InvalidToken() | EndPointNotFound():
            _log.error("Telegram không nhận mã (token) của bot: kiểm tra lại mã do @BotFather cấp và địa chỉ Bot API.")
            return UnreachableError(error.message)
        case NotConnectedError() | ServerFailedError():
            return UnreachableError(error.message)
        case _:
            return UnknownOutcomeError(error.message)
