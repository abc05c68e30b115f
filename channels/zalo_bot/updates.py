"""Fetching events where there is no webhook."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from channels.messages import SendError
from channels.zalo_bot.verdicts import Verdict, verdict_of

if TYPE_CHECKING:
    from channels.zalo_bot.calls import ZaloBot

_ANSWER_WITHIN_S = 10.0  # beyond the server's own wait


class Trouble(StrEnum):
    """Why there are no events."""

    CONFLICT = "conflict"
    TOKEN = "token"  # noqa: S105 - a name
    NETWORK = "network"
    THROTTLED = "throttled"
    SERVER = "server"


class FetchError(Exception):
    """Nothing was fetched; ask again later."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


async def fetch(bot: ZaloBot, wait_s: int) -> object | None:
    """
    Return the next event, as decoded JSON; None if none came. What was returned may, or may not, come again.

    Args:
        bot: whose events.
        wait_s: how long the platform holds an empty answer, which it then ends with HTTP 408.

    Raises:
        FetchError: with the reason.
    """
    try:
        answer = await bot.ask("getUpdates", {"timeout": str(wait_s)}, read_timeout_s=wait_s + _ANSWER_WITHIN_S)
    except SendError:
        failure = FetchError(Trouble.NETWORK)
    else:
        match verdict_of(answer):
            case Verdict.DONE:
                found: object = (answer.body or {}).get("result")
                return found or None
            case Verdict.NOTHING:
                return None
            case Verdict.PAYLOAD:
                failure = FetchError(Trouble.CONFLICT)
            case Verdict.TOKEN:
                failure = FetchError(Trouble.TOKEN)
            case Verdict.QUOTA:
                failure = FetchError(Trouble.THROTTLED)
            case Verdict.AGAIN | Verdict.STRANGE:
                failure = FetchError(Trouble.SERVER)
    raise failure
