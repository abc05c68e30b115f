"""Numbers as Vietnamese write and type them: 9.460.000, 9460000, 9,46 triệu and 9tr46 are one."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from learning.text import clean, fold

LONGEST_TYPED = 60
MOST_DIGITS = 15  # before the comma
DECIMALS = 4  # kept after it
LONGEST_KEPT = MOST_DIGITS + 1 + DECIMALS

GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?")
_SCALES = {
    "nghin": 10**3,
    "ngan": 10**3,
    "k": 10**3,
    "trieu": 10**6,
    "tr": 10**6,
    "ty": 10**9,
    "ti": 10**9,
}
_HALF = "ruoi"
_PART = re.compile(r"\d[\d.,]*|[^\W\d_]+|\S")
_SPACED = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?![\d.,])")
_DIGITS = re.compile(r"[0-9.,]+")
_ENGLISH = re.compile(r"[1-9]\d{0,2}(?:,\d{3}){2,}(?:\.\d+)?")
_KEPT = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_POINTED = re.compile(r"\d+\.\d+")
_MOST_SPOKEN_DIGITS = 3  # "9 triệu 46": what follows a scale without one of its own is a fraction of it


def written(text: str) -> Decimal:
    """
    Return a number in Vietnamese form: groups of three by full stops, decimals after a comma.

    Raises:
        ValueError: it is no such number.
    """
    if not GROUPED.fullmatch(text):
        raise ValueError(text)
    return Decimal(text.replace(".", "").replace(",", "."))


def shown(value: Decimal) -> str:
    """Return a number as Vietnamese write it, at most `DECIMALS` after the comma and no zeros at its end."""
    return f"{_rounded(value):,f}".translate({ord(","): ".", ord("."): ","})


def kept(value: Decimal) -> str:
    """Return a number as it is kept: at most 20 characters, plain digits and a full stop."""
    return f"{_rounded(value):f}"


def is_kept(text: str) -> bool:
    """Whether a text is a number in the form `kept` gives."""
    return len(text) <= LONGEST_KEPT and bool(_KEPT.fullmatch(text))


def typed(text: str, unit: str = "") -> Decimal | None:
    """
    Return the number somebody typed, rounded to `DECIMALS`; None if it is none, is negative or is too long.

    Args:
        text: what was typed, with or without diacritics, spaces, nghìn, triệu, tỷ, rưỡi or the unit.
        unit: the unit that may follow it; đồng, đ and VND stand for each other.
    """
    text = clean(text, LONGEST_TYPED + 1)
    if not text or len(text) > LONGEST_TYPED:
        return None
    value = _sum(_parts(_without_unit(text, unit)))
    return None if value is None or value >= 10**MOST_DIGITS else _rounded(value)


def _rounded(value: Decimal) -> Decimal:
    rounded = value.quantize(Decimal(1).scaleb(-DECIMALS), ROUND_HALF_UP)
    plain = f"{rounded:f}".rstrip("0").rstrip(".")
    return Decimal(plain)


def _without_unit(text: str, unit: str) -> str:
    """Take away an equals sign in front and the unit behind."""
    text = re.sub(r"^\s*=\s*", "", text.casefold())
    names = {unit.casefold(), fold(unit)} - {""}
    if fold(unit).partition(" ")[0] == "dong":
        names |= {"đồng", "dong", "vnđ", "vnd", "đ", "d", "₫"}
    for name in sorted(names, key=len, reverse=True):
        if text.endswith(name) and not text.removesuffix(name)[-1:].isalpha():
            return text.removesuffix(name).rstrip(" .")
        if text.endswith(name) and _ends_in_scale(text.removesuffix(name)):
            return text.removesuffix(name)
    return text.rstrip(" .")


def _ends_in_scale(text: str) -> bool:
    return text.endswith(" ") or any(fold(text).endswith(scale) for scale in _SCALES)


def _parts(text: str) -> list[str]:
    joined = _SPACED.sub(lambda found: found[0].replace(" ", ""), text)
    return [fold(part) if part.isalpha() else part for part in _PART.findall(joined)]


def _sum(parts: list[str]) -> Decimal | None:
    """Add up pairs of a number and its scale, each scale smaller than the one before."""
    total, scale, place = Decimal(0), 0, 0
    while place < len(parts):
        number = _number(parts[place])
        following = parts[place + 1] if place + 1 < len(parts) else ""
        if parts[place] == _HALF and scale and place + 1 == len(parts):
            return total + Decimal(scale) / 2
        if number is None:
            return None
        own = _SCALES.get(following, 1)
        if scale and own >= scale:
            return None
        if scale and own == 1 and len(parts[place]) <= _MOST_SPOKEN_DIGITS and parts[place].isdigit():
            number, own = Decimal(f"0.{parts[place]}"), scale
        if scale and number * own >= scale:
            return None
        total += number * own
        place += 1 if following not in _SCALES else 2
        if following not in _SCALES and place < len(parts):
            return None
        scale = own
    return total if parts else None


def _number(part: str) -> Decimal | None:
    if not _DIGITS.fullmatch(part):
        return None
    if GROUPED.fullmatch(part) and not part.startswith("0."):
        return written(part)
    if _ENGLISH.fullmatch(part):
        return Decimal(part.replace(",", ""))
    return Decimal(part) if _POINTED.fullmatch(part) else None
