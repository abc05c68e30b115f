"""The page of a year's plan and spending: what is typed, what is told, and that nobody's figures are lost."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import words
from storage import changes, office_changes, training_years
from storage.office_changes import Kind
from storage.training_years import TrainingYear
from tests.builders import unit
from tests.web.test_board import TODAY, Office, office
from web.board.plan_form import ENTRIES, NumberError, whole

if TYPE_CHECKING:
    from tests.web.stage import Answer

__all__ = ["office"]

MONEY = next(entry for entry in ENTRIES if entry.name == "tong_chi")
PLAN = {"lop_ke_hoach": "12", "nguoi_ke_hoach": "640", "tien_ke_hoach": "2.100.000.000", "tien_da_chi": "812 500 000",
        "tong_chi": "6.500.000.000 đồng"}  # fmt: skip


@given(st.integers(0, 10**14))
def test_a_number_is_read_as_people_write_it(value: int) -> None:
    grouped = words.number(value)

    for text in (str(value), grouped, f" {grouped} đồng", grouped.replace(".", " "), f"{grouped}đ"):
        assert whole(text, MONEY) == value


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("12 triệu", "có phải 12.000.000?"),
        ("1,5 tỷ", "có phải 1.500.000.000?"),
        ("1,234,567", "có phải 1.234.567?"),
        ("-5", "không được âm"),
        ("1.23", "ví dụ 1.234.567"),
        ("mười", "ví dụ 1.234.567"),
        ("1" * 16, "quá 100.000.000.000.000 đồng"),
    ],
)
def test_what_is_no_whole_number_is_refused_with_how_to_mend_it(text: str, hint: str) -> None:
    with pytest.raises(NumberError, match=re.escape(hint)):
        whole(text, MONEY)


async def plan(office: Office, who: str, where: str = "T01", year: int = 2026) -> tuple[str, str]:
    """The page, and the mark that its form brings back."""
    page = (await office.gets(who, f"/bang/{office.units[where]}/ke-hoach?nam={year}")).text
    return page, "".join(re.findall(r'name="truoc" value="(\w+)"', page))


async def saves(office: Office, who: str, mark: str, where: str = "T01", **fields: str) -> Answer:
    address = f"/bang/{office.units[where]}/ke-hoach"
    return await office.posts(who, address, **{"nam": "2026", "truoc": mark, **fields})


async def held(office: Office, where: str = "T01") -> TrainingYear:
    async with office.stage.database.connect() as conn:
        return await training_years.read(conn, office.units[where], 2026)


async def test_a_plan_is_entered_shown_and_journaled(office: Office) -> None:
    empty, mark = await plan(office, "tỉnh")

    answer = await saves(office, "tỉnh", mark, **PLAN)
    page, after = await plan(office, "tỉnh")
    again = await saves(office, "tỉnh", after, **PLAN)

    assert "Chưa nhập tổng chi năm 2026" in empty
    assert (answer.status, answer.headers["Location"].rpartition("/")[2]) == (303, "ke-hoach?nam=2026&luu=1")
    assert await held(office) == TrainingYear(12, 640, 2_100_000_000, None, None, 812_500_000, 6_500_000_000)
    assert 'value="2.100.000.000"' in page
    assert '<strong class="big">12,5%</strong>' in page
    assert "mục tiêu 15%" in page
    assert "Vũ Thị Tâm: số lớp dự kiến: trống → 12; " in page
    assert again.status == 303
    async with office.stage.database.begin() as conn:
        [change] = await office_changes.latest(conn, office.units["T01"], [Kind.PLAN], 9)  # nothing new: no second one
        await changes.erase(conn, office.people["tỉnh"], TODAY)
        [erased] = await office_changes.latest(conn, office.units["T01"], [Kind.PLAN], 9)
    assert (change.by, erased.by) == ("Vũ Thị Tâm", None)
    assert change.said["planned_classes"] == [None, 12]


async def test_a_fault_stands_beside_its_field_and_what_was_typed_is_kept(office: Office) -> None:
    _, mark = await plan(office, "tỉnh")

    wrong = await saves(office, "tỉnh", mark, **{**PLAN, "tien_ke_hoach": "12 triệu", "nguoi_da_du": '"><b>'})
    more = await saves(office, "tỉnh", mark, tien_da_chi="2", tong_chi="1")
    alone = await saves(office, "tỉnh", mark, tien_da_chi="2")

    assert wrong.status == 422
    assert 'value="12 triệu" inputmode="numeric" autocomplete="off" maxlength="40" aria-invalid="true"' in wrong.text
    assert '<p id="tien_ke_hoach-ghi" class="hint">Mời đồng chí ghi đủ chữ số: có phải 12.000.000?</p>' in wrong.text
    assert 'value="6.500.000.000 đồng"' in wrong.text
    assert "còn 2 ô" in wrong.text
    assert '"><b>' not in wrong.text
    assert "Chi đào tạo lớn hơn tổng chi" in more.text
    assert "Còn thiếu tổng chi" in alone.text
    assert await held(office) == TrainingYear()
    for year in ("1999", "", "2026 "):
        assert (await saves(office, "tỉnh", mark, **{**PLAN, "nam": year})).status == 400


async def test_the_second_of_two_is_told_and_nothing_is_lost(office: Office) -> None:
    _, mark = await plan(office, "tỉnh")
    await office.sits("hai chức")

    both = await asyncio.gather(
        saves(office, "tỉnh", mark, **PLAN), saves(office, "hai chức", mark, **{**PLAN, "lop_ke_hoach": "9"})
    )
    late = next(answer for answer in both if answer.status == 409)
    kept = await held(office)
    [other] = {12, 9} - {kept.planned_classes}
    who = "hai chức" if other == 9 else "tỉnh"
    fresh = re.findall(r'name="truoc" value="(\w+)"', late.text)[0]
    mended = await saves(office, who, fresh, **{**PLAN, "lop_ke_hoach": str(other)})

    assert sorted(answer.status for answer in both) == [303, 409]
    assert "vừa sửa lúc" in late.text
    assert f"Đang lưu: {kept.planned_classes}." in late.text
    assert f'value="{other}"' in late.text
    assert mended.status == 303
    assert (await held(office)).planned_classes == other


async def test_a_union_sees_what_those_directly_below_entered(office: Office) -> None:
    _, mark = await plan(office, "tỉnh")
    await saves(office, "tỉnh", mark, **PLAN)
    async with office.stage.database.begin() as conn:
        for n in range(60):
            await unit(conn, f"Z{n:02}", "CD_NGANH", office.units["VN"], name=f"CĐ ngành {n:02}")
    base = f"/bang/{office.units['VN']}/ke-hoach"

    nation = (await office.gets("quốc", base)).text
    waiting = (await office.gets("quốc", f"{base}?xem=chua")).text
    more = re.findall(r'<a href="([^"]+)">Trang sau', waiting)[0].replace("&amp;", "&")
    rest = (await office.gets("quốc", more)).text
    from_above = (await office.gets("quốc", f"/bang/{office.units['T01']}/ke-hoach")).text
    chair = (await office.gets("chủ tịch", f"/bang/{office.units['G1']}/ke-hoach")).text

    assert "<strong>1</strong>/62 đơn vị đã nhập; còn <strong>61</strong> chưa nhập" in nation
    assert "812.500.000/6.500.000.000 (12,5%)" in nation
    assert "Chưa nhập tổng chi năm 2026" in nation  # its own share is its own
    names = re.findall(r'full-name">([^<]+)<', waiting + rest)
    assert len(names) == len(set(names)) == 61
    assert "LĐLĐ tỉnh Sông Lam" not in names
    assert "2.100.000.000 đồng" in from_above
    assert "<form class=" not in from_above
    assert "Vũ Thị Tâm: " not in from_above
    assert "không lập riêng cho một tổ" in chair
    assert (await saves(office, "quốc", mark, **PLAN)).status == 404
