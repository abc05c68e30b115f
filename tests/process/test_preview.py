"""`taphuan content preview` and `card` as an author's machine runs them: a process, its port, its streams."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.content.trees import FIGURES, FINAL_TEST, LESSON, MODULE, SOURCES, Tree
from web.security import CSP

if TYPE_CHECKING:
    from collections.abc import Iterator

TAPHUAN = Path(sys.executable).with_name("taphuan")
FILE = "courses/c/m7/m7_1.md"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    tree = Tree(tmp_path / "tree")
    tree.write("figures.yaml", FIGURES)
    tree.write("sources.yaml", SOURCES)
    tree.write("courses/c/m7/module.yaml", MODULE)
    tree.write(FILE, LESSON)
    tree.write("courses/c/m7/final_test.md", FINAL_TEST)
    return tree


class Previewed:
    """A running preview."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, text and content security policy."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=20) as answer:  # noqa: S310 - our own port
                return answer.status, answer.read().decode(), answer.headers["Content-Security-Policy"]
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers["Content-Security-Policy"]

    def mark(self) -> str:
        return self.get("/")[1].partition('data-mark="')[2].partition('"')[0]

    def reloads(self, mark: str) -> str:
        """Read the stream of a page with that mark until it is told to load itself again."""
        with urllib.request.urlopen(f"{self.url}/events?mark={mark}", timeout=30) as stream:  # noqa: S310 - loopback
            for line in stream:
                if line == b"event: reload\n":
                    return str(next(stream).decode())
        raise AssertionError("the stream ended without a word")


@pytest.fixture
def previewed(tree: Tree, tmp_path: Path) -> Iterator[Previewed]:
    with (
        (tmp_path / "stderr.txt").open("w", encoding="utf-8") as stderr,
        subprocess.Popen(
            [TAPHUAN, "content", "preview", "--port", "0", "--no-open", "--content", tree.root],
            env=os.environ | {"TAPHUAN_DATABASE_URL": "nonsense"},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready http://127.0.0.1:"), (tmp_path / "stderr.txt").read_text(encoding="utf-8")
        yield Previewed(process, line.split()[1].rstrip("/"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    assert "Traceback" not in (tmp_path / "stderr.txt").read_text(encoding="utf-8")


def test_what_is_changed_is_shown_and_what_is_broken_is_named(previewed: Previewed, tree: Tree) -> None:
    status, page, policy = previewed.get("/lesson/M7.1")
    assert (status, policy) == (200, CSP)
    for words in (
        "Chị Hoa hỏi: tổ trưởng có bao nhiêu giờ?",
        "Tổ trưởng có 12 giờ.",
        "✅ Đúng.",
        "❌ Chưa đúng.",
        "/400",
    ):
        assert words in page
    before = previewed.mark()

    tree.change(FILE, "Chị Hoa hỏi:", "Chị Mai hỏi:")
    told = previewed.reloads(before)

    assert previewed.mark() in told
    assert "Chị Mai hỏi:" in previewed.get("/lesson/M7.1")[1]
    before = previewed.mark()

    tree.change(FILE, "minutes: 2", "minutes: hai")
    previewed.reloads(before)

    assert f"{FILE}:5" in previewed.get("/lesson/M7.1")[1]
    before = previewed.mark()

    tree.write(FILE, "không có phần đầu")
    previewed.reloads(before)

    status, page, _ = previewed.get("/lesson/M7.1")
    assert status == 404
    assert f"{FILE}:1" in page
    assert "Traceback" not in page


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([TAPHUAN, "content", *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_a_picture_is_written(tree: Tree, tmp_path: Path) -> None:
    made = run("card", "M7.1", "-o", tmp_path / "bai.png", "--content", tree.root)

    assert (made.returncode, made.stderr) == (0, "")
    assert (tmp_path / "bai.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("command", [("card", "-o", "x.png"), ("preview", "--no-open")])
def test_a_lesson_that_is_not_there_is_refused(tree: Tree, command: tuple[str, ...]) -> None:
    refused = run(*command, "M9.9", "--content", tree.root)

    assert refused.returncode == 1
    assert "M9.9" in refused.stderr
    assert "Traceback" not in refused.stderr
