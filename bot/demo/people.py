"""
The demo's cadres, and the whole roster as rows.

Situations on purpose: vacant posts, people without a telephone, one who holds two posts, one who heads two CĐCS, a
chair who is a part-timer of the commune, terms that have run out, and chairs newly elected this year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from bot.demo import names, units
from bot.demo.units import Place, UnitChange, UnitRow
from learning.calendar import Shift
from learning.roles import GRASSROOTS_TYPES, GROUP_TYPES, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_SEED = 20_261
TERM_DAYS = 1_826
_ELECTED_DAYS_AGO = (60, TERM_DAYS + 60)  # some terms have run out
_SHARE_OF_FIRST_TERMS = 0.6
_SHARE_OF_WOMEN = {Place.FACTORY: 0.65, Place.OFFICE: 0.5}
PERSONA_UNIT = "T02-C000001"
PERSONA_GROUP = f"{PERSONA_UNIT}-G03"
_VACANT_GROUP_EVERY = 31
_NO_PHONE_EVERY = 41
_DEPUTY_EVERY = 43
_COMMITTEE_FROM = 150
_TWO_POSTS = {"T01-C000005-G01": "T01-C000005", "N01-C000003-G01": "N01-C000003"}  # the tổ's head chairs the CĐCS
_TWO_CHAIRS = {"T01-C000009": "T01-C000006"}  # one chair for two sister firms
_VACANT_CHAIRS = frozenset({"T02-C000003"})
_PART_TIME_ABOVE = frozenset({"T01-X003"})
_WOMEN_AT = frozenset({PERSONA_GROUP, "T02-X001"})
_FACTORY_SHIFTS = (
    *(Shift.OFFICE,) * 5, *(Shift.FIRST,) * 4, *(Shift.SECOND,) * 3, Shift.THIRD, Shift.ROTATING, Shift.ROTATING,
    Shift.LONG_DAY, Shift.LONG_NIGHT,
)  # fmt: skip
# Chức danh of the unions above the CĐCS, by type: (role, receives reports).
STAFF: dict[str, tuple[tuple[Role, bool], ...]] = {
    "TLD": (
        (Role.CHAIR, True), (Role.VICE_CHAIR, False), (Role.FULL_TIMER, True), (Role.FULL_TIMER, True),
        (Role.FULL_TIMER, False), (Role.LECTURER, False),
    ),
    "LDLD_TINH": ((Role.CHAIR, True), (Role.VICE_CHAIR, False), (Role.FULL_TIMER, True), (Role.FULL_TIMER, True)),
    "CD_NGANH": ((Role.CHAIR, True), (Role.FULL_TIMER, True)),
    "CD_XA": ((Role.CHAIR, True), (Role.FULL_TIMER, True)),
    "CD_KCN": ((Role.CHAIR, True), (Role.FULL_TIMER, True), (Role.FULL_TIMER, False)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CadreRow:
    """A post and who holds it, as the roster's sheet has it; without code and name the post is vacant."""

    code: str | None
    full_name: str | None
    phone: str | None
    unit: str
    role: Role
    is_full_time: bool = False
    elected_on: date | None = None
    is_first_term: bool = False
    term_ends_on: date | None = None
    is_female: bool | None = None
    shift: Shift | None = None
    receives_reports: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """Units (parents first), posts, and what was otherwise before."""

    units: tuple[UnitRow, ...]
    cadres: tuple[CadreRow, ...]
    changes: tuple[UnitChange, ...]

    def cadre(self, unit: str, role: Role) -> CadreRow:
        """The first holder of a role in a unit who receives reports where anybody of that role there does."""
        found = [row for row in self.cadres if row.unit == unit and row.role is role and row.code]
        return next((row for row in found if row.receives_reports), found[0])


def make(today: date, seed: int = DEFAULT_SEED) -> Roster:
    """
    Return the invented roster as it stands on `today`.

    The same seed gives the same units, people and codes on every day; only dates move with `today`.
    """
    rng = Random(seed)  # noqa: S311 - not a secret
    rows = units.build(rng, today)
    return Roster(rows, tuple(_Office(rng, today).fill(rows)), units.changes(today))


