"""Writing the roster in bulk: statements for many rows at once, in pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, update

from storage.roster import pages
from storage.tables import org_unit, person, position, rollup_dirty, unit_history

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

_Rows = Sequence[Mapping[str, Any]]


async def add_units(conn: AsyncConnection, rows: _Rows) -> list[int]:
    """Insert units, without parents and managers; return their ids in order."""
    return await _insert(conn, org_unit, rows, ("code",))


async def add_persons(conn: AsyncConnection, rows: _Rows) -> list[int]:
    """Insert persons; return their ids in order."""
    return await _insert(conn, person, rows, ("code", "phone", "full_name", "is_female"))


async def add_positions(conn: AsyncConnection, rows: _Rows) -> None:
    """Insert posts."""
    for page in pages(rows):
        await conn.execute(insert(position), page)


async def add_history(conn: AsyncConnection, rows: _Rows) -> None:
    """Keep what was true of units before a change."""
    for page in pages(rows):
        await conn.execute(insert(unit_history), page)


async def update_units(conn: AsyncConnection, changes: Mapping[int, Mapping[str, Any]]) -> None:
    """Set columns of units, by id."""
    await _update(conn, org_unit, changes)


async def update_persons(conn: AsyncConnection, changes: Mapping[int, Mapping[str, Any]]) -> None:
    """Set columns of persons, by id."""
    await _update(conn, person, changes)


async def update_positions(conn: AsyncConnection, changes: Mapping[int, Mapping[str, Any]]) -> None:
    """Set columns of posts, by id."""
    await _update(conn, position, changes)


async def close_positions(conn: AsyncConnection, ends: Mapping[int, date]) -> None:
    """End posts: by id, the first day on which they are no longer held."""
    await _update(conn, position, {key: {"valid_to": on} for key, on in ends.items()})


async def set_track(conn: AsyncConnection, unit_ids: Collection[int], role: str, track: str) -> None:
    """Put those who hold that chức danh in these units on another track."""
    for page in pages(unit_ids):
        await conn.execute(
            update(position)
            .where(position.c.unit_id.in_(page), position.c.role == role, position.c.valid_to.is_(None))
            .values(track=track)
        )


async def mark_dirty(conn: AsyncConnection, unit_ids: Collection[int]) -> None:
    """Say whose figures must be counted again."""
    for page in pages(sorted(unit_ids)):
        await conn.execute(insert(rollup_dirty), [{"unit_id": unit_id} for unit_id in page])


async def _insert(conn: AsyncConnection, table: Table, rows: _Rows, columns: tuple[str, ...]) -> list[int]:
    """
    Insert rows and return their ids in order.

    Many rows go in one statement, whose answers come in any order: each is known by `columns`. Rows that are equal in
    them must be equal in all that they hold, so that it does not matter which is which.
    """
    ids: list[int] = []
    statement = insert(table).returning(table.c.id, *(table.c[name] for name in columns))
    for page in pages(rows):
        made: dict[tuple[Any, ...], list[int]] = {}
        for key, *values in await conn.execute(statement, page):
            made.setdefault(tuple(values), []).append(key)
        ids.extend(made[tuple(row[name] for name in columns)].pop() for row in page)
    return ids


async def _update(conn: AsyncConnection, table: Table, changes: Mapping[int, Mapping[str, Any]]) -> None:
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for key, values in changes.items():
        by_columns.setdefault(tuple(sorted(values)), []).append({"the_id": key, **values})
    for columns, rows in by_columns.items():
        statement = (
            update(table).where(table.c.id == bindparam("the_id")).values({name: bindparam(name) for name in columns})
        )
        for page in pages(rows):
            await conn.execute(statement, page)
