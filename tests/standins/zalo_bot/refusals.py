"""How the platform says no."""

from __future__ import annotations

import json

from tests.standins.faults import End, Fault

WORDS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Internal server error",
    404: "Not Found",
    408: "Request timeout",
    429: "Quota exceeded",
}


class RefusalError(Exception):
    def __init__(self, code: int, told: str = "") -> None:
        super().__init__(told or WORDS[code])
        self.code = code


def refuse(code: int, told: str = "", *, status: int | None = None) -> Fault:
    """An error as the platform tells it; `status` 200 where only the body shows it."""
    body = {"ok": False, "description": told or WORDS.get(code, "Error"), "error_code": code}
    return Fault(End.ANSWER, code if status is None else status, json.dumps(body).encode())
