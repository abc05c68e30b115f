"""Pages of units: the same in every order on both databases, and read by index however many units there are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, text, update

from channels.messages import UnitId
from learning.roles import Track
from learning.text import fold, sort_key
from storage import reporting, rollup
from storage.tables import org_unit, unit_closure
from storage.unit_lines import MOST_ORDERED, Order, Place, direct, found_query, managed_totals, page, page_query
from tests.builders import NOW, unit

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.database import Database

ASSIGNED = dict.fromkeys(Track, "M0")
PROVINCES, UNIONS = 8, 120
TODAY = date(2026, 11, 21)


async def settle(conn: AsyncConnection) -> list[UnitId]:
    """A country of provinces with CĐCS, each with a vacant chair; the first province manages five of the second."""
    root = await unit(conn, "VN", "TLD")
    provinces = [await unit(conn, f"T{n:02}", "LDLD_TINH", root) for n in range(PROVINCES)]
    rows = []
    for place, parent in enumerate(provinces):
        for n in range(UNIONS):
            name = f"CĐCS số {n:03} tỉnh {place}"
            manager = provinces[0] if place == 1 and n < 5 else None
            rows.append(
                {"code": f"T{place:02}-{n:03}", "name": name, "name_fold": fold(name), "sort_name": sort_key(name),
                 "unit_type": "CDCS", "parent_id": parent, "manager_id": manager, "recorded_at": NOW}
            )  # fmt: skip
    await conn.execute(insert(org_unit), rows)
    own = select(org_unit.c.id, org_unit.c.id, text("0")).where(org_unit.c.unit_type == "CDCS")
    await conn.execute(unit_closure.insert().from_select(["ancestor_id", "unit_id", "depth"], own))
    above = unit_closure.alias("above")
    ancestors = (
        select(above.c.ancestor_id, org_unit.c.id, above.c.depth + 1)
        .join(above, above.c.unit_id == org_unit.c.parent_id)
        .where(org_unit.c.unit_type == "CDCS")
    )
    await conn.execute(unit_closure.insert().from_select(["ancestor_id", "unit_id", "depth"], ancestors))
    await rollup.rebuild(conn, ASSIGNED, TODAY)
    return provinces


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


async def explained(conn: AsyncConnection, query: object) -> str:
    explain = "EXPLAIN QUERY PLAN " if conn.dialect.name == "sqlite" else "EXPLAIN "
    sql = query.compile(dialect=conn.dialect, compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined]
    return "\n".join(str(row[-1]) for row in await conn.exec_driver_sql(explain + str(sql)))
