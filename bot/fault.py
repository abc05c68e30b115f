"""
Where the soak tests stop the program dead.

`TAPHUAN_FAULT_AT=point` or `point:n` kills the process as `kill -9` would, the first or n-th time it comes by the
point; only where `TAPHUAN_ENV=demo`. Everywhere else `reached` does nothing.
"""

from __future__ import annotations

import os
import signal

POINTS = ("before-claim", "after-claim", "after-sending", "after-call", "after-sent", "before-commit", "after-commit")
ZALO_POINTS = ("zalo-leased", "zalo-answered", "zalo-kept")  # while a token is renewed

_at, _, _times = (os.environ.get("TAPHUAN_FAULT_AT", "") if os.environ.get("TAPHUAN_ENV") == "demo" else "").partition(
    ":"
)
_left = int(_times or 1)


def reached(point: str) -> None:
    """The program has come by `point`."""
    global _left  # noqa: PLW0603 - a process dies once
    if point == _at:
        _left -= 1
        if _left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
