from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import python_calamine

from roster import files, imports
from roster.export import export, local_number
from roster.faults import PERSON_SHEET, UNIT_SHEET
from roster.headings import COLUMNS
from roster.template import write_template
from tests.roster.office import PEOPLE, PERSON_HEADS, TODAY, UNITS, workbook

if TYPE_CHECKING:
    from pathlib import Path

    from tests.roster.office import Office


async def test_an_export_imports_again_with_no_change(office: Office, tmp_path: Path) -> None:
    heads = f"{PERSON_HEADS}|Nữ|Chuyên trách|Lần đầu|Ca làm việc|Hết nhiệm kỳ|Nhận báo cáo"
    lines = (
        f"{PEOPLE[0]}|x|x|x|Ca 1|05/03/2029|x",
        f"{PEOPLE[1]}||||||",
        "|=cmd|+8613800138000|C2|Chủ tịch|||||||x",
        "|Lý A||C1|Tổ phó|||||||",
        "|||C1|Ủy viên BCH|||||||",
    )
    unit_lines = (*UNITS[:3], "C2|+CĐCS @Hai|CDCS|T01|45", "C3|CĐCS Ba|CDCS|T01|")
    await office.take(workbook(lines, unit_lines, person_heads=heads))
    await office.take(workbook(lines, unit_lines[:4], person_heads=heads), replace=True)
    path = tmp_path / "xuat.xlsx"

    async with office.database.connect() as conn:
        await export(conn, path, TODAY)
        plan = await imports.check_file(path, conn, TODAY, replace=True)

    summary = plan.summary.as_json()
    assert (summary["units"], summary["people"]) == ({"added": 0, "changed": 0, "closed": 0},) * 2
    assert (summary["set_aside"], summary["errors"], summary["warnings"]) == ([], [], [])
    with zipfile.ZipFile(path) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())
    sheet = python_calamine.load_workbook(str(path)).get_sheet_by_name("Cán bộ")
    assert sheet.to_python()[1][2] == "0900000001"


def test_the_template_has_every_heading_and_is_itself_a_sound_file(tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"

    write_template(path)

    book = files.read(path)
    assert book.units.rows[0].cells == tuple(COLUMNS[UNIT_SHEET])
    assert book.people.rows[0].cells == tuple(COLUMNS[PERSON_SHEET])
    with zipfile.ZipFile(path) as archive:
        assert b"dataValidation" in archive.read("xl/worksheets/sheet2.xml")


def test_a_foreign_number_keeps_its_country() -> None:
    assert (local_number("+84900000001"), local_number("+8613800138000")) == ("0900000001", "+8613800138000")
