"""Texts of other programs brought to the plain text of a phone."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

from content.source import FORBIDDEN

_TAG = re.compile(r"<[a-zA-Z/]")
PICTURE = "Có hình, âm thanh hay tệp kèm; hãy bỏ ra."
MOST_SIGNS = 20_000
_ENDS_LINE = frozenset({"p", "div", "br", "li", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "hr"})
_SILENT = frozenset({"script", "style", "head"})
_NOT_TEXT = frozenset({"img", "audio", "video", "object", "iframe", "svg", "math", "embed"})


class NotTextError(ValueError):
    """A text cannot be shown as words; the message says why, in Vietnamese."""


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _NOT_TEXT:
            raise NotTextError(PICTURE)
        if tag in _SILENT:
            self._silent += 1
        if tag in _ENDS_LINE:
            self.parts.append("\n")
        if tag == "li":
            self.parts.append("• ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag in _ENDS_LINE:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def from_html(text: str) -> str:
    """Return the words of an HTML text, a line a block; NotTextError where it holds more than words."""
    if len(text) > MOST_SIGNS:
        raise NotTextError(f"Một đoạn dài quá {MOST_SIGNS} ký tự; hãy viết ngắn lại.")
    parser = _Plain()
    try:
        parser.feed(text)
        parser.close()
    except AssertionError as error:  # how html.parser ends on a marked section that it does not know
        raise NotTextError("HTML viết sai; hãy lưu lại dạng chữ thường.") from error
    return lines("".join(parser.parts))


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