class _Office:
    """Draws people by chance and counts their codes and telephones."""

    def __init__(self, rng: Random, today: date) -> None:
        self._rng = rng
        self._today = today
        self._names: set[str] = set()
        self._made = 0
        self._groups = 0
        self._chairs: dict[str, CadreRow] = {}

    def fill(self, rows: tuple[UnitRow, ...]) -> Iterator[CadreRow]:
        """Yield the posts of all units that are not closed, in the units' order."""
        for unit in rows:
            if unit.valid_to is not None:
                continue
            if unit.unit_type in GROUP_TYPES:
                yield from self._group(unit)
            elif unit.unit_type in GRASSROOTS_TYPES:
                yield from self._grassroots(unit)
            else:
                for role, receives in STAFF[unit.unit_type]:
                    is_part_time = role in {Role.CHAIR, Role.LECTURER} and unit.code in _PART_TIME_ABOVE
                    yield self._cadre(unit, role, full_time=not is_part_time, receives=receives)

    def _group(self, unit: UnitRow) -> Iterator[CadreRow]:
        self._groups += 1
        if unit.code in _TWO_POSTS:
            yield self._again(self._chairs[_TWO_POSTS[unit.code]], unit, Role.GROUP_LEADER)
        elif self._groups % _VACANT_GROUP_EVERY == 0 or unit.code == f"{PERSONA_UNIT}-G11":
            yield CadreRow(None, None, None, unit.code, Role.GROUP_LEADER)
        else:
            yield self._cadre(unit, Role.GROUP_LEADER)
        if self._groups % _DEPUTY_EVERY == 0:
            yield self._cadre(unit, Role.GROUP_DEPUTY)

    def _grassroots(self, unit: UnitRow) -> Iterator[CadreRow]:
        if unit.code in _VACANT_CHAIRS:
            yield CadreRow(None, None, None, unit.code, Role.CHAIR)
        elif unit.code in _TWO_CHAIRS:
            yield self._again(self._chairs[_TWO_CHAIRS[unit.code]], unit, Role.CHAIR, receives=True)
        else:
            chair = self._cadre(unit, Role.CHAIR, receives=True)
            self._chairs[unit.code] = chair
            yield chair
        if (unit.member_count or 0) >= _COMMITTEE_FROM:
            yield self._cadre(unit, Role.VICE_CHAIR)
            yield self._cadre(unit, Role.COMMITTEE_MEMBER)

    def _cadre(self, unit: UnitRow, role: Role, *, full_time: bool = False, receives: bool = False) -> CadreRow:
        self._made += 1
        rng = self._rng
        is_female = rng.random() < _SHARE_OF_WOMEN[unit.place] or unit.code in _WOMEN_AT
        name = names.different_person(rng, self._names, is_female=is_female)
        elected = self._today - timedelta(days=rng.randint(*_ELECTED_DAYS_AGO))
        is_first, shift = rng.random() < _SHARE_OF_FIRST_TERMS, rng.choice(_FACTORY_SHIFTS)
        if unit.place is Place.OFFICE or unit.code == PERSONA_GROUP or role is not Role.GROUP_LEADER:
            shift = Shift.OFFICE
        has_phone = self._made % _NO_PHONE_EVERY != 0 or unit.code == PERSONA_GROUP
        return CadreRow(
            code=f"CB{self._made:06}",
            full_name=name,
            phone=names.phone(self._made) if has_phone else None,
            unit=unit.code,
            role=role,
            is_full_time=full_time,
            elected_on=elected,
            is_first_term=is_first,
            term_ends_on=elected + timedelta(days=TERM_DAYS),
            is_female=is_female,
            shift=shift,
            receives_reports=receives,
        )

    @staticmethod
    def _again(holder: CadreRow, unit: UnitRow, role: Role, *, receives: bool = False) -> CadreRow:
        return CadreRow(
            holder.code,
            holder.full_name,
            holder.phone,
            unit.code,
            role,
            elected_on=holder.elected_on,
            is_first_term=holder.is_first_term,
            term_ends_on=holder.term_ends_on,
            is_female=holder.is_female,
            shift=holder.shift,
            receives_reports=receives,
        )
