"""Pages of units: the same in every order on both databases, and read by index however many units there are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, text

from channels.messages import UnitId
from learning.roles import Track
from learning.text import fold, sort_key
from storage import reporting, rollup
from storage.tables import org_unit, unit_closure
from storage.unit_lines import Order, Place, managed_totals, page, page_query
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
            query = page_query(
                provinces[0], order=order, is_grassroots=False, search="", after=Place(-1, seen[9]), limit=51
            )
            plan = await explained(conn, query)
            assert "SCAN unit_rollup" not in plan, order
            assert "Seq Scan on unit_rollup" not in plan, order
        assert [step.code for step in await reporting.path_up(conn, provinces[3])] == ["T03", "VN"]


async def explained(conn: AsyncConnection, query: object) -> str:
    explain = "EXPLAIN QUERY PLAN " if conn.dialect.name == "sqlite" else "EXPLAIN "
    sql = query.compile(dialect=conn.dialect, compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined]
    return "\n".join(str(row[-1]) for row in await conn.exec_driver_sql(explain + str(sql)))
