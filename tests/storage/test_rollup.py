from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, event, func, insert, literal, select, text, update

from learning.roles import Role, Track
from learning.text import sort_key
from storage import rollup
from storage.accounts import close_door, reopen_door
from storage.posts import Counts, period_of, total
from storage.tables import (
    erased_credit,
    learner_course,
    org_unit,
    position,
    rollup_dirty,
    snapshot,
    unit_closure,
    unit_rollup,
)
from storage.unit_figures import children_query
from tests.builders import NOW, agreed, cadre, enrolled, human, move, post, recognised, unit

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import AccountId, PersonId, UnitId
    from storage.database import Database

TODAY = date(2026, 11, 21)
ASSIGNED = {Track.GROUP_LEADER: "M1", Track.CHAIR: "M0", Track.COMMITTEE: "M0", Track.STAFF: "M0"}


async def folded(conn: AsyncConnection, today: date = TODAY) -> None:
    while await rollup.fold(conn, ASSIGNED, today):
        pass


async def stored(conn: AsyncConnection) -> list[tuple[object, ...]]:
    rows = await conn.execute(select(unit_rollup).order_by(unit_rollup.c.unit_id, unit_rollup.c.role))
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2025, 12, 1), date(2025, 12, 1), date(2026, 5, 31)),
        (date(2026, 5, 31), date(2025, 12, 1), date(2026, 5, 31)),
        (date(2026, 6, 1), date(2026, 6, 1), date(2026, 11, 30)),
        (date(2026, 11, 30), date(2026, 6, 1), date(2026, 11, 30)),
    ],
)
def test_a_report_period_is_half_a_union_year(day: date, first: date, last: date) -> None:
    assert period_of(day) == (first, last)


async def test_posts_are_counted_held_or_vacant(database: Database) -> None:
    async with database.begin() as conn:
        root = await unit(conn, "T01", "LDLD_TINH")
        base = await unit(conn, "C1", "CDCS", root)
        named, empty, listed = [await unit(conn, f"G{n}", "TO_CD", base) for n in range(3)]
        await unit(conn, "C2", "NDCS", root)
        await unit(conn, "C3", "CDCS", root, valid_to=TODAY)
        await cadre(conn, "Lê An", named, Role.GROUP_LEADER)
        await cadre(conn, "Lê Bình", named, Role.GROUP_DEPUTY)
        await cadre(conn, "Lê Cúc", base, Role.CHAIR, valid_to=TODAY)
        await post(conn, None, listed, Role.GROUP_LEADER)
        await rollup.rebuild(conn, ASSIGNED, TODAY)
        at_base = await rollup.read(conn, base)
        at_empty = await rollup.read(conn, empty)
        at_root = await rollup.read(conn, root)

    assert at_base.own == {Role.CHAIR: Counts(posts=1)}
    assert at_base.all == {
        Role.CHAIR: Counts(posts=1),
        Role.GROUP_LEADER: Counts(posts=3),
        Role.GROUP_DEPUTY: Counts(posts=1),
    }
    assert at_empty.total == Counts(posts=1)
    assert at_root.own == {}
    assert at_root.total == Counts(posts=6)


async def test_how_far_the_holders_are(database: Database) -> None:
    async with database.begin() as conn:
        base = await unit(conn, "C1", "CDCS")
        people = [await cadre(conn, f"Lê {n}", base, Role.COMMITTEE_MEMBER) for n in range(6)]
        other = await human(conn, "Lê Khác")
        await post(conn, other, base, Role.COMMITTEE_MEMBER)
        await agreed(conn, people[1])
        await agreed(conn, people[1])
        await agreed(conn, people[2])
        await enrolled(conn, people[2], "M0")
        await agreed(conn, people[3], is_open=False)
        await enrolled(conn, people[3], "M0", completed_at=NOW)
        await agreed(conn, people[4])
        await enrolled(conn, people[4], "M1", completed_at=NOW)
        await recognised(conn, people[0], base, date(2026, 6, 1))
        await recognised(conn, people[0], base, date(2026, 11, 30), "M2")
        await recognised(conn, people[5], base, date(2026, 5, 31))
        await rollup.rebuild(conn, ASSIGNED, TODAY)
        figures = await rollup.read(conn, base)

    assert figures.own[Role.COMMITTEE_MEMBER] == Counts(posts=7, joined=3, started=2, completed=1, recognised=1)


