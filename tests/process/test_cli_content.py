"""`taphuan content`, as scripts call it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.cli import content as cli_content
from learning import lesson as rules
from storage import finished, runs
from tests import builders
from tests.content.trees import FIGURES, FINAL_TEST, LESSON, MODULE, SOURCES, Tree

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from channels.messages import PersonId
    from storage.database import Database

NOW = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)


async def told(*words: str) -> int:
    parser = ArgumentParser()
    cli_content.add_arguments(parser)
    return await cli_content.run(parser.parse_args(words))


async def sat(conn: AsyncConnection, person_id: PersonId, lesson_id: str, *, is_finished: bool = True) -> None:
    progress = rules.begin_lesson(3, ())
    run = await runs.open_new(
        conn, person_id=person_id, kind="lesson", module_id="M5", lesson_id=lesson_id, version="v", progress=progress,
        is_pushed=False, now=NOW,
    )  # fmt: skip
    assert run is not None
    if is_finished:
        await runs.finish(conn, run.id, progress, NOW)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    tree = Tree(tmp_path / "tree")
    tree.write("figures.yaml", FIGURES)
    tree.write("sources.yaml", SOURCES)
    tree.write("courses/c/m7/module.yaml", MODULE)
    tree.write("courses/c/m7/m7_1.md", LESSON)
    tree.write("courses/c/m7/final_test.md", FINAL_TEST)
    return tree


async def test_learners_are_counted_once_each(database: Database) -> None:
    async with database.begin() as conn:
        both, one, still_open = [await builders.human(conn, f"Người {number}") for number in range(3)]
        await sat(conn, both, "M5.1")
        await sat(conn, both, "M5.1")
        await sat(conn, both, "M5.6")
        await sat(conn, one, "M5.1")
        await sat(conn, still_open, "M5.1", is_finished=False)

        assert await finished.learners_of(conn, ("M5.1", "M5.6", "M5.2")) == (2, {"M5.1": 2, "M5.6": 1, "M5.2": 0})
        assert await finished.learners_of(conn, ()) == (0, {})


async def test_impact_tells_what_rests_on_a_paper_and_who_learned_it(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with database.begin() as conn:
        await sat(conn, await builders.human(conn, "Lan"), "M5.6")
    monkeypatch.setenv("TAPHUAN_DATABASE_URL", database_url)

    assert await told("impact", "--source", "Nghị định 105/2026/NĐ-CP", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["source"], found["lessons"]) == ("105/2026/NĐ-CP", ["M5.1", "M5.6"])
    assert (found["learners"], found["finished"]) == (1, {"M5.1": 0, "M5.6": 1})

    assert await told("impact", "--source", "105/2026/NĐ-CP") == 0
    assert "ít nhất một bài: 1 (M5.6 1)" in capsys.readouterr().out


async def test_impact_needs_no_database_and_makes_none(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAPHUAN_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")

    assert await told("impact", "--source", "Luật mẫu", str(tree.root), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["lessons"], found["learners"], found["finished"]) == (["M7.1"], None, None)
    assert found["cards"] == [{"lesson": "M7.1", "card": 2}]
    assert not (tmp_path / "none.db").exists()


async def test_impact_says_when_the_tables_are_old(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.db").touch()
    monkeypatch.setenv("TAPHUAN_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")

    assert await told("impact", "--source", "luat-mau", str(tree.root)) == 0
    assert "taphuan db upgrade" in capsys.readouterr().err


async def test_an_unknown_paper_is_refused(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    assert await told("impact", "--source", "9/9999/NĐ-CP", str(tree.root)) == 1
    assert "9/9999/NĐ-CP" in capsys.readouterr().err


async def test_numbers_without_a_source_are_listed_ready_to_paste(
    tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = "facts:\n  - source: luat-mau\n    place: Điều 1\n    says: Có 12 giờ.\n"
    tree.write("trace.yaml", facts + "examples: {}\n")
    tree.change("courses/c/m7/m7_1.md", "Chị Hoa", "Chị Hoa, tổ 32 người, 12 giờ,")

    assert await told("trace", str(tree.root)) == 1
    listed = capsys.readouterr().out
    assert listed == '  M7.1: "32 người"\n'
    assert await told("trace", str(tree.root), "--json") == 1
    assert json.loads(capsys.readouterr().out) == {"untraced": {"M7.1": ["32 người"]}}

    tree.write("trace.yaml", f"{facts}examples:\n{listed}")
    assert await told("trace", str(tree.root)) == 0


async def test_check_counts_and_refuses(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    assert await told("check", str(tree.root)) == 0
    assert capsys.readouterr().out == "1 bài, 3 thẻ, 2 câu hỏi, 0 tình huống, 0 mẫu, 4 văn bản.\n"

    tree.change("courses/c/m7/m7_1.md", "Chị Hoa", "dduwowcj")
    assert await told("check", str(tree.root)) == 1
    assert "m7_1.md:14: Chữ 'dduwowcj'" in capsys.readouterr().err
