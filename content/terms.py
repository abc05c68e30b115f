"""Words of a text as a search compares them: folded syllables, pairs of them, and words with their diacritics."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from learning.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"\w+")
# "kỷ luật" and "kỉ luật" are one.
_ENDS_IN_Y = re.compile(r"([bcdghklmnpqrstvx])y")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
# How a Vietnamese syllable is made, without its marks: "tau" is one, "cogn" is none.
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ph|th|tr|ch|gh|gi|kh|qu|[bcdghklmnpqrstvx])?"
    r"(?:ieu|yeu|oai|oao|oay|oeo|uay|uoi|uou|uya|uye|uyu|ai|ao|au|ay|eo|eu|ia|ie|iu|oa|oe|oi|oo|ua|ue|ui|uo|uu|uy|ye"
    r"|[aeiouy])(?:ng|nh|ch|[cmnpt])?"
)


def words(text: str) -> list[str]:
    """Return the words of a text (clean, NFC) in lower case, with their diacritics; % is written out."""
    return _WORD.findall(text.replace("%", " phần trăm ").casefold())


@lru_cache(maxsize=20_000)
def syllable(word: str) -> str:
    """Return one word folded; y after a consonant at its end becomes i."""
    plain = fold(word).replace(" ", "")
    return f"{plain[:-1]}i" if _ENDS_IN_Y.fullmatch(plain[-2:]) else plain


def syllables(found: Iterable[str]) -> list[str]:
    """Return words as folded syllables in their order; the number of a region ("vùng II") in digits."""
    parts = [part for word in found if (part := syllable(word))]
    if "vung" not in parts:
        return parts
    return [_ROMAN.get(part, part) if before == "vung" else part for before, part in pairwise(["", *parts])]


def folded(text: str) -> tuple[str, ...]:
    """Return the folded syllables of a phrase."""
    return tuple(syllables(words(text)))


def pairs(parts: Iterable[str]) -> list[str]:
    """Return what stands side by side: most Vietnamese words are two syllables."""
    return [f"{one} {other}" for one, other in pairwise(parts)]


def accented(found: Iterable[str]) -> list[str]:
    """Return the words that carry diacritics: they tell "thưởng" from "thương"."""
    return [word for word in found if not word.isascii()]


def is_syllable(part: str) -> bool:
    """Whether a folded word could be a Vietnamese syllable; if not, a thumb slipped or it is a foreign word."""
    return bool(_SYLLABLE.fullmatch(part))
