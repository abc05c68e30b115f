from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.cli import roster as cli_roster

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.database import Database

Run = Any


@pytest.fixture
def run(database: Database, database_url: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    del database
    parser = argparse.ArgumentParser()
    cli_roster.add_arguments(parser)

    async def call(*words: str | Path) -> tuple[int, str, str]:
        code = await cli_roster.run(parser.parse_args([str(word) for word in words]), database_url)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


async def test_check_writes_nothing_and_import_does(run: Run, folder: Run, xlsx: Run) -> None:
    path = folder()

    for command, added in (("check", 3), ("import", 3), ("import", 0)):
        code, out, err = await run(command, path, "--json")
        result = json.loads(out)
        assert (code, err, result["people"]["added"]) == (0, "", added)
        assert set(result) == {"units", "people", "set_aside", "errors", "warnings"}
    code, out, _ = await run("check", xlsx())
    assert (code, "thêm 0" in out) == (0, True)


async def test_what_is_refused_is_said_line_by_line(run: Run, folder: Run) -> None:
    code, out, err = await run("import", folder(units=("A|A|CDCS|X|", "B|B|CDC|A|")), "--json")

    assert code == 1
    assert [fault["row"] for fault in json.loads(out)["errors"]] == [2, 3]
    first, second = err.splitlines()
    assert first.startswith("Đơn vị, dòng 2, cột «Mã cấp trên»: không có đơn vị mã «X». Gợi ý: ")
    assert second.startswith("Đơn vị, dòng 3, cột «Loại»: ")


async def test_an_unreadable_file_is_refused(run: Run, tmp_path: Path) -> None:
    code, out, err = await run("check", tmp_path / "khong.xlsx", "--json")

    assert (code, len(json.loads(out)["errors"]), len(err.splitlines())) == (1, 1, 1)


async def test_rows_set_aside_are_listed_and_do_not_fail(run: Run, folder: Run) -> None:
    code, out, _ = await run("import", folder(people=("CB1|Lý A|123|C1|Tổ phó|",)))

    assert code == 0
    assert "Cán bộ, dòng 2, cột «Điện thoại»: " in out


async def test_a_preview_says_who_is_closed(run: Run, folder: Run) -> None:
    await run("import", folder())

    code, out, _ = await run("check", folder(people=()), "--replace")

    assert code == 0
    assert "Chức danh kết thúc (3):" in out
    assert "Trần Văn Bình, Tổ trưởng, C1-G1" in out


async def test_export_and_template_write_files(run: Run, folder: Run, tmp_path: Path) -> None:
    await run("import", folder())

    assert (await run("export", tmp_path / "ra.xlsx"))[0] == 0
    assert (await run("template", tmp_path / "mau.xlsx"))[0] == 0
    assert json.loads((await run("check", tmp_path / "ra.xlsx", "--replace", "--json"))[1])["people"]["closed"] == 0
    code, _, err = await run("export", tmp_path / "khong" / "ra.xlsx")
    assert (code, "Gợi ý" in err) == (1, True)


def test_wrong_usage_exits_with_2() -> None:
    parser = argparse.ArgumentParser()
    cli_roster.add_arguments(parser)

    with pytest.raises(SystemExit) as caught:
        parser.parse_args(["check"])
    assert caught.value.code == 2
