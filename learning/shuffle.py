"""Orders that look random and can be computed again: from a seed, without a generator."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


def shuffled(items: Iterable[T], seed: str, key: Callable[[T], str] = str) -> list[T]:
    """Return the items in an order that depends on the seed alone; `key` tells items apart."""
    return sorted(items, key=lambda item: hashlib.sha256(f"{seed}\0{key(item)}".encode()).digest())
