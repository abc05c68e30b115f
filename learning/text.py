"""Vietnamese text: one form to store, one to compare, one to sort by."""

from __future__ import annotations

import re
import unicodedata

# Control, format (zero width, bidi) and surrogate characters carry nothing a cadre meant to write.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_TONES = {"\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0301": "5", "\u0323": "6"}
# Places of the letters in the Vietnamese alphabet: a ă â b c d đ e ê ...
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: chr(ord("0") + 20 + place) for place, letter in enumerate(_ALPHABET)}
_MAX_MARKS = 2
_DIGITS = 6  # "Tổ 2" comes before "Tổ 10"


def clean(text: str, limit: int = 4_096) -> str:
    """Return `text` in NFC, without control and bidi characters, at most two marks a letter, cut at `limit`."""
    text = unicodedata.normalize("NFC", _UNWANTED.sub("", text[: limit * 4]))
    kept: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= _MAX_MARKS:
            kept.append(letter)
    return _SPACES.sub(" ", "".join(kept)).strip()[:limit].rstrip()


def fold(text: str) -> str:
    """Return `text` for comparing: no case, no diacritics, so that "Hoà", "Hòa" and "hoa" are one."""
    plain = unicodedata.normalize("NFD", clean(text).casefold().replace("đ", "d"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.findall(r"\w+", letters))


def _collation(word: str) -> tuple[str, str]:
    word = re.sub(r"\d+", lambda digits: digits[0].zfill(_DIGITS), word)
    base: list[str] = []
    tones: list[str] = []
    for letter in unicodedata.normalize("NFC", word.casefold()):
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(_TONES[mark] for mark in parts if mark in _TONES)
        plain = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in _TONES))
        base.append(_RANK.get(plain, plain if plain < "a" else "~"))
        tones.append(tone or "1")
    return "".join(base), "".join(tones)


def sort_key(text: str) -> str:
    """Return a string that sorts by code point as the Vietnamese alphabet does: letters first, then tones."""
    words = [_collation(word) for word in clean(text).split()]
    # The space that ends the letters sorts before anything a word holds, so that "An" comes before "An Bình".
    return "!".join(base for base, _ in words) + " " + "!".join(tones for _, tones in words)


def person_sort_key(full_name: str) -> str:
    """Return a sort key for a person: by given name (the last word), then by the whole name."""
    given = clean(full_name).rsplit(" ", 1)[-1]
    return f"{sort_key(given)}!{sort_key(full_name)}"


def given_name(full_name: str) -> str:
    """Return what a person is called by: the last word of their name."""
    return full_name.rsplit(" ", 1)[-1]
