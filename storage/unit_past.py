"""What units were before: their sizes, from the history that every change leaves; and the way up from each."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from learning.trainers import Above
from learning.unit_sizes import Size
from storage.rollup_tree import batches
from storage.tables import org_unit, unit_closure, unit_history

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection


def as_sizes(row: Any, history: Sequence[Any]) -> list[Size]:
    """What was entered as the size of a unit, the oldest first: what stands, and before each change what stood then."""
    members, counted_on = row.member_count, row.member_count_on
    sizes: list[Size] = []
    for change in reversed(history):
        before = change.before
        if "member_count" not in before and "member_count_on" not in before:
            continue
        sizes.append(Size(members, counted_on, change.until))
        members = before.get("member_count", members)
        if "member_count_on" in before:
            written = before["member_count_on"]
            counted_on = date.fromisoformat(written) if written else None
    sizes.append(Size(members, counted_on))
    return sizes[::-1]


async def changes_below(conn: AsyncConnection, unit_id: int) -> Mapping[int, Sequence[Any]]:
    """What was true before of a unit and all below it, by unit, the oldest first."""
    below = select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id == unit_id)
    return _grouped(await conn.execute(_history().where(unit_history.c.unit_id.in_(below))))


async def changes_of(conn: AsyncConnection, units: Collection[int]) -> Mapping[int, Sequence[Any]]:
    """What was true before of these units, by unit, the oldest first."""
    found: dict[int, list[Any]] = {}
    for batch in batches(units):
        found |= _grouped(await conn.execute(_history().where(unit_history.c.unit_id.in_(batch))))
    return found


def _history() -> Select[Any]:
    return select(unit_history.c.unit_id, unit_history.c.before, unit_history.c.until).order_by(unit_history.c.id)


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.unit_id].append(row)
    return found


async def paths(conn: AsyncConnection, rows: Mapping[int, Any]) -> Mapping[int, tuple[Above, ...]]:
    """Each unit with all above it, nearest first."""
    known = {key: (row.unit_type, row.parent_id) for key, row in rows.items()}
    missing = {parent for _, parent in known.values() if parent is not None} - known.keys()
    while missing:
        found: dict[int, tuple[str, int | None]] = {}
        for batch in batches(missing):
            query = select(org_unit.c.id, org_unit.c.unit_type, org_unit.c.parent_id).where(org_unit.c.id.in_(batch))
            found |= {row.id: (row.unit_type, row.parent_id) for row in await conn.execute(query)}
        known |= found
        missing = {parent for _, parent in found.values() if parent is not None} - known.keys()
    ways: dict[int, tuple[Above, ...]] = {}

    def path(unit_id: int) -> tuple[Above, ...]:
        if unit_id not in ways:
            unit_type, parent = known[unit_id]
            ways[unit_id] = (Above(unit_id, unit_type), *(path(parent) if parent is not None else ()))
        return ways[unit_id]

    return {unit_id: path(unit_id) for unit_id in rows}
