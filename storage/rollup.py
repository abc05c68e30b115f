"""
`unit_rollup`: the posts of every unit, its own and with everything below, kept within seconds of what happens.

A tap only marks whom it concerns. `fold` takes the marks and recounts the units concerned, so it may run twice or late;
where a mark says that the tree has changed it looks at every unit. `rebuild` counts everything anew; both give the
same. One fold runs at a time: it holds the row of `setting` that says on which day and for which chuyên đề was counted.
Always all = own + the sum of the children's all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, delete, func, literal_column, or_, select, union, union_all, update

from channels.messages import PersonId, UnitId
from learning.roles import Role, Track
from storage import recognition_decisions
from storage.database import allow_long, insert
from storage.posts import ALL, OWN, Counts, own_counts, period_of
from storage.rollup_tree import Key, above, add, batches, mend
from storage.tables import COUNTS, org_unit, position, rollup_dirty, setting, unit_closure, unit_rollup
from storage.unit_figures import children, read, take_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = [
    "Difference",
    "children",
    "differences",
    "fold",
    "mark_person",
    "mark_unit",
    "read",
    "rebuild",
    "take_snapshot",
]

PAGE = 2_000  # marks taken by one fold
REBUILD_ABOVE = 20_000  # with more marks than this waiting, counting everything is quicker
BASIS = "rollup_basis"


@dataclass(frozen=True, slots=True)
class Difference:
    """What is missing in `unit_rollup` (negative: too much) of a unit's posts in a role."""

    unit_id: UnitId
    role: Role
    own: Counts
    all: Counts


# --- marks ------------------------------------------------------------------------------------------------------------


async def mark_person(conn: AsyncConnection, person_id: PersonId) -> None:
    """Something changed that counts for the posts of a person. One statement."""
    await conn.execute(rollup_dirty.insert().values(person_id=person_id))


async def mark_unit(conn: AsyncConnection, unit_id: UnitId) -> None:
    """Something changed in a unit: its posts, its validity. Who writes the closure marks the tree. One statement."""
    await conn.execute(rollup_dirty.insert().values(unit_id=unit_id))


# --- folding ----------------------------------------------------------------------------------------------------------


def _basis(assigned: Mapping[Track, str], today: date) -> dict[str, Any]:
    return {"day": today.isoformat(), "assigned": {track.value: assigned[track] for track in sorted(assigned)}}


async def _lock_basis(conn: AsyncConnection) -> dict[str, Any]:
    query = select(setting.c.value).where(setting.c.key == BASIS).with_for_update()
    found = (await conn.execute(query)).scalar_one_or_none()
    if found is None:
        await conn.execute(insert(conn, setting).values(key=BASIS, value={}).on_conflict_do_nothing())
        found = (await conn.execute(query)).scalar_one()
    return dict(found)


async def _write_basis(conn: AsyncConnection, basis: dict[str, Any]) -> None:
    await conn.execute(update(setting).where(setting.c.key == BASIS).values(value=basis))


async def fold(conn: AsyncConnection, assigned: Mapping[Track, str], today: date) -> int:
    """
    Bring `unit_rollup` up to date with at most `PAGE` marks; exact, whatever was marked how often.

    A new day marks the positions and units that begin or end on it; a new assignment or period counts everything anew.

    Returns:
        The number of marks taken: 0 when nothing is left to do.
    """
    wanted, found = _basis(assigned, today), await _lock_basis(conn)
    if found != wanted:
        since = date.fromisoformat(found["day"]) if found else today
        if (
            not found
            or found["assigned"] != wanted["assigned"]
            or since > today
            or period_of(since) != period_of(today)
        ):
            return await rebuild(conn, assigned, today)
        await _mark_dated(conn, since, today)
        await _write_basis(conn, wanted)
    page = select(rollup_dirty.c.id).order_by(rollup_dirty.c.id).limit(PAGE)
    taken = (
        delete(rollup_dirty)
        .where(rollup_dirty.c.id.in_(page))
        .returning(rollup_dirty.c.person_id, rollup_dirty.c.unit_id)
    )
    marks = (await conn.execute(taken)).all()
    persons = {mark.person_id for mark in marks if mark.person_id is not None}
    has_moved = any(mark.person_id is None and mark.unit_id is None for mark in marks)
    await recognition_decisions.grant(conn, persons)
    if len(marks) == PAGE:
        waiting = select(func.count()).select_from(select(rollup_dirty.c.id).limit(REBUILD_ABOVE).subquery())
        if (await conn.execute(waiting)).scalar_one() == REBUILD_ABOVE:
            return len(marks) + await rebuild(conn, assigned, today)
    if marks:
        marked = {mark.unit_id for mark in marks if mark.unit_id is not None}
        units = marked | await _units_of(conn, persons)
        await _recount(conn, assigned, today, units, has_moved=has_moved)
    return len(marks)


