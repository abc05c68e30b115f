"""A small valid tree, and the content as shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from content.loader import load
from tests.content.trees import FIGURES, FINAL_TEST, LESSON, MODULE, SOURCES, Tree

if TYPE_CHECKING:
    from pathlib import Path

    from content.model import Library


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    tree = Tree(tmp_path)
    tree.write("figures.yaml", FIGURES)
    tree.write("sources.yaml", SOURCES)
    tree.write("courses/c/m7/module.yaml", MODULE)
    tree.write("courses/c/m7/m7_1.md", LESSON)
    tree.write("courses/c/m7/final_test.md", FINAL_TEST)
    return tree


@pytest.fixture(scope="session")
def shipped() -> Library:
    return load()
