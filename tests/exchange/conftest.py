"""A content folder with questions of every kind, and the content as shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from content.loader import load
from exchange import library
from tests.content.trees import FIGURES, FINAL_TEST, KINDS, LESSON, MODULE, SOURCES, Tree

if TYPE_CHECKING:
    from pathlib import Path

    from content.tree import ReadModule

FIRST, SECOND = "courses/c/m7/m7_1.md", "courses/c/m7/m7_2.md"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    tree = Tree(tmp_path / "noi_dung")
    tree.write("figures.yaml", FIGURES)
    tree.write("sources.yaml", SOURCES)
    tree.write("courses/c/m7/module.yaml", MODULE)
    tree.write(FIRST, LESSON)
    tree.write(SECOND, KINDS)
    tree.write("courses/c/m7/final_test.md", FINAL_TEST)
    load(tree.root)
    return tree


@pytest.fixture(scope="session")
def shipped() -> list[ReadModule]:
    return library.modules(None)
