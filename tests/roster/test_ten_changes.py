"""Ten things that happen to unions: by the roster's own door, nobody is lost, nobody doubled, and what was stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from learning.calendar import at
from learning.roles import Role, Track
from learning.targets import TARGETS
from reports import target_duties, target_keeping, targets
from roster.faults import PERSON_SHEET, UNIT_SHEET
from roster.sheets import Workbook
from storage import reporting, rollup, target_snapshots
from storage.posts import Counts, total
from storage.recognitions import Attended, add_classes
from storage.tables import org_unit, person, position
from storage.unit_figures import take_snapshot
from tests.roster.office import NOW, TODAY, Office, sheet

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import UnitId
    from storage.database import Database

ASSIGNED = dict.fromkeys(Track, "M0")
STAFF = frozenset({"M0"})
UNIT_HEADS = "Mã đơn vị|Tên đơn vị|Loại|Mã cấp trên|Mã đơn vị quản lý|Số đoàn viên|Ngày chốt|Hiệu lực đến|Khu vực"
PERSON_HEADS = "Mã cán bộ|Họ và tên|Mã đơn vị|Chức danh|Chuyên trách|Lần đầu|Ngày bầu|Hết nhiệm kỳ"
ABOVE = {
    "VN": "Tổng Liên đoàn|TLD||||||",
    "T01": "Tỉnh Một|LDLD_TINH|VN|||||",
    "N01": "Ngành Một|CD_NGANH|VN|||||",
    "H1": "Huyện Một|CD_CTTTCS|T01|||||",
    "X1": "Phường Một|CD_XA|T01|||||",
}
Figures = dict[str, tuple[int, int | None]]


@dataclass
class World:
    """A union that is changed by files; after each, everything must add up."""

    office: Office
    units: dict[str, str] = field(default_factory=lambda: dict(ABOVE))
    people: dict[str, str] = field(default_factory=dict)
    today: date = TODAY

    async def take(
        self, units: dict[str, str] | None = None, people: dict[str, str] | None = None, *, replace: bool = False
    ) -> None:
        """Import the units and people, those named changed or added; an empty line is left out."""
        self.units |= units or {}
        self.people |= people or {}
        book = Workbook(
            sheet(UNIT_SHEET, UNIT_HEADS, [f"{code}|{rest}" for code, rest in self.units.items() if rest]),
            sheet(PERSON_SHEET, PERSON_HEADS, [f"{line}" for line in self.people.values() if line]),
        )
        plan = await self.office.take(book, replace=replace, today=self.today)
        assert not plan.errors, plan.errors
        assert not plan.set_aside, plan.set_aside
        async with self.office.database.begin() as conn:
            await self._adds_up(conn)

    async def _adds_up(self, conn: AsyncConnection) -> None:
        while await rollup.fold(conn, ASSIGNED, self.today):
            pass
        assert await rollup.differences(conn, ASSIGNED, self.today) == []
        roots = 0
        for unit_id, parent in (await conn.execute(select(org_unit.c.id, org_unit.c.parent_id))).all():
            figures = await rollup.read(conn, unit_id)
            below = await rollup.children(conn, unit_id)
            assert figures.total == figures.total_own + total(line.counts for line in below)
            roots += figures.total.posts if parent is None else 0
        everywhere = await rollup.read(conn, await self.id(conn, "VN"))
        assert everywhere.total.posts == roots
        found = await self.figures(conn)
        chairs = select(func.count()).where(org_unit.c.unit_type.in_(["CDCS", "NDCS"]), org_unit.c.valid_to.is_(None))
        assert sum(found[key][1] or 0 for key in ("T4", "T5", "T6")) == (await conn.execute(chairs)).scalar_one()

    async def id(self, conn: AsyncConnection, code: str) -> UnitId:
        query = select(org_unit.c.id).where(org_unit.c.code == code)
        found: UnitId = (await conn.execute(query)).scalar_one()
        return found

    async def figures(self, conn: AsyncConnection, code: str = "VN") -> Figures:
        cut_off = at(self.today + timedelta(days=1), time())
        found = await targets.measures(conn, await self.id(conn, code), cut_off, STAFF, with_references=True)
        for one in found:
            assert one.denominator is None or 0 <= one.numerator <= one.denominator, one
        return {one.target.key: (one.numerator, one.denominator) for one in found}

    async def trained(self, conn: AsyncConnection, code: str, by: str, on: date = TODAY) -> None:
        who = (await conn.execute(select(person.c.id).where(person.c.code == code))).scalar_one()
        await add_classes(conn, [Attended(who, "M4", "", on, 8, await self.id(conn, by), "1/KH")], NOW)

    async def posts(self, conn: AsyncConnection, code: str) -> Counts:
        return (await rollup.read(conn, await self.id(conn, code))).total

    async def fold(self, conn: AsyncConnection) -> None:
        await self._adds_up(conn)


@pytest.fixture
def world(database: Database) -> World:
    return World(Office(database))


async def test_a_two_grassroots_unions_become_one(world: World) -> None:
    await world.take(
        {
            "C1": "Một|CDCS|T01||300|||",
            "C2": "Hai|CDCS|T01||200|||",
            "C1-G1": "Tổ 1|TO_CD|C1|||||",
            "C2-G1": "Tổ 2|TO_CD|C2|||||",
        },
        {"A": "A|Lê A|C1|Chủ tịch||||", "B": "B|Lê B|C2|Chủ tịch||||", "G": "G|Lê G|C2-G1|Tổ trưởng||||"},
    )
    async with world.office.database.begin() as conn:
        await world.trained(conn, "B", "T01")
        await world.fold(conn)
        before = await world.figures(conn), await world.posts(conn, "VN")
    await world.take(
        {"C2": "Hai|CDCS|T01||200||21/11/2026|", "C2-G1": "Tổ 2|TO_CD|C1|||||"},
        {"B": "B|Lê B|C1|Phó chủ tịch||||"},
    )
    async with world.office.database.begin() as conn:
        after = await world.figures(conn), await world.posts(conn, "VN")
        closed = await world.posts(conn, "C2")
        at_c1 = await rollup.read(conn, await world.id(conn, "C1"))
        held = select(func.count()).where(position.c.valid_to.is_(None), position.c.person_id.is_not(None))
        assert (await conn.execute(held)).scalar_one() == 3

    assert (before[0]["T6"], before[1].posts, before[1].recognised) == ((1, 2), 4, 1)
    assert (after[0]["T6"], after[1].posts, after[1].recognised) == ((0, 1), 4, 1)
    assert closed == Counts()
    assert {role: counts.posts for role, counts in at_c1.all.items()} == {
        Role.CHAIR: 1,
        Role.VICE_CHAIR: 1,
        Role.GROUP_LEADER: 2,
    }


async def test_b_a_union_moves_up_in_mid_year_and_what_was_shown_stays(world: World) -> None:
    await world.take({"C1": "Một|CDCS|H1||300|||"}, {"A": "A|Lê A|C1|Chủ tịch||||"})
    cut_off = at(TODAY + timedelta(days=1), time())
    async with world.office.database.begin() as conn:
        await world.trained(conn, "A", "T01")
        await world.fold(conn)
        counted = await target_keeping.figures(conn, cut_off, STAFF)
        await target_snapshots.write(conn, cut_off, NOW, counted or {})
        await take_snapshot(conn, cut_off, NOW)
        shown = await world.figures(conn, "H1"), await world.posts(conn, "H1")
    world.today = TODAY + timedelta(days=3)
    await world.take({"C1": "Một|CDCS|X1||300|||", "H1": "Huyện Một|CD_CTTTCS|T01||||24/11/2026|"})
    async with world.office.database.begin() as conn:
        h1, x1 = await world.id(conn, "H1"), await world.id(conn, "X1")
        kept = await rollup.read(conn, h1, cut_off)
        live = await world.figures(conn, "H1"), await world.figures(conn, "X1"), await world.figures(conn)
        world.today = TODAY
        then = await world.figures(conn, "H1"), await world.figures(conn, "X1")
        assert (await rollup.read(conn, x1)).total == shown[1]

    assert kept.total == shown[1]
    assert (shown[0]["T6"], then[0]["T6"], then[1]["T6"]) == ((1, 1), (1, 1), (0, 0))
    assert [one["T6"] for one in live] == [(0, 0), (1, 1), (1, 1)]


async def test_c_a_ward_that_manages_sees_without_being_summed(world: World) -> None:
    managed = {f"C{n}": f"Cơ sở {n}|CDCS|T01|X1|40|||" for n in range(3)}
    await world.take(managed, {f"C{n}": f"C{n}|Lê {n}|C{n}|Chủ tịch||||" for n in range(3)})
    async with world.office.database.begin() as conn:
        x1 = await world.id(conn, "X1")
        seen = await reporting.managed_below(conn, [x1])
        view = total((await reporting.totals(conn, seen[x1], None)).values())

        assert (await world.posts(conn, "X1"), view) == (Counts(), Counts(posts=3))
        assert await world.posts(conn, "T01") == Counts(posts=3)
        assert ((await world.figures(conn, "X1"))["T6"], (await world.figures(conn))["T6"]) == ((0, 0), (0, 3))


async def test_d_twelve_members_and_no_group(world: World) -> None:
    await world.take({"C1": "Một|CDCS|T01||12|||"})
    async with world.office.database.begin() as conn:
        assert await world.posts(conn, "C1") == Counts(posts=1)
        assert (await world.figures(conn))["T6"] == (0, 1)


async def test_e_eighteen_thousand_with_sections_and_groups(world: World) -> None:
    units = {"C1": "Lớn|CDCS|T01||18000|||"}
    people = {"A": "A|Lê A|C1|Chủ tịch||||"}
    for section in range(2):
        units[f"C1-B{section}"] = f"Bộ phận {section}|CDBP|C1|||||"
        people[f"B{section}"] = f"B{section}|Trần {section}|C1-B{section}|Chủ tịch||||"
        units |= {f"C1-B{section}-G{n}": f"Tổ {section}.{n}|TO_CD|C1-B{section}|||||" for n in range(20)}
    await world.take(units, people)
    async with world.office.database.begin() as conn:
        await world.trained(conn, "A", "VN")
        found = await world.figures(conn)

        assert await world.posts(conn, "C1") == Counts(posts=1 + 2 + 40)
        assert (found["T4"], found["T9"]) == ((1, 1), (0, 1))


async def test_f_one_person_with_three_posts(world: World) -> None:
    await world.take(
        {"C1": "Một|CDCS|T01||3000|||", "C2": "Hai|CDCS|T01||2600|||", "C1-G1": "Tổ 1|TO_CD|C1|||||"},
        {
            "A1": "A|Lê A|C1|Chủ tịch||||",
            "A2": "A|Lê A|C2|Chủ tịch||||",
            "A3": "A|Lê A|C1-G1|Tổ trưởng||||",
        },
    )
    async with world.office.database.begin() as conn:
        await world.trained(conn, "A", "VN")
        await world.trained(conn, "A", "VN", TODAY - timedelta(days=3))
        await world.fold(conn)
        found = await world.figures(conn)

        assert await world.posts(conn, "VN") == Counts(posts=3, recognised=3)
        assert (found["T4"], found["T11"]) == ((2, 2), (1, 1))  # chức danh; người


async def test_g_a_part_timer_of_the_commune_is_no_full_timer(world: World) -> None:
    people = {
        "A": "A|Lê A|X1|Chủ tịch||||",
        "B": "B|Lê B|X1|Phó chủ tịch|x|||",
        "C": "C|Lê C|X1|Cán bộ chuyên trách|x|||",
    }
    await world.take(None, people)
    async with world.office.database.begin() as conn:
        found = await world.figures(conn)

        assert await world.posts(conn, "X1") == Counts(posts=3)
        assert (found["T2"], found["T3"]) == ((0, 2), (0, 2))


async def test_h_a_sectors_union_in_a_province_is_the_sectors(world: World) -> None:
    await world.take({"C1": "Một|CDCS|N01|X1|1200|||"}, {"A": "A|Lê A|C1|Chủ tịch||||"})
    async with world.office.database.begin() as conn:
        await world.trained(conn, "A", "T01")
        before = await world.figures(conn)
        await world.trained(conn, "A", "N01")
        after = await world.figures(conn)
        cut_off = at(TODAY + timedelta(days=1), time())
        owed = await target_duties.owed(conn, await world.id(conn, "N01"), cut_off)

        assert (before["T5"], after["T5"]) == ((0, 1), (1, 1))
        assert (await world.figures(conn, "T01"))["T5"] == (0, 0)
        assert [(one.key, one.unit_code, one.done) for one in owed] == [("T5", "N01", 1)]


async def test_i_a_term_ends_and_the_successor_starts_at_nought(world: World) -> None:
    units = {"C1": "Một|CDCS|T01||40|||"}
    await world.take(units, {"A": "A|Lê A|C1|Chủ tịch|||01/03/2021|01/03/2026"})
    async with world.office.database.begin() as conn:
        await world.trained(conn, "A", "T01")
        await world.fold(conn)
        expired = await world.figures(conn), await world.posts(conn, "VN")
    world.today = TODAY + timedelta(days=1)
    people = {"A": "A|Lê A|C1|Ủy viên BCH||||", "B": "B|Lê B|C1|Chủ tịch||x|20/11/2026|"}
    found = []
    for replace in (False, True):  # the roster may have both chairs for a while: one union, its new chair
        await world.take(None, people, replace=replace)
        async with world.office.database.begin() as conn:
            found.append(await world.figures(conn))
    async with world.office.database.begin() as conn:
        after = await world.posts(conn, "VN")

    assert (expired[0]["T6"], expired[0]["T14"], expired[1]) == ((1, 1), (0, 0), Counts(posts=1, recognised=1))
    assert [(one["T6"], one["T14"]) for one in found] == [((0, 1), (0, 1))] * 2
    assert after == Counts(posts=2, recognised=1)


async def test_j_below_the_threshold_within_the_year(world: World) -> None:
    await world.take({"C1": "Một|CDCS|T01||2600|01/06/2025||"})
    await world.take({"C1": "Một|CDCS|T01||2400|01/07/2026||"})
    async with world.office.database.begin() as conn:
        this_year = await world.figures(conn)
        world.today = date(2026, 12, 1)
        next_year = await world.figures(conn)

    assert (this_year["T4"], this_year["T5"]) == ((0, 1), (0, 0))
    assert (next_year["T4"], next_year["T5"]) == ((0, 0), (0, 1))


def test_no_target_is_left_out() -> None:
    assert len({target.key for target in TARGETS}) == 14
