"""Who sent an event: `sha256(app_id + body + timestamp + key)`, plain and not an HMAC, on the bytes as they came."""

from __future__ import annotations

import hashlib
import hmac

_PREFIXES = ("mac=", "sha256=")


def signature(app_id: str, body: bytes, timestamp: str, key: str) -> str:
    """The hex digest."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + key.encode()).hexdigest()


def is_signed(shown: str, app_id: str, body: bytes, timestamps: tuple[str, ...], key: str) -> str | None:
    """
    Return the timestamp of `timestamps` that was signed, None if `shown` fits none; in constant time.

    Args:
        shown: the header's value, with or without `mac=`.
        app_id: of the app whose console holds the address.
        body: raw.
        timestamps: the body's and the header's: the platform's documents do not settle which one is signed.
        key: the Official Account's secret key on the console's webhook page, which is not the app's secret.
    """
    for prefix in _PREFIXES:
        shown = shown.removeprefix(prefix)
    given = shown.casefold().encode(errors="surrogateescape")
    found = None
    for timestamp in timestamps:
        if hmac.compare_digest(given, signature(app_id, body, timestamp, key).encode()) and timestamp:
            found = timestamp
    return found
