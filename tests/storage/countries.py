"""A country large enough for plans to matter, and what a database plans."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, text

from learning.roles import Track
from learning.text import fold, sort_key
from storage import rollup
from storage.tables import org_unit, unit_closure
from tests.builders import NOW, unit

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId

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


async def explained(conn: AsyncConnection, query: object) -> str:
    explain = "EXPLAIN QUERY PLAN " if conn.dialect.name == "sqlite" else "EXPLAIN "
    sql = query.compile(dialect=conn.dialect, compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined]
    return "\n".join(str(row[-1]) for row in await conn.exec_driver_sql(explain + str(sql)))