async def test_what_erased_persons_completed_stays_but_never_above_the_posts(database: Database) -> None:
    async with database.begin() as conn:
        base = await unit(conn, "C1", "CDCS")
        for n in range(2):
            await cadre(conn, f"Lê {n}", base, Role.COMMITTEE_MEMBER)
        rows = [
            {"unit_id": base, "role": "uy_vien_bch", "module_id": "M0", "completed": 3},
            {"unit_id": base, "role": "chu_tich", "module_id": "M1", "completed": 1},
        ]
        await conn.execute(insert(erased_credit), rows)
        await rollup.rebuild(conn, ASSIGNED, TODAY)
        figures = await rollup.read(conn, base)

    assert figures.own[Role.COMMITTEE_MEMBER] == Counts(posts=2, completed=2)
    assert figures.own[Role.CHAIR] == Counts(posts=1)


async def test_without_an_assigned_module_nobody_has_started(database: Database) -> None:
    async with database.begin() as conn:
        base = await unit(conn, "C1", "CDCS")
        person = await cadre(conn, "Lê An", base, Role.CHAIR)
        await agreed(conn, person)
        await enrolled(conn, person, "M0")
        await rollup.rebuild(conn, {}, TODAY)

        assert (await rollup.read(conn, base)).total == Counts(posts=1, joined=1)


@dataclass
class World:
    """A union to which random things happen, each marked as the program marks it."""

    conn: AsyncConnection
    rng: random.Random
    units: list[UnitId] = field(default_factory=list)
    people: list[PersonId] = field(default_factory=list)
    doors: dict[PersonId, AccountId] = field(default_factory=dict)

    async def found(self) -> None:
        root = await unit(self.conn, "VN", "TLD")
        self.units.append(root)
        for n in range(2):
            province = await unit(self.conn, f"T{n}", "LDLD_TINH", root)
            self.units.append(province)
            for m in range(2):
                base = await unit(self.conn, f"T{n}C{m}", self.rng.choice(["CDCS", "NDCS", "CD_XA"]), province)
                self.units.append(base)
                self.units += [await unit(self.conn, f"T{n}C{m}G{g}", "TO_CD", base) for g in range(2)]

    async def happen(self) -> None:
        happenings = (self.hire, self.hire, self.join, self.learn, self.learn, self.close, self.vacate, self.swap)
        await self.rng.choice((*happenings, self.leave, self.reparent, self.end_unit, self.transfer))()

    async def hire(self) -> None:
        person = await human(self.conn, f"Lê {len(self.people)}")
        where = self.rng.choice(self.units)
        await post(self.conn, person, where, self.rng.choice(list(Role)))
        if self.rng.random() < 0.3:
            await post(self.conn, person, self.rng.choice(self.units), Role.COMMITTEE_MEMBER)
        self.people.append(person)
        await rollup.mark_person(self.conn, person)

    async def join(self) -> None:
        if self.people:
            person = self.rng.choice(self.people)
            if person in self.doors:
                await reopen_door(self.conn, self.doors[person], NOW)
            else:
                self.doors[person] = await agreed(self.conn, person)
            await rollup.mark_person(self.conn, person)

    async def learn(self) -> None:
        if self.doors:
            person = self.rng.choice(list(self.doors))
            await self.conn.execute(delete(learner_course).where(learner_course.c.person_id == person))
            done = NOW if self.rng.random() < 0.5 else None
            await enrolled(self.conn, person, self.rng.choice(["M0", "M1"]), completed_at=done)
            await rollup.mark_person(self.conn, person)

    async def close(self) -> None:
        if self.doors:
            person = self.rng.choice(list(self.doors))
            await close_door(self.conn, self.doors[person], "blocked")
            await rollup.mark_person(self.conn, person)

    async def _a_position(self) -> tuple[int, UnitId] | None:
        rows = (await self.conn.execute(select(position.c.id, position.c.unit_id).order_by(position.c.id))).all()
        return tuple(self.rng.choice(rows)) if rows else None

    async def vacate(self) -> None:
        if found := await self._a_position():
            await self.conn.execute(update(position).where(position.c.id == found[0]).values(person_id=None))
            await rollup.mark_unit(self.conn, found[1])

    async def swap(self) -> None:
        if self.people and (found := await self._a_position()):
            person = self.rng.choice(self.people)
            await self.conn.execute(update(position).where(position.c.id == found[0]).values(person_id=person))
            await rollup.mark_person(self.conn, person)

    async def leave(self) -> None:
        if found := await self._a_position():
            ends = TODAY + timedelta(days=self.rng.choice([0, 0, 3]))
            await self.conn.execute(update(position).where(position.c.id == found[0]).values(valid_to=ends))
            await rollup.mark_unit(self.conn, found[1])

    async def transfer(self) -> None:
        if found := await self._a_position():
            await self.conn.execute(update(position).where(position.c.id == found[0]).values(unit_id=self.units[-1]))
            await rollup.mark_unit(self.conn, found[1])
            await rollup.mark_unit(self.conn, self.units[-1])

    async def reparent(self) -> None:
        moved = self.rng.choice(self.units[1:])
        below = select(unit_closure.c.unit_id).where(unit_closure.c.ancestor_id == moved)
        inside = set((await self.conn.execute(below)).scalars())
        await move(self.conn, moved, self.rng.choice([unit for unit in self.units if unit not in inside]))
        await rollup.mark_unit(self.conn, moved)

    async def end_unit(self) -> None:
        ended = self.rng.choice(self.units[3:])
        ends = self.rng.choice([TODAY, None, TODAY + timedelta(days=2)])
        await self.conn.execute(update(org_unit).where(org_unit.c.id == ended).values(valid_to=ends))
        await rollup.mark_unit(self.conn, ended)


