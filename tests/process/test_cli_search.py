from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from bot.cli import main as cli
from bot.cli import search as cli_search
from storage import search_misses

if TYPE_CHECKING:
    from storage.database import Database


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPHUAN_DATABASE_URL", "nonsense://")


def test_answers_are_listed_for_scripts_without_a_database(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, "search", "luong toi thieu vung 2", "--json", "--limit", "2")
    first, second = json.loads(out)

    assert code == 0
    assert list(first) == ["title", "lesson", "text", "source", "in_force_from", "score"]
    assert (first["lesson"], first["text"]) == ("M2.2", "4.730.000 đồng/tháng")
    assert (first["source"], first["in_force_from"]) == ("Nghị định 293/2025/NĐ-CP, Điều 3", "2026-01-01")
    assert first["score"] > second["score"]


def test_answers_are_shown_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, "search", "bị phạt tiền vì quên thẻ", "--limit", "1")

    assert code == 0
    assert out.startswith("Đọc phiếu lương [M2.1]\n")
    assert out.endswith("Căn cứ: Bộ luật Lao động 45/2019/QH14, Điều 102 (từ 01/01/2021)\n")


def test_nothing_found_is_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "search", "gia vang hom nay", "--json")[:2] == (0, "[]\n")

    code, out, err = told(capsys, "search", "gia vang hom nay")
    assert (code, out) == (0, "")
    assert err.startswith("Không tìm thấy.")


def test_a_limit_below_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = told(capsys, "search", "luong", "--limit", "0")

    assert (code, out) == (1, "")
    assert err == "--limit phải từ 1 trở lên.\n"


async def misses(database: Database, *words: str) -> int:
    parser = ArgumentParser()
    cli_search.add_misses_arguments(parser)
    return await cli_search.run_misses(parser.parse_args(words), database)


async def test_what_was_not_found_is_listed(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    async with database.begin() as conn:
        for term in ("thai san", "thai san", "kpi"):
            await search_misses.count(conn, term, date(2026, 11, 21))

    assert await misses(database, "--json") == 0
    listed: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    assert listed[0] == {"term": "thai san", "number": 2, "last_day": "2026-11-21"}
    assert [entry["term"] for entry in listed] == ["thai san", "kpi"]

    assert await misses(database) == 0
    assert capsys.readouterr().out == "     2  21/11/2026  thai san\n     1  21/11/2026  kpi\n"


def test_misses_go_the_way_of_every_command(
    new_database: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPHUAN_DATABASE_URL", new_database("sqlite"))

    assert told(capsys, "content", "misses", "--json")[:2] == (0, "[]\n")
    assert told(capsys, "content", "misses")[:2] == (0, "Chưa có gì được tìm mà không thấy.\n")
