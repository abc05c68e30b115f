from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import loader, query, synonyms, terms
from content.search_index import SearchIndex

SAID = synonyms.shipped()
KNOWN = SearchIndex(loader.load(), SAID).says


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("dinh cogn", "dinh cong"),
        ("doi thaoi", "doi thoai"),
        ("thuong luog", "thuong luong"),
        ("kỷ luật", "ki luat"),
        ("kỉ luật", "ki luat"),
        ("TƯLĐTT", "thoa uoc"),
        ("cdcs", "cong doan co so"),
        ("đoànphí", "doan phi"),
        ("kinhphicongdoan", "kinh phi cong doan"),
        ("vùng IV", "vung 4"),
        ("điều IV", "dieu iv"),
        ("30%", "30 phan tram"),
        ("asdfgh", "asdfgh"),
    ],
)
def test_what_was_meant_is_read(typed: str, read: str) -> None:
    assert query.read(typed, SAID, KNOWN).syllables == read.split()


def test_everyday_words_bring_those_of_the_lessons() -> None:
    read = query.read("bau bi lam ca dem", SAID, KNOWN)

    assert {"mang thai", "thai san", "ban dem"} <= read.weights.keys()
    assert read.weights["ca dem"] > read.weights["mang thai"]


def test_one_everyday_syllable_counts_only_by_itself() -> None:
    assert "toa an" in query.read("kien o dau", SAID, KNOWN).weights
    assert "toa an" not in query.read("lay y kien", SAID, KNOWN).weights


def test_filler_tells_nothing() -> None:
    assert query.read("la gi vay a", SAID, KNOWN).slots == []
    assert [slot.syllable for slot in query.read("thuong la gi", SAID, KNOWN).slots] == ["thuong"]


@pytest.mark.parametrize("word", ["nghieng", "quyen", "gi", "tau", "khuya", "thoai", "uy", "yeu"])
def test_a_vietnamese_syllable_is_known_as_one(word: str) -> None:
    assert terms.is_syllable(word)


@pytest.mark.parametrize("word", ["cogn", "luog", "thaoi", "asdfgh", "telegram", "", "b"])
def test_what_no_vietnamese_writes_is_not(word: str) -> None:
    assert not terms.is_syllable(word)


@given(st.text(alphabet="abcdeghiklmnopqrstuvx", min_size=3, max_size=6), st.data())
def test_a_slip_can_be_taken_back(word: str, data: st.DataObject) -> None:
    slipped = data.draw(st.sampled_from(sorted(query.slips(word))))

    assert word in query.slips(slipped)
