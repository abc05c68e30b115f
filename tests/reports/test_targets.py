from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, text, update

from learning.calendar import at
from learning.recognition import OTHER, Kind
from learning.roles import Role
from learning.targets import TARGETS, Counting
from learning.trainers import NON_STATE, Assignment, Level
from reports import target_duties, target_keeping, target_missing
from reports import targets as report
from storage import recognition_decisions, recognitions, target_snapshots, targets, trainer_assignments, training_years
from storage.recognitions import Attended
from storage.tables import lesson_run, org_unit, unit_history
from storage.training_years import SpendingError, TrainingYear
from tests.builders import NOW, cadre, enrolled, move, post, unit

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId, UnitId
    from storage.database import Database

TODAY = date(2026, 11, 21)
CUT_OFF = at(TODAY + timedelta(days=1), time())
BY_KEY = {target.key: target for target in TARGETS}
STAFF = frozenset({"M0", "M10"})


async def attended(
    conn: AsyncConnection, person: PersonId, by: UnitId, on: date = date(2026, 6, 1), module: str = "M4"
) -> None:
    await recognitions.add_classes(conn, [Attended(person, module, "", on, 8, by, "01/KH")], NOW)


async def figures(conn: AsyncConnection, at_unit: UnitId, **more: Any) -> dict[str, tuple[int, int | None]]:
    found = await report.measures(conn, at_unit, more.pop("cut_off", CUT_OFF), STAFF, **more)
    return {one.target.key: (one.numerator, one.denominator) for one in found}


class Union:
    """A confederation, two provinces, a ward that manages; CĐCS of each size."""

    def __init__(self, conn: AsyncConnection) -> None:
        self.conn = conn

    async def found(self) -> Union:
        conn = self.conn
        self.root = await unit(conn, "VN", "TLD")
        self.t1, self.t2 = [await unit(conn, code, "LDLD_TINH", self.root) for code in ("T01", "T02")]
        self.ward = await unit(conn, "T01-X1", "CD_XA", self.t1)
        self.big = await self.base("C-BIG", 3_000, self.t1)
        self.middle = await self.base("C-MID", 1_000, self.t1)
        self.small = await self.base("C-SMALL", 40, self.t1, manager_id=self.ward)
        self.far = await self.base("C-FAR", 2_499, self.t2)
        return self

    async def base(self, code: str, members: int | None, parent: UnitId, **values: Any) -> UnitId:
        return await unit(self.conn, code, "CDCS", parent, **{"member_count": members, "sector": NON_STATE, **values})


async def test_without_classes_and_decisions_every_target_reads_nought(database: Database) -> None:
    async with database.begin() as conn:
        union = await Union(conn).found()
        chair = await cadre(conn, "Lê An", union.small, Role.CHAIR, is_first_term=True, elected_on=date(2026, 3, 1))
        await enrolled(conn, chair, "M0", completed_at=NOW)
        await cadre(conn, "Lê Bình", union.t1, Role.FULL_TIMER)
        await cadre(conn, "Lê Cúc", union.t1, Role.CHAIR, is_first_term=True, elected_on=date(2025, 3, 1))
        every = await figures(conn, union.root, with_references=True)

    assert every == {
        "T1": (0, 1),
        "T2": (0, 1),
        "T3": (0, 1),
        "T4": (0, 1),
        "T5": (0, 2),
        "T6": (0, 1),
        "T7": (0, 0),
        "T8": (1, None),
        "T9": (0, 4),
        "T10": (0, 4),
        "T11": (0, 0),  # persons: the post is vacant
        "T12": (0, 3),
        "T13": (0, 1),
        "T14": (0, 1),
    }


