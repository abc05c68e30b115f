from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from storage import units as tree
from storage.tables import org_unit, position, rollup_dirty, unit_closure, unit_history
from tests.roster.office import UNITS, workbook

if TYPE_CHECKING:
    from tests.roster.office import Office

HEADS = (
    "Mã đơn vị|Tên đơn vị|Loại|Mã cấp trên|Mã đơn vị quản lý|Khu vực|Số đoàn viên|Ngày chốt|Hiệu lực từ|Hiệu lực đến"
)


async def test_a_tree_of_any_order_goes_in_with_its_closure(office: Office) -> None:
    summary = await office.take(workbook((), tuple(reversed(UNITS))))

    assert summary.as_json()["units"] == {"added": 4, "changed": 0, "closed": 0}
    ids = {row["code"]: row["id"] for row in await office.rows(org_unit)}
    closure = {(row["ancestor_id"], row["unit_id"], row["depth"]) for row in await office.rows(unit_closure)}
    assert (ids["T01"], ids["C1-G1"], 2) in closure
    assert len(closure) == 4 + 3 + 1
    async with office.database.connect() as conn:
        assert set(await tree.subtree(conn, ids["C1"])) == {ids["C1"], ids["C1-G1"]}
        assert await tree.ancestors(conn, ids["C1-G1"]) == [ids["C1-G1"], ids["C1"], ids["T01"]]
        found = await tree.unit_by_code(conn, "c1-g1")
        assert found is not None
        assert found.parent_id == ids["C1"]


async def test_a_parent_may_already_be_stored(office: Office) -> None:
    await office.take(workbook(()))

    summary = await office.take(workbook((), ("C3|CĐCS Công ty Ba|CDCS|t01|",)))

    assert (summary.units_added, summary.errors) == (1, ())


@pytest.mark.parametrize(
    ("units", "row", "column", "words"),
    [
        (("C3|CĐCS Ba|CDCS|X9|",), 2, "Mã cấp trên", "không có đơn vị"),
        (("A|A|CDCS|B|", "B|B|CDCS|A|", "R|R|TLD||"), 2, "Mã cấp trên", "vòng lặp"),
        (("A|A|CDCS|A|",), 2, "Mã cấp trên", "vòng lặp"),
        (("R|R|TLD||", "A|A|CDCS|R|", "a|A|CDCS|R|"), 4, "Mã đơn vị", "dòng 3"),
        (("R|R|TLD||", "S|S|TLD||"), 3, "Mã cấp trên", "gốc thứ hai"),
        (("R||TLD||",), 2, "Tên đơn vị", "để trống"),
        (("|R|TLD||",), 2, "Mã đơn vị", "để trống"),
        (("R|R|||",), 2, "Loại", "để trống"),
        (("R|R|CDC||",), 2, "Loại", "có phải «CDCS»"),
        (("R|R|TLD||1.234",), 2, "Số đoàn viên", "không phải số nguyên"),
        (("R|R|TLD||-5",), 2, "Số đoàn viên", "không phải số nguyên"),
        (("R|Nguyªn|TLD||",), 2, "Tên đơn vị", "TCVN3"),
        ((f"R|{'x' * 201}|TLD||",), 2, "Tên đơn vị", "quá 200"),
    ],
)
async def test_a_structural_fault_stops_everything(
    office: Office, units: tuple[str, ...], row: int, column: str, words: str
) -> None:
    summary = await office.take(workbook((), units))

    assert [(fault.row, fault.column) for fault in summary.errors] == [(row, column)]
    assert words in summary.errors[0].message
    assert "Gợi ý: " in summary.errors[0].line()
    assert await office.rows(org_unit) == []


async def test_a_faulty_row_is_not_also_an_unknown_parent(office: Office) -> None:
    summary = await office.take(workbook((), ("R|R|Gì đó||", "A|A|CDCS|R|")))

    assert [(fault.row, fault.column) for fault in summary.errors] == [(2, "Loại")]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("R|R|TLD||||5|01/01/2027||", "Ngày chốt"),
        ("R|R|TLD||||5|31/02/2026||", "Ngày chốt"),
        ("R|R|TLD||||5|1/1/26||", "Ngày chốt"),
        ("R|R|TLD||||||01/02/2026|01/01/2026", "Hiệu lực đến"),
        ("R|R|TLD||X|||||", "Mã đơn vị quản lý"),
        ("R|R|TLD|||Tư nhân||||", "Khu vực"),
    ],
)
async def test_dates_manager_and_sector_are_checked(office: Office, line: str, column: str) -> None:
    plan = await office.check(workbook((), (line,), unit_heads=HEADS))

    assert [(fault.row, fault.column) for fault in plan.errors] == [(2, column)]


