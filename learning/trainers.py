"""
Which union must train the chair of a grassroots union: dated rules by size, sector and type of unit.

The size is that at the start of the period. Nothing here codes how deep the tree is: a level is a set of unit types,
and where it no longer exists the duty rises, unless a union has named who takes it over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from learning.clauses import GUIDELINE, RESOLUTION, UNION_LAW_2025, Clause

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NON_STATE = "ngoai_nha_nuoc"
CHAIRED_TYPES = frozenset({"CDCS", "NDCS"})  # whose head is "chủ tịch công đoàn cơ sở"


class Level(StrEnum):
    """A level of union that trains, as stored; the value of `Assignment.level`."""

    CONFEDERATION = "tld"
    PROVINCE_OR_SECTOR = "tinh_nganh"
    DIRECT_SUPERIOR = "truc_tiep"


UNIT_TYPES = {
    Level.CONFEDERATION: frozenset({"TLD"}),
    Level.PROVINCE_OR_SECTOR: frozenset({"LDLD_TINH", "CD_NGANH", "CD_TD", "CD_TCT", "DAC_THU"}),
    Level.DIRECT_SUPERIOR: frozenset({"CD_CTTTCS"}),
}
_RISES_TO = {Level.DIRECT_SUPERIOR: Level.PROVINCE_OR_SECTOR}
ENDED_ON = {Level.DIRECT_SUPERIOR: (date(2025, 7, 1), Clause(UNION_LAW_2025, "bãi bỏ khoản 4 Điều 4"))}


@dataclass(frozen=True, slots=True)
class TrainerRule:
    """
    Who trains the chairs of which grassroots unions.

    `members` are from (included) and below (excluded, None: no bound); `sectors` None means every one. A union whose
    size nobody has entered is taken for a small one, so that it stays counted.
    """

    level: Level
    members: tuple[int, int | None]
    sectors: frozenset[str] | None
    clause: Clause
    valid_from: date
    valid_to: date | None = None

    def concerns(self, sector: str | None, members: int | None) -> bool:
        """Whether a union of that sector and size falls under the rule."""
        low, high = self.members
        size = members or 0
        return low <= size and (high is None or size < high) and (self.sectors is None or sector in self.sectors)


def _resolution(level: Level, low: int, high: int | None, place: str) -> TrainerRule:
    return TrainerRule(level, (low, high), None, Clause(RESOLUTION, place), date(2020, 12, 12))


def _guideline(level: Level, low: int, high: int | None, *, every_sector: bool = False) -> TrainerRule:
    sectors = None if every_sector else frozenset({NON_STATE})
    place = "đoạn về phân cấp đào tạo, bồi dưỡng"
    return TrainerRule(level, (low, high), sectors, Clause(GUIDELINE, place), date(2021, 1, 1), date(2022, 1, 1))


RESOLUTION_RULES = (
    _resolution(Level.CONFEDERATION, 2_500, None, "I.2.2 gạch 1; III.1"),
    _resolution(Level.PROVINCE_OR_SECTOR, 1_000, 2_500, "I.2.2 gạch 2; III.2"),
    _resolution(Level.DIRECT_SUPERIOR, 0, 1_000, "I.2.2 gạch 3; III.3"),
)
GUIDELINE_RULES = (
    _guideline(Level.CONFEDERATION, 2_500, None, every_sector=True),
    _guideline(Level.PROVINCE_OR_SECTOR, 1_000, None),
    _guideline(Level.DIRECT_SUPERIOR, 0, 1_000),
)


@dataclass(frozen=True, slots=True)
class Above:
    """A unit on the way up."""

    unit_id: int
    unit_type: str


@dataclass(frozen=True, slots=True)
class Base:
    """A grassroots union as at the start of a period; `above` is nearest first, without itself."""

    unit_id: int
    sector: str | None
    members: int | None
    above: tuple[Above, ...]
    manager_id: int | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """A decision that `owner_id` trains in a level's place: for the CĐCS `unit_id`, or those it is above or manages."""

    unit_id: int
    owner_id: int
    level: Level
    document: str
    valid_from: date
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Duty:
    """
    Who must train a chair.

    `owner_id` is the unit that must (None: that level is in nobody's tree and nobody was named); `by_rule_id` the one
    the rule alone would name. What either of the two has recognised fulfils the duty.
    """

    rule: TrainerRule
    owner_id: int | None
    by_rule_id: int | None
    document: str | None = None

    def is_met_by(self, unit_id: int) -> bool:
        """Whether training by that unit fulfils it."""
        return unit_id in {self.owner_id, self.by_rule_id}


def duty(
    rule: TrainerRule, base: Base, day: date, assignments: Mapping[int, Sequence[Assignment]] | None = None
) -> Duty | None:
    """
    Who must train the chair of a grassroots union under one rule; None if the rule does not concern it.

    Args:
        rule: of `RESOLUTION_RULES` or `GUIDELINE_RULES`.
        base: the union, with its size at the start of the period.
        day: which levels exist and which decisions hold.
        assignments: decisions, by their `unit_id`.
    """
    if not rule.concerns(base.sector, base.members):
        return None
    natural = _by_rule(rule.level, base, day)
    named = next(_named(rule.level, base, day, assignments or {}), None)
    if named is None:
        return Duty(rule, natural, natural)
    return Duty(rule, named.owner_id, natural, named.document)


def _by_rule(level: Level, base: Base, day: date) -> int | None:
    ends, _ = ENDED_ON.get(level, (None, None))
    if ends is None or day < ends:
        for step in base.above:
            if step.unit_type in UNIT_TYPES[level]:
                return step.unit_id
    return _by_rule(_RISES_TO[level], base, day) if level in _RISES_TO else None


def _named(
    level: Level, base: Base, day: date, assignments: Mapping[int, Sequence[Assignment]]
) -> Iterator[Assignment]:
    nearest_first = (base.unit_id, *filter(None, (base.manager_id,)), *(step.unit_id for step in base.above))
    for unit_id in nearest_first:
        for one in assignments.get(unit_id, ()):
            if one.level is level and one.holds_on(day):
                yield one
