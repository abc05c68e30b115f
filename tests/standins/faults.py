"""What can go wrong at a platform, switched on for calls and people."""

from __future__ import annotations

import random
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


def garbage(body: bytes, status: int = 200) -> Fault:
    """Take the call, and answer whatever is given."""
    return Fault(End.ANSWER, status, body, is_accepted=True)


def page(status: int = 502, *, is_accepted: bool = False) -> Fault:
    """Answer with a page of the proxy before the platform."""
    told = b"<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
    return Fault(End.ANSWER, status, told, "text/html", is_accepted=is_accepted)


def hang(*, is_accepted: bool = False) -> Fault:
    return Fault(End.HANG, is_accepted=is_accepted)


def cut_before() -> Fault:
    return Fault(End.CUT)


def cut_after() -> Fault:
    return Fault(End.CUT, is_accepted=True)


@dataclass
class _Rule:
    fault: Fault
    call: str | None
    person: int | str | None
    times: int | None
    share: float


@dataclass
class Faults:
    """
    The faults that are on; the first that fits a call happens.

    `call`: the method or path; `person`: the chat or user; None for any. `times`: how often it happens, None for
    always. `share`: in which part of the calls that fit.
    """

    random: random.Random = field(default_factory=lambda: random.Random(1))
    _rules: list[_Rule] = field(default_factory=list)

    def add(
        self,
        fault: Fault,
        *,
        call: str | None = None,
        person: int | str | None = None,
        times: int | None = None,
        share: float = 1.0,
    ) -> None:
        self._rules.append(_Rule(fault, call, person, times, share))

    def clear(self) -> None:
        self._rules.clear()

    def due(self, call: str, person: int | str | None) -> Fault | None:
        for rule in self._rules:
            if rule.call not in {None, call} or rule.person not in {None, person}:
                continue
            if rule.share < 1 and self.random.random() >= rule.share:
                continue
            if rule.times is not None:
                rule.times -= 1
                if rule.times <= 0:
                    self._rules.remove(rule)
            return rule.fault
        return None
