"""
Who may do what with which unit: one table (office × deed × relation) and one function. Pure.

The chat and the web pages ask `may`, and nothing else decides. What a table does not say is not allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from learning.roles import GRASSROOTS_TYPES, GROUP_TYPES, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date


class Office(StrEnum):
    """What a post makes of its holder towards units."""

    CHAIR_ABOVE = "chair_above"  # chairs a union above the CĐCS
    OFFICER_ABOVE = "officer_above"  # receives its reports
    CHAIR_BASE = "chair_base"  # chairs a CĐCS, a nghiệp đoàn or a part of one
    OFFICER_BASE = "officer_base"  # receives its reports
    NONE = "none"  # any other post, and every post of a tổ


class Relation(StrEnum):
    """How a unit lies to the one in which a post is held."""

    SAME = "same"
    PART = "part"  # a part of one's own CĐCS
    GROUP = "group"  # a tổ of one's own CĐCS
    BELOW = "below"  # below one's union, down to the CĐCS
    MANAGED = "managed"  # managed, or below what is managed, without being below; down to the CĐCS
    BEYOND = "beyond"  # inside a CĐCS that is below or managed
    APART = "apart"  # above, beside, elsewhere, or not there


class Deed(StrEnum):
    """What somebody wants to do."""

    OWN = "own"  # what concerns nobody but oneself
    FIGURES = "figures"
    EXPORT = "export"
    PEOPLE = "people"  # names, with how far each is: one's own direct level
    ITEMS = "items"  # which questions fail, over everybody
    DELIVERIES = "deliveries"  # what arrived and what did not, in numbers
    ATTENTION = "attention"
    SETTLE = "settle"  # say that long silence was seen to
    PAUSE = "pause"
    BROADCAST = "broadcast"
    ROSTER = "roster"  # lists in, for the unit and what is below it
    INVITE = "invite"
    CHANGES = "changes"  # decide what cadres report
    NEWCOMERS = "newcomers"  # say who a newcomer is
    PLAN = "plan"  # enter a year's training plan and spending
    RESULTS = "results"  # enter classes that cadres attended, and take back a wrong entry
    DECIDE = "decide"  # say that learning on the assistant is recognised, or no longer


_SAME = frozenset({Relation.SAME})
_SEEN_ABOVE = frozenset({Relation.SAME, Relation.BELOW, Relation.MANAGED})
_SEEN_BASE = frozenset({Relation.SAME, Relation.PART, Relation.GROUP})
_LED_ABOVE = frozenset({Relation.SAME, Relation.BELOW})
_LED_BASE = _SEEN_BASE
_NOTHING: frozenset[Relation] = frozenset()


def _row(above: frozenset[Relation], base: frozenset[Relation]) -> Mapping[Office, frozenset[Relation]]:
    return {
        Office.CHAIR_ABOVE: above,
        Office.OFFICER_ABOVE: above,
        Office.CHAIR_BASE: base,
        Office.OFFICER_BASE: base,
        Office.NONE: _NOTHING,
    }


RIGHTS: Mapping[Deed, Mapping[Office, frozenset[Relation]]] = {
    Deed.OWN: dict.fromkeys(Office, frozenset(Relation)),
    Deed.FIGURES: _row(_SEEN_ABOVE, _SEEN_BASE),
    Deed.EXPORT: _row(_SEEN_ABOVE, _SEEN_BASE),
    Deed.PEOPLE: _row(_SAME, _SAME),
    Deed.ITEMS: _row(_SAME, _NOTHING),
    Deed.DELIVERIES: _row(_LED_ABOVE, frozenset({Relation.SAME, Relation.PART})),
    Deed.ATTENTION: _row(frozenset({Relation.BELOW, Relation.MANAGED}), frozenset({Relation.PART})),
    Deed.SETTLE: _row(frozenset({Relation.BELOW, Relation.MANAGED}), _SAME),
    Deed.PAUSE: _row(_LED_ABOVE, _LED_BASE),
    Deed.BROADCAST: _row(_LED_ABOVE, _LED_BASE),
    Deed.ROSTER: _row(_LED_ABOVE, frozenset({Relation.SAME, Relation.PART})),
    Deed.INVITE: _row(_LED_ABOVE, _LED_BASE),
    Deed.CHANGES: _row(_LED_ABOVE, _LED_BASE),
    Deed.NEWCOMERS: _row(_LED_ABOVE, _LED_BASE),
    Deed.PLAN: _row(_SAME, _SAME),
    Deed.RESULTS: _row(_SAME, _SAME),
    Deed.DECIDE: {
        **_row(_SAME, _SAME),
        Office.OFFICER_ABOVE: _NOTHING,  # a decision is the chair's to sign
        Office.OFFICER_BASE: _NOTHING,
    },
}


@dataclass(frozen=True, slots=True)
class Held:
    """A post: what it is, from and to when (the first day on which it is held no more), and how a unit lies to its."""

    role: Role
    unit_type: str
    receives_reports: bool
    valid_from: date
    valid_to: date | None
    relation: Relation

    @property
    def office(self) -> Office:
        """What it makes of its holder."""
        if self.unit_type in GROUP_TYPES:
            return Office.NONE
        is_base = self.unit_type in GRASSROOTS_TYPES
        if self.role is Role.CHAIR:
            return Office.CHAIR_BASE if is_base else Office.CHAIR_ABOVE
        if self.receives_reports:
            return Office.OFFICER_BASE if is_base else Office.OFFICER_ABOVE
        return Office.NONE

    def is_held_on(self, day: date) -> bool:
        """Whether it is held on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def may(deed: Deed, held: Iterable[Held], day: date) -> bool:
    """
    Return whether the holder of these posts may do that with the unit to which their relations are.

    Args:
        deed: what.
        held: all posts of the person, past and future ones too; the unit's relation to each.
        day: the day in Viet Nam.
    """
    if deed is Deed.OWN:
        return True
    rights = RIGHTS[deed]
    return any(post.is_held_on(day) and post.relation in rights[post.office] for post in held)
