"""
What a citation names: the paper, and the place in it.

Read are "Bộ luật Lao động 45/2019/QH14, Điều 35 khoản 1 điểm a", "BLLĐ 2019, Điều 200 đến Điều 202",
"Nghị quyết ..., mục III.1" and "Luật ..., Điều 8 (sửa bởi Luật 97/2025/QH15)". Pure: whether such a paper exists is
the registry's to say (`content.sources`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# 105/2026/NĐ-CP, 45/2019/QH14, 61/QĐ-TLĐ; a date such as 29/07/2025 has no letters at its end.
NUMBER = re.compile(r"\b\d+[a-z]?/(?:\d{4}/)?[A-ZĐ]{2}[A-ZĐ0-9]*(?:-[A-ZĐ]+)*")
ARTICLE = re.compile(r"\bĐiều (\d+)(?: đến Điều (\d+))?")
CLAUSE = re.compile(r"\bkhoản (\d+)")
POINT = re.compile(r"\bđiểm ([a-zđ])\b")
SECTION = re.compile(r"\bmục ([IVX]+(?:\.\d+)*)")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")
_AMENDED = re.compile(r"\bsửa bởi\b")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a paper: articles `first` to `last` (0: none named), clause (khoản), point (điểm), or section (mục)."""

    first: int = 0
    last: int = 0
    clause: int = 0
    point: str = ""
    section: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether no place is named, so that the whole paper is meant."""
        return not self.first and not self.section


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation taken apart; `number` is "" where the paper is named by its title alone."""

    name: str
    number: str
    place: Place
    amended_by: tuple[str, ...] = ()


@lru_cache(maxsize=4_096)
def parse(cite: str) -> Citation:
    """Take one citation apart; what is no number and no place is its name."""
    amended = tuple(
        number for said in _IN_BRACKETS.findall(cite) if _AMENDED.search(said) for number in NUMBER.findall(said)
    )
    plain = _IN_BRACKETS.sub("", cite)
    number = NUMBER.search(plain)
    place = _place(plain)
    ends = [found.start() for found in (number, ARTICLE.search(plain), SECTION.search(plain)) if found]
    name = plain[: min(ends, default=len(plain))].strip(" ,;")
    return Citation(name, number[0] if number else "", place, amended)


def _place(text: str) -> Place:
    article, clause, point, section = (
        ARTICLE.search(text),
        CLAUSE.search(text),
        POINT.search(text),
        SECTION.search(text),
    )
    first = int(article[1]) if article else 0
    return Place(
        first=first,
        last=int(article[2]) if article and article[2] else first,
        clause=int(clause[1]) if article and clause else 0,
        point=point[1] if article and point else "",
        section=section[1] if section else "",
    )
