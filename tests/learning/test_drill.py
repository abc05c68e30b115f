from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning import drill
from learning.drill import Branch, Graph

TALK: Graph = {
    "t1": {"a": Branch("t2", {"nghe": 2}), "b": Branch("s1")},
    "s1": {"a": Branch("t2", {"nghe": 1}), "b": Branch("t2")},
    "t2": {"a": Branch(None, {"hen": 2}), "b": Branch(None, {"hen": 1})},
}


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Talks of some turns; a choice leads to a later one, or ends."""
    size = draw(st.integers(1, 6))
    points = st.dictionaries(st.sampled_from("xyz"), st.integers(0, 2), max_size=2)

    def branch(turn: int) -> Branch:
        following = draw(st.integers(turn + 1, size))
        return Branch(None if following == size else f"t{following}", draw(points))

    return {f"t{turn}": {key: branch(turn) for key in "ab"} for turn in range(size)}


def walks(graph: Graph) -> list[drill.Walk]:
    """Every way through a talk, by trying all choices."""
    found = {}
    for picks in product("ab", repeat=len(graph)):
        walk = drill.begin("t0")
        for choice in picks:
            if walk.at is None:
                break
            walk = drill.take(graph, walk, choice)
        found[walk.picks] = walk
    return list(found.values())


@given(graphs())
def test_lengths_and_points_are_those_of_all_ways(graph: Graph) -> None:
    ways = walks(graph)

    assert all(way.at is None for way in ways)
    assert drill.lengths(graph, "t0") == (min(len(w.picks) for w in ways), max(len(w.picks) for w in ways))
    assert drill.best_total(graph, "t0") == max(way.total for way in ways)
    for name, most in drill.full_points(graph, "t0").items():
        assert most == max(way.points.get(name, 0) for way in ways)


@given(graphs())
def test_the_same_replies_make_the_same_walk(graph: Graph) -> None:
    for way in walks(graph):
        assert drill.replay(graph, "t0", way.picks) == way


def test_points_add_up_by_criterion() -> None:
    assert drill.replay(TALK, "t1", ("b", "a", "b")).points == {"nghe": 1, "hen": 1}


def test_a_reply_that_is_not_there_is_refused() -> None:
    with pytest.raises(LookupError):
        drill.take(TALK, drill.begin("t1"), "c")


def test_a_talk_that_is_over_takes_no_reply() -> None:
    over = drill.replay(TALK, "t1", ("a", "a"))

    with pytest.raises(LookupError):
        drill.take(TALK, over, "a")


def test_a_way_back_is_found_and_so_is_what_nobody_reaches() -> None:
    round_and_round = {**TALK, "t2": {"a": Branch("s1"), "b": Branch(None)}, "lost": {"a": Branch(None)}}

    assert drill.in_cycles(round_and_round, "t1") == {"s1", "t2"}
    assert drill.in_cycles(TALK, "t1") == frozenset()
    assert drill.reachable(round_and_round, "t1") == {"t1", "s1", "t2"}


def test_the_best_reply_of_a_turn_is_the_one_worth_most() -> None:
    assert [drill.is_best(TALK, "s1", choice) for choice in "ab"] == [True, False]


@pytest.mark.parametrize(("total", "full", "shown"), [(0, 14, 0), (11, 14, 78), (14, 14, 100), (0, 0, 100)])
def test_percent_is_rounded_down(total: int, full: int, shown: int) -> None:
    assert drill.percent(total, full) == shown
