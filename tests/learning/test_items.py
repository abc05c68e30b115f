"""Difficulty, discrimination and flags."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.items import ENOUGH, Flag, Item, Sums


def sums(pairs: list[tuple[int, float]]) -> Sums:
    return Sums(
        len(pairs),
        sum(x for x, _ in pairs),
        sum(r for _, r in pairs),
        sum(r * r for _, r in pairs),
        sum(x * r for x, r in pairs),
    )


def item(right: int, answered: int, pairs: list[tuple[int, float]], chosen: str = "ab") -> Item:
    return Item("M1.1-1", answered, right, sums(pairs), dict.fromkeys(chosen, 1))


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1, width=16)), min_size=3, max_size=60))
def test_it_is_the_correlation_of_the_textbook(pairs: list[tuple[int, float]]) -> None:
    n = len(pairs)
    mean_x, mean_r = sum(x for x, _ in pairs) / n, sum(r for _, r in pairs) / n
    covariance = sum((x - mean_x) * (r - mean_r) for x, r in pairs)
    spread = sqrt(sum((x - mean_x) ** 2 for x, _ in pairs) * sum((r - mean_r) ** 2 for _, r in pairs))
    found = sums(pairs).correlation

    if found is None:
        assert spread < 1e-3 * n
    else:
        assert found == pytest.approx(covariance / spread, abs=1e-4)
        assert -1.0001 <= found <= 1.0001


@pytest.mark.parametrize(
    ("right", "pairs", "flags"),
    [
        (20, [(1, 0.9), (0, 0.2)] * 20, ()),
        (5, [(1, 0.9), (0, 0.2)] * 20, (Flag.TOO_HARD,)),
        (39, [(1, 0.9), (0, 0.2)] * 20, (Flag.TOO_EASY,)),
        (20, [(1, 0.2), (0, 0.9)] * 20, (Flag.DOES_NOT_TELL_APART,)),
        (20, [(1, 0.5), (0, 0.5)] * 20, ()),  # all know the same: nothing can be said
    ],
)
def test_what_an_author_should_look_at(right: int, pairs: list[tuple[int, float]], flags: tuple[Flag, ...]) -> None:
    assert item(right, 40, pairs).flags("ab") == flags


def test_a_choice_that_nobody_takes_is_said() -> None:
    assert item(20, 40, [(1, 0.9), (0, 0.2)] * 20).flags("abc") == (Flag.UNCHOSEN,)


def test_few_answers_say_nothing() -> None:
    assert item(0, ENOUGH - 1, [(0, 0.9)] * (ENOUGH - 1)).flags("abcd") == ()
    assert Sums(0, 0, 0.0, 0.0, 0.0).correlation is None
