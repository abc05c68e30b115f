"""How the units of an officer lie to a unit that is asked for, and what they may do with it. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from learning.rights import Deed, Held, Relation
from learning.rights import may as rights_allow
from learning.roles import GRASSROOTS_TYPES, GROUP_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from storage.reporting import Seat, Step, Unit


class Sight(StrEnum):
    """Not at all; as a union above, which stops at the CĐCS; or from within the CĐCS."""

    NONE = "none"
    ABOVE = "above"
    WITHIN = "within"


def relation(own: Unit, path: Sequence[Step]) -> Relation:
    """
    Return how the unit at the start of `path` (itself first, the root last) lies to `own`.

    Everything in a CĐCS is seen from within it alone.
    """
    if not path:
        return Relation.APART
    if path[0].unit_id == own.id:
        return Relation.SAME
    is_above = any(step.unit_id == own.id for step in path[1:])
    is_group = path[0].unit_type in GROUP_TYPES
    if own.unit_type in GRASSROOTS_TYPES:
        if is_above:
            return Relation.GROUP if is_group else Relation.PART
        return Relation.APART
    is_managed = any(step.manager_id == own.id for step in path)
    if not (is_above or is_managed):
        return Relation.APART
    if is_group or any(step.unit_type in GRASSROOTS_TYPES for step in path[1:]):
        return Relation.BEYOND
    return Relation.BELOW if is_above else Relation.MANAGED


def held(seats: Sequence[Seat], path: Sequence[Step]) -> Sequence[Held]:
    """Return the posts of a person as the table of rights reads them, towards the unit at the start of `path`."""
    return [
        Held(
            seat.role,
            seat.unit.unit_type,
            seat.receives_reports,
            seat.valid_from,
            seat.valid_to,
            relation(seat.unit, path),
        )
        for seat in seats
    ]


def may(deed: Deed, seats: Sequence[Seat], path: Sequence[Step], day: date) -> bool:
    """Return whether the holder of these seats may do that with the unit at the start of `path`."""
    return rights_allow(deed, held(seats, path), day)


def sight(seats: Sequence[Seat], path: Sequence[Step], day: date) -> Sight:
    """Return how closely the unit at the start of `path` is seen."""
    within = [seat for seat in seats if seat.unit.unit_type in GRASSROOTS_TYPES]
    if may(Deed.FIGURES, within, path, day):
        return Sight.WITHIN
    return Sight.ABOVE if may(Deed.FIGURES, seats, path, day) else Sight.NONE


def is_directly_above(own: Sequence[Unit], path: Sequence[Step]) -> bool:
    """True if one of the `own` units is above the unit at the start of `path` with none between, or manages it."""
    mine = {unit.id for unit in own}
    return bool(path) and (path[0].manager_id in mine or any(step.unit_id in mine for step in path[1:2]))
