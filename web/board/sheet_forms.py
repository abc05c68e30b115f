"""What pages share on which a workbook is sent in: the file itself, rows typed anew, the empty workbook to fill in."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import BodyPartReader, web

from learning.text import clean
from web.forms import BadFieldError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_BYTES = 20 * 2**20
AT_ONCE = 2  # files that are read or checked at a time
MENDED_SHOWN = 20
_MOST_NAME = 120
_MOST_CELL = 200
_MOST_DIGITS = 9
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def workbook(name: str, write: Callable[[Path], object]) -> web.Response:
    """Return as a download what `write` writes, off the loop, to the path it is given."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mau.xlsx"
        await asyncio.to_thread(write, path)
        body = await asyncio.to_thread(path.read_bytes)
    named = {"Content-Type": XLSX, "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, headers=named)


async def receive(request: web.Request, path: Path) -> tuple[str, bool]:
    """
    Write the file that a form carries to `path`; returns its name and whether it replaces everything.

    Raises:
        HTTPRequestEntityTooLarge: it is larger than `MOST_BYTES`.
        BadFieldError: it is not what our form sends.
    """
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType
    name, replaces, size = "", False, 0
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader):
                raise BadFieldError("body")
            if part.name == "thay_the":
                replaces = (await part.read_chunk(16)) == b"1"
            elif part.name == "tep" and part.filename:
                name = clean(Path(part.filename).name, _MOST_NAME)
                with path.open("wb") as file:
                    while piece := await part.read_chunk(64 * 1024):
                        size += len(piece)
                        if size > MOST_BYTES:
                            raise web.HTTPRequestEntityTooLarge(max_size=MOST_BYTES, actual_size=size)
                        await asyncio.to_thread(file.write, piece)
    except ValueError as error:
        raise BadFieldError("body") from error
    if not size:
        raise BadFieldError("tep")
    return name, replaces


def mended_row(fields: Mapping[str, str]) -> tuple[int, Mapping[int, str]]:
    """Return the number of the row that was typed anew, and its cells by place."""
    cells = {
        _number(name[1:]): clean(text, _MOST_CELL).strip()
        for name, text in fields.items()
        if name.startswith("c") and name[1:].isdecimal()
    }
    return _number(fields.get("dong", "")), cells


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise BadFieldError("dong")
    return int(text)
