from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.text import clean, fold, given_name, person_sort_key, sort_key

ALPHABET = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
VOWELS = "aăâeêioôơuưy"
TEXTS = st.text(max_size=60)


# --- one form to store ---


@given(TEXTS)
def test_what_is_stored_is_nfc_without_controls(text: str) -> None:
    stored = clean(text)

    assert unicodedata.is_normalized("NFC", stored)
    assert not any(unicodedata.category(letter) == "Cc" and letter != "\n" for letter in stored)
    assert not any("LEFT-TO-RIGHT" in unicodedata.name(letter, "") for letter in stored)


@given(TEXTS)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(TEXTS, st.integers(1, 30))
def test_a_text_is_cut_at_the_limit(text: str, limit: int) -> None:
    assert len(clean(text, limit)) <= limit


@pytest.mark.parametrize(
    "mark",
    [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c", "\u200b", "\ufeff", "\x00", "\x1b"],
)
def test_characters_that_turn_or_hide_text_are_removed(mark: str) -> None:
    assert clean(f"Tổ{mark} may{mark}") == "Tổ may"


def test_lines_stay_and_spaces_are_joined() -> None:
    assert clean("  Tổ \t\u00a0 may \r\n số 2  ") == "Tổ may \n số 2"


def test_a_heap_of_marks_is_cut_to_two() -> None:
    assert len(clean("e" + "\u0315" * 500)) == 3


@pytest.mark.parametrize("text", ["Hoà", "Đặng Thị Ngọc Ánh", "Ưu tiên", "Quỳnh"])
def test_composed_and_decomposed_are_stored_alike(text: str) -> None:
    assert clean(unicodedata.normalize("NFD", text)) == unicodedata.normalize("NFC", text)


# --- one form to compare ---


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà", "Hòa"),
        ("Đặng", "dang"),
        ("đ", "d"),
        ("Đ", "D"),
        ("ê", "e"),
        ("Tổ trưởng", "to truong"),
        ("Thuý", "Thúy"),
        ("NGUYỄN  VĂN A", "nguyễn văn a"),
        ("/hoc", "Học"),
        ("B.", "b"),
        ("học  tiếp!", "hoc tiep"),
    ],
)
def test_diacritics_and_case_do_not_tell_words_apart(one: str, other: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fold(unicodedata.normalize(form, one)) == fold(other)


@given(TEXTS)
def test_folding_does_not_depend_on_the_form(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text("abc 🙂👍!.,\u202e\u0301đĐế", max_size=20))
def test_what_is_folded_is_words_alone(text: str) -> None:
    folded = fold(text)

    assert folded == folded.strip()
    assert all(word.isalnum() for word in folded.split())


# --- one form to sort by ---


def syllables() -> st.SearchStrategy[str]:
    return st.text(ALPHABET, min_size=1, max_size=5)


@given(syllables(), syllables())
def test_letters_sort_as_the_vietnamese_alphabet(one: str, other: str) -> None:
    places = [[ALPHABET.index(letter) for letter in word] for word in (one, other)]

    assert (sort_key(one) < sort_key(other)) is (places[0] < places[1])


@given(st.sampled_from(VOWELS), st.sampled_from(range(6)), st.sampled_from(range(6)))
def test_tones_decide_only_between_equal_letters(vowel: str, one: int, other: int) -> None:
    first, second = (unicodedata.normalize("NFC", f"b{vowel}{TONES[tone]}n") for tone in (one, other))

    assert (sort_key(first) < sort_key(second)) is (one < other)
    assert sort_key(first) < sort_key(f"b{vowel}n" + "a")


@given(st.lists(syllables(), min_size=1, max_size=3), syllables())
def test_a_shorter_name_comes_before_the_longer_one_it_begins(words: list[str], more: str) -> None:
    name = " ".join(words)

    assert sort_key(name) < sort_key(f"{name} {more}")


def test_a_list_of_names_is_in_order() -> None:
    names = ["Cao", "Dang", "Dương", "Đang", "Đinh", "Đỗ", "Em", "Êm", "On", "Ôn", "Ơn", "Pa"]

    assert sorted(set(names), key=sort_key) == names


def test_numbers_sort_by_their_size() -> None:
    names = ["Tổ 1", "Tổ 1 ca đêm", "Tổ 2", "Tổ 10", "Tổ may"]

    assert sorted(set(names), key=sort_key) == names


def test_case_and_form_do_not_change_the_order() -> None:
    assert sort_key("ĐỖ") == sort_key("đỗ") == sort_key(unicodedata.normalize("NFD", "Đỗ"))


def test_people_sort_by_given_name_then_by_the_whole_name() -> None:
    people = ["Trần An", "Đỗ Thị Ánh", "Lê Văn Ăn", "Bùi Ân", "An Bình", "Vũ Bình", "Vũ Thị Bình"]

    assert sorted(set(people), key=person_sort_key) == people


@given(TEXTS)
def test_every_text_has_a_key(text: str) -> None:
    assert isinstance(person_sort_key(text), str)


@pytest.mark.parametrize(("full_name", "expected"), [("Nguyễn Thị Lan", "Lan"), ("Y Moan", "Moan"), ("Lan", "Lan")])
def test_a_person_is_called_by_the_last_word(full_name: str, expected: str) -> None:
    assert given_name(full_name) == expected