async def test_a_chair_is_trained_by_whoever_must(database: Database) -> None:
    async with database.begin() as conn:
        union = await Union(conn).found()
        big, middle, small, far = [
            await cadre(conn, f"Lê {name}", where, Role.CHAIR)
            for name, where in zip("ABCD", (union.big, union.middle, union.small, union.far), strict=True)
        ]
        await attended(conn, big, union.t1)  # not the confederation itself
        await attended(conn, middle, union.t1)
        await attended(conn, small, union.ward)  # manages, but was given nothing yet
        await attended(conn, far, union.t2, date(2025, 11, 30))  # the year before
        before = await figures(conn, union.root)
        decided = Assignment(union.ward, union.ward, Level.DIRECT_SUPERIOR, "12/QĐ", date(2026, 1, 1))
        await trainer_assignments.assign(conn, decided, NOW)
        await attended(conn, big, union.root, date(2026, 11, 21))
        after = await figures(conn, union.root)
        tomorrow_only = await figures(conn, union.root, cut_off=at(date(2026, 11, 21), time()))
        owed = await target_duties.owed(conn, union.ward, CUT_OFF)
        of_province = await target_duties.owed(conn, union.t1, CUT_OFF)

    assert [before[key] for key in ("T4", "T5", "T6")] == [(0, 1), (1, 2), (0, 1)]
    assert [after[key] for key in ("T4", "T5", "T6")] == [(1, 1), (1, 2), (1, 1)]
    assert tomorrow_only["T4"] == (0, 1)
    assert [(one.key, one.unit_code, one.posts, one.done, one.is_own) for one in owed] == [("T6", "T01-X1", 1, 1, True)]
    assert [(one.key, one.unit_code, one.posts, one.done, one.is_own) for one in of_province] == [
        ("T5", "T01", 1, 1, True),
        ("T4", "VN", 1, 1, False),
        ("T6", "T01-X1", 1, 1, False),
    ]


async def test_a_decision_recognises_what_was_completed_from_its_day_on(database: Database) -> None:
    def moment(day: date) -> datetime:
        return at(day, time(10))

    async with database.begin() as conn:
        union = await Union(conn).found()
        early, timely, late, foreign = [
            await cadre(conn, f"Lê {name}", where, Role.CHAIR)
            for name, where in zip("ABCD", (union.small, union.middle, union.big, union.far), strict=True)
        ]
        for person, day in ((early, date(2026, 2, 28)), (timely, date(2026, 3, 1)), (foreign, date(2026, 3, 1))):
            await enrolled(conn, person, "M0", completed_at=moment(day))
        assert await recognition_decisions.decide(conn, union.t1, "9/QĐ", date(2026, 3, 1), NOW)
        assert not await recognition_decisions.decide(conn, union.t1, "10/QĐ", date(2026, 4, 1), NOW)
        decided = await figures(conn, union.root)
        await enrolled(conn, late, "M0", completed_at=moment(date(2026, 10, 1)))
        assert await recognition_decisions.end_decision(conn, union.t1, date(2026, 10, 1))
        assert not await recognition_decisions.end_decision(conn, union.t1, date(2026, 10, 1))
        await move(conn, union.middle, union.t2)
        ended = [await recognition_decisions.grant(conn, None), await figures(conn, union.root)]
        kept = await recognitions.of_person(conn, timely)

    assert [decided[key] for key in ("T4", "T5", "T6")] == [(0, 1), (1, 2), (0, 1)]
    assert ended[0] == 0
    assert [(one.held_on, one.document, one.by_unit_id) for one in kept] == [(date(2026, 3, 1), "9/QĐ", union.t1)]


async def test_leaders_and_full_timers(database: Database) -> None:
    async with database.begin() as conn:
        union = await Union(conn).found()
        elected = date(2024, 6, 1)
        for name, until in (("A", date(2026, 5, 31)), ("B", date(2026, 6, 1))):
            leader = await cadre(conn, f"Lê {name}", union.t1, Role.VICE_CHAIR, is_first_term=True, elected_on=elected)
            await attended(conn, leader, union.root, until)
        await cadre(conn, "Lê C", union.ward, Role.CHAIR, is_first_term=True, is_full_time=True)
        both = await cadre(conn, "Lê D", union.t1, Role.FULL_TIMER, elected_on=date(2023, 1, 1))
        await attended(conn, both, union.t1, date(2024, 1, 5), "M0")
        await attended(conn, both, union.t1, date(2026, 1, 5), "M10")
        half = await cadre(conn, "Lê E", union.t1, Role.FULL_TIMER, elected_on=date(2023, 1, 1))
        await attended(conn, half, union.t1, date(2022, 1, 5), "M0")
        await attended(conn, half, union.t1, date(2024, 1, 5), "M10")
        await cadre(conn, "Lê F", union.small, Role.CHAIR, is_full_time=True)
        await post(conn, None, union.t1, Role.FULL_TIMER)
        found = await figures(conn, union.t1)

    assert (found["T1"], found["T2"], found["T3"]) == ((1, 2), (1, 4), (1, 4))


