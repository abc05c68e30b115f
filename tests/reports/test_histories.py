"""Whatever happens to a union, its figures add up: incremental, from scratch, and target by target."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from learning.calendar import at
from learning.roles import Role, Track
from learning.targets import TARGETS, Counting
from learning.trainers import NON_STATE
from reports import target_keeping, target_missing, targets
from storage import recognition_decisions, recognitions, rollup
from storage.changes import end_position
from storage.database import open_database
from storage.posts import total
from storage.recognitions import Attended
from storage.tables import learner_course, org_unit, position, unit_history, unit_rollup
from tests.builders import NOW, agreed, enrolled, human, move, post, unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId, UnitId

ASSIGNED = dict.fromkeys(Track, "M0")
STAFF = frozenset({"M0"})
STARTS = date(2026, 11, 28)  # the union's year ends two days later
HAPPENINGS = ("hire", "join", "learn", "attend", "move", "merge", "end_term", "correct", "decide", "sleep")
HISTORIES = st.lists(
    st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 99), st.integers(0, 99)), min_size=4, max_size=16
)


class _Undo(Exception):  # noqa: N818 - it ends an example, it is no error
    """Leave no trace."""


@dataclass
class History:
    """A confederation, two provinces, a ward, four CĐCS with a tổ each; and what happens to them."""

    conn: AsyncConnection
    today: date = STARTS
    above: list[UnitId] = field(default_factory=list)
    bases: list[UnitId] = field(default_factory=list)
    groups: list[UnitId] = field(default_factory=list)
    people: list[PersonId] = field(default_factory=list)

    async def begin(self) -> None:
        root = await unit(self.conn, "VN", "TLD")
        provinces = [await unit(self.conn, f"T{n}", "LDLD_TINH", root) for n in range(2)]
        ward = await unit(self.conn, "X0", "CD_XA", provinces[0])
        self.above = [root, *provinces, ward]
        for n, members in enumerate((3_000, 1_200, 40, None)):
            base = await unit(
                self.conn, f"C{n}", "CDCS", self.above[n], member_count=members, sector=NON_STATE, manager_id=ward
            )
            self.bases.append(base)
            self.groups.append(await unit(self.conn, f"G{n}", "TO_CD", base))

    async def hire(self, a: int, b: int) -> None:
        person = await human(self.conn, f"Lê {len(self.people)}")
        self.people.append(person)
        where, role = [
            (self.bases[b % len(self.bases)], Role.CHAIR),
            (self.above[b % len(self.above)], Role.FULL_TIMER),
            (self.above[b % len(self.above)], Role.VICE_CHAIR),
            (self.groups[b % len(self.groups)], Role.GROUP_LEADER),
        ][a % 4]
        await self._hold(person, where, role, is_first_term=a % 3 == 0, elected_on=self.today)

    async def _hold(self, person: PersonId, where: UnitId, role: Role, **values: object) -> None:
        await post(self.conn, person, where, role, valid_from=self.today, **values)
        await rollup.mark_unit(self.conn, where)

    def _person(self, a: int) -> PersonId | None:
        return self.people[a % len(self.people)] if self.people else None

    async def join(self, a: int, _: int) -> None:
        if person := self._person(a):
            await agreed(self.conn, person)
            await rollup.mark_person(self.conn, person)

    async def learn(self, a: int, b: int) -> None:
        person, module = self._person(a), f"M{b % 2}"
        if person is None:
            return
        known = select(learner_course.c.cycle).where(
            learner_course.c.person_id == person, learner_course.c.module_id == module
        )
        if (await self.conn.execute(known)).first() is None:
            done = at(self.today, time(9)) if b % 3 else None
            await enrolled(self.conn, person, module, at=at(self.today, time(8)), completed_at=done)
            await rollup.mark_person(self.conn, person)

    async def attend(self, a: int, b: int) -> None:
        if person := self._person(a):
            by = self.above[b % len(self.above)]
            day = self.today - timedelta(days=b)
            await recognitions.add_classes(self.conn, [Attended(person, "M4", "", day, 8, by, "1/KH")] * 2, NOW)

    async def move(self, a: int, b: int) -> None:
        base = self.bases[a % len(self.bases)]
        await move(self.conn, base, self.above[b % len(self.above)])
        await rollup.mark_unit(self.conn, base)

    async def merge(self, a: int, b: int) -> None:
        """The second takes in the first: its tổ move, its cadres become committee members there."""
        gone, stays = self.bases[a % len(self.bases)], self.bases[b % len(self.bases)]
        if gone == stays:
            return
        self.bases.remove(gone)
        below = select(org_unit.c.id).where(org_unit.c.parent_id == gone)
        for group in (await self.conn.execute(below)).scalars().all():
            await move(self.conn, group, stays)
            await rollup.mark_unit(self.conn, group)
        held = select(position.c.id, position.c.person_id).where(
            position.c.unit_id == gone, position.c.valid_to.is_(None)
        )
        for row in (await self.conn.execute(held)).all():
            await end_position(self.conn, row.id, self.today)
            await self._hold(row.person_id, stays, Role.COMMITTEE_MEMBER)
        await self.conn.execute(update(org_unit).where(org_unit.c.id == gone).values(valid_to=self.today))
        await rollup.mark_unit(self.conn, gone)

    async def end_term(self, a: int, _: int) -> None:
        held = select(position.c.id).where(position.c.valid_to.is_(None)).order_by(position.c.id)
        if posts := (await self.conn.execute(held)).scalars().all():
            await end_position(self.conn, posts[a % len(posts)], self.today)

    async def correct(self, a: int, b: int) -> None:
        base = self.bases[a % len(self.bases)]
        was = (await self.conn.execute(select(org_unit.c.member_count).where(org_unit.c.id == base))).scalar_one()
        row = {"unit_id": base, "before": {"member_count": was}, "until": self.today, "recorded_at": NOW}
        await self.conn.execute(insert(unit_history).values(row))
        values = {"member_count": (b * 40) or None, "sector": "nha_nuoc" if b % 2 else NON_STATE}
        await self.conn.execute(update(org_unit).where(org_unit.c.id == base).values(values))

    async def decide(self, a: int, b: int) -> None:
        by = self.above[a % len(self.above)]
        if not await recognition_decisions.decide(self.conn, by, "9/QĐ", self.today - timedelta(days=b % 3), NOW):
            await recognition_decisions.end_decision(self.conn, by, self.today)

    async def sleep(self, a: int, _: int) -> None:
        self.today += timedelta(days=1 + a % 3)

    # --- what must hold -----------------------------------------------------------------------------------------------

    async def check_sums(self) -> None:
        while await rollup.fold(self.conn, ASSIGNED, self.today):
            pass
        assert await rollup.differences(self.conn, ASSIGNED, self.today) == []
        for unit_id in (*self.above, *self.bases, *self.groups):
            figures = await rollup.read(self.conn, unit_id)
            below = await rollup.children(self.conn, unit_id)
            assert figures.total == figures.total_own + total(line.counts for line in below)

    async def check_targets(self) -> None:
        cut_off = at(self.today + timedelta(days=1), time())
        together = await target_keeping.figures(self.conn, cut_off, STAFF)
        assert together is not None
        for unit_id in self.above:
            await self._check_targets(unit_id, together)

    async def _check_targets(self, unit_id: UnitId, together: target_keeping.Figures) -> None:
        moment = at(self.today + timedelta(days=1), time())
        facts = await targets.facts_of(self.conn, unit_id, moment, TARGETS)
        found = {
            one.target.key: one
            for one in await targets.measures(self.conn, unit_id, moment, STAFF, with_references=True, facts=facts)
        }
        for one in found.values():
            if one.denominator is None:
                continue
            assert 0 <= one.numerator <= one.denominator
            if one.target.counting is Counting.POSTS and one.denominator:
                left = await target_missing.missing(
                    self.conn, unit_id, one.target, moment, STAFF, limit=1_000, facts=facts
                )
                assert sum(line.posts for line in left) == one.missing == one.denominator - one.numerator
                if not one.target.is_reference:
                    kept = together.get((unit_id, one.target.key), (0, 0))
                    assert kept == (one.numerator, one.denominator)
        chairs = {post.unit_id for post in facts.posts if post.base is not None}
        assert sum(found[key].denominator or 0 for key in ("T4", "T5", "T6")) == len(chairs)
        if unit_id == self.above[0]:
            assert chairs == set(self.bases)

    async def end(self) -> None:
        query = select(unit_rollup).order_by(unit_rollup.c.unit_id, unit_rollup.c.role)
        by_folds = (await self.conn.execute(query)).all()
        await rollup.rebuild(self.conn, ASSIGNED, self.today)
        again = (await self.conn.execute(query)).all()
        nought = (0,) * (len(unit_rollup.columns) - 2)
        assert [row for row in by_folds if tuple(row)[2:] != nought] == [
            row for row in again if tuple(row)[2:] != nought
        ]


async def _live(url: str, happenings: list[tuple[str, int, int]]) -> None:
    database = open_database(url)
    with suppress(_Undo):
        async with database.begin() as conn:
            history = History(conn)
            await history.begin()
            await rollup.rebuild(conn, ASSIGNED, history.today)
            for place, (name, a, b) in enumerate(happenings):
                await getattr(history, name)(a, b)
                if place % 5 == 0:
                    await history.check_sums()
            await history.check_sums()
            await history.check_targets()
            await history.end()
            raise _Undo
    await database.close()


@pytest.mark.parametrize(("dialect", "examples"), [("sqlite", 10), ("postgresql", 3)])
def test_figures_add_up_after_any_history(dialect: str, examples: int, new_database: Callable[[str], str]) -> None:
    url = new_database(dialect)

    @settings(max_examples=examples, deadline=None)
    @given(HISTORIES)
    def holds(happenings: list[tuple[str, int, int]]) -> None:
        asyncio.run(_live(url, happenings))

    holds()
