"""Vietnamese in an old code table (TCVN3, VNI), or read in a wrong one: told by letters that Unicode text never has."""

from __future__ import annotations

import re
from enum import StrEnum

from learning.text import clean


class CodeTable(StrEnum):
    """What a text seems to be written in, as an officer knows it."""

    TCVN3 = "TCVN3 (ABC)"
    VNI = "VNI"
    BROKEN = "mã sai (CP1258 hoặc ANSI)"


# Signs that stand for letters in TCVN3: à is µ, ô is «, ơ is ¬, ê is ª ...; the last three only next to a letter.
_TCVN3 = re.compile("[¤¦¨ª¬µ¶¸¹¼½¾Þþ]|[^\\W\\d][×÷]|[A-Za-z][«»©®·][a-zµ¸¶·¹]|(?:^|\\s)®[a-zµ¸¶·¹]")
# A plain vowel followed by the sign of its tone: "Nguyeãn Vaên Ñoâng".
_VNI = re.compile("[ae][âãåäáàêèéëüøûõï]|o[âåäøûï]|[ôö][ùøûï]|(?<!\\w)ñ[aeiouyö]", re.IGNORECASE)
_BROKEN = re.compile("�|á[º»]|Ä[\x80-\x9f‘]|Æ°|Ã[\x80-\xbf]|[^\\W\\d_]\\?[^\\W\\d_]")


def code_table(text: str) -> CodeTable | None:
    """Return the code table that `text` betrays, None if it reads as Unicode."""
    if text.isascii() and "?" not in text:
        return None
    text = clean(text)
    if _BROKEN.search(text):
        return CodeTable.BROKEN
    if _TCVN3.search(text):
        return CodeTable.TCVN3
    if _VNI.search(text):
        return CodeTable.VNI
    return None