async def test_newly_elected_chairs_are_the_target_of_2026(database: Database) -> None:
    async with database.begin() as conn:
        union = await Union(conn).found()
        new = await cadre(conn, "Lê A", union.small, Role.CHAIR, is_first_term=True, elected_on=date(2026, 3, 1))
        await cadre(conn, "Lê B", union.middle, Role.CHAIR, is_first_term=True, valid_from=date(2026, 7, 1))
        await cadre(conn, "Lê C", union.big, Role.CHAIR, elected_on=date(2026, 3, 1))  # elected again
        await cadre(conn, "Lê D", union.far, Role.CHAIR, is_first_term=True, elected_on=date(2025, 12, 31))
        await attended(conn, new, union.ward, date(2026, 2, 1))
        before = await figures(conn, union.root)
        await attended(conn, new, union.ward, date(2026, 3, 1), OTHER)
        after = await figures(conn, union.root)
        next_year = await figures(conn, union.root, cut_off=at(date(2027, 1, 2), time()))

    assert (before["T14"], after["T14"]) == ((0, 2), (1, 2))
    assert "T14" not in next_year


async def test_of_2021_for_comparison(database: Database) -> None:
    async with database.begin() as conn:
        union = await Union(conn).found()
        await conn.execute(update(org_unit).where(org_unit.c.id == union.middle).values(sector="nha_nuoc"))
        aware = await cadre(conn, "Lê A", union.small, Role.CHAIR)
        await post(conn, aware, union.big, Role.CHAIR)
        runs: list[dict[str, Any]] = [
            {
                "person_id": aware,
                "kind": "lesson",
                "module_id": "M0",
                "lesson_id": lesson,
                "version": "v",
                "state": {},
                "opened_at": NOW,
                "finished_at": NOW,
            }
            for lesson in ("M0.1", "M0.5")
        ]
        await conn.execute(insert(lesson_run), runs)
        second = await unit(conn, "C-BIG2", "CDCS", union.t2, member_count=9_000)
        await post(conn, aware, second, Role.CHAIR)
        await attended(conn, aware, union.root, module="M1")
        live = await figures(conn, union.root)
        found = await figures(conn, union.root, with_references=True)
        await attended(conn, aware, union.t1, module="M2")
        topical = await figures(conn, union.root, with_references=True)

    assert not {"T9", "T10", "T11", "T12", "T13"} & live.keys()
    assert [found[f"T{n}"] for n in range(9, 14)] == [(3, 5), (0, 3), (1, 1), (0, 2), (0, 1)]
    assert [topical[f"T{n}"] for n in range(9, 14)] == [(3, 5), (2, 3), (1, 1), (1, 2), (1, 1)]


async def test_the_size_at_the_start_of_the_year_decides(database: Database) -> None:
    async with database.begin() as conn:
        union = await Union(conn).found()
        was = {"member_count": 2_700, "member_count_on": "2025-06-01"}
        rows = [{"unit_id": union.far, "before": was, "until": date(2026, 2, 1), "recorded_at": NOW}]
        await conn.execute(insert(unit_history), rows)
        await conn.execute(update(org_unit).where(org_unit.c.id == union.far).values(member_count_on=date(2026, 1, 1)))
        this_year = await figures(conn, union.root)
        next_year = await figures(conn, union.root, cut_off=at(date(2026, 12, 2), time()))

    assert (this_year["T4"], this_year["T5"]) == ((0, 2), (0, 1))
    assert (next_year["T4"], next_year["T5"]) == ((0, 1), (0, 2))