async def _mark_dated(conn: AsyncConnection, since: date, today: date) -> None:
    def turns(table: Any) -> ColumnElement[bool]:
        return or_(
            (table.c.valid_from > since) & (table.c.valid_from <= today),
            (table.c.valid_to > since) & (table.c.valid_to <= today),
        )

    units = union(
        select(position.c.unit_id).where(turns(position)), select(org_unit.c.id.label("unit_id")).where(turns(org_unit))
    )
    await conn.execute(rollup_dirty.insert().from_select(["unit_id"], units))


async def _units_of(conn: AsyncConnection, persons: set[int]) -> set[int]:
    units: set[int] = set()
    for batch in batches(persons):
        query = select(position.c.unit_id).where(position.c.person_id.in_(batch)).distinct()
        units.update((await conn.execute(query)).scalars())
    return units


async def _recount(
    conn: AsyncConnection, assigned: Mapping[Track, str], today: date, units: set[int], *, has_moved: bool
) -> None:
    changes: dict[Key, Counts] = {}
    for batch in batches(units):
        exact = {
            (row.unit_id, row.role): Counts.of(row) for row in await conn.execute(own_counts(assigned, today, batch))
        }
        query = select(unit_rollup.c.unit_id, unit_rollup.c.role, *(unit_rollup.c[name] for name in OWN))
        rows = await conn.execute(query.where(unit_rollup.c.unit_id.in_(batch)))
        stored = {(row.unit_id, row.role): Counts.of(row, "own_") for row in rows}
        for key in exact.keys() | stored.keys():
            if change := exact.get(key, Counts()) - stored.get(key, Counts()):
                changes[key] = change
    if has_moved:
        await allow_long(conn)  # every unit is looked at
        await add(conn, changes, {})
        touched = units | await mend(conn)
    else:
        sums = await above(conn, changes)
        await add(conn, changes, sums)
        touched = {unit for unit, _ in sums}
    for batch in batches(touched):
        await conn.execute(delete(unit_rollup).where(unit_rollup.c.unit_id.in_(batch), unit_rollup.c.all_posts == 0))


# --- everything at once -----------------------------------------------------------------------------------------------


async def rebuild(conn: AsyncConnection, assigned: Mapping[Track, str], today: date) -> int:
    """Count everything anew; returns the number of marks that this settled."""
    await allow_long(conn)
    await _lock_basis(conn)
    marked = select(rollup_dirty.c.person_id).where(rollup_dirty.c.person_id.is_not(None)).distinct()
    await recognition_decisions.grant(conn, set((await conn.execute(marked)).scalars()))
    settled = (await conn.execute(delete(rollup_dirty))).rowcount
    await conn.execute(delete(unit_rollup))
    cells = union_all(*_exact(assigned, today)).subquery()
    exact = select(
        cells.c.unit_id, cells.c.role, *(func.sum(cells.c[name]).label(name) for name in (*OWN, *ALL))
    ).group_by(cells.c.unit_id, cells.c.role)
    columns = ["unit_id", "role", *OWN, *ALL]
    await conn.execute(unit_rollup.insert().from_select(columns, exact, include_defaults=False))
    await _write_basis(conn, _basis(assigned, today))
    return int(settled)


def _exact(assigned: Mapping[Track, str], today: date) -> tuple[Select[Any], Select[Any]]:
    """What counting everything gives, in rows to be added up: units' own posts, and those of each unit above."""
    own = own_counts(assigned, today).cte("own")
    zero: ColumnElement[int] = literal_column("0")
    exact_own = select(
        own.c.unit_id,
        own.c.role,
        *(own.c[name].label(f"own_{name}") for name in COUNTS),
        *(zero.label(name) for name in ALL),
    )
    exact_all = select(
        unit_closure.c.ancestor_id,
        own.c.role,
        *(zero.label(name) for name in OWN),
        *(own.c[name].label(f"all_{name}") for name in COUNTS),
    ).join(own, own.c.unit_id == unit_closure.c.unit_id)
    return exact_own, exact_all


async def differences(
    conn: AsyncConnection, assigned: Mapping[Track, str], today: date, *, limit: int | None = None
) -> Sequence[Difference]:
    """Where `unit_rollup` is not what counting everything gives, at most so many; nothing is changed."""
    await allow_long(conn)
    stored = select(
        unit_rollup.c.unit_id, unit_rollup.c.role, *((-unit_rollup.c[name]).label(name) for name in (*OWN, *ALL))
    )
    cells = union_all(*_exact(assigned, today), stored).subquery()
    sums = {name: func.sum(cells.c[name]) for name in (*OWN, *ALL)}
    query = (
        select(cells.c.unit_id, cells.c.role, *(column.label(name) for name, column in sums.items()))
        .group_by(cells.c.unit_id, cells.c.role)
        .having(or_(*(column != 0 for column in sums.values())))
        .order_by(cells.c.unit_id, cells.c.role)
        .limit(limit)
    )
    return [
        Difference(UnitId(row.unit_id), Role(row.role), Counts.of(row, "own_"), Counts.of(row, "all_"))
        for row in await conn.execute(query)
    ]
