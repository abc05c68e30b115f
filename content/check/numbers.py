"""The numbers of a Vietnamese text, each with what it counts, so that 5 ngày and 5 ngày làm việc are two things."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from content.citations import NUMBER
from content.figures import PARAMETER

if TYPE_CHECKING:
    from collections.abc import Iterator

ANY = ""  # a number that names nothing it counts, or something no law counts
ARTICLE, CLAUSE, PAPER, DAY = "điều", "khoản", "văn bản", "ngày tháng"
# What follows a number to what it counts; longer ones first.
UNITS = {
    "ngày làm việc": "ngày làm việc",
    "đoàn viên": "người",
    "thành viên": "người",
    "lao động": "người",
    "người": "người",
    "phiếu": "người",
    "đồng": "đồng",
    "triệu": "triệu",
    "tháng": "tháng",
    "phút": "phút",
    "giờ": "giờ",
    "ngày": "ngày",
    "phần": "phần",
    "năm": "năm",
    "%": "%",
}
A_MILLION = 1_000_000
_UNIT = "|".join(UNITS).replace("phần", r"phần(?= (?:ba|tư|năm)\b|;|$)")  # of a fraction: hai phần ba
_TOKEN = re.compile(
    r"\b(?P<mark>điều|khoản|nghị định|quyết định|thông tư)(?: số)? "
    r"(?P<place>\d+)(?: năm (?P<year>\d{4}))?\b(?![%.,]?\d|%)"
    r"|\b(?P<day>\d{1,2}/(?:\d{1,2}/)?\d{4}|\d{1,2}/\d{1,2})\b(?!/)"
    r"|(?P<ordinal>\b(?:ngày|tháng|năm) (?=\d{1,2}\b(?![./,]\d)|\d{4}\b))?"
    r"(?<![\w/])(?P<number>\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)"
    rf"(?:\s*(?P<unit>{_UNIT})(?! chí))?",
    re.IGNORECASE,
)
# "ba ngày làm việc", "mười lăm ngày", "hai phần ba"; in words only before what laws count.
_DIGITS = {"một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5}
_DIGITS |= {"sáu": 6, "bảy": 7, "tám": 8, "chín": 9}
_DIGIT = "|".join(_DIGITS)
_WORDS = re.compile(
    rf"(?<!tháng )\b(?P<words>(?:(?:{_DIGIT}) mươi|mười)(?: (?:{_DIGIT}))?|{_DIGIT})"
    r"(?= (?:ngày|giờ|tháng|năm)\b| phần (?:ba|tư|năm)\b)",
    re.IGNORECASE,
)
_GROUPED_FROM = 10_000


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """A number and what it counts; `value` is exact and without grouping ("5310000", "0.5", "01/07/2025")."""

    value: str
    unit: str

    def agrees(self, other: Number) -> bool:
        """Whether both may mean the same: equal, and counting the same where both say what."""
        return self.value == other.value and (self.unit == other.unit or ANY in {self.unit, other.unit})

    @property
    def shown(self) -> str:
        """The number as it may be written in a list of examples."""
        match self.unit:
            case unit if unit in {ARTICLE, CLAUSE}:
                return f"{unit.capitalize()} {self.value}"
            case unit if unit == PAPER:
                return f"Nghị định {self.value.replace('/', ' năm ')}"
            case unit if unit == DAY:
                return self.value
        grouping = "," if Decimal(self.value) >= _GROUPED_FROM else ""
        written = f"{Decimal(self.value):{grouping}f}".translate({ord(","): ".", ord("."): ","})
        return f"{written}%" if self.unit == "%" else f"{written} {self.unit}".strip()


def numbers(text: str) -> Iterator[Number]:
    """Every number of a text, in order; parameters and numbers of papers are none."""
    plain = NUMBER.sub(" ", PARAMETER.sub(" ", text))
    for found in _TOKEN.finditer(_WORDS.sub(lambda said: str(_spelt(said["words"])), plain)):
        if found["mark"]:
            mark = found["mark"].casefold()
            year = f"/{found['year']}" if found["year"] else ""
            yield Number(found["place"], mark) if mark in {ARTICLE, CLAUSE} else Number(found["place"] + year, PAPER)
        elif found["day"]:
            yield Number(found["day"], DAY)
        else:
            yield _counted(
                found["number"], ANY if found["ordinal"] else UNITS.get((found["unit"] or "").casefold(), ANY)
            )


def _spelt(words: str) -> int:
    """Return the value of a number below a hundred in words: "hai mươi mốt" is 21."""
    tens, _, units = words.casefold().replace("mười", "một mươi").rpartition("mươi")
    return 10 * _DIGITS.get(tens.strip(), 0) + _DIGITS.get(units.strip(), 0)


def _counted(written: str, unit: str) -> Number:
    value = Decimal(written.replace(".", "").replace(",", "."))
    if unit == "triệu":
        value, unit = value * A_MILLION, "đồng"
    return Number(f"{value.normalize():f}", unit)
