"""How closely somebody may look at a unit. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from learning.roles import GRASSROOTS_TYPES, GROUP_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.reporting import Step, Unit


class Sight(StrEnum):
    """Not at all; as a union above, which stops at the CĐCS; or from within the CĐCS."""

    NONE = "none"
    ABOVE = "above"
    WITHIN = "within"


def sight(own: Sequence[Unit], path: Sequence[Step]) -> Sight:
    """
    Return how the holder of `own` units sees the unit at the start of `path` (itself first, the root last).

    A unit is seen by those above it, and by those who manage it or something above it.
    """
    if not path:
        return Sight.NONE
    types = {unit.id: unit.unit_type for unit in own}
    if any(types.get(step.unit_id) in GRASSROOTS_TYPES for step in path):
        return Sight.WITHIN
    is_below_grassroots = any(step.unit_type in GRASSROOTS_TYPES for step in path[1:])
    if is_below_grassroots or path[0].unit_type in GROUP_TYPES:
        return Sight.NONE
    if any(step.unit_id in types or step.manager_id in types for step in path):
        return Sight.ABOVE
    return Sight.NONE


def is_directly_above(own: Sequence[Unit], path: Sequence[Step]) -> bool:
    """True if one of the `own` units is above the unit at the start of `path` with none between, or manages it."""
    mine = {unit.id for unit in own}
    return bool(path) and (path[0].manager_id in mine or any(step.unit_id in mine for step in path[1:2]))