@pytest.mark.parametrize("seed", range(8))
async def test_folding_a_random_history_is_counting_everything_anew(database: Database, seed: int) -> None:
    async with database.begin() as conn:
        world = World(conn, random.Random(seed))
        await world.found()
        today = TODAY
        await rollup.rebuild(conn, ASSIGNED, today)
        for _ in range(12):
            for _ in range(world.rng.randrange(1, 5)):
                await world.happen()
            today += timedelta(days=world.rng.choice([0, 0, 0, 1]))
            await folded(conn, today)

            assert await rollup.differences(conn, ASSIGNED, today) == []
            for unit_id in world.units:
                figures = await rollup.read(conn, unit_id)
                below = await rollup.children(conn, unit_id)
                assert figures.total == figures.total_own + total(line.counts for line in below)
        by_folds = await stored(conn)
        await rollup.rebuild(conn, ASSIGNED, today)

        assert await stored(conn) == by_folds


async def test_a_mark_taken_twice_changes_nothing(database: Database) -> None:
    async with database.begin() as conn:
        base = await unit(conn, "C1", "CDCS")
        await rollup.rebuild(conn, ASSIGNED, TODAY)
        person = await cadre(conn, "Lê An", base, Role.CHAIR)
        for _ in range(2):
            await rollup.mark_person(conn, person)
            await rollup.mark_unit(conn, base)
            await folded(conn)
        waiting = (await conn.execute(select(func.count()).select_from(rollup_dirty))).scalar_one()

        assert (await rollup.read(conn, base)).own == {Role.CHAIR: Counts(posts=1)}
        assert waiting == 0


async def test_only_a_change_of_the_tree_has_every_unit_looked_at(database: Database) -> None:
    sent: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    async with database.begin() as conn:
        root = await unit(conn, "VN", "TLD")
        base, other = [await unit(conn, f"C{n}", "CDCS", root) for n in range(2)]
        await rollup.rebuild(conn, ASSIGNED, TODAY)
    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    async with database.begin() as conn:
        await cadre(conn, "Lê An", base, Role.COMMITTEE_MEMBER)
        await rollup.mark_unit(conn, base)
        await folded(conn)
        assert [one for one in sent if "HAVING" in one] == []
        await move(conn, base, other)
        await folded(conn)
        assert len([one for one in sent if "HAVING" in one]) == 1
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)

        assert (await rollup.read(conn, other)).total == Counts(posts=3)
        assert await rollup.differences(conn, ASSIGNED, TODAY) == []


async def test_a_new_assignment_counts_everything_anew(database: Database) -> None:
    async with database.begin() as conn:
        base = await unit(conn, "C1", "CDCS")
        person = await cadre(conn, "Lê An", base, Role.CHAIR)
        await agreed(conn, person)
        await enrolled(conn, person, "M3", completed_at=NOW)
        await folded(conn)
        before = await rollup.read(conn, base)
        await rollup.fold(conn, {Track.CHAIR: "M3"}, TODAY)
        after = await rollup.read(conn, base)

    assert before.total == Counts(posts=1, joined=1)
    assert after.total == Counts(posts=1, joined=1, started=1, completed=1)


