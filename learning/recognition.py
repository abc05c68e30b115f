"""Được công nhận ĐTBD: what a union may enter for a cadre, and the assistant's courses where it decided so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

OTHER = "khac"  # the module of a class whose topic is none of the assistant's


class Kind(StrEnum):
    """What a recognition rests on, as stored."""

    CLASS = "class"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Credit:
    """A recognition of one person: what, when, by which unit, on what ground."""

    module_id: str
    held_on: date
    by_unit_id: int
    kind: Kind