async def test_every_column_is_stored(office: Office) -> None:
    lines = (
        "R|Gốc|tld||||||01/01/2020|",
        "K|KCN|cd kcn|R||||||",
        "A|CĐCS|cđcs|R|K|NGOAI NHA NUOC|12|31/05/2026|2021-02-03|",
    )

    await office.take(workbook((), lines, unit_heads=HEADS))

    root, manager, unit = await office.rows(org_unit)
    assert unit["parent_id"] == root["id"]
    assert unit["manager_id"] == manager["id"]
    assert (unit["sector"], unit["member_count"], unit["member_count_on"]) == ("ngoai_nha_nuoc", 12, date(2026, 5, 31))
    assert (unit["unit_type"], manager["unit_type"], unit["valid_from"]) == ("CDCS", "CD_KCN", date(2021, 2, 3))


async def test_a_second_root_is_refused_but_a_new_one_may_go_above(office: Office) -> None:
    await office.take(workbook(()))

    refused = await office.take(workbook((), ("VN|TLĐ|TLD||",)))
    taken = await office.take(workbook((), ("VN|TLĐ|TLD||", "T01|LĐLĐ tỉnh Mẫu|LDLD_TINH|VN|")))

    assert [fault.row for fault in refused.errors] == [2]
    assert (taken.errors, taken.units_added, taken.units_changed) == ((), 1, 1)
    assert len(await office.rows(unit_closure)) == 8 + 5


async def test_what_changes_is_kept_in_history(office: Office) -> None:
    await office.take(workbook(()))
    await office.take(
        workbook(
            (),
            (
                "T01|LĐLĐ tỉnh Mẫu|LDLD_TINH||",
                "C1|CĐCS Một Mới|CDCS|T01|130",
                "C1-G1|Tổ 1|TO_CD|C2|30",
                "C2|CĐCS Công ty Hai|CDCS|T01|45",
            ),
        )
    )

    by_code = {row["code"]: row for row in await office.rows(org_unit)}
    first, second = await office.rows(unit_history)
    assert first["before"] == {
        "name": "CĐCS Công ty Một",
        "member_count": 120,
        "name_fold": by_code["C1"]["name_fold"],
    } or first["before"] == {"name": "CĐCS Công ty Một", "member_count": 120}
    assert second["before"] == {"parent_id": by_code["C1"]["id"]}
    assert {row["until"] for row in (first, second)} == {date(2026, 11, 21)}
    assert by_code["C1"]["name_fold"] == "cdcs mot moi"
    dirty = {row["unit_id"] for row in await office.rows(rollup_dirty)}
    assert {by_code["C1"]["id"], by_code["C2"]["id"], by_code["C1-G1"]["id"]} <= dirty


async def test_a_missing_column_leaves_what_is_stored(office: Office) -> None:
    await office.take(workbook(()))

    summary = await office.take(
        workbook(
            (),
            ("T01|LĐLĐ tỉnh Mẫu|LDLD_TINH|", "C1|CĐCS Công ty Một|CDCS|T01"),
            unit_heads="ma don vi|TÊN ĐƠN VỊ|loại|Ma cap tren",
        )
    )

    assert (summary.units_changed, summary.errors) == (0, ())


async def test_a_unit_that_changes_type_takes_its_chairs_to_another_track(office: Office) -> None:
    await office.take(workbook())
    assert {row["role"]: row["track"] for row in await office.rows(position)}["chu_tich"] == "C"

    await office.take(workbook((), (UNITS[0], "C1|CĐCS Công ty Một|CD_XA|T01|120")))

    assert sorted(row["track"] for row in await office.rows(position)) == ["C", "S", "T"]


async def test_a_unit_that_ends_ends_its_posts_and_must_have_nothing_below(office: Office) -> None:
    await office.take(workbook())
    heads = "Mã đơn vị|Tên đơn vị|Loại|Mã cấp trên|Hiệu lực đến"

    refused = await office.check(workbook((), ("C1|CĐCS Công ty Một|CDCS|T01|01/11/2026",), unit_heads=heads))
    taken = await office.take(workbook((), ("C2|CĐCS Công ty Hai|CDCS|T01|01/11/2026",), unit_heads=heads))

    assert [(fault.row, fault.column) for fault in refused.errors] == [(2, "Hiệu lực đến")]
    assert (taken.units_changed, taken.people_closed) == (1, 1)


async def test_headings_match_folded_and_unknown_ones_are_warned_of(office: Office) -> None:
    plan = await office.check(
        workbook(
            (),
            ("CDCS|R|Gốc|", "CDCS|A|Một|R"),
            unit_heads="LOAI|mã Đơn Vị|ten don vi|Mã cấp trên|Ghi chú cũ|Số đoàn viênn",
        )
    )

    assert plan.errors == ()
    assert [fault.column for fault in plan.warnings] == ["Ghi chú cũ", "Số đoàn viênn"]
    assert "«Số đoàn viên»" in plan.warnings[1].message


@pytest.mark.parametrize(
    ("unit_heads", "column"),
    [("Mã đơn vị|Tên đơn vị|Loại", "Mã cấp trên"), ("Mã đơn vị|Tên đơn vị|Loại|Mã cấp trên|loại", "Loại")],
)
async def test_a_missing_or_double_column_is_named(office: Office, unit_heads: str, column: str) -> None:
    plan = await office.check(workbook((), (), unit_heads=unit_heads))

    assert [(fault.row, fault.column) for fault in plan.errors] == [(1, column)]
