from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, insert, select

from bot.demo import scale
from storage.database import open_database
from storage.tables import (
    account,
    consent,
    learner,
    learner_course,
    org_unit,
    person,
    position,
    unit_closure,
)
from storage.units import rebuild_closure

if TYPE_CHECKING:
    from storage.database import Database

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


async def _one(database: Database, query: Any) -> Any:
    async with database.connect() as conn:
        return (await conn.execute(query)).scalar_one()


async def test_twenty_thousand_learners_are_consistent(database: Database, database_url: str) -> None:
    made = await scale.generate(database_url, learners=20_000, units=2_400, seed=7, now=NOW)

    assert made.learners == 20_000
    assert made.units == 2_400
    for table in (person, position, account, consent, learner):
        assert await _one(database, select(func.count()).select_from(table)) == 20_000
    assert await _one(database, select(func.count()).select_from(org_unit)) == 2_400 + made.groups
    to_truong = select(func.count()).select_from(position).where(position.c.role == "to_truong")
    assert await _one(database, to_truong) == made.groups
    chairs = select(func.count()).select_from(position).where(position.c.role == "chu_tich", position.c.track == "C")
    cdcs = select(func.count()).select_from(org_unit).where(org_unit.c.unit_type == "CDCS")
    assert await _one(database, chairs) == await _one(database, cdcs)
    phones = select(func.count(person.c.phone) - func.count(func.distinct(person.c.phone)))
    assert await _one(database, phones) == 0
    assert 18_500 < await _one(database, select(func.count(person.c.phone))) < 19_500
    due = select(func.count()).select_from(learner).where(learner.c.next_due_at >= NOW)
    assert await _one(database, due) == 20_000
    wrong = (learner_course.c.completed_at.is_not(None)) != (
        (learner_course.c.best_percent >= 80) & (learner_course.c.lessons_done == learner_course.c.lessons_total)
    )
    assert await _one(database, select(func.count()).select_from(learner_course).where(wrong)) == 0
    assert 11_000 < await _one(database, select(func.count()).select_from(learner_course)) < 13_000
    sizes = select(org_unit.c.member_count).where(org_unit.c.unit_type == "CDCS").order_by(org_unit.c.member_count)
    async with database.connect() as conn:
        members = list((await conn.execute(sizes)).scalars())
    assert 38 < members[len(members) // 2] < 53
    assert members[-1] > 1_000


async def test_the_closure_is_the_trees_and_ids_go_on(database: Database, database_url: str) -> None:
    await scale.generate(database_url, learners=3_000, units=400, seed=1, now=NOW)
    columns = (unit_closure.c.ancestor_id, unit_closure.c.unit_id, unit_closure.c.depth)
    query = select(*columns).order_by(*columns)

    async with database.begin() as conn:
        written = (await conn.execute(query)).all()
        await rebuild_closure(conn)
        assert (await conn.execute(query)).all() == written
        values = {"full_name": "x", "name_fold": "x", "sort_name": "x", "recorded_at": NOW}
        assert (await conn.execute(insert(person).values(values).returning(person.c.id))).scalar_one() == 3_001


async def test_the_same_seed_makes_the_same(tmp_path: Any, sqlite_template: Any) -> None:
    found = []
    for number in (1, 2):
        path = tmp_path / f"{number}.db"
        path.write_bytes(sqlite_template.read_bytes())
        await scale.generate(f"sqlite:///{path}", learners=1_500, units=200, seed=3, now=NOW)
        database = open_database(f"sqlite:///{path}")
        async with database.connect() as conn:
            found.append((await conn.execute(select(person.c.full_name, person.c.phone).order_by(person.c.id))).all())
        await database.close()

    assert found[0] == found[1]


async def test_too_few_are_refused(database_url: str) -> None:
    with pytest.raises(ValueError, match="units"):
        await scale.generate(database_url, learners=100, units=50, now=NOW)
    with pytest.raises(ValueError, match="learners"):
        await scale.generate(database_url, learners=300, units=400, now=NOW)
