"""Rows that were set aside: whom they may mean is not taken for absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


@dataclass(frozen=True, slots=True)
class Doubt:
    """What can be told of a row that was set aside; codes and units as keys, empty where the row has none."""

    code: str
    phone: str | None
    fold: str
    unit: str


class Doubts:
    """All of a file's doubts; a row with an unknown unit may mean anybody of its name."""

    def __init__(self, doubts: Iterable[Doubt], units: Collection[str]) -> None:
        listed = list(doubts)
        self._codes = {doubt.code for doubt in listed if doubt.code}
        self._phones = {doubt.phone for doubt in listed if doubt.phone}
        self._names = {(doubt.unit if doubt.unit in units else "", doubt.fold) for doubt in listed}

    def cover(self, post: Doubt) -> bool:
        """Whether one of the rows may mean this post, described as a doubt is; a vacant one has no name."""
        return (
            post.code in self._codes
            or post.phone in self._phones
            or (post.unit, post.fold) in self._names
            or (bool(post.fold) and ("", post.fold) in self._names)
        )
