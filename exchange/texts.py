"""Texts of other programs brought to the plain text of a phone."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

from content.source import FORBIDDEN

_MARK = re.compile(r"<!--|<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>|<[!?/][^<>]*>")
_ENDLESS = re.compile(r"&#[0-9a-fA-FxX]{9,};?")  # no sign has such a number, and reading it would take long
_TAG = re.compile(r"<[a-zA-Z/]")
PICTURE = "Có hình, âm thanh hay tệp kèm; hãy bỏ ra."
MOST_SIGNS = 20_000
_ENDS_LINE = frozenset({"p", "div", "br", "li", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "hr"})
_SILENT = frozenset({"script", "style", "head"})
_NOT_TEXT = frozenset({"img", "audio", "video", "object", "iframe", "svg", "math", "embed"})


class NotTextError(ValueError):
    """A text cannot be shown as words; the message says why, in Vietnamese."""


def from_html(text: str) -> str:
    """
    Return the words of an HTML text, a line a block, in time proportional to its length.

    Raises:
        NotTextError: it holds more than words, or too many of them.
    """
    if len(text) > MOST_SIGNS:
        raise NotTextError(f"Một đoạn dài quá {MOST_SIGNS} ký tự; hãy viết ngắn lại.")
    parts: list[str] = []
    place, silent = 0, ""
    while found := _MARK.search(text, place):
        if not silent:
            parts.append(_shown(text[place : found.start()]))
        place = found.end()
        if found[0] == "<!--":
            end = text.find("-->", place)
            place = len(text) if end < 0 else end + len("-->")
        elif name := (found[2] or "").lower():
            if name in _NOT_TEXT and not silent:
                raise NotTextError(PICTURE)
            silent = _silence(silent, name, is_end=bool(found[1]))
            parts.append("\n" if name in _ENDS_LINE else "")
            parts.append("• " if name == "li" and not found[1] else "")
    if not silent:
        parts.append(_shown(text[place:]))
    return lines("".join(parts))


def _silence(silent: str, name: str, *, is_end: bool) -> str:
    """The element whose inside is not shown, after a tag; "" for none."""
    if silent:
        return "" if is_end and name == silent else silent
    return name if name in _SILENT and not is_end else ""


def _shown(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(_ENDLESS.sub("", text)))


def from_auto(text: str) -> str:
    """Return the words of a text that is HTML if it holds a tag, else plain; NotTextError as `from_html`."""
    return from_html(text if _TAG.search(text) else text.replace("\n", "<br>"))


def lines(text: str) -> str:
    """Return the text in NFC, without empty lines, invisible characters and spaces at the ends of lines."""
    tidy = unicodedata.normalize("NFC", text).replace("\t", " ").replace("\N{NO-BREAK SPACE}", " ")
    kept = ("".join(sign for sign in line if unicodedata.category(sign) not in FORBIDDEN) for line in tidy.split("\n"))
    return "\n".join(line.strip() for line in kept if line.strip())


def one_line(text: str) -> str:
    """Return the text on one line."""
    return " ".join(lines(text).split())
