"""PostgreSQL ends what takes too long; who knows of long statements asks for patience."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.database import allow_long, is_away, open_database

TOO_LONG = text("SELECT pg_sleep(0.5)")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_statement_is_cut_off_unless_it_was_said_to_be_long(
    database_url: str,
) -> None:
    hasty, patient = (open_database(database_url, statement_timeout_s=limit_s) for limit_s in (0.1, 0))

    with pytest.raises(DBAPIError) as cut_off:
        async with hasty.begin() as conn:
            await conn.execute(TOO_LONG)
    async with hasty.begin() as conn:
        await allow_long(conn)
        await conn.execute(TOO_LONG)
    async with hasty.begin() as conn:
        lasting = (await conn.execute(text("SHOW statement_timeout"))).scalar_one()
    async with patient.begin() as conn:
        await conn.execute(TOO_LONG)
    for opened in (hasty, patient):
        await opened.close()

    assert "statement timeout" in str(cut_off.value.orig)
    assert is_away(cut_off.value)  # taps are answered with 503 and come again
    assert lasting == "100ms"