async def test_who_is_missing_by_name_only_at_the_own_direct_level(database: Database) -> None:
    async with database.begin() as conn:
        union = await Union(conn).found()
        await cadre(conn, "Lê A", union.middle, Role.CHAIR)
        more = [await union.base(f"C{n}", 1_500, union.t2) for n in range(3)]
        done = await cadre(conn, "Lê B", more[0], Role.CHAIR)
        await attended(conn, done, union.t2)

        async def page(at_unit: UnitId, after: str = "", limit: int = 10) -> list[Any]:
            found = await target_missing.missing(conn, at_unit, BY_KEY["T5"], CUT_OFF, STAFF, limit=limit, after=after)
            places.append([one.place for one in found])
            return [(one.unit_code, one.posts, one.role, one.name, one.is_vacant) for one in found]

        places: list[list[str]] = []

        from_root, from_t1, from_t2 = await page(union.root), await page(union.t1), await page(union.t2)
        pages = [await page(union.t2, limit=2), await page(union.t2, places[-1][-1], 2)]
        behind_nothing = await page(union.t2, places[-1][-1])
        rest = [await page(union.root, places[0][place]) for place in (0, 1)]
        with pytest.raises(ValueError, match=r"3\.1\.1"):
            await page(union.root, "3.1.1")
        total = await figures(conn, union.root)

    assert from_root == [("T02", 3, None, None, False), ("T01", 1, None, None, False)]
    assert total["T5"] == (1, 5)
    assert from_t1 == [("C-MID", 1, Role.CHAIR, "Lê A", False)]
    assert [(code, vacant) for code, _, _, _, vacant in from_t2] == [("C-FAR", True), ("C1", True), ("C2", True)]
    assert [*pages[0], *pages[1]] == from_t2
    assert (rest, behind_nothing) == ([from_root[1:], []], [])


async def test_spending_is_of_the_unit_and_year_itself(database: Database) -> None:
    async with database.begin() as conn:
        union = await Union(conn).found()
        spent = TrainingYear(12, 400, 900_000_000, 9, 310, 812_500_000, 6_500_000_000)
        await training_years.write(conn, union.t1, 2026, TrainingYear(planned_classes=12), NOW)
        await training_years.write(conn, union.t1, 2026, spent, NOW)
        read = await training_years.read(conn, union.t1, 2026)
        own = {one.target.key: one for one in await report.measures(conn, union.t1, CUT_OFF, STAFF)}["T7"]
        above = {one.target.key: one for one in await report.measures(conn, union.root, CUT_OFF, STAFF)}["T7"]
        years = await training_years.years(conn, union.t1)
        for wrong in (TrainingYear(spent_on_training=2, spent_in_all=1), TrainingYear(spent_on_training=1)):
            with pytest.raises(SpendingError):
                await training_years.write(conn, union.t1, 2025, wrong, NOW)

    assert (read, years) == (spent, [2026])
    assert (own.percent, own.shown) == (12.5, "812.500.000/6.500.000.000 đồng (12,5%)")
    assert (above.percent, above.shown) == (None, "—")


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent", "shown"),
    [
        (0, 0, None, "—"),
        (7, 19, None, "7/19"),
        (0, 20, 0.0, "0/20 (0%)"),
        (1, 9_999, 0.1, "1/9.999 (0,1%)"),
        (9_998, 9_999, 99.9, "9.998/9.999 (99,9%)"),
        (268, 1_385, 19.4, "268/1.385 (19,4%)"),
        (20, 20, 100.0, "20/20 (100%)"),
    ],
)
def test_how_a_share_is_shown(numerator: int, denominator: int, percent: float | None, shown: str) -> None:
    measured = report.Measured(BY_KEY["T6"], numerator, denominator, CUT_OFF)

    assert (measured.percent, measured.shown) == (percent, shown)
    assert measured.missing == denominator - numerator


