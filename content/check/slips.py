"""
Slips of the keyboard: Telex or VNI keys left in a word ("dduwowcj", "nguoi72"), and signs that no channel shows.

A word is a slip when it is no Vietnamese syllable as it stands but becomes one without its keys. One key alone may be a
foreign word ("max"), so it warns; two or more fail.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from learning.text import fold

if TYPE_CHECKING:
    from content.faults import Complain

WORD = re.compile(r"[^\W_]+")
# What authors write for the program, not for the phone.
_UNSEEN = re.compile(r"\{\{[^{}]*\}\}|^(?:Căn cứ|Bài|Đáp số|Sai số|Độ khó|## Câu hỏi)\b.*")
_HEAD_TEXTS = re.compile(r"^(?:title|objective|\s+cite): ")
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?"
    r"(?:(?:a|e|i|o|u|y|oa|oe|ua|ue|uy|ie|uo|uye|ye|oo)(?:ch|c|m|ng|nh|n|p|t)"
    r"|a|e|i|o|u|y|ai|ao|au|ay|eo|eu|ia|iu|ieu|oa|oai|oay|oe|oeo|oi|ua|uay|ue|ui|uoi|uou|uu|uy|uya|ya|yeu)"
)
_DOUBLE = re.compile(r"aa|ee|oo|dd")
_TONE = re.compile(r"[sfrxj]$")
_VNI = re.compile(r"[^\W\d_]+(?:[1-9]+[^\W\d_]*)+")
_MARKUP = re.compile(r"\*\*|~~|`|<[a-zA-Z/]|\]\(|https?://")
_FOREIGN = frozenset({"box", "bus", "for", "gas", "max", "new", "web", "taxi", "zalo", "excel"})
_STRONG = 2


def check_file(text: str, complain: Complain, warn: Complain) -> None:
    """Look at every line of a content file; `complain` fails it, `warn` does not."""
    is_head = False
    rules = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line == "---":
            rules += 1
            is_head = rules == 1
            continue
        if is_head and not _HEAD_TEXTS.match(line):
            continue
        if is_head and _MARKUP.search(line):
            complain(number, "Phần đầu chỉ viết chữ thường, không dùng ký hiệu định dạng hay liên kết.")
        seen = _HEAD_TEXTS.sub("", line) if is_head else _UNSEEN.sub(" ", line)
        check_text(seen, number, complain, warn)


def check_text(text: str, line: int, complain: Complain, warn: Complain) -> None:
    """Look at every word of a text as a learner sees it; `complain` fails it, `warn` does not."""
    for word in WORD.findall(text):
        keys = slip(word)
        if keys:
            say = complain if keys >= _STRONG else warn
            say(line, f"Chữ '{word}' có lẽ còn sót phím gõ Telex hoặc VNI.")


@lru_cache(maxsize=65_536)
def slip(word: str) -> int:
    """
    Return how many keys of Telex or VNI were left in a word; 0 for a word that is none.

    Letters that carry their marks already count as one more: a key beside them is no foreign word.
    """
    if word.isupper() or word[1:] != word[1:].lower():
        return 0
    plain = fold(word)
    if plain in _FOREIGN or _SYLLABLE.fullmatch(plain):
        return 0
    bare, keys = _without_vni(plain) if _VNI.fullmatch(plain) else _without_telex(plain)
    if not keys or not _SYLLABLE.fullmatch(bare):
        return 0
    return keys + (plain != word.casefold())


def _without_vni(plain: str) -> tuple[str, int]:
    return re.sub(r"\d", "", plain), len(re.findall(r"\d", plain))


def _without_telex(plain: str) -> tuple[str, int]:
    bare, tones = _TONE.subn("", plain)
    bare, doubles = _DOUBLE.subn(lambda found: found[0][0], bare)
    return bare.replace("w", ""), tones + doubles + bare.count("w")
