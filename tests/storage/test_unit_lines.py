"""Pages of units: the same in every order on both databases, and read by index however many units there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, text, update

from channels.messages import UnitId
from learning.text import fold, sort_key
from storage import reporting, rollup
from storage.tables import org_unit
from storage.unit_lines import MOST_ORDERED, Order, Place, direct, found_query, managed_totals, page, page_query
from tests.storage.countries import ASSIGNED, PROVINCES, TODAY, UNIONS, explained, settle

if TYPE_CHECKING:
    from storage.database import Database


async def test_pages_join_to_the_whole_and_are_read_by_index(database: Database) -> None:
    async with database.begin() as conn:
        provinces = await settle(conn)
    async with database.begin() as conn:
        await conn.execute(text("ANALYZE"))
        for order in Order:
            seen: list[int] = []
            after: Place | None = None
            while True:
                got = await page(conn, provinces[0], order=order, is_grassroots=False, after=after)
                seen += [line.id for line in got.lines]
                after = got.next
                if after is None:
                    break
            assert len(seen) == len(set(seen)) == UNIONS + 5, order
        found = await page(conn, UnitId(1), order=Order.NAME, is_grassroots=False, search=fold("số 007 tỉnh 3"))
        assert [line.code for line in found.lines] == ["T03-007"]
        assert (await managed_totals(conn, provinces[0]))[0] == 5

        for order in Order:
            query = page_query(direct(provinces[0]), order=order, after=Place(-1, seen[9]), limit=51)
            plan = await explained(conn, query)
            assert "SCAN unit_rollup" not in plan, order
            assert "Seq Scan on unit_rollup" not in plan, order
        assert [step.code for step in await reporting.path_up(conn, provinces[3])] == ["T03", "VN"]


async def test_a_search_that_finds_too_many_goes_on_by_name(database: Database) -> None:
    async with database.begin() as conn:
        provinces = await settle(conn)
        ended = select(org_unit.c.id).where(org_unit.c.code == "T02-050").scalar_subquery()
        await conn.execute(update(org_unit).where(org_unit.c.id == ended).values(valid_to=TODAY))
        await rollup.rebuild(conn, ASSIGNED, TODAY)
        root = UnitId(1)
        seen: list[str] = []
        after: Place | None = None
        while True:
            got = await page(conn, root, order=Order.NEED, is_grassroots=False, search="cdcs so", after=after)
            assert got.order is Order.NAME
            seen += [line.name for line in got.lines]
            after = got.next
            if after is None:
                break
        few = await page(conn, root, order=Order.NEED, is_grassroots=False, search="tinh 3")
        inside = await page(conn, provinces[0], order=Order.NAME, is_grassroots=False, search="so 00", limit=100)

    assert len(seen) == len(set(seen)) == PROVINCES * UNIONS - 1 > MOST_ORDERED
    assert sorted(seen, key=sort_key) == seen
    assert few.order is Order.NEED
    assert len(few.lines) == 50
    assert len(inside.lines) == 10 + 5  # its own, and those of the other province that it manages


async def test_a_search_reads_units_above_the_groups_alone(database: Database) -> None:
    async with database.begin() as conn:
        provinces = await settle(conn)
    if database.dialect == "postgresql":
        async with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
            await conn.execute(text("VACUUM ANALYZE org_unit"))
    async with database.connect() as conn:
        for unit_id, is_root in ((UnitId(1), True), (provinces[0], False)):
            query = found_query(unit_id, "so 007", is_grassroots=False, is_root=is_root, after=None, limit=51)
            plan = await explained(conn, query)
            if is_root:
                assert "ix_org_unit_search" in plan
            assert "Seq Scan on unit_closure" not in plan
            assert "SCAN unit_closure" not in plan
