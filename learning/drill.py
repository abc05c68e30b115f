"""
A drill (tình huống): a talk that branches, each choice worth points on some criteria. Pure.

A script is a graph without cycles: turns by key, each with the branches that its choices open. Points are whole
numbers from 0 by criterion; what can be reached at most is computed, never written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Branch:
    """Where a choice leads (None: the talk is over), and what it is worth by criterion."""

    next: str | None
    points: Mapping[str, int] = field(default_factory=dict)


# Turns by key; each one's branches by the key of its choice.
Graph: TypeAlias = Mapping[str, Mapping[str, Branch]]


@dataclass(frozen=True, slots=True)
class Walk:
    """How far somebody has come: the choices taken, in order, and what they were worth."""

    at: str | None  # the turn on the screen; None when the talk is over
    picks: tuple[str, ...] = ()
    points: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """The points of all criteria together."""
        return sum(self.points.values())


def begin(start: str) -> Walk:
    """Return the walk before the first choice."""
    return Walk(start)


def take(graph: Graph, walk: Walk, choice: str) -> Walk:
    """
    Return the walk after a choice.

    Raises:
        LookupError: the talk is over, or the turn on the screen has no such choice.
    """
    if walk.at is None:
        raise LookupError("the talk is over")
    branch = graph[walk.at][choice]
    criteria = {**dict.fromkeys(walk.points, 0), **dict.fromkeys(branch.points, 0)}
    gained = {name: walk.points.get(name, 0) + branch.points.get(name, 0) for name in criteria}
    return Walk(branch.next, (*walk.picks, choice), gained)


def replay(graph: Graph, start: str, picks: tuple[str, ...]) -> Walk:
    """Return the walk that these choices make from the start; LookupError as `take`."""
    walk = begin(start)
    for choice in picks:
        walk = take(graph, walk, choice)
    return walk


def is_best(graph: Graph, turn: str, choice: str) -> bool:
    """Whether no other choice of the turn is worth more."""
    worth = {key: sum(branch.points.values()) for key, branch in graph[turn].items()}
    return worth[choice] == max(worth.values())


# --- what holds of a whole script -------------------------------------------------------------------------------------


def reachable(graph: Graph, start: str) -> frozenset[str]:
    """Return the turns that some choices lead to, the start among them."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        turn = waiting.pop()
        if turn not in found and turn in graph:
            found.add(turn)
            waiting += [branch.next for branch in graph[turn].values() if branch.next is not None]
    return frozenset(found)


def in_cycles(graph: Graph, start: str) -> frozenset[str]:
    """Return the turns that some choices lead back to."""
    found = reachable(graph, start)
    return frozenset(turn for turn in found if any(turn in reachable(graph, after) for after in _after(graph, turn)))


def _after(graph: Graph, turn: str) -> Iterator[str]:
    return (branch.next for branch in graph[turn].values() if branch.next is not None)


def lengths(graph: Graph, start: str) -> tuple[int, int]:
    """Return the fewest and the most turns from the start to the end. The script has no cycle."""
    return _fold(graph, start, lambda _: 1, min), _fold(graph, start, lambda _: 1, max)


def full_points(graph: Graph, start: str) -> dict[str, int]:
    """Return the most that can be reached on each criterion, taken alone. The script has no cycle."""
    names = {name for branches in graph.values() for branch in branches.values() for name in branch.points}
    return {name: _fold(graph, start, _worth_on(name), max) for name in sorted(names)}


def best_total(graph: Graph, start: str) -> int:
    """Return the most that one way brings on all criteria together. The script has no cycle."""
    return _fold(graph, start, lambda branch: sum(branch.points.values()), max)


def _worth_on(name: str) -> Callable[[Branch], int]:
    return lambda branch: branch.points.get(name, 0)


def _fold(graph: Graph, start: str, worth: Callable[[Branch], int], choose: Callable[[Iterator[int]], int]) -> int:
    @cache
    def from_here(turn: str) -> int:
        return choose(
            worth(branch) + (0 if branch.next is None else from_here(branch.next)) for branch in graph[turn].values()
        )

    return from_here(start)


def percent(total: int, full: int) -> int:
    """Return points in percent, rounded down; 100 where there is nothing to reach."""
    return 100 * total // full if full else 100
