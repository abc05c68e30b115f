from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.messages import MAX_ACTION_BYTES
from handlers import actions
from handlers.actions import _REGISTRY, Action, BadActionError, unpack

WORDS = st.from_regex(r"[a-z0-9_.!-]{0,18}", fullmatch=True)  # three of them fit a button
KINDS = sorted(_REGISTRY.values(), key=lambda kind: kind.word)


@st.composite
def made(draw: st.DrawFn) -> Action:
    kind = draw(st.sampled_from(KINDS))
    values: list[Any] = [draw(st.integers(0, 10**13)) if field.type == "int" else draw(WORDS) for field in fields(kind)]
    return kind(*values)


@given(made())
def test_what_a_button_carries_comes_back(action: Action) -> None:
    packed = action.pack()

    assert len(packed.encode()) <= MAX_ACTION_BYTES
    assert unpack(packed) == action


@given(
    st.text(max_size=64) | st.builds(":".join, st.lists(st.sampled_from([*_REGISTRY, "1", "x", "-1", "", "9" * 30])))
)
def test_what_nobody_made_is_refused_and_not_more(packed: str) -> None:
    try:
        action = unpack(packed)
    except BadActionError:
        return
    assert isinstance(action, Action)
    assert unpack(action.pack()) == action


@pytest.mark.parametrize("number", ["-1", "1.0", "٣", "²", "1e3", " 1", "9" * 19])
def test_only_plain_numbers_are_numbers(number: str) -> None:
    with pytest.raises(BadActionError):
        unpack(f"later:{number}")


def test_what_does_not_fit_a_button_cannot_be_packed() -> None:
    with pytest.raises(BadActionError):
        actions.Agree("2026-11", "c", "x" * 60).pack()


def test_each_action_has_a_word_of_its_own() -> None:
    words = [kind.word for kind in KINDS]

    assert len(set(words)) == len(words) == len(_REGISTRY)
    assert not any(":" in word for word in words)
