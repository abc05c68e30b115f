from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.lookups import LONGEST, miss_term
from learning.text import fold


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Nghỉ đẻ con thứ 3", "nghi de con thu 3"),
        ("gọi 0900 000 001 gặp ai", "goi gap ai"),
        ("0900000001", ""),
        ("+84.900.000.001", ""),
        ("cccd 001099012345", "cccd"),
        ("sdt0900000001 nhé", "nhe"),
        ("nghị định 145/2020", "nghi dinh"),
        ("điều 35 khoản 2", "dieu 35 khoan 2"),
        ("  🙂 ", ""),
        ("tu " * 40, ("tu " * 20).strip()),
        ("x" * 100, "x" * LONGEST),
    ],
)
def test_what_is_kept_of_a_search(typed: str, kept: str) -> None:
    assert miss_term(typed) == kept


@given(st.text(max_size=200) | st.text(alphabet="0123456789 .-+đồng", max_size=80))
def test_it_is_short_folded_and_holds_no_number_of_six_digits(typed: str) -> None:
    kept = miss_term(typed)

    assert len(kept) <= LONGEST
    assert kept == fold(kept)
    assert not re.search(r"\d( ?\d){5}", kept)
