"""
How a call of the Bot API fails, and how that is told from what came back.

    TelegramError
     + FloodError            surely not taken: wait `retry_after_s`
     + NetworkError
        + NotConnectedError  surely not taken: there was no connection
        + ServerFailedError  surely not taken: the server says that it failed
        + AnswerLostError    perhaps taken: no answer, or one that is not the Bot API's
"""

from __future__ import annotations

import json
from typing import Any

import aiohttp
from telegram.error import (
    BadRequest,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)

MAX_RETRY_AFTER_S = 86_400.0
_MAX_DESCRIPTION = 200


class FloodError(TelegramError):
    """The server asked to wait."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"flood control: wait {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class NotConnectedError(NetworkError):
    """No connection was made, so nothing was sent."""


class ServerFailedError(NetworkError):
    """The server answered, in its own words, that it failed."""


class AnswerLostError(NetworkError):
    """The request was, or may have been, written; what came of it is not known."""


def broken(error: Exception) -> TelegramError:
    """Say what it means that a request or its answer did not come through."""
    kind = type(error).__name__
    match error:
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError() | aiohttp.ClientHttpProxyError():
            return NotConnectedError(f"no connection ({kind})")
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return NotConnectedError(f"the address of the Bot API cannot be used ({kind})")
        case _:
            return AnswerLostError(f"no answer ({kind})")


def decoded(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object that `body` is, None if it is not one."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def refusal(status: int, answer: dict[str, Any] | None) -> TelegramError:
    """Say what a failed call means; only an answer in the Bot API's own form is believed."""
    if answer is None:
        return AnswerLostError(f"HTTP {status} that is not the Bot API's")
    description = str(answer.get("description") or f"HTTP {status}")[:_MAX_DESCRIPTION]
    match status:
        case 429:
            return FloodError(_retry_after_s(answer))
        case 401:
            return InvalidToken(description)
        case 403:
            return Forbidden(description)
        case 404:
            return EndPointNotFound(description)
        case 409:
            return Conflict(description)
        case 500 | 503:
            return ServerFailedError(description)
        case _ if 400 <= status < 500:  # noqa: PLR2004 - HTTP's own
            return BadRequest(description)
        case _:
            return AnswerLostError(description)


def _retry_after_s(answer: dict[str, Any]) -> float:
    match answer.get("parameters"):
        case {"retry_after": int() | float() as seconds} if seconds > 0:
            return min(float(seconds), MAX_RETRY_AFTER_S)
        case _:
            return 1.0
