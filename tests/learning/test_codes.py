from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.codes import ALPHABET, BITS, LENGTH, digest, from_bits, looks_like_code, normal

NUMBERS = st.integers(0, 2**BITS - 1)


def test_a_code_carries_fifty_bits() -> None:
    assert BITS == 50
    assert from_bits(0) == "0000-0000-00"
    assert from_bits(2**BITS - 1) == "ZZZZ-ZZZZ-ZZ"


@given(NUMBERS)
def test_a_code_holds_its_whole_number(number: int) -> None:
    letters = normal(from_bits(number))

    assert letters is not None
    assert len(letters) == LENGTH
    assert sum(ALPHABET.index(letter) << (5 * place) for place, letter in enumerate(reversed(letters))) == number


@given(NUMBERS, st.data())
def test_a_code_may_be_typed_as_people_type(number: int, data: st.DataObject) -> None:
    written = from_bits(number)
    lookalikes = {"1": "1iIlL", "0": "0oO", "V": "vVuU"}
    typed = "".join(
        data.draw(st.sampled_from(["-", " ", "", ".", "–", "_"]))
        if letter == "-"
        else data.draw(st.sampled_from(lookalikes.get(letter, letter + letter.lower())))
        for letter in written
    )

    assert normal(f" {typed}\n") == normal(written)


@given(NUMBERS)
def test_a_code_with_a_digit_looks_like_one(number: int) -> None:
    code = from_bits(number)

    assert looks_like_code(code)
    assert looks_like_code(code.lower())
    assert looks_like_code(code.replace("-", "")) is any(letter.isdigit() for letter in code)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "hoc",
        "K7MP-2QXD-9",
        "K7MP-2QXD-9TT",
        "Nguyễn Văn An",
        "k7mp 2qxd 9đ",
        "trưởng",
        "1234",
        "thuongluong",
        "A" * 1_000,
    ],
)
def test_what_people_write_is_no_code(typed: str) -> None:
    assert not looks_like_code(typed)


@pytest.mark.parametrize("word", ["khongbiets", "tapthethao", "dongnghiep"])
def test_ten_letters_without_a_digit_are_a_word(word: str) -> None:
    assert len(word) == LENGTH
    assert not looks_like_code(word)


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_none(typed: str) -> None:
    letters = normal(typed)

    assert letters is None or (len(letters) == LENGTH and set(letters) <= set(ALPHABET))


@given(st.sets(NUMBERS, min_size=2, max_size=5))
def test_what_is_stored_tells_codes_apart_and_not_what_they_are(numbers: set[int]) -> None:
    written = [normal(from_bits(number)) or "" for number in numbers]
    stored = [digest(letters) for letters in written]

    assert len(set(stored)) == len(numbers)
    assert all(len(kept) == 32 for kept in stored)
    assert not any(letters.encode() in kept for letters, kept in zip(written, stored, strict=True))


def test_no_letter_is_easily_misread() -> None:
    assert set(string.ascii_uppercase) - set(ALPHABET) == set("ILOU")
