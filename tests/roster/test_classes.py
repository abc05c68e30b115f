from __future__ import annotations

import argparse
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from sqlalchemy import func, select

from bot.cli import classes as cli_classes
from learning.recognition import OTHER
from learning.roles import Role
from roster import classes
from roster.faults import CLASS_SHEET
from roster.headings import COLUMNS, Col
from storage.recognitions import add_classes, of_person
from storage.tables import recognition, rollup_dirty
from tests.builders import NOW, human, post, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from channels.messages import PersonId
    from storage.database import Database

HEADS = "Mã cán bộ|Họ và tên|Điện thoại|Mã đơn vị|Chuyên đề|Ngày|Số giờ|Đơn vị tổ chức|Văn bản"
MODULES = {"M4": "Thương lượng tập thể", "M5": "Tài chính"}
GOOD = (
    "CB1|Lê Thị Hoà|||M4|01/06/2026|8|T01|12/KH-LĐLĐ",
    "|Trần Bình|0900000002||thuong luong tap the|2026-06-01|7,5|LĐLĐ tỉnh Mẫu|12/KH-LĐLĐ",
    "|Phạm Cúc||c1|Văn nghệ quần chúng|01/06/2026||t01|12/KH-LĐLĐ",
)
Run = Any


@pytest.fixture
async def people(database: Database) -> dict[str, PersonId]:
    async with database.begin() as conn:
        root = await unit(conn, "T01", "LDLD_TINH", name="LĐLĐ tỉnh Mẫu")
        base = await unit(conn, "C1", "CDCS", root)
        found = {
            "hoa": await human(conn, "Lê Thị Hòa", code="CB1"),
            "binh": await human(conn, "Trần Bình", phone="+84900000002"),
            "cuc": await human(conn, "Phạm Cúc"),
            "hai": await human(conn, "Vũ Hai"),
            "hai_nua": await human(conn, "Vũ Hai"),
        }
        for person in found.values():
            await post(conn, person, base, Role.COMMITTEE_MEMBER, valid_to=date(2026, 9, 1))
        return found


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    def write(lines: Sequence[str], heads: str = HEADS, title: str = CLASS_SHEET, formula: str = "") -> Path:
        path = tmp_path / "ket_qua.xlsx"
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
            made = book.add_worksheet(title)
            for row, line in enumerate((heads, *lines)):
                for column, cell in enumerate(line.split("|")):
                    made.write_string(row, column, cell)
            if formula:
                made.write_formula(1, 6, formula)
        return path

    return write


@pytest.fixture
def run(database: Database, capsys: pytest.CaptureFixture[str]) -> Run:
    parser = argparse.ArgumentParser()
    cli_classes.add_arguments(parser)

    async def call(*words: str | Path) -> tuple[int, dict[str, Any], str]:
        args = parser.parse_args(["import", *map(str, words), "--json"])
        code = await cli_classes.run(args, database, MODULES, NOW)
        printed = capsys.readouterr()
        return code, json.loads(printed.out), printed.err

    return call


async def test_importing_twice_counts_once(
    database: Database, run: Run, sheet: Run, people: dict[str, PersonId]
) -> None:
    path = sheet((*GOOD, GOOD[0]))

    counts = []
    for words in ((path, "--dry-run"), (path,), (path,)):
        code, result, err = await run(*words)
        assert (code, err, result["errors"], result["set_aside"]) == (0, "", [], [])
        counts.append((result["rows"], result["added"], result["known"]))
    async with database.connect() as conn:
        rows = {name: await of_person(conn, person) for name, person in people.items()}
        marked = set((await conn.execute(select(rollup_dirty.c.person_id))).scalars())

    assert counts == [(4, 3, 1), (4, 3, 1), (4, 0, 4)]
    assert [(one.module_id, one.hours) for one in (*rows["hoa"], *rows["binh"])] == [("M4", 8.0), ("M4", 7.5)]
    assert [(one.module_id, one.topic, one.hours) for one in rows["cuc"]] == [(OTHER, "Văn nghệ quần chúng", None)]
    assert marked == {people["hoa"], people["binh"], people["cuc"]}


