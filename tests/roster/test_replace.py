from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from storage.tables import org_unit, position, unit_history
from tests.roster.office import PEOPLE, TODAY, UNITS, workbook

if TYPE_CHECKING:
    from tests.roster.office import Office


async def test_absent_people_stay_without_replace(office: Office) -> None:
    await office.take(workbook())

    summary = await office.take(workbook(PEOPLE[:1]))

    assert summary.people_closed == 0
    assert len(await office.held()) == 3


async def test_absent_people_and_units_are_closed_with_replace(office: Office) -> None:
    await office.take(workbook())

    summary = await office.take(workbook(PEOPLE[:1], UNITS[:2]), replace=True)

    assert summary.as_json()["units"] == {"added": 0, "changed": 0, "closed": 2}
    assert summary.as_json()["people"] == {"added": 0, "changed": 0, "closed": 2}
    ended = {row["code"]: row["valid_to"] for row in await office.rows(org_unit)}
    assert ended == {"T01": None, "C1": None, "C1-G1": TODAY, "C2": TODAY}
    assert {row["valid_to"] for row in await office.rows(position)} == {None, TODAY}
    assert len(await office.rows(unit_history)) == 2


async def test_replace_speaks_only_for_its_own_units(office: Office) -> None:
    await office.take(workbook())

    summary = await office.take(workbook((), ("C1|CĐCS Công ty Một|CDCS|T01|120",)), replace=True)

    assert (summary.units_closed, summary.people_closed) == (1, 2)
    assert len(await office.held()) == 1


async def test_who_was_set_aside_is_not_taken_for_absent(office: Office) -> None:
    await office.take(workbook((*PEOPLE[:3], "|Lý A||C2|Tổ phó|")))
    lines = (
        "CB1|Nguyễn Thị Hòa|123|C1|Chủ tịch|",
        "CB2|Trần Văn Bình|0900000002|C9|Tổ trưởng|",
        "|Lê Thị Cúc|0900000003|C2|Sếp|",
        "|Lý A||C2|Sếp|",
    )

    summary = await office.take(workbook(lines), replace=True)

    assert (len(summary.set_aside), summary.people_closed) == (4, 0)


async def test_a_unit_that_others_hang_from_is_kept(office: Office) -> None:
    await office.take(workbook())

    plan = await office.check(workbook((), (UNITS[0], UNITS[2])), replace=True)

    assert [one.code for one in plan.units_closed] == ["C2"]
    assert "«C1»" in plan.warnings[0].message


async def test_who_comes_back_starts_a_new_post(office: Office) -> None:
    await office.take(workbook())
    await office.take(workbook(PEOPLE[:1], UNITS[:2]), replace=True)
    later = TODAY + timedelta(days=30)

    summary = await office.take(workbook(), today=later)

    assert (summary.units_changed, summary.people_added) == (2, 2)
    assert {row["valid_to"] for row in await office.rows(org_unit)} == {None}
    assert sorted(str(row["valid_from"]) for row in await office.held()) == ["2024-03-05", str(later), str(later)]


async def test_an_elected_one_who_comes_back_does_not_overlap(office: Office) -> None:
    await office.take(workbook())
    await office.take(workbook(()), replace=True)
    later = TODAY + timedelta(days=30)

    await office.take(workbook(PEOPLE[:1]), today=later)

    assert [row["valid_from"] for row in await office.held()] == [later]


async def test_people_are_set_aside_in_an_ended_unit(office: Office) -> None:
    await office.take(workbook())

    plan = await office.check(workbook(PEOPLE[:3], UNITS[:3]), replace=True)

    assert [(fault.row, fault.column) for fault in plan.set_aside] == [(4, "Mã đơn vị")]
    assert "hết hiệu lực" in plan.set_aside[0].message
    assert len(plan.posts_closed) == 1
