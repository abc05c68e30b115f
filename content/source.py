"""Bytes of a content file to text that every phone shows alike, or complaints."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from content.faults import Complain

MOST_BYTES = 64 * 1024
VERSION_HEX = 16
# Controls, invisible and bidirectional marks, line and paragraph separators, private and unassigned code points.
FORBIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text, its lines ended by LF alone, and the version of its bytes."""

    text: str
    version: str


def read(path: Path, complain: Complain) -> Source | None:
    """Return the file's text; None when it cannot be read as text at all."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        complain(1, f"Không đọc được tệp ({error.strerror}).")
        return None
    if len(raw) > MOST_BYTES:
        complain(1, "Tệp lớn hơn 64 KiB.")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        complain(raw.count(b"\n", 0, error.start) + 1, "Tệp không phải UTF-8.")
        return None
    text = text.replace("\r\n", "\n")
    for line, words in enumerate(text.split("\n"), start=1):
        inspect(words, line, complain)
    return Source(text, version_of(raw))


def inspect(words: str, line: int, complain: Complain) -> None:
    """Complain about characters of one line that look otherwise, or nothing at all, on a phone."""
    for sign in words:
        if unicodedata.category(sign) in FORBIDDEN:
            complain(line, f"Có ký tự ẩn hoặc ký tự điều khiển U+{ord(sign):04X}; hãy xóa.")
            break
    if not unicodedata.is_normalized("NFC", words):
        complain(line, "Chữ chưa ở dạng dựng sẵn (NFC); hãy gõ lại hoặc chuyển mã sang Unicode dựng sẵn.")


def version_of(raw: bytes) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256."""
    return sha256(raw).hexdigest()[:VERSION_HEX]
