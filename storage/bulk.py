"""Many rows at once with ids that the caller gives, and setting the databases' counters of ids right afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

from storage.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

PAGE = 5_000


async def copy(conn: AsyncConnection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """
    Put rows into a table within the connection's transaction: COPY on PostgreSQL, executemany on SQLite.

    Args:
        conn: a connection in a write transaction.
        table: where to.
        columns: their names in the order of each row's values; defaults that Python computes are not filled in.
        rows: the values; JSON columns are not taken.
    """
    if conn.dialect.name == "sqlite":
        for start in range(0, len(rows), PAGE):
            page = rows[start : start + PAGE]
            await conn.execute(table.insert(), [dict(zip(columns, row, strict=True)) for row in page])
        return
    # The transaction begins with its first statement, and COPY goes past SQLAlchemy.
    await conn.execute(text("SELECT 1"))
    raw = await conn.get_raw_connection()
    driver: Any = raw.driver_connection
    await driver.copy_records_to_table(table.name, records=rows, columns=list(columns))


def numbered_tables() -> tuple[Table, ...]:
    """The tables whose ids the database makes."""
    return tuple(table for table in metadata.sorted_tables if "id" in table.c and table.c.id.autoincrement is True)


async def last_ids(conn: AsyncConnection) -> dict[str, int]:
    """The last id given out, by table, of a row that may be gone by now; 0 if none ever was."""
    if conn.dialect.name == "sqlite":
        given = {row.name: row.seq for row in await conn.execute(text("SELECT name, seq FROM sqlite_sequence"))}
        return {table.name: given.get(table.name, 0) for table in numbered_tables()}
    query = text(
        "SELECT last_value FROM pg_sequences"
        " WHERE format('%I.%I', schemaname, sequencename) = pg_get_serial_sequence(:name, 'id')"
    )
    return {table.name: (await conn.execute(query, {"name": table.name})).scalar() or 0 for table in numbered_tables()}


async def settle_ids(conn: AsyncConnection, given: Mapping[str, int] | None = None) -> None:
    """Let each table's next id be above every row's, and above the last one in `given`."""
    for table in numbered_tables():
        highest = (await conn.execute(select(func.max(table.c.id)))).scalar() or 0
        last = max(highest, (given or {}).get(table.name, 0))
        values = {"name": table.name, "last": last}
        if last == 0:
            continue
        if conn.dialect.name == "sqlite":
            updated = await conn.execute(text("UPDATE sqlite_sequence SET seq = :last WHERE name = :name"), values)
            if not updated.rowcount:
                await conn.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)
        else:
            await conn.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), values)