async def test_differences_tell_what_is_missing_and_change_nothing(database: Database) -> None:
    async with database.begin() as conn:
        base = await unit(conn, "C1", "CDCS")
        await rollup.rebuild(conn, ASSIGNED, TODAY)
        await cadre(conn, "Lê An", base, Role.COMMITTEE_MEMBER)
    async with database.connect() as conn:
        for _ in range(2):
            assert await rollup.differences(conn, ASSIGNED, TODAY) == [
                rollup.Difference(base, Role.COMMITTEE_MEMBER, Counts(posts=1), Counts(posts=1))
            ]


async def test_a_snapshot_is_taken_once_and_read_like_live_figures(database: Database) -> None:
    cut_off = datetime(2026, 11, 15, 17, tzinfo=UTC)
    async with database.begin() as conn:
        root = await unit(conn, "T01", "LDLD_TINH")
        base = await unit(conn, "C1", "CDCS", root)
        group = await unit(conn, "G1", "TO_CD", base)
        await rollup.rebuild(conn, ASSIGNED, TODAY)
        live = await rollup.read(conn, root), await rollup.children(conn, root)
        taken = await rollup.take_snapshot(conn, cut_off, NOW)
        await cadre(conn, "Lê An", base, Role.COMMITTEE_MEMBER)
        await rollup.rebuild(conn, ASSIGNED, TODAY)
        again = await rollup.take_snapshot(conn, cut_off, NOW)
        kept = await rollup.read(conn, root, cut_off), await rollup.children(conn, root, cut_off)
        of_group = select(func.count()).select_from(snapshot).where(snapshot.c.unit_id == group)

        assert (await conn.execute(of_group)).scalar_one() == 0
    assert (taken > 0, again) == (True, 0)
    assert kept == live


async def test_two_folds_at_once_count_once(database: Database) -> None:
    import asyncio  # noqa: PLC0415

    async with database.begin() as conn:
        base = await unit(conn, "C1", "CDCS")
        await rollup.rebuild(conn, ASSIGNED, TODAY)

    async def one(n: int) -> None:
        async with database.begin() as conn:
            person = await cadre(conn, f"Lê {n}", base, Role.COMMITTEE_MEMBER)
            await rollup.mark_person(conn, person)
        async with database.begin() as conn:
            await rollup.fold(conn, ASSIGNED, TODAY)

    await asyncio.gather(*(one(n) for n in range(8)))
    async with database.connect() as conn:
        figures = await rollup.read(conn, base)

    assert figures.own[Role.COMMITTEE_MEMBER] == Counts(posts=8)


async def test_children_are_found_by_key_among_10_000_units(database: Database) -> None:
    cut_off = datetime(2026, 11, 15, 17, tzinfo=UTC)
    async with database.begin() as conn:
        root = await unit(conn, "VN", "TLD")
        provinces = [await unit(conn, f"T{n}", "LDLD_TINH", root) for n in range(100)]
        rows = [
            {
                "code": f"C{n}",
                "name": f"CĐCS {n}",
                "name_fold": f"cdcs {n}",
                "sort_name": sort_key(f"CĐCS {n}"),
                "unit_type": "CDCS",
                "parent_id": provinces[n % 100],
                "recorded_at": NOW,
            }
            for n in range(10_000)
        ]
        await conn.execute(insert(org_unit), rows)
        above = unit_closure.alias()
        bases = select(org_unit.c.id, org_unit.c.id, literal(0)).where(org_unit.c.unit_type == "CDCS")
        await conn.execute(unit_closure.insert().from_select(["ancestor_id", "unit_id", "depth"], bases))
        ancestors = (
            select(above.c.ancestor_id, org_unit.c.id, above.c.depth + 1)
            .join(above, above.c.unit_id == org_unit.c.parent_id)
            .where(org_unit.c.unit_type == "CDCS")
        )
        await conn.execute(unit_closure.insert().from_select(["ancestor_id", "unit_id", "depth"], ancestors))
        await rollup.rebuild(conn, ASSIGNED, TODAY)
        await rollup.take_snapshot(conn, cut_off, NOW)
    async with database.begin() as conn:
        await conn.execute(text("ANALYZE"))
        for moment, table in ((None, "unit_rollup"), (cut_off, "snapshot")):
            query = children_query(provinces[0], moment)
            sql = query.compile(dialect=conn.dialect, compile_kwargs={"literal_binds": True})
            explain = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "
            plan = "\n".join(str(row[-1]) for row in await conn.exec_driver_sql(explain + str(sql)))

            assert f"SCAN {table}" not in plan
            assert f"Seq Scan on {table}" not in plan
            assert f"pk_{table}" in plan or f"sqlite_autoindex_{table}" in plan or f"SEARCH {table} USING INDEX" in plan
