"""What is written reads back as the same value, and is written the same again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from content import loader, tree, writer
from content.faults import FaultList
from tests.content.trees import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.content.trees import Tree


def values(root: Path) -> list[object]:
    """All that a tree says, without the versions of its files."""
    found: list[object] = []
    for read in tree.read(root, FaultList()):
        found += (replace(lesson, version="") for lesson in read.module.lessons)
        found.append(
            replace(read.module, version="", lessons=(), final_test=replace(read.module.final_test, version=""))
        )
        found.append(read.final_test.legal if read.final_test else ())
    return found


def test_the_content_as_shipped_reads_back_and_is_written_the_same_again(tmp_path: Path) -> None:
    shutil.copy(loader.SHIPPED / "figures.yaml", tmp_path)
    texts: list[dict[str, str]] = []
    for root in (loader.SHIPPED, tmp_path):
        texts.append({})
        for read in tree.read(root, FaultList()):
            objectives = {lesson.id: lesson.objective for lesson in read.module.lessons}
            assert read.final_test is not None
            texts[-1] |= {file: writer.lesson_text(lesson.lesson) for file, lesson in read.lessons.items()}
            texts[-1][read.file] = writer.module_text(read.module)
            texts[-1][read.final_test_file] = writer.final_test_text(
                read.final_test.id, read.final_test.legal, read.module.final_test.questions, objectives
            )
        for file, text in texts[0].items():
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_text(text)

    assert len(texts[0]) > 80
    assert texts[0] == texts[1]
    assert values(tmp_path) == values(loader.SHIPPED)


def test_questions_of_every_kind_read_back(tree: Tree) -> None:
    file = "courses/c/m7/m7_2.md"
    tree.write(file, KINDS)
    before = loader.load(tree.root).lessons["M7.2"]

    tree.write(file, writer.lesson_text(before))
    after = loader.load(tree.root).lessons["M7.2"]

    assert after.questions == before.questions
    assert writer.lesson_text(after) == writer.lesson_text(before)


@pytest.mark.parametrize(
    "title", ["Thưởng: ai được?", "2025", "true", "- một", "a #b", "'x'", '"', "[T]", "2025-07-01"]
)
def test_a_title_that_yaml_takes_for_something_else_is_quoted(tree: Tree, title: str) -> None:
    before = loader.load(tree.root).modules[0]
    text = writer.module_text(before).replace("title: Chuyên đề mẫu", f"title: {writer.scalar(title)}")
    tree.write("courses/c/m7/module.yaml", text)

    assert loader.load(tree.root).modules[0].title == title


@given(st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=60))
def test_any_text_is_one_yaml_string(text: str) -> None:
    assert yaml.safe_load(f"a: {writer.scalar(text)}\nb: 1") == {"a": text, "b": 1}
