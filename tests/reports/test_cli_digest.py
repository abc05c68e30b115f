from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.cli import digest as cli_digest
from learning.roles import Role
from storage import rollup
from storage.posts import Counts
from tests.builders import agreed, cadre, unit
from tests.reports.conftest import ASSIGNED, MONDAY

if TYPE_CHECKING:
    import pytest

    from storage.database import Database


async def shown(database: Database, *words: str) -> int:
    parser = ArgumentParser()
    cli_digest.add_arguments(parser)
    return await cli_digest.run(parser.parse_args(["show", *words]), database, ASSIGNED, MONDAY)


async def found(database: Database) -> None:
    async with database.begin() as conn:
        root = await unit(conn, "T01", "LDLD_TINH", name="LĐLĐ tỉnh Sông Lam")
        await unit(conn, "C2", "CDCS", root, name="CĐCS Giày Vàng")
        base = await unit(conn, "C1", "CDCS", root, name="CĐCS May Hoa Sen")
        await cadre(conn, "Vũ Thị Tâm", root, Role.FULL_TIMER)
        await rollup.rebuild(conn, ASSIGNED, date(2026, 11, 23))
        chair = await cadre(conn, "Lê Thị Chung", base, Role.CHAIR)
        await agreed(conn, chair)
        await rollup.mark_person(conn, chair)


async def test_figures_are_exact_now_and_add_up(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    await found(database)
    status = await shown(database, "--unit", "T01", "--json")
    data: dict[str, Any] = json.loads(capsys.readouterr().out)

    assert status == 0
    assert list(data) == ["unit", "as_of", "total", "own", "children"]
    assert (data["unit"], data["as_of"]) == ("T01", "2026-11-23T08:00:00+07:00")
    assert data["children"] == [
        {"unit": "C2", "name": "CĐCS Giày Vàng", **Counts(posts=1).as_dict()},
        {"unit": "C1", "name": "CĐCS May Hoa Sen", **Counts(posts=1, joined=1).as_dict()},
    ]
    for name, number in data["total"].items():
        assert number == data["own"][name] + sum(child[name] for child in data["children"])


async def test_figures_for_people(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    await found(database)
    status = await shown(database, "--unit", "T01")
    text = capsys.readouterr().out

    assert status == 0
    assert text.startswith("LĐLĐ tỉnh Sông Lam (T01)\nSố liệu đến 08:00 ngày 23/11/2026, tính theo chức danh.")
    assert "Hoàn thành trên trợ lý: 0/3." in text


async def test_an_unknown_unit_is_refused(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    status = await shown(database, "--unit", "KHONG-CO", "--json")
    captured = capsys.readouterr()

    assert (status, captured.out) == (1, "")
    assert captured.err == "Không tìm thấy đơn vị có mã «KHONG-CO».\n"
