"""Arithmetic on Vietnamese numbers: + - * / and parentheses, by recursive descent; nothing of Python is evaluated."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from learning import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_DEPTH = 20
_TOKEN = re.compile(rf"\s*(?:({numbers.GROUPED.pattern})(?![\d.,])|([-+*/()]))")


class FormulaError(ValueError):
    """The formula cannot be worked out; the message says why, in Vietnamese."""


def value_of(text: str) -> Decimal:
    """
    Return what a formula comes to, as `(5.310.000 + 0,5) * 2`.

    Raises:
        FormulaError: it is malformed, divides by zero, or is nested too deeply.
    """
    tokens = list(_tokens(text))
    value, rest = _sum(tokens, 0)
    if rest:
        raise FormulaError(f"thừa '{rest[0]}'")
    return value


def _tokens(text: str) -> Iterator[Decimal | str]:
    place, text = 0, text.rstrip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise FormulaError(f"không hiểu '{text[place:].strip()[:20]}'")
        yield numbers.written(found[1]) if found[1] else found[2]
        place = found.end()


def _sum(tokens: list[Decimal | str], depth: int) -> tuple[Decimal, list[Decimal | str]]:
    value, rest = _product(tokens, depth)
    while rest and rest[0] in {"+", "-"}:
        sign, (other, rest) = rest[0], _product(rest[1:], depth)
        value = value + other if sign == "+" else value - other
    return value, rest


def _product(tokens: list[Decimal | str], depth: int) -> tuple[Decimal, list[Decimal | str]]:
    value, rest = _factor(tokens, depth)
    while rest and rest[0] in {"*", "/"}:
        sign, (other, rest) = rest[0], _factor(rest[1:], depth)
        if sign == "/" and not other:
            raise FormulaError("chia cho 0")
        value = value * other if sign == "*" else value / other
    return value, rest


def _factor(tokens: list[Decimal | str], depth: int) -> tuple[Decimal, list[Decimal | str]]:
    if not tokens:
        raise FormulaError("thiếu một số ở cuối")
    first, rest = tokens[0], tokens[1:]
    if isinstance(first, Decimal):
        return first, rest
    if first != "(":
        raise FormulaError(f"thiếu một số trước '{first}'")
    if depth == MOST_DEPTH:
        raise FormulaError("quá nhiều dấu ngoặc lồng nhau")
    value, rest = _sum(rest, depth + 1)
    if not rest or rest[0] != ")":
        raise FormulaError("thiếu dấu ')'")
    return value, rest[1:]
