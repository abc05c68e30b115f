from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning import numbers

WHOLE = st.integers(0, 10**15 - 1)
VALUES = st.decimals(0, 10**15 - 1, places=4)


@given(VALUES)
def test_what_is_shown_reads_back_and_fits_where_it_is_kept(value: Decimal) -> None:
    assert numbers.written(numbers.shown(value)) == value
    assert numbers.typed(numbers.shown(value)) == value
    assert Decimal(numbers.kept(value)) == value
    assert len(numbers.kept(value)) <= 20
    assert numbers.is_kept(numbers.kept(value))


@given(WHOLE, st.sampled_from(["", " ", "đ", " đ", "₫", " đồng", " dong", "VND", " VNĐ.", " ĐỒNG"]))
def test_plain_grouped_and_spaced_are_one(value: int, unit: str) -> None:
    ways = {str(value), f"{value:,}".replace(",", "."), f"{value:,}".replace(",", " ")}

    assert {numbers.typed(f"{way}{unit}", "đồng") for way in ways} == {Decimal(value)}


@given(st.integers(1, 999), st.integers(0, 999))
def test_millions_and_thousands_add_up(millions: int, thousands: int) -> None:
    value = Decimal(millions * 1_000_000 + thousands * 1_000)

    ways = [
        f"{millions} triệu {thousands} nghìn",
        f"{millions}tr{thousands:03}",
        f"{millions} trieu {thousands:03}",
        f"{millions},{thousands:03} triệu đồng",
        f"{millions * 1000 + thousands}k",
    ]
    assert {numbers.typed(way, "đồng") for way in ways} == {value}


@given(st.text(max_size=80))
def test_anything_typed_is_a_number_of_a_bounded_size_or_none(text: str) -> None:
    value = numbers.typed(text, "đồng")

    assert value is None or (0 <= value < 10**15 and numbers.is_kept(numbers.kept(value)))


@given(st.text(alphabet="0123456789., ktrđnghìnỷ-+e=", max_size=30))
def test_what_nearly_is_a_number_never_breaks_it(text: str) -> None:
    value = numbers.typed(text, "giờ")

    assert value is None or value >= 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9,46 triệu", "9460000"),
        ("9tr46", "9460000"),
        ("9 triệu rưỡi", "9500000"),
        ("5 triệu 310.000", "5310000"),
        ("1 tỷ 2", "1200000000"),
        ("0.5", "0.5"),
        ("0,5", "0.5"),
        ("9.460", "9460"),
        ("9,460,000", "9460000"),
        ("= 12", "12"),
        ("33,33333", "33.3333"),
        ("007", "7"),
    ],
)
def test_numbers_as_people_type_them(text: str, value: str) -> None:
    assert numbers.typed(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "không",
        "mười hai",
        "-5",
        "1e3",
        "9..4",
        "1.2.3",
        "12 12",
        "triệu",
        "9 triệu 9 triệu",
        "5 nghìn 2 triệu",
        "٣",
        "12 giờ",
        "1" * 61,
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert numbers.typed(text, "đồng") is None


def test_a_unit_may_follow_with_or_without_diacritics() -> None:
    assert [numbers.typed(text, "giờ/tháng") for text in ("12 giờ/tháng", "12giờ/tháng", "12 gio thang")] == [12] * 3
    assert numbers.typed("10 %", "%") == 10


@pytest.mark.parametrize("text", ["1.00", "1,", ",5", "1.0000", "1 000", "-1", "", "1.000.00"])
def test_only_vietnamese_numbers_are_written(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        numbers.written(text)
