from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning import grading
from learning.grading import Tolerance
from learning.text import fold

KEYS = st.text(alphabet="abcd", max_size=4).map(lambda text: "".join(sorted(set(text))))
WORDS = st.lists(st.text(alphabet="abcdeghiklmnoprstuvxy", min_size=5, max_size=9), min_size=1, max_size=4)


@given(KEYS, KEYS)
def test_a_set_is_right_when_nothing_is_missed_or_mistaken(right: str, picked: str) -> None:
    wrong = grading.missed(right, picked) + grading.mistaken(right, picked)

    assert grading.is_same_set(right, picked) is (wrong == "")
    assert set(wrong) == set(right) ^ set(picked)


@given(st.permutations("abcd"), st.permutations("abcd").map("".join), st.sampled_from(["", " ", ", ", " và "]))
def test_letters_name_the_choices_in_their_places(letters: list[str], order: str, between: str) -> None:
    kept = grading.letters(between.join(letters).upper(), order)

    assert kept is not None
    assert [order.index(key) for key in kept] == ["abcd".index(letter) for letter in letters]


@pytest.mark.parametrize("typed", ["", "e", "aa", "a b a", "d", "ab?x", "câu a"])
def test_what_are_no_letters_on_the_screen(typed: str) -> None:
    assert grading.letters(typed, "cab") is None


@given(st.decimals(0, 10**9, places=2), st.decimals(0, 10**6, places=2))
def test_the_border_of_a_tolerance_still_counts(expected: Decimal, room: Decimal) -> None:
    tolerance = Tolerance(room)

    assert tolerance.allows(expected, expected + room)
    assert not tolerance.allows(expected, expected + room + Decimal("0.01"))
    assert Tolerance(Decimal(1), is_percent=True).allows(expected, expected * Decimal("0.99"))
    assert Tolerance().allows(expected, expected)


@given(WORDS, st.data())
def test_one_slip_in_a_long_word_is_forgiven_and_a_second_is_not(words: list[str], data: st.DataObject) -> None:
    accepted = [" ".join(words)]
    word = data.draw(st.integers(0, len(words) - 1))
    at = data.draw(st.integers(0, len(words[word]) - 1))
    slipped = [*words]
    slipped[word] = (
        words[word][:at] + data.draw(st.sampled_from(["", "z", f"z{words[word][at]}"])) + words[word][at + 1 :]
    )
    twice = [*words]
    twice[word] = f"zz{words[word]}"

    assert grading.matches(accepted, " ".join(slipped).upper())
    assert not grading.matches(accepted, " ".join(twice))


@pytest.mark.parametrize(
    ("accepted", "given_words", "is_match"),
    [
        ("thương lượng tập thể", "Thuong luong tap the.", True),
        ("thương lượng tập thể", "thuongluong tapthe", True),
        ("thương lượng tập thể", "thuong loung tap the", True),
        ("thương lượng tập thể", "thuong luong", False),
        ("đối thoại", "doi thoi", True),
        ("đối thoại", "dot thoai", False),
        ("điều 27", "dieu 28", False),
        ("quý 1", "quy 1", True),
        ("a", "", False),
    ],
)
def test_words_as_people_type_them(accepted: str, given_words: str, is_match: bool) -> None:
    assert grading.matches([accepted], given_words) is is_match


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_typed_is_told_apart_or_not(accepted: str, typed: str) -> None:
    found = grading.matches([accepted], typed)

    assert found or fold(accepted) != fold(typed) or not fold(typed)
