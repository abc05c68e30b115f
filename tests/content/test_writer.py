"""What is written reads back: the content as shipped to the byte, any value to the same value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from content import loader, tree, writer
from content.faults import FaultList
from tests.content.trees import KINDS

if TYPE_CHECKING:
    from content.tree import ReadModule
    from tests.content.trees import Tree


@pytest.fixture(scope="module")
def modules() -> list[ReadModule]:
    return tree.read(loader.SHIPPED, FaultList())


def test_every_lesson_as_shipped_is_written_to_the_byte(modules: list[ReadModule]) -> None:
    written = {file: writer.lesson_text(lesson.lesson) for found in modules for file, lesson in found.lessons.items()}

    assert len(written) > 50
    assert [file for file, text in written.items() if (loader.SHIPPED / file).read_text() != text] == []


def test_every_final_test_and_module_as_shipped_is_written_to_the_byte(modules: list[ReadModule]) -> None:
    for found in modules:
        test = found.final_test
        objectives = {lesson.id: lesson.objective for lesson in found.module.lessons}
        assert test is not None
        text = writer.final_test_text(test.id, test.legal, found.module.final_test.questions, objectives)
        assert text == (loader.SHIPPED / found.final_test_file).read_text()
        assert writer.module_text(found.module) == (loader.SHIPPED / found.file).read_text()


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
