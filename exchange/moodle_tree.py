"""A Moodle XML file as a tree: of bounded size, without DTD, and every question knows its line."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import TreeBuilder

from defusedxml.ElementTree import DefusedXMLParser

from exchange.faults import refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

LINE = "line"
_MOST_ELEMENTS, _DEEPEST = 500_000, 50


def parse(raw: bytes) -> Element:
    """
    Return the root; the line of a question is its attribute `LINE`.

    Raises:
        ExchangeError: too many elements, or too deep.
        ParseError, DefusedXmlException, ValueError, LookupError: no sound XML, a DTD, an unknown encoding.
    """
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.line = lambda: parser.parser.CurrentLineNumber
    parser.feed(raw)
    root: Element = parser.close()
    return root


class _Builder(TreeBuilder):
    """Elements in a tree of bounded size; a question's line is its attribute `LINE`."""

    line: Callable[[], int]

    def __init__(self) -> None:
        super().__init__()
        self._count = self._depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._count += 1
        self._depth += 1
        if self._count > _MOST_ELEMENTS or self._depth > _DEEPEST:
            raise refused("Tệp có quá nhiều phần tử, hoặc lồng nhau quá sâu; hãy chia thành nhiều tệp.")
        return super().start(tag, {**attrs, LINE: str(self.line())} if tag == "question" else attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)
