from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.phones import OLD_PREFIXES, to_e164

MOBILES = st.builds(
    "{}{:07}".format, st.sampled_from(["32", "39", "56", "70", "79", "83", "90", "98"]), st.integers(0, 9_999_999)
)


@pytest.mark.parametrize(
    "written",
    [
        "0912345678",
        "912345678",
        "912345678.0",
        "912345678,0",
        "9.12345678E8",
        "+84912345678",
        "84912345678",
        "84912345678.0",
        "0084912345678",
        "091.234.5678",
        "091 234 5678",
        "091-234-5678",
        "+84 (0)912 345 678",
        "(091) 2345678",
        "０９１２３４５６７８",
    ],
)
def test_one_number_however_it_is_written(written: str) -> None:
    assert to_e164(written) == "+84912345678"


@pytest.mark.parametrize(("old", "new"), OLD_PREFIXES.items())
def test_an_11_digit_number_becomes_its_successor(old: str, new: str) -> None:
    expected = f"+84{new}1234567"

    assert {to_e164(f"0{old}1234567"), to_e164(f"{old}1234567"), to_e164(f"+84{old}1234567")} == {expected}
    assert phonenumbers.is_valid_number(phonenumbers.parse(expected))


def test_the_old_prefixes_are_21() -> None:
    assert len(OLD_PREFIXES) == 21


@pytest.mark.parametrize(
    "written",
    [
        "",
        "x",
        "12345",
        "0000000000",
        "0121234567",
        "01901234567",
        "091234567",
        "0912345678 / 0987654321",
        "0912345678a",
        "09123456789012",
        "9" * 60,
    ],
)
def test_what_cannot_be_called_is_none(written: str) -> None:
    assert to_e164(written) is None


def test_a_foreign_number_needs_its_country_code() -> None:
    assert to_e164("+86 138 0013 8000") == to_e164("0086 138 0013 8000") == "+8613800138000"


@given(MOBILES, st.sampled_from(["", "0", "+84", "84", "0084", "+840"]), st.sampled_from(["", " ", ".", "-"]))
def test_prefix_and_spacing_do_not_matter(number: str, prefix: str, gap: str) -> None:
    written = prefix + gap.join((number[:3], number[3:6], number[6:]))

    assert to_e164(written) == f"+84{number}"


@given(MOBILES)
def test_a_number_already_normal_stays(number: str) -> None:
    assert to_e164(f"+84{number}") == f"+84{number}"


@given(st.text(max_size=60))
def test_any_text_gives_a_number_or_nothing(text: str) -> None:
    found = to_e164(text)

    assert found is None or (found.startswith("+") and found[1:].isdigit() and len(found) <= 16)
