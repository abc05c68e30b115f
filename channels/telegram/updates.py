"""Fetching updates where there is no webhook."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from telegram.error import Conflict, EndPointNotFound, InvalidToken, TelegramError

from channels.telegram.calls import call
from channels.telegram.failures import FloodError, NotConnectedError
from channels.telegram.parse import ALLOWED_UPDATES

if TYPE_CHECKING:
    import telegram

_ANSWER_WITHIN_S = 10.0  # beyond the server's own wait


class Trouble(StrEnum):
    """Why there are no updates."""

    CONFLICT = "conflict"
    TOKEN = "token"  # noqa: S105 - a name
    NETWORK = "network"
    THROTTLED = "throttled"
    SERVER = "server"


class FetchError(Exception):
    """Nothing was fetched; ask again, not before `retry_after_s` where the server said so."""

    def __init__(self, trouble: Trouble, retry_after_s: float = 0.0) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.retry_after_s = retry_after_s


async def fetch(bot: telegram.Bot, offset: int | None, wait_s: int) -> list[object]:
    """
    Return the updates from `offset` on, as decoded JSON, in order; those before it are forgotten by the server.

    Args:
        bot: whose updates.
        offset: one more than the last update that was taken; None: whatever waits.
        wait_s: how long the server holds an empty answer, at most 50.

    Raises:
        FetchError: with the reason.
    """
    parameters: dict[str, Any] = {"timeout": wait_s, "allowed_updates": list(ALLOWED_UPDATES)}
    if offset is not None:
        parameters["offset"] = offset
    try:
        updates = await call(bot, "getUpdates", read_timeout_s=wait_s + _ANSWER_WITHIN_S, **parameters)
    except TelegramError as error:
        failure = _failure(error)
    else:
        if isinstance(updates, list):
            return updates
        failure = FetchError(Trouble.SERVER)
    raise failure


def _failure(error: TelegramError) -> FetchError:
    match error:
        case Conflict():
            return FetchError(Trouble.CONFLICT)
        case InvalidToken() | EndPointNotFound():
            return FetchError(Trouble.TOKEN)
        case FloodError():
            return FetchError(Trouble.THROTTLED, error.retry_after_s)
        case NotConnectedError():
            return FetchError(Trouble.NETWORK)
        case _:
            return FetchError(Trouble.SERVER)
