"""`taphuan targets`, `classes`, `decision`, `trainer`: from a file to the figures."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import openpyxl

from learning.calendar import at, day_of
from learning.roles import Role
from roster.faults import CLASS_SHEET
from storage import rollup
from tests.builders import cadre, enrolled, unit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from storage.database import Database

    Taphuan = Callable[..., Awaitable[tuple[int, str, str]]]


async def test_classes_and_a_decision_make_the_targets(database: Database, in_process: Taphuan, tmp_path: Path) -> None:
    today = day_of(datetime.now(UTC))
    async with database.begin() as conn:
        root = await unit(conn, "T01", "LDLD_TINH", name="LĐLĐ tỉnh Mẫu")
        bases = [await unit(conn, f"C{n}", "CDCS", root, member_count=50) for n in range(20)]
        for n in range(2):
            await cadre(conn, f"Lê Thị {n}", bases[n], Role.CHAIR)
        online = await cadre(conn, "Lê Thị Mạng", bases[2], Role.CHAIR)

    async def targets(*more: str) -> dict[str, dict[str, Any]]:
        status, out, err = await in_process("targets", "--unit", "t01", "--json", *more)
        assert (status, err) == (0, "")
        return {one["key"]: one for one in json.loads(out)}

    before = await targets()
    form = tmp_path / "mau.xlsx"
    status, out, _ = await in_process("classes", "template", "-o", str(form))
    assert (status, out) == (0, f"Đã ghi {form}\n")
    book = openpyxl.load_workbook(form)
    assert "M4: " in "\n".join(str(row[0].value) for row in book["Hướng dẫn"].iter_rows())
    book[CLASS_SHEET].append([None, "Lê Thị 0", None, "C0", "M4", today, 8, "T01", "1/KH"])
    book[CLASS_SHEET].append([None, "Lê Thị 1", None, "C9", "M4", today, 8, "T01", "1/KH"])
    book.save(form)
    status, out, _ = await in_process("classes", "import", str(form))
    assert status == 0
    assert "Đã ghi 1 lượt" in out
    assert "dòng 3, cột «Họ và tên»" in out
    status, _, err = await in_process("decision", "end", "--unit", "T01")
    assert (status, "không có quyết định" in err) == (1, True)
    since = (today - timedelta(days=30)).isoformat()
    for expected in (0, 1):
        status, _, _ = await in_process("decision", "set", "--unit", "T01", "--document", "9/QĐ", "--from", since)
        assert status == expected
    async with database.begin() as conn:
        await enrolled(conn, online, "M0", completed_at=at(today, datetime.min.time()))
        await rollup.mark_person(conn, online)
    after = await targets("--missing", "3")
    long_ago = await targets("--date", (today - timedelta(days=2)).isoformat())

    assert (before["T6"]["numerator"], before["T6"]["denominator"], before["T6"]["percent"]) == (0, 20, 0.0)
    assert (after["T6"]["numerator"], after["T6"]["percent"], after["T6"]["missing_count"]) == (2, 10.0, 18)
    assert [line["unit"] for line in after["T6"]["missing"]] == ["C1", "C3", "C4"]
    assert after["T6"]["missing"][0]["name"] == "Lê Thị 1"
    assert after["T6"]["owed"] == [{"unit": "T01", "posts": 20, "done": 2, "own": True}]
    assert long_ago["T6"]["numerator"] == 0
    assert (after["T4"]["denominator"], after["T4"]["percent"]) == (0, None)
    assert set(after) >= {f"T{n}" for n in range(1, 9)}
    assert "T9" not in after
    assert "T9" in await targets("--all")
    status, out, _ = await in_process("targets", "--unit", "T01", "--all")
    assert "Khu vực: mọi chủ tịch công đoàn cơ sở (NQ); " in out
    assert "Đơn vị này: 2/20 (10%)" in out
    status, out, _ = await in_process("decision", "list", "--json")
    assert json.loads(out)[0] | {"name": ""} == {
        "unit": "T01",
        "name": "",
        "document": "9/QĐ",
        "from": since,
        "to": None,
    }
    assert (await in_process("decision", "end", "--unit", "T01"))[0] == 0
    assert (await targets())["T6"]["numerator"] == 2


async def test_who_trains_can_be_given_and_taken_back(database: Database, in_process: Taphuan) -> None:
    async with database.begin() as conn:
        root = await unit(conn, "T01", "LDLD_TINH")
        ward = await unit(conn, "X1", "CD_XA", root)
        await unit(conn, "C1", "CDCS", root, manager_id=ward)
    words = ("trainer", "set", "--unit", "X1", "--owner", "X1", "--document", "3/QĐ", "--from", "2026-01-01", "--json")
    owners = []
    for command in (words, words, ("trainer", "end", "--unit", "X1")):
        status, _, _ = await in_process(*command)
        assert status == 0
        _, out, _ = await in_process("targets", "--unit", "X1", "--json", "--date", date(2026, 11, 21).isoformat())
        owners.append([line["unit"] for one in json.loads(out) for line in one["owed"]])
    listed = json.loads((await in_process("trainer", "list", "--json"))[1])

    assert owners[:2] == [["X1"], ["X1"]]
    assert sum(one["to"] is None for one in listed) == 0
    for refused in (("trainer", "end", "--unit", "X1"), (*words[:4], "--owner", "X9", *words[6:])):
        assert (await in_process(*refused))[0] == 1
    assert (await in_process("targets", "--unit", "X9"))[0] == 1
    bad = ("decision", "set", "--unit", "X1", "--document", "\u200b", "--from", "2026-01-01")
    assert (await in_process(*bad))[0] == 1
