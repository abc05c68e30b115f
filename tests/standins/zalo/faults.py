"""What can go wrong at the platform."""

from __future__ import annotations

import json

from tests.standins.faults import End, Fault, cut_after, cut_before, garbage, hang, page

__all__ = ["Fault", "cut_after", "cut_before", "error", "garbage", "hang", "page"]


def error(code: int, message: str = "") -> Fault:
    """An error as the platform tells it: with HTTP 200."""
    return Fault(End.ANSWER, body=json.dumps({"error": code, "message": message or f"error {code}"}).encode())
