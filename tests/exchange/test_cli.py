"""`taphuan content`: what scripts rely on."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.cli import exchange as cli_exchange
from content import loader
from exchange import gift
from tests.exchange.conftest import FIRST

if TYPE_CHECKING:
    from tests.content.trees import Tree

SAMPLES = Path(__file__).parent / "samples"


async def run(*words: object) -> int:
    parser = ArgumentParser()
    cli_exchange.add_arguments(parser.add_subparsers(dest="content", required=True))
    return await cli_exchange.run(parser.parse_args([str(word) for word in words]))


async def test_a_library_goes_out_and_comes_back(
    tree: Tree, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, into = tmp_path / "bai.xlsx", tmp_path / "moi"
    for shared in ("figures.yaml", "sources.yaml"):
        tree.write(f"../moi/{shared}", (tree.root / shared).read_text())

    assert await run("export", file, "--folder", tree.root) == 0
    assert await run("import", file, "--into", into) == 0
    told = capsys.readouterr().out
    assert f"mới: {FIRST}" in told
    assert "chưa ghi gì" in told
    assert not (into / "courses").exists()
    assert await run("import", file, "--into", into, "--yes") == 0
    assert loader.load(into).questions == loader.load(tree.root).questions


async def test_a_dry_run_tells_scripts_what_would_be_written(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    before = (tree.root / FIRST).read_text()
    sample = tree.root / "cau_hoi.gift"
    sample.write_text("Ai họp? {=Tổ trưởng#Vì chủ trì. ~Bảo vệ#Không dự.}")

    status = await run("import", sample, "--into", tree.root, "--lesson", "M7.1", "--basis", "mau", "--json")

    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert status == 0
    assert told["files"] == [{"path": FIRST, "state": "changed"}]
    assert (told["questions"], told["written"], told["errors"]) == (1, False, [])
    assert (tree.root / FIRST).read_text() == before


async def test_a_file_is_replaced_only_when_that_is_said(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    sample = tree.root / "cau_hoi.gift"
    sample.write_text("Ai họp? {=Tổ trưởng#Vì chủ trì. ~Bảo vệ#Không dự.}")
    words = ("import", sample, "--into", tree.root, "--lesson", "M7.1", "--basis", "mau", "--yes")

    assert await run(*words) == 1
    assert "--replace" in capsys.readouterr().err
    assert len(loader.load(tree.root).lessons["M7.1"].questions) == 1
    assert await run(*words, "--replace") == 0
    assert len(loader.load(tree.root).lessons["M7.1"].questions) == 2


async def test_samples_of_other_programs_lack_what_a_question_here_needs(
    tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run("import", SAMPLES / "mau.gift", "--into", tree.root, "--json") == 1

    told = capsys.readouterr()
    errors = json.loads(told.out)["errors"]
    without_basis = gift.read((SAMPLES / "mau.gift").read_bytes())[1:]
    assert {error["place"] for error in errors} == {item.place for item in without_basis}
    assert told.err.splitlines() == [f"{error['place']}: {error['message']}" for error in errors]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "{}/a.doc"), "--format"),
        (("export", "{}/a.xlsx", "--module", "M99"), "Không có chuyên đề M99"),
        (("export", "{}/a.gift", "--lesson", "M1"), "Mã bài"),
        (("export", "{}/a.gift", "--lesson", "M99.1"), "Không có câu hỏi"),
        (("export", "{}/a.gift", "--on", "hôm nay"), "Ngày"),
        (("export", "{}/khong/co/a.xlsx"), "Không đọc hay ghi được"),
        (("import", "{}/khong_co.gift", "--into", "{}"), "Không đọc hay ghi được"),
        (("import", "{}/khong_co.xlsx", "--into", "{}"), "không tìm thấy"),
    ],
)
async def test_what_cannot_be_done_is_said_in_one_line(
    words: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(*(word.format(tmp_path) for word in words)) == 1

    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


async def test_what_gift_has_no_form_for_stops_the_export_unless_left_out(
    tree: Tree, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.gift"

    assert await run("export", file, "--folder", tree.root) == 1
    assert "Câu M7.2-3" in capsys.readouterr().err
    assert not file.exists()
    assert await run("export", file, "--folder", tree.root, "--leave-out") == 0
    assert "(bỏ qua) Câu M7.2-3" in capsys.readouterr().err
    assert "::M7.2-4::" in file.read_text()
    assert "::M7.2-3::" not in file.read_text()


async def test_a_module_is_printed_and_the_form_is_written(tree: Tree, tmp_path: Path) -> None:
    assert await run("export", tmp_path / "m7.pdf", "--folder", tree.root) == 0
    assert await run("template", tmp_path / "mau.xlsx") == 0

    assert (tmp_path / "m7.pdf").read_bytes().startswith(b"%PDF-")
    assert (tmp_path / "mau.xlsx").read_bytes().startswith(b"PK")


async def test_a_tool_is_written_as_one_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "so.pdf"

    assert await run("tool", "CC1", "-o", file, "--on", "2026-11-21") == 0
    assert file.read_bytes().startswith(b"%PDF-")
    assert await run("tool", "CC0", "-o", tmp_path / "khong.pdf") == 1
    assert capsys.readouterr().err.startswith("Không có mẫu «CC0»; đang có: CC1, CC2")
    assert not (tmp_path / "khong.pdf").exists()
