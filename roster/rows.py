"""Rows that have been understood: one unit, one post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learning.roles import Role
from roster.values import UnitType

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A row of «Đơn vị»; codes as written, compared by `code_key`."""

    row: int
    code: str
    name: str
    unit_type: UnitType
    parent: str
    manager: str
    sector: str | None
    member_count: int | None
    member_count_on: date | None
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A row of «Cán bộ»: a post in a unit and who holds it; a vacant one has no name. `phone` is E.164."""

    row: int
    code: str
    name: str
    fold: str
    phone: str | None
    unit: str
    role: Role
    is_full_time: bool
    elected_on: date | None
    is_first_term: bool
    term_ends_on: date | None
    is_female: bool
    shift: str | None
    receives_reports: bool

    @property
    def is_vacant(self) -> bool:
        """Whether nobody holds the post."""
        return not (self.name or self.code or self.phone)


def code_key(code: str) -> str:
    """What codes are compared by: their case does not count."""
    return code.casefold()


_NO_REPORTS = frozenset({UnitType.CDCS_TV, UnitType.CDBP, UnitType.TO_CD, UnitType.TO_ND})


def receives_by_default(role: Role, unit_type: str) -> bool:
    """Whether a post receives the unit's reports where the roster does not say: chairs, from CĐCS upwards."""
    return role is Role.CHAIR and unit_type not in _NO_REPORTS
