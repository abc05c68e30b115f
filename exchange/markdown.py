"""Markdown of other programs brought to words: marks of emphasis, headings and links go, lists keep their points."""

from __future__ import annotations

import re

from exchange import texts

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_KEPT = re.compile("[\uf021-\uf07e]")
_AWAY = 0xF000  # where an escaped sign waits until the marks are gone
_LINK = re.compile(r"\[([^\[\]\n]*)\]\([^()\n]*\)")
_HEADING = re.compile(r"^[^\S\n]{0,3}#{1,6}[^\S\n]+", re.MULTILINE)
_POINT = re.compile(r"^[^\S\n]*[*+-][^\S\n]+", re.MULTILINE)
_STARS = re.compile(r"\*{1,3}(?=\S)([^*\n]+)(?<=\S)\*{1,3}")
_BARS = re.compile(r"(?<!\w)_{1,3}(?=\S)([^_\n]+)(?<=\S)_{1,3}(?!\w)")
_CODE = re.compile(r"`([^`\n]+)`")


def to_words(text: str) -> str:
    """
    Return the words of a Markdown text, in time proportional to its length.

    Raises:
        NotTextError: it holds a picture, or more than words.
    """
    words = _ESCAPED.sub(lambda found: chr(_AWAY + ord(found[1])), _KEPT.sub("", text))
    if "![" in words:
        raise texts.NotTextError(texts.PICTURE)
    words = _POINT.sub("• ", _HEADING.sub("", words))
    for mark in (_LINK, _CODE, _STARS, _BARS, _STARS):
        words = mark.sub(r"\1", words)
    return texts.from_auto(_KEPT.sub(lambda found: chr(ord(found[0]) - _AWAY), words))
