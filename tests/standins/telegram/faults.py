"""What can go wrong at the Bot API, switched on per method and chat."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


class End(Enum):
    ANSWER = auto()
    CUT = auto()
    HANG = auto()


@dataclass(frozen=True)
class Fault:
    """How a call ends, and whether it has its effect all the same."""

    end: End
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    is_accepted: bool = False


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


def html(status: int = 502, *, is_accepted: bool = False) -> Fault:
    """Answer with a page of the proxy before the Bot API."""
    page = b"<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
    return Fault(End.ANSWER, status, page, "text/html", is_accepted=is_accepted)


def garbage(body: bytes) -> Fault:
    """200, and whatever is given."""
    return Fault(End.ANSWER, 200, body, is_accepted=True)


def hang(*, is_accepted: bool = False) -> Fault:
    return Fault(End.HANG, is_accepted=is_accepted)


def cut_before() -> Fault:
    return Fault(End.CUT)


def cut_after() -> Fault:
    return Fault(End.CUT, is_accepted=True)


@dataclass
class _Rule:
    fault: Fault
    method: str | None
    chat_id: int | None
    times: int | None
    share: float


@dataclass
class Faults:
    """
    The faults that are on; the first that fits a call happens.

    `times`: how often it happens, None for always. `share`: in which part of the calls that fit.
    """

    random: random.Random = field(default_factory=lambda: random.Random(1))
    _rules: list[_Rule] = field(default_factory=list)

    def add(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        chat_id: int | None = None,
        times: int | None = None,
        share: float = 1.0,
    ) -> None:
        self._rules.append(_Rule(fault, method, chat_id, times, share))

    def clear(self) -> None:
        self._rules.clear()

    def due(self, method: str, chat_id: int | None) -> Fault | None:
        for rule in self._rules:
            if rule.method not in {None, method} or rule.chat_id not in {None, chat_id}:
                continue
            if rule.share < 1 and self.random.random() >= rule.share:
                continue
            if rule.times is not None:
                rule.times -= 1
                if rule.times <= 0:
                    self._rules.remove(rule)
            return rule.fault
        return None
