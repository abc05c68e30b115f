"""Sums along the unit tree: adding a change to everything above it, and summing up again where units have moved."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select, union_all, update

from storage.database import insert
from storage.posts import ALL, OWN, Counts
from storage.tables import unit_closure, unit_rollup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

Key = tuple[int, str]  # unit, role
_BATCH = 1_000  # ids in one statement


def batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Ids in order, few enough at a time for one statement."""
    rest = iter(sorted(ids))
    while batch := list(islice(rest, _BATCH)):
        yield batch


async def above(conn: AsyncConnection, changes: Mapping[Key, Counts]) -> dict[Key, Counts]:
    """What own changes mean to the units themselves and to all above them."""
    by_unit: dict[int, list[tuple[str, Counts]]] = defaultdict(list)
    for (unit, role), change in changes.items():
        by_unit[unit].append((role, change))
    sums: dict[Key, Counts] = defaultdict(Counts)
    for batch in batches(by_unit):
        query = select(unit_closure.c.ancestor_id, unit_closure.c.unit_id).where(unit_closure.c.unit_id.in_(batch))
        for ancestor, unit in (await conn.execute(query)).all():
            for role, change in by_unit[unit]:
                sums[ancestor, role] += change
    return sums


async def add(conn: AsyncConnection, own: Mapping[Key, Counts], above: Mapping[Key, Counts]) -> None:
    """Add changes to units' own posts and to their sums, in the order of their keys. One statement."""
    keys = sorted(own.keys() | {key for key, change in above.items() if change})
    if not keys:
        return
    rows = [
        {
            "unit_id": unit,
            "role": role,
            **{f"own_{name}": number for name, number in own.get((unit, role), Counts()).as_dict().items()},
            **{f"all_{name}": number for name, number in above.get((unit, role), Counts()).as_dict().items()},
        }
        for unit, role in keys
    ]
    statement = insert(conn, unit_rollup)
    sums = {name: unit_rollup.c[name] + statement.excluded[name] for name in (*OWN, *ALL)}
    await conn.execute(statement.on_conflict_do_update(index_elements=["unit_id", "role"], set_=sums), rows)


async def mend(conn: AsyncConnection) -> set[int]:
    """
    Sum up again every unit that is not its own plus its children's, and all above those; return which.

    By induction from the leaves that is every unit whose sum can be wrong, wherever units have moved from.
    """
    below = (
        select(
            unit_closure.c.ancestor_id.label("unit_id"),
            unit_rollup.c.role,
            *((-unit_rollup.c[name]).label(name) for name in ALL),
        )
        .join(unit_closure, unit_closure.c.unit_id == unit_rollup.c.unit_id)
        .where(unit_closure.c.depth == 1)
    )
    claimed = select(
        unit_rollup.c.unit_id,
        unit_rollup.c.role,
        *((unit_rollup.c[all_] - unit_rollup.c[own]).label(all_) for own, all_ in zip(OWN, ALL, strict=True)),
    )
    cells = union_all(claimed, below).subquery()
    unequal = (
        select(cells.c.unit_id)
        .group_by(cells.c.unit_id, cells.c.role)
        .having(or_(*(func.sum(cells.c[name]) != 0 for name in ALL)))
    )
    wrong = set((await conn.execute(unequal)).scalars())
    stale: set[int] = set()
    for batch in batches(wrong):
        query = select(unit_closure.c.ancestor_id).where(unit_closure.c.unit_id.in_(batch)).distinct()
        stale.update((await conn.execute(query)).scalars())
    for batch in batches(stale):
        zero = update(unit_rollup).where(unit_rollup.c.unit_id.in_(batch)).values(dict.fromkeys(ALL, 0))
        await conn.execute(zero)
        await sum_up(conn, unit_closure.c.ancestor_id.in_(batch))
    return stale


async def sum_up(conn: AsyncConnection, *conditions: ColumnElement[bool]) -> None:
    """Write the sums of the units that the conditions on the closure choose. One statement."""
    sums = (
        select(
            unit_closure.c.ancestor_id,
            unit_rollup.c.role,
            *(func.sum(unit_rollup.c[name]).label(name) for name in OWN),
        )
        .join(unit_rollup, unit_rollup.c.unit_id == unit_closure.c.unit_id)
        .where(*conditions)
        .group_by(unit_closure.c.ancestor_id, unit_rollup.c.role)
    )
    statement = insert(conn, unit_rollup).from_select(["unit_id", "role", *ALL], sums, include_defaults=False)
    excluded = {name: statement.excluded[name] for name in ALL}
    await conn.execute(statement.on_conflict_do_update(index_elements=["unit_id", "role"], set_=excluded))
