"""
From the platform's error code, which comes with HTTP 200, to what to do next.

A code that is not known here means that the message was not taken, and will not be as it is.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from channels.messages import (
    ClosedDoorError,
    NotAllowedError,
    RefusedError,
    ThrottledError,
    UnknownOutcomeError,
    UnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channels.messages import SendError
    from channels.wire import Answer

WINDOW = "zalo_window"
QUOTA = "zalo_quota"
NIGHT = "zalo_night"
TEMPLATE = "zalo_template"
RATE_WAIT_S = 15.0  # the limit is per minute, and the platform does not say how long to wait
MEND_WAIT_S = 300.0  # until a person has mended what is set in the console
_OK, _TOO_MANY = 200, 429


class ExpiredError(RefusedError):
    """What was uploaded no longer serves: upload it again."""


class Verdict(Enum):
    """What an error means to who sends."""

    TOKEN = auto()  # the access token is dead: take a new one, and call once more
    RATE = auto()  # too many calls a minute
    AGAIN = auto()  # failed at the platform: with back-off
    QUOTA = auto()  # no more today
    NIGHT = auto()  # not at this hour
    WINDOW = auto()  # the person has been silent for too long
    GONE = auto()  # the person cannot be reached here
    UNWILLING = auto()  # no template reaches the person; messages in the chat still do
    EXPIRED = auto()  # the attachment must be uploaded again
    PAYLOAD = auto()  # the message is not as it must be
    CONSOLE = auto()  # rights, package or settings of the Official Account: a person must mend it


class Api(Enum):
    """Which table of codes applies."""

    OA = auto()
    ZBS = auto()


_OA: Mapping[Verdict, tuple[int, ...]] = {
    Verdict.TOKEN: (-216, 216, -220, 220, -401, 401),
    Verdict.RATE: (-32,),
    Verdict.AGAIN: (-200,),
    Verdict.QUOTA: (-211, -218),
    Verdict.NIGHT: (-234,),
    Verdict.WINDOW: (-230, -232),
    Verdict.GONE: (-213, -217, -227, -244),
    Verdict.EXPIRED: (-100,),
    Verdict.PAYLOAD: (-201, -210, -233, -237, -240, -249),
    Verdict.CONSOLE: (-204, -205, -209, -212, -219, -221, -223, -224, -235, -242, -248, -320, -321),
}
_ZBS: Mapping[Verdict, tuple[int, ...]] = {
    Verdict.TOKEN: (-124,),
    Verdict.AGAIN: (-100,),
    Verdict.QUOTA: (-115, -144, -147, -1441, -1471, -1472),
    Verdict.NIGHT: (-133,),
    Verdict.UNWILLING: (-108, -114, -118, -119, -139, -140, -141),
    Verdict.PAYLOAD: (-109, *range(-113, -110), *range(-1124, -1120), -131, -132),
    Verdict.CONSOLE: (-101, -102, -103, -104, -105, -117, -120, -135, -1351, -136, -137, -138),
}


def _by_code(table: Mapping[Verdict, tuple[int, ...]]) -> dict[int, Verdict]:
    return {code: verdict for verdict, codes in table.items() for code in codes}


CODES: Mapping[Api, Mapping[int, Verdict]] = {Api.OA: _by_code(_OA), Api.ZBS: _by_code(_OA) | _by_code(_ZBS)}
_QUOTA_WORDS = ("quota", "limit", "exceed")


def verdict_of(code: int, message: str, api: Api = Api.OA) -> Verdict:
    """Classify an error; -223 has two meanings, which its words tell apart."""
    verdict = CODES[api].get(code, Verdict.PAYLOAD)
    if code == -223 and any(word in message.casefold() for word in _QUOTA_WORDS):  # noqa: PLR2004 - the code itself
        return Verdict.QUOTA
    return verdict


_REASONS: Mapping[Verdict, str] = {
    Verdict.QUOTA: QUOTA,
    Verdict.NIGHT: NIGHT,
    Verdict.WINDOW: WINDOW,
    Verdict.UNWILLING: TEMPLATE,
}


def as_send_error(verdict: Verdict, told: str, api: Api = Api.OA) -> SendError:
    """
    Return what `verdict` means to the sender; `told` is the code with the platform's words.

    What is amiss with templates must not hold up messages in the chat.
    """
    if verdict is Verdict.CONSOLE and api is Api.ZBS:
        return NotAllowedError(TEMPLATE)
    if verdict in _REASONS:
        return NotAllowedError(_REASONS[verdict])
    match verdict:
        case Verdict.RATE:
            return ThrottledError(RATE_WAIT_S)
        case Verdict.AGAIN:
            return UnreachableError(told)
        case Verdict.GONE:
            return ClosedDoorError(told)
        case Verdict.EXPIRED:
            return ExpiredError(told)
        case Verdict.PAYLOAD:
            return RefusedError(told)
        case _:
            return ThrottledError(MEND_WAIT_S)


def answered(answer: Answer) -> dict[str, Any]:
    """
    Return the JSON object of an answer with HTTP 200, the platform's own error codes included.

    Raises:
        SendError: it is none; what became of the call is then unknown, but for HTTP 429.
    """
    if answer.status == _OK and answer.body is not None:
        return answer.body
    if answer.status == _TOO_MANY:
        raise ThrottledError(RATE_WAIT_S)
    raise UnknownOutcomeError(f"HTTP {answer.status} that is not Zalo's")
