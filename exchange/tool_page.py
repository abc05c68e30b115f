"""A tool as a PDF of one A4 page to fill in by hand: its gaps are dotted lines, its boxes are squares to tick."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import fontpkg_be_vietnam_pro
import typst

from content.figures import PARAMETER, resolve
from content.model import LessonStatus
from content.present import REVIEW_SENTENCE, cited
from content.tool_text import BOX, BULLET, HEADING, ROW, RULED
from learning.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from content.figures import Figures
    from content.tool_model import Tool

Piece = dict[str, "str | int | bool"]
Part = dict[str, object]

SIZES = (11.0, 10.5, 10.0, 9.5, 9.0, 8.5, 8.0)  # points; the first that fits is taken
_TEMPLATE = Path(__file__).with_name("tool_page.typ")
_PIECE = re.compile(r"(?P<gap>…+)|(?P<tick>☐)")
_NUMBERED = re.compile(r"(\d{1,2}\.) (.+)")
_SIGNED = re.compile(r"\((?:ký|ký,|ký và) ?.*\)")
_DATED = re.compile(r"(?:/|/20|năm 20)$")
_OF_A_DATE, _OF_A_NUMBER, _AFTER_A_COLON, _OF_A_LETTER = 8, 10, 18, 2  # how wide a gap is at least, millimetres
_LONGEST_NAME = 56
_SECONDS = 20
_MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_LEAST_WIDTH, _MOST_WIDTH = 7, 40  # letters that a column is reckoned by
_ON_ONE_LINE, _LETTERS_OF_A_GAP = 12, 1.5


def pdf(tool: Tool, on: date, values: Figures | None = None) -> bytes:
    """
    Return a tool as a tagged PDF of one A4 page; takes a good part of a second, so call it in a thread.

    Args:
        tool: the tool.
        on: the day whose figures are shown.
        values: the figures, when not those shipped.

    Raises:
        typst.TypstError: it does not fit a page even in the smallest type.
    """
    return printed(page(tool, on, values))


def printed(data: str) -> bytes:
    """Return the PDF of what `page` returned."""
    made: bytes = typst.compile(
        str(_TEMPLATE),
        font_paths=[str(Path(fontpkg_be_vietnam_pro.ROOT) / "files")],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards="ua-1",
    )
    return made


def printed_apart(data: str) -> bytes:
    """
    As `printed`, in a child process: typesetting would leave some 200 MB in this one. Blocks, so call it in a thread.

    Raises:
        RuntimeError: it could not be set, or not in time.
    """
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    if libraries := os.environ.get("LD_LIBRARY_PATH"):
        environment["LD_LIBRARY_PATH"] = libraries
    command = [sys.executable, "-P", "-m", "exchange.tool_page"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, without arguments
            command, input=data.encode(), capture_output=True, env=environment, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise RuntimeError("typesetting took too long") from error
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace")[-500:])
    return done.stdout


def page(tool: Tool, on: date, values: Figures | None = None) -> str:
    """Return all that the page says, as the JSON that `tool_page.typ` takes: of equal ones the PDF is the same."""
    return json.dumps(composed(tool, on, values), ensure_ascii=False)


def composed(tool: Tool, on: date, values: Figures | None = None) -> dict[str, object]:
    """Return what `page` says as plain values: title, footer, sizes, parts."""
    body = resolve(tool.body, on, values)
    footer = [f"Mẫu {tool.id} · {tool.kind} · kèm bài {tool.lesson_id}"]
    if PARAMETER.search(tool.body):
        footer[0] += f" · số liệu ngày {on:%d/%m/%Y}"
    if tool.legal:
        footer.append(f"Căn cứ: {'; '.join(map(cited, tool.legal))}")
    if tool.status is LessonStatus.UNDER_REVIEW and REVIEW_SENTENCE not in tool.body:
        footer.append(REVIEW_SENTENCE)
    parts = _titled(list(_parts(body.split("\n"))), tool.title)
    return {"title": tool.title, "footer": footer, "sizes": SIZES, "parts": parts}


def file_name(tool: Tool) -> str:
    """Return what the PDF is called: at most 60 letters, such that every phone and mail program keeps them."""
    words = re.findall(r"[a-z0-9]+", fold(f"{tool.id} {tool.title}"))
    while len("-".join(words)) > _LONGEST_NAME:
        words.pop()
    return f"{'-'.join(words)}.pdf"


def _titled(parts: list[Part], title: str) -> list[Part]:
    """Put the title in its place: below the national motto, and instead of a first heading that says the same."""
    place = 2 if parts and parts[0]["kind"] == "motto" else 0
    rest = parts[place:]
    if rest and rest[0]["kind"] == "heading":
        said, meant = set(fold(str(rest[0]["said"])).split()), set(fold(title).split())
        if said <= meant or meant <= said:
            rest = rest[1:]
    return [*parts[:place], {"kind": "title"}, *rest]


def _parts(lines: Sequence[str]) -> Iterator[Part]:
    table: list[list[str]] = []
    is_motto = False
    for line in [*lines, ""]:
        row = ROW.fullmatch(line)
        if row and not RULED.fullmatch(line):
            table.append([cell.strip() for cell in row[1].split("|")])
        if row:
            continue
        if table:
            yield _sheet(table)
            table = []
        if not line:
            continue
        yield {"kind": "motto", "pieces": _pieces(line)} if is_motto or line == _MOTTO else _part(line)
        is_motto = line == _MOTTO


def _part(line: str) -> Part:
    if line.startswith(HEADING):
        said = line.removeprefix(HEADING)
        return {"kind": "heading", "said": said, "pieces": _pieces(said)}
    if line.startswith(BOX):
        return {"kind": "tick", "pieces": _pieces(line.removeprefix(BOX))}
    if line.startswith(BULLET):
        return {"kind": "bullet", "pieces": _pieces(line.removeprefix(BULLET))}
    if numbered := _NUMBERED.fullmatch(line):
        return {"kind": "number", "sign": numbered[1], "pieces": _pieces(numbered[2])}
    if not line.strip("… "):
        return {"kind": "blank"}
    return {"kind": "plain", "pieces": _pieces(line)}


def _pieces(text: str) -> list[Piece]:
    """Words, boxes, and gaps with their widths in millimetres; one that ends the text runs to the end of its line."""
    pieces: list[Piece] = []
    at = 0
    for found in _PIECE.finditer(text):
        before = text[at : found.start()]
        if before:
            pieces.append({"words": before})
        at = found.end()
        if found["tick"]:
            pieces.append({"tick": True})
        elif _DATED.search(before):
            pieces.append({"date": _OF_A_DATE})
        else:
            least = _AFTER_A_COLON if before.endswith(": ") else _OF_A_NUMBER
            width = max(least, len(found[0]) * _OF_A_LETTER)
            pieces.append({"rest" if at == len(text) else "gap": width})
    if words := text[at:]:
        pieces.append({"words": words})
    return pieces


def _sheet(rows: list[list[str]]) -> Part:
    """A table; one to be signed has no lines, and room below."""
    is_signed = any(_SIGNED.fullmatch(cell) for row in rows[1:] for cell in row)
    shown = [row for row in rows[1:] if not is_signed or any(cell.strip("… ") for cell in row)]
    columns = max(map(len, rows))
    widths = [
        max(min(_breadth(row[place]), _MOST_WIDTH) for row in rows if place < len(row)) for place in range(columns)
    ]
    return {
        "kind": "sheet",
        "signed": is_signed,
        "widths": [1] * columns if is_signed else [max(width, _LEAST_WIDTH) for width in widths],
        "head": [_pieces(cell) for cell in _filled(rows[0], columns)],
        "rows": [[{"pieces": _cell(cell)} for cell in _filled(row, columns)] for row in shown],
    }


def _filled(row: list[str], columns: int) -> list[str]:
    return [*row, *[""] * (columns - len(row))]


def _cell(text: str) -> list[Piece]:
    """What stands in a cell: the cell itself is the gap that ends it, but for a date's."""
    words = text.rstrip("… ")
    return _pieces(text if words.endswith("/") else words)


def _breadth(text: str) -> int:
    """How many letters wide a column wants to be for a cell: gaps as its author drew them, long words on two lines."""
    shown = _PIECE.sub(lambda gap: "_" * ceil(_LETTERS_OF_A_GAP * len(gap[0])), text)
    longest = max(map(len, shown.split()), default=0)
    is_on_one_line = shown != text or len(shown) <= _ON_ONE_LINE
    return max(longest, len(shown) if is_on_one_line else len(shown) * 2 // 3) + 1


if __name__ == "__main__":
    sys.stdout.buffer.write(printed(sys.stdin.buffer.read().decode()))
