from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from learning.shuffle import shuffled

ITEMS = st.lists(st.text(max_size=4), unique=True, max_size=8)


@given(ITEMS, st.text())
def test_nothing_is_lost_or_added(items: list[str], seed: str) -> None:
    assert sorted(shuffled(items, seed)) == sorted(items)


@given(ITEMS, st.text(), st.randoms())
def test_the_order_depends_on_the_seed_and_not_on_the_order_before(items: list[str], seed: str, random: object) -> None:
    mixed = list(items)
    random.shuffle(mixed)  # type: ignore[attr-defined]

    assert shuffled(mixed, seed) == shuffled(items, seed)


def test_every_place_is_as_likely() -> None:
    firsts = [shuffled("abcd", str(seed))[0] for seed in range(2_000)]

    assert all(400 < firsts.count(letter) < 600 for letter in "abcd")
