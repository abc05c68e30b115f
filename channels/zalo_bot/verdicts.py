"""
From an answer of the Bot Platform to what it means.

    400  the call is not as it must be          403  the platform's own failure, "Internal server error"
    401  the token is not, or no longer, valid  404  no such method, or nothing there
    408  a poll that brought nothing            429  "Quota exceeded": too fast, or the plan is used up

The number stands in the HTTP status, or in `error_code` with HTTP 200; where they differ, `error_code` holds.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from channels.messages import RefusedError, ThrottledError, UnknownOutcomeError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channels.messages import SendError
    from channels.wire import Answer

MEND_WAIT_S = 300.0  # until a person has put in the token that is valid
_OK, _TOO_MANY = 200, 429
_MAX_TOLD = 160


class Verdict(Enum):
    """What an answer means."""

    DONE = auto()
    PAYLOAD = auto()  # the call is not as it must be
    TOKEN = auto()  # a person must mend it
    AGAIN = auto()  # failed at the platform: with back-off
    NOTHING = auto()  # the time of a poll is over; of a message: nobody knows
    QUOTA = auto()  # too fast, or the plan is used up
    STRANGE = auto()  # not an answer of the platform's


CODES: Mapping[int, Verdict] = {
    400: Verdict.PAYLOAD,
    401: Verdict.TOKEN,
    403: Verdict.AGAIN,
    404: Verdict.PAYLOAD,
    408: Verdict.NOTHING,
    429: Verdict.QUOTA,
}


def verdict_of(answer: Answer) -> Verdict:
    """Classify an answer; an error that is not documented leaves it open what happened."""
    body = answer.body
    if body is None or type(body.get("ok")) is not bool:
        return Verdict.QUOTA if answer.status == _TOO_MANY else Verdict.STRANGE
    if body["ok"]:
        return Verdict.DONE if answer.status == _OK else Verdict.STRANGE
    return CODES.get(code_of(answer), Verdict.STRANGE)


def code_of(answer: Answer) -> int:
    """The error's number."""
    code = (answer.body or {}).get("error_code")
    return code if type(code) is int else answer.status


def as_send_error(answer: Answer, quota_wait_s: float) -> SendError:
    """Return what an answer that is not DONE means to the sender; `quota_wait_s`: how long to leave off after a 429."""
    told = f"{code_of(answer)}: {str((answer.body or {}).get('description', ''))[:_MAX_TOLD]}"
    match verdict_of(answer):
        case Verdict.PAYLOAD:
            return RefusedError(told)
        case Verdict.TOKEN:
            return ThrottledError(MEND_WAIT_S)
        case Verdict.AGAIN:
            return UnreachableError(told)
        case Verdict.QUOTA:
            return ThrottledError(quota_wait_s)
        case Verdict.DONE | Verdict.NOTHING | Verdict.STRANGE:
            return UnknownOutcomeError(told)
