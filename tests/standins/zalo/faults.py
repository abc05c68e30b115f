"""What can go wrong at the platform, switched on per path and person."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum, auto


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


def error(code: int, message: str = "") -> Fault:
    """An error as the platform tells it: with HTTP 200."""
    return Fault(End.ANSWER, body=json.dumps({"error": code, "message": message or f"error {code}"}).encode())


def page(status: int = 502) -> Fault:
    """Answer with a page of the proxy before the platform."""
    return Fault(End.ANSWER, status, b"<html><h1>Bad Gateway</h1></html>", "text/html")


def garbage(body: bytes, status: int = 200) -> Fault:
    """Take the call, and answer whatever is given."""
    return Fault(End.ANSWER, status, body, is_accepted=True)


def hang() -> Fault:
    return Fault(End.HANG)


def cut_before() -> Fault:
    return Fault(End.CUT)


def cut_after() -> Fault:
    return Fault(End.CUT, is_accepted=True)


@dataclass
class _Rule:
    fault: Fault
    path: str | None
    user_id: str | None
    times: int | None


@dataclass
class Faults:
    """The faults that are on; the first that fits a call happens. `times`: how often, None for always."""

    _rules: list[_Rule] = field(default_factory=list)

    def add(
        self, fault: Fault, *, path: str | None = None, user_id: str | None = None, times: int | None = None
    ) -> None:
        self._rules.append(_Rule(fault, path, user_id, times))

    def clear(self) -> None:
        self._rules.clear()

    def due(self, path: str, user_id: str | None) -> Fault | None:
        for rule in self._rules:
            if rule.path not in {None, path} or rule.user_id not in {None, user_id}:
                continue
            if rule.times is not None:
                rule.times -= 1
                if rule.times <= 0:
                    self._rules.remove(rule)
            return rule.fault
        return None
