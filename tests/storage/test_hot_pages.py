"""What the pages that everybody opens read: nothing of which the size grows with the country is read whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, insert, select, text

from learning.text import fold, person_sort_key
from reports.overview import overview
from storage import accounts, arrivals, reporting, web_sessions
from storage.named_posts import named_posts
from storage.tables import account, learner, learner_course, org_unit, person, position
from storage.unit_lines import Order, page
from tests.builders import NOW
from tests.storage.countries import ASSIGNED, TODAY, settle

if TYPE_CHECKING:
    from channels.messages import UnitId
    from storage.database import Database

# Of so few doors PostgreSQL makes a hash for EXISTS, whatever reading a table costs.
# An installation has a dozen settings.
_SCANNED = re.compile(r"^SCAN (?!CONSTANT|\(|anon|near|setting)(\w+)|Seq Scan on (?!account|setting)(\w+)")
_WEEK_AGO = NOW.replace(day=14)


async def test_no_page_reads_a_table_whole(database: Database) -> None:
    sent: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        sent.append((statement, parameters))

    async with database.begin() as conn:
        provinces = await settle(conn)
        units = (await conn.execute(select(org_unit.c.id).where(org_unit.c.unit_type == "CDCS"))).scalars().all()
        people = [
            {"id": number, "full_name": f"Lê {number}", "name_fold": fold(f"Lê {number}"),
             "sort_name": person_sort_key(f"Lê {number}"), "recorded_at": NOW}
            for number in range(1, len(units) + 1)
        ]  # fmt: skip
        await conn.execute(insert(person), people)
        posts = [
            {"person_id": number, "unit_id": unit_id, "role": "chu_tich", "track": "C", "valid_from": TODAY,
             "recorded_at": NOW}
            for number, unit_id in enumerate(units, 1)
        ]  # fmt: skip
        await conn.execute(insert(position), posts)
        door = await accounts.ensure_endpoint(conn, "browser", "here", None)
        numbers = range(1, len(units) + 1)
        doors = [
            {"endpoint_id": door, "external_id": str(n), "person_id": n, "is_open": True, "opened_at": NOW}
            for n in numbers
        ]
        await conn.execute(insert(account), doors)
        await conn.execute(insert(learner), [{"person_id": n, "joined_at": NOW} for n in numbers])
        course = {"module_id": "M0", "version": "v", "started_at": NOW, "lessons_total": 1}
        await conn.execute(insert(learner_course), [{"person_id": n, **course} for n in numbers])
    base: UnitId = units[0]
    async with database.begin() as conn:
        await conn.execute(text("ANALYZE"))
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        for unit_id, is_within in ((provinces[0], False), (base, True)):
            await overview(conn, unit_id, NOW, is_within=is_within)
            for order in Order:
                await page(conn, unit_id, order=order, is_grassroots=is_within)
            await named_posts(conn, unit_id, ASSIGNED, TODAY, limit=51)
            await reporting.path_up(conn, unit_id)
        await arrivals.since(conn, base, _WEEK_AGO, NOW, TODAY)
        await web_sessions.look(conn, b"x" * 32, TODAY, NOW)
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        if database.dialect == "postgresql":  # so few rows are read whole rather than looked up, unless that is dear
            await conn.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "
        scanned = {}
        for statement, parameters in sent:
            plan = [str(row[-1]) for row in await conn.exec_driver_sql(explain + statement, parameters)]
            if found := [line for line in plan if _SCANNED.search(line.strip())]:
                scanned[statement] = found

    assert len(sent) > 20
    assert list(scanned.values()) == []