async def test_what_was_shown_at_a_cut_off_stays_as_it_was(database: Database) -> None:
    async with database.begin() as conn:
        union = await Union(conn).found()
        counted = await target_keeping.figures(conn, CUT_OFF, STAFF)
        assert counted
        kept = await target_snapshots.write(conn, CUT_OFF, NOW, counted)
        again = await target_keeping.figures(conn, CUT_OFF, STAFF)
        was = await figures(conn, union.t1), await figures(conn, union.t2)
        chair = await cadre(conn, "Lê A", union.middle, Role.CHAIR)
        await attended(conn, chair, union.t1)
        await move(conn, union.middle, union.t2)
        then = await figures(conn, union.t1), await figures(conn, union.t2)
        now = await figures(conn, union.t2, cut_off=CUT_OFF + timedelta(minutes=1))

    assert (kept > 0, again) == (True, None)
    assert then == was
    assert now["T5"] == (0, 2)


async def test_who_learned_online_is_kept_of_every_unit_above_the_base(database: Database) -> None:
    async with database.begin() as conn:
        union = await Union(conn).found()
        twice, other = [await cadre(conn, name, union.small, Role.CHAIR) for name in ("Lê An", "Lê Bình")]
        await post(conn, twice, union.far, Role.COMMITTEE_MEMBER)
        await enrolled(conn, twice, "M0")
        await enrolled(conn, twice, "M1")
        units = (union.root, union.t1, union.t2, union.ward)
        counted = [await report.measures(conn, unit_id, CUT_OFF, STAFF) for unit_id in units]
        await target_snapshots.write(conn, CUT_OFF, NOW, await target_keeping.figures(conn, CUT_OFF, STAFF) or {})
        kept = [await report.measures(conn, unit_id, CUT_OFF, STAFF) for unit_id in units]
        await enrolled(conn, other, "M0")
        afterwards = await report.measures(conn, union.t1, CUT_OFF, STAFF)

    assert kept == counted
    shown = [one.shown for found in kept for one in found if one.target.key == "T8"]
    assert shown == ["1, 2 chuyên đề", "1, 2 chuyên đề", "1, 2 chuyên đề", "—"]
    assert afterwards == kept[1]


async def test_the_way_to_the_chairs_is_by_index(database: Database) -> None:
    async with database.begin() as conn:
        union = await Union(conn).found()
        rows = [
            {"code": f"X{n}", "name": "X", "name_fold": "x", "sort_name": "x", "unit_type": "CDCS", "recorded_at": NOW}
            for n in range(5_000)
        ]
        await conn.execute(insert(org_unit), rows)
        for n in range(50):
            await cadre(conn, f"Lê {n}", union.small, Role.COMMITTEE_MEMBER)
    async with database.begin() as conn:
        await conn.execute(text("ANALYZE"))
        for query in (
            targets.chairs_query([union.t1], TODAY),
            targets.chairs_query([union.ward], TODAY, [union.ward]),
            targets.staff_query(union.t1, TODAY),
        ):
            sql = query.compile(dialect=conn.dialect, compile_kwargs={"literal_binds": True})
            explain = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "
            plan = "\n".join(str(row[-1]) for row in await conn.exec_driver_sql(explain + str(sql)))

            assert "SCAN org_unit" not in plan, plan
            assert "SCAN position" not in plan, plan
            assert "Seq Scan on org_unit" not in plan, plan


def test_every_target_has_its_clause_and_ends_after_it_began() -> None:
    assert [target.key for target in TARGETS] == [f"T{n}" for n in range(1, 15)]
    for target in TARGETS:
        assert target.clause.document
        assert target.valid_to is None or target.valid_from < target.valid_to
        assert target.is_reference == (target.valid_from.year == 2021)
        assert (target.counting is Counting.DONG) == (target.key == "T7")


def test_kinds_of_recognition_are_those_stored() -> None:
    assert {str(kind) for kind in Kind} == {"class", "decision"}
