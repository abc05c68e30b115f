"""What cadres type finds what answers it."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from content import loader
from content.hits import HitKind
from content.search import Search

ASKED: dict[str, list[Any]] = yaml.safe_load(Path(__file__).with_name("queries.yaml").read_text(encoding="utf-8"))
ON = date(2026, 11, 21)
GOAL = 0.95
APART = 0.8
MOST_MS = 50


@pytest.fixture(scope="module")
def search() -> Search:
    return Search(loader.load())


def found(search: Search, text: str, at: int) -> set[str]:
    return {str(hit.lesson_id) if hit.kind is HitKind.CARD else hit.ref for hit in search.find(text, ON, at)}


def missed(search: Search, entries: list[dict[str, Any]]) -> list[str]:
    return [one["query"] for one in entries if found(search, one["query"], 3).isdisjoint(one["accept"])]


def test_of_sixty_queries_95_in_100_are_answered_among_the_first_three(search: Search) -> None:
    asked = ASKED["queries"]

    assert len(asked) >= 60
    assert len(missed(search, asked)) <= len(asked) * (1 - GOAL), missed(search, asked)


def test_queries_that_nothing_was_tuned_for_fare_little_worse(search: Search) -> None:
    asked = ASKED["apart"]

    assert len(missed(search, asked)) <= len(asked) * (1 - APART), missed(search, asked)


def test_tools_and_drills_are_found(search: Search) -> None:
    asked = ASKED["papers"]

    assert len(asked) >= 15
    assert len(missed(search, asked)) <= len(asked) * (1 - GOAL), missed(search, asked)


@pytest.mark.parametrize("text", ASKED["nothing"])
def test_what_the_lessons_do_not_hold_is_not_found(search: Search, text: str) -> None:
    assert search.find(text, ON) == []


@pytest.mark.parametrize(
    ("text", "lesson"),
    [("dieu 95 blld", "M1.7"), ("nghi dinh 145", "M6.2"), ("quyet dinh 61", "M5.2"), ("lcd dieu 27", "M0.3")],
)
def test_a_clause_is_found_by_its_number(search: Search, text: str, lesson: str) -> None:
    assert search.find(text, ON)[0].lesson_id == lesson


def test_every_answer_named_is_there(search: Search) -> None:
    lessons = loader.load().lessons
    accepted = {name for part in ("queries", "apart", "papers") for one in ASKED[part] for name in one["accept"]}

    assert {name for name in accepted if name not in lessons and search.at(name, ON) is None} == set()


def test_a_query_is_quick(search: Search) -> None:
    started = time.process_time()
    for one in ASKED["queries"]:
        search.find(one["query"], ON)

    assert (time.process_time() - started) * 1_000 / len(ASKED["queries"]) < MOST_MS
