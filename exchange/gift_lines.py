r"""
A GIFT file cut into its questions: comments and blank lines taken out, escapes made one sign each.

While a question is read, the escaped signs ~ = # { } : stand as private code points, which no text may hold; `plain`
brings them back. So every sign that remains has its meaning in GIFT.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exchange.faults import Fault, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 4 * 2**20
MOST_QUESTIONS = 5_000
_SPECIAL = "~=#{}:\\"
_STAND_INS = {sign: chr(0xE000 + place) for place, sign in enumerate(_SPECIAL)}
_BREAK = "\ue010"
_BACK = str.maketrans({stand_in: sign for sign, stand_in in _STAND_INS.items()} | {_BREAK: "\n"})
_ESCAPE = re.compile(r"\\([~=#{}:\\n])")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_NOTE = re.compile(r"\[(id|tag):((?:[^\[\]\\]|\\.)*)\]")
_CATEGORY = re.compile(r"\s*\$CATEGORY:(.*)")


@dataclass(slots=True)
class Block:
    """One question: the line it begins on, its text with stand-ins, its category, and the notes of its comments."""

    line: int
    category: str
    text: str = ""
    id: str = ""
    tags: list[str] = field(default_factory=list)


def plain(text: str) -> str:
    """Return the text with its escaped signs as themselves."""
    return text.translate(_BACK)


def decode(raw: bytes) -> str:
    """
    Return the file's text, with or without a byte order mark.

    Raises:
        ExchangeError: too large, not UTF-8, or private code points.
    """
    if len(raw) > MOST_BYTES:
        raise refused("Tệp lớn hơn 4 MiB; hãy chia thành nhiều tệp.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refused("Tệp không phải UTF-8; hãy lưu lại dạng UTF-8.", f"dòng {line}") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _PRIVATE.search(text):
        raise refused(
            "Có ký tự riêng không hiển thị được; hãy xóa.", f"dòng {text.count(chr(10), 0, found.start()) + 1}"
        )
    return text


def blocks(text: str, faults: list[Fault]) -> Iterator[Block]:
    """Yield the questions of a file in order; at most MOST_QUESTIONS, a fault beyond."""
    category, count = "", 0
    block: Block | None = None
    kept: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if found := _CATEGORY.fullmatch(line):
            category = plain(_escaped(found[1])).strip()
        if line.strip() and found is None:
            block = block or Block(number, category)
            if line.lstrip().startswith("//"):
                _note(block, line)
                kept.append("")
            else:
                kept.append(_escaped(line))
        elif block is not None:
            block.text = "\n".join(kept)
            if block.text.strip():
                count += 1
                if count > MOST_QUESTIONS:
                    faults.append(Fault(f"dòng {block.line}", f"Tệp có hơn {MOST_QUESTIONS} câu; hãy chia ra."))
                    return
                yield block
            block, kept = None, []


def _escaped(line: str) -> str:
    return _ESCAPE.sub(lambda found: _BREAK if found[1] == "n" else _STAND_INS[found[1]], line)


def _note(block: Block, line: str) -> None:
    for kind, value in _NOTE.findall(line):
        said = re.sub(r"\\(.)", r"\1", value).strip()
        if kind == "id":
            block.id = block.id or said
        else:
            block.tags.append(said)
