from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from storage import search_misses
from storage.search_misses import Miss
from storage.tables import search_miss

if TYPE_CHECKING:
    from storage.database import Database

TODAY = date(2026, 11, 21)


async def ask(database: Database, term: str, day: date = TODAY, most_rows: int = search_misses.MOST_ROWS) -> None:
    async with database.begin() as conn:
        await search_misses.count(conn, term, day, most_rows)


async def listed(database: Database, limit: int = 10) -> list[Miss]:
    async with database.connect() as conn:
        return list(await search_misses.listed(conn, limit))


async def test_the_most_wanted_come_first(database: Database) -> None:
    for term, times in (("ba", 1), ("hai", 2), ("mot", 3)):
        for _ in range(times):
            await ask(database, term)
    await ask(database, "ba", TODAY + timedelta(days=1))
    await ask(database, "ba", TODAY + timedelta(days=1))
    await ask(database, "ba", TODAY + timedelta(days=1))

    assert await listed(database, 2) == [Miss("ba", 4, TODAY + timedelta(days=1)), Miss("mot", 3, TODAY)]


async def test_many_at_once_are_all_counted(database: Database) -> None:
    await asyncio.gather(*(ask(database, "thai san") for _ in range(8)))

    assert await listed(database) == [Miss("thai san", 8, TODAY)]


async def test_a_flood_of_new_terms_is_left_out_and_known_ones_go_on(database: Database) -> None:
    for number in range(6):
        await ask(database, f"t{number}", most_rows=3)
    await ask(database, "t0", most_rows=3)

    assert {miss.term: miss.number for miss in await listed(database)} == {"t0": 2, "t1": 1, "t2": 1}


async def test_what_is_older_than_180_days_is_forgotten(database: Database) -> None:
    await ask(database, "cu", TODAY - timedelta(days=181))
    await ask(database, "con", TODAY - timedelta(days=180))

    async with database.begin() as conn:
        await search_misses.forget_old(conn, TODAY)

    assert [miss.term for miss in await listed(database)] == ["con"]


async def test_the_columns_are_the_term_the_day_and_the_number(database: Database) -> None:
    await ask(database, "x" * 60)

    assert [column.name for column in search_miss.columns] == ["term", "day", "number"]
    async with database.connect() as conn:
        assert (await conn.execute(select(func.count()).select_from(search_miss))).scalar_one() == 1
