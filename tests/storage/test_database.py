from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError

from storage.database import DatabaseUrlError, counted_statements, open_database

if TYPE_CHECKING:
    from storage.database import Database


async def test_an_error_does_not_say_what_people_wrote(database: Database) -> None:
    query = text("SELECT * FROM no_such_table WHERE phone = :phone").bindparams(bindparam("phone"))

    with pytest.raises(DBAPIError) as raised:
        async with database.begin() as conn:
            await conn.execute(query, {"phone": "0900000001"})

    assert "no_such_table" in str(raised.value)
    assert "0900000001" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["", "taphuan.db", "sqlite://", "sqlite:///:memory:", "mysql://u:CANARY@h/d", "http://x"]
)
def test_an_address_that_is_none_of_ours_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(DatabaseUrlError) as raised:
        open_database(url)

    assert "CANARY" not in str(raised.value)


async def test_a_single_statement_is_kept(database: Database) -> None:
    async with database.single() as conn:
        await conn.execute(text("""INSERT INTO setting (key, value) VALUES ('k', '"v"')"""))

    async with counted_statements() as statements, database.connect() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM setting WHERE key = 'k'"))).scalar_one() == 1
    assert statements == [1]


async def test_a_block_that_fails_keeps_nothing(database: Database) -> None:
    async def fails() -> None:
        async with database.begin() as conn:
            await conn.execute(text("""INSERT INTO setting (key, value) VALUES ('k', '"v"')"""))
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await fails()

    async with database.connect() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM setting"))).scalar_one() == 0


async def test_closing_waits_for_a_connection_that_is_in_use(database_url: str) -> None:
    database = open_database(database_url)
    begun = asyncio.Event()

    async def work() -> None:
        async with database.connect() as conn:
            await conn.execute(text("SELECT 1"))
            begun.set()
            await asyncio.sleep(0.2)

    working = asyncio.create_task(work())
    await begun.wait()
    await database.close()

    assert working.done()
    await working
