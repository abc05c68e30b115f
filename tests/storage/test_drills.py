from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from learning.calendar import day_of
from learning.roles import Role
from storage import changes, drills
from storage.drills import Standing
from storage.tables import drill_run
from tests import builders
from tests.builders import NOW

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId
    from storage.database import Database


async def somebody(conn: AsyncConnection, name: str = "Nguyễn Thị Lan") -> PersonId:
    unit = await builders.unit(conn, f"TO-{name}", "TO_CD")
    return await builders.cadre(conn, name, unit, Role.GROUP_LEADER)


async def begun(conn: AsyncConnection, person: PersonId, drill: str = "H1") -> drills.DrillRun:
    return await drills.open_or_begin(conn, person_id=person, drill_id=drill, version="v", now=NOW)


async def test_a_talk_left_open_is_gone_on_with(database: Database) -> None:
    async with database.begin() as conn:
        person = await somebody(conn)
        first = await begun(conn, person)
        await drills.save(conn, first.id, "v", ("a", "b"))

        again = await begun(conn, person)

        assert (again.id, again.picks, again.opened_at) == (first.id, ("a", "b"), NOW)
        assert (await begun(conn, person, "H2")).id != first.id


async def test_a_finished_talk_is_followed_by_a_new_one(database: Database) -> None:
    async with database.begin() as conn:
        person = await somebody(conn)
        first = await begun(conn, person)
        await drills.finish(conn, first.id, ("a",), points=9, full=14, now=NOW + timedelta(minutes=4))

        second = await begun(conn, person)
        kept = await drills.by_id(conn, first.id)

        assert kept is not None
        assert kept.is_finished
        assert (second.id != first.id, second.picks) == (True, ())


async def test_the_best_result_stands_and_an_open_talk_is_told(database: Database) -> None:
    async with database.begin() as conn:
        person, other = await somebody(conn), await somebody(conn, "Trần Văn An")
        for points in (9, 13, 4):
            run = await begun(conn, person)
            await drills.finish(conn, run.id, ("a",), points=points, full=14, now=NOW)
        await begun(conn, person)
        await begun(conn, person, "H2")
        await begun(conn, other, "H3")

        assert await drills.standings(conn, person) == {"H1": Standing(92, True), "H2": Standing(None, True)}


async def test_erasing_somebody_takes_their_talks_and_nobody_elses(database: Database) -> None:
    async with database.begin() as conn:
        person, other = await somebody(conn), await somebody(conn, "Trần Văn An")
        for each in (person, other):
            await begun(conn, each)

        await changes.erase(conn, person, day_of(NOW))

        left = (await conn.execute(select(drill_run.c.person_id))).scalars().all()
        assert left == [other]
        assert (await conn.execute(select(func.count()).select_from(drill_run))).scalar_one() == 1
