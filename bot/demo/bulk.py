"""Units and cadres as table rows with ids of our own, collected and then written many at a time."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from learning import text
from learning.roles import GROUP_TYPES, track_of
from storage import bulk
from storage.tables import metadata, org_unit, person, position, unit_closure

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.demo.people import CadreRow, Roster
    from bot.demo.units import UnitRow

_COLUMNS: dict[str, tuple[str, ...]] = {
    org_unit.name: (
        "id", "code", "name", "name_fold", "sort_name", "unit_type", "parent_id", "manager_id", "sector",
        "member_count", "member_count_on", "valid_from", "valid_to", "recorded_at",
    ),
    unit_closure.name: ("ancestor_id", "unit_id", "depth"),
    person.name: ("id", "code", "full_name", "name_fold", "sort_name", "phone", "is_female", "recorded_at"),
    position.name: (
        "id", "person_id", "unit_id", "role", "track", "is_full_time", "elected_on", "is_first_term",
        "term_ends_on", "shift", "receives_reports", "valid_from", "recorded_at",
    ),
}  # fmt: skip

_fold = lru_cache(maxsize=32_768)(text.fold)
_sort_key = lru_cache(maxsize=8_192)(text.sort_key)
_person_sort_key = lru_cache(maxsize=32_768)(text.person_sort_key)


class Rows:
    """Rows waiting to be written into tables that were empty: ids count from 1."""

    def __init__(self, now: datetime, today: date) -> None:
        self._now = now
        self._today = today
        self._columns = dict(_COLUMNS)
        self._waiting: dict[str, list[tuple[Any, ...]]] = {}
        self._last: dict[str, int] = {}
        self._chains: dict[str, tuple[int, ...]] = {}
        self._persons: dict[str, int] = {}

    def next_id(self, table: Table) -> int:
        """The next id of a table."""
        self._last[table.name] = number = self._last.get(table.name, 0) + 1
        return number

    def add(self, table: Table, **values: Any) -> None:
        """Let a row wait; every row of a table names the same columns in the same order."""
        self._columns.setdefault(table.name, tuple(values))
        self._waiting.setdefault(table.name, []).append(tuple(values.values()))

    def unit(self, row: UnitRow) -> int:
        """Let a unit wait, and what is above it; parents and managers come before. Its id."""
        number = self.next_id(org_unit)
        chain = (number, *(self._chains[row.parent] if row.parent else ()))
        self._waiting.setdefault(org_unit.name, []).append(
            (
                number,
                row.code,
                row.name,
                _fold(row.name),
                _sort_key(row.name),
                row.unit_type,
                chain[1] if row.parent else None,
                self._chains[row.manager][0] if row.manager else None,
                row.sector,
                row.member_count,
                row.member_count_on,
                row.valid_from,
                row.valid_to,
                self._now,
            )
        )
        self._waiting.setdefault(unit_closure.name, []).extend(
            (ancestor, number, depth) for depth, ancestor in enumerate(chain)
        )
        if row.unit_type not in GROUP_TYPES:
            self._chains[row.code] = chain
        return number

    def cadre(self, row: CadreRow, unit_id: int, unit_type: str) -> int | None:
        """Let a post wait, and its holder if they are new. The holder's id."""
        holder = self._persons.get(row.code) if row.code else None
        if row.code and row.full_name and holder is None:
            holder = self._persons[row.code] = self.next_id(person)
            self._waiting.setdefault(person.name, []).append(
                (
                    holder,
                    row.code,
                    row.full_name,
                    _fold(row.full_name),
                    _person_sort_key(row.full_name),
                    row.phone,
                    row.is_female,
                    self._now,
                )
            )
        self._waiting.setdefault(position.name, []).append(
            (
                self.next_id(position),
                holder,
                unit_id,
                row.role.value,
                track_of(row.role, unit_type).value,
                row.is_full_time,
                row.elected_on,
                row.is_first_term,
                row.term_ends_on,
                row.shift.value if row.shift else None,
                row.receives_reports,
                row.elected_on or self._today,
                self._now,
            )
        )
        return holder

    def forget(self, *codes: str) -> None:
        """Nothing below these units, and no other post of these cadres, is to come."""
        for code in codes:
            self._chains.pop(code, None)
            self._persons.pop(code, None)

    async def write(self, conn: AsyncConnection) -> None:
        """Write what waits, in the order of the tables' references."""
        for table in metadata.sorted_tables:
            if rows := self._waiting.pop(table.name, None):
                await bulk.copy(conn, table, self._columns[table.name], rows)


async def insert(conn: AsyncConnection, roster: Roster, now: datetime, today: date) -> None:
    """Write a roster into a database that has no units, without the import's checks."""
    rows = Rows(now, today)
    ids = {unit.code: rows.unit(unit) for unit in roster.units}
    types = {unit.code: unit.unit_type for unit in roster.units}
    for cadre in roster.cadres:
        rows.cadre(cadre, ids[cadre.unit], types[cadre.unit])
    await rows.write(conn)
    await bulk.settle_ids(conn)
