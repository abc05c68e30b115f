"""One delivery of the webhook: whether the platform sent it, and what it says."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from channels.messages import Ignored
from channels.zalo.parse import parse, said_at
from channels.zalo.signature import is_signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels.messages import EndpointId, Inbound

MAX_LATE = timedelta(hours=3)  # the last retry comes 1 h 51 min after the first try
MAX_EARLY = timedelta(minutes=10)  # clocks that differ


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ZaloHook:
    """Whose events are taken: the app, the Official Account's secret key, its id, and its row."""

    app_id: str
    key: str = field(repr=False)
    oa_id: str
    endpoint: EndpointId
    now: Callable[[], datetime] = _wall_clock

    def __post_init__(self) -> None:
        if not self.key:
            raise ValueError("a webhook needs a key")

    def read(self, body: bytes, signature: str, timestamp: str) -> Inbound | Ignored | None:
        """
        Return what a delivery says, None if the platform did not sign it.

        One that is older than any retry of the platform's is replayed by somebody, and ignored.

        Args:
            body: raw.
            signature: of the header X-ZEvent-Signature.
            timestamp: of the header X-ZEvent-Timestamp.
        """
        event = _decoded(body)
        stamped = event.get("timestamp") if isinstance(event, dict) else None
        own = str(stamped) if isinstance(stamped, str | int) else ""
        if is_signed(signature, self.app_id, body, (own, timestamp), self.key) is None:
            return None
        at = said_at(event)
        if at is None:
            return Ignored(None, "no timestamp")
        if not -MAX_EARLY <= self.now() - at <= MAX_LATE:
            return Ignored(None, "its time is too far from now")
        return parse(event, self.endpoint, self.oa_id)


def _decoded(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
