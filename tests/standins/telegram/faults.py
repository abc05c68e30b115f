"""What can go wrong at the Bot API."""

from __future__ import annotations

import json
from typing import Any

from tests.standins.faults import End, Fault, cut_after, cut_before, garbage, hang, page

__all__ = [
    "Fault", "answer", "blocked", "cut_after", "cut_before", "fail", "garbage", "hang", "page", "refuse", "throttle",
    "unauthorized",
]  # fmt: skip


def answer(status: int, description: str, *, is_accepted: bool = False, **parameters: Any) -> Fault:
    said: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        said["parameters"] = parameters
    return Fault(End.ANSWER, status, json.dumps(said).encode(), is_accepted=is_accepted)


def throttle(retry_after: float = 3) -> Fault:
    return answer(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def blocked() -> Fault:
    return answer(403, "Forbidden: bot was blocked by the user")


def refuse(description: str = "Bad Request: message text is wrong") -> Fault:
    return answer(400, description)


def unauthorized() -> Fault:
    return answer(401, "Unauthorized")


def fail(status: int = 500, *, is_accepted: bool = False) -> Fault:
    """500 and the like, in the Bot API's own form."""
    return answer(status, {502: "Bad Gateway", 504: "Gateway Timeout"}.get(status, "Internal Server Error"),
                  is_accepted=is_accepted)  # fmt: skip