@pytest.mark.parametrize(
    ("line", "column", "told"),
    [
        ("CB9|Lê Thị Hòa|||M4|01/06/2026|8|T01|12/KH", "Mã cán bộ", "không có cán bộ mã «CB9»"),
        ("CB1|Người Khác|||M4|01/06/2026|8|T01|12/KH", "Họ và tên", "trong danh sách là «Lê Thị Hòa»"),
        ("|Vũ Hai||C1|M4|01/06/2026|8|T01|12/KH", "Họ và tên", "có nhiều người tên «Vũ Hai»"),
        ("|Không Ai||C1|M4|01/06/2026|8|T01|12/KH", "Họ và tên", "chưa có trong danh sách"),
        ("CB1|Lê Thị Hòa|||M99|01/06/2026|8|T01|12/KH", "Chuyên đề", "không có chuyên đề mã «M99»"),
        ("CB1|Lê Thị Hòa|||M4|31/02/2026|8|T01|12/KH", "Ngày", "không phải ngày"),
        ("CB1|Lê Thị Hòa|||M4|01/01/2027|8|T01|12/KH", "Ngày", "ở tương lai"),
        ("CB1|Lê Thị Hòa|||M4|01/06/2026|-8|T01|12/KH", "Số giờ", "không phải số giờ"),
        ("CB1|Lê Thị Hòa|||M4|01/06/2026|1e9|T01|12/KH", "Số giờ", "không phải số giờ"),
        ("CB1|Lê Thị Hòa|||M4|01/06/2026|8|T09|12/KH", "Đơn vị tổ chức", "không có đơn vị «T09»"),
        ("CB1|Lê Thị Hòa|||M4|01/06/2026|8|T01|\u200b ", "Văn bản", "để trống"),
        ("|Lê Thị Hòa|09x||M4|01/06/2026|8|T01|" + "x" * 200, "Điện thoại", "Cột «Văn bản»: dài 200 chữ"),
    ],
)
async def test_a_faulty_row_is_set_aside_with_its_cell_and_how_to_mend_it(
    run: Run, sheet: Run, people: dict[str, PersonId], line: str, column: str, told: str
) -> None:
    del people
    code, result, err = await run(sheet((GOOD[0], line)))

    assert (code, err, result["added"]) == (0, "", 1)
    (fault,) = result["set_aside"]
    assert (fault["sheet"], fault["row"], fault["column"]) == (CLASS_SHEET, 3, column)
    assert told in fault["message"]
    assert "Gợi ý: " in fault["message"]


async def test_one_line_by_hand_is_judged_as_a_line_of_a_file(database: Database, people: dict[str, PersonId]) -> None:
    cells = dict(zip(COLUMNS[CLASS_SHEET], GOOD[0].split("|"), strict=True))
    async with database.begin() as conn:
        good = await classes.check_one(conn, cells, MODULES, NOW.date())
        await add_classes(conn, good.new, NOW)
        again = await classes.check_one(conn, cells, MODULES, NOW.date())
        wrong = await classes.check_one(conn, {**cells, Col.HELD_ON: "31/02/2026"}, MODULES, NOW.date())
        empty = await classes.check_one(conn, {Col.FULL_NAME: " "}, MODULES, NOW.date())
        kept = await of_person(conn, people["hoa"])

    assert ([row.person_id for row in good.new], len(kept)) == ([people["hoa"]], 1)
    assert (again.new, again.known) == ((), 1)
    assert [fault.column for fault in wrong.set_aside] == ["Ngày"]
    assert (len(empty.errors), empty.new) == (1, ())


async def test_what_cannot_be_a_result_is_refused_whole(database: Database, run: Run, sheet: Run) -> None:
    for path in (
        sheet(GOOD, title="Trang1"),
        sheet(GOOD, heads=HEADS.replace("Văn bản", "Ghi chú")),
        sheet(("CB1|TrÇn B×nh|||M4|01/06/2026|8|T01|12/KH",)),
        sheet(GOOD, formula="=1+1"),
    ):
        code, result, err = await run(path)
        assert code == 1
        assert result["errors"]
        assert len(err.splitlines()) == len(result["errors"])
    async with database.connect() as conn:
        assert (await conn.execute(select(func.count()).select_from(recognition))).scalar_one() == 0
