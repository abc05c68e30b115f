from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning import formula, numbers
from learning.formula import FormulaError

if TYPE_CHECKING:
    from collections.abc import Callable

Sum = tuple[str, Fraction]
NUMBERS = st.decimals(0, 10**9, places=2).map(lambda value: (numbers.shown(value), Fraction(value)))
OPERATORS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


def joined(left: Sum, sign: str, right: Sum, gap: str) -> Sum:
    return f"({left[0]}{gap}{sign}{gap}{right[0]})", OPERATORS[sign](left[1], right[1])


SUMS = st.recursive(
    NUMBERS,
    lambda inner: st.builds(joined, inner, st.sampled_from(sorted(OPERATORS)), inner, st.sampled_from(["", " "])),
    max_leaves=6,
)


@given(SUMS)
def test_a_formula_comes_to_what_fractions_say(made: Sum) -> None:
    text, expected = made
    with localcontext(prec=200):
        assert Fraction(formula.value_of(text)) == expected


@given(NUMBERS, NUMBERS, NUMBERS)
def test_products_bind_closer_and_the_left_goes_first(a: Sum, b: Sum, c: Sum) -> None:
    with localcontext(prec=200):
        assert Fraction(formula.value_of(f"{a[0]} - {b[0]} - {c[0]}")) == a[1] - b[1] - c[1]
        assert Fraction(formula.value_of(f"{a[0]} + {b[0]} * {c[0]}")) == a[1] + b[1] * c[1]


@given(st.text(alphabet="0123456789.,+-*/() ", max_size=40) | st.text(max_size=20))
def test_whatever_is_written_gives_a_number_or_says_why_not(text: str) -> None:
    said = ""
    try:
        said = str(formula.value_of(text))
    except FormulaError as error:
        said = str(error)

    assert said


def test_division() -> None:
    assert formula.value_of("12 - 24 * 5 / 60") == Decimal(10)
    with pytest.raises(FormulaError, match="chia cho 0"):
        formula.value_of("1 / (2 - 2)")
