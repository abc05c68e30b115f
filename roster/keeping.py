"""A file that was read, as bytes between the dry run and the import; and its faulty rows mended by typing."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roster import headings
from roster.faults import PERSON_SHEET, UNIT_SHEET, refused
from roster.sheets import RawRow, RawSheet, Workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_BYTES = 64 * 2**20  # of rows, unpacked


@dataclass(frozen=True, slots=True)
class Field:
    """A cell of a row that may be mended: its column's place and heading, and what stands in it."""

    place: int
    name: str
    text: str


def pack(book: Workbook) -> bytes:
    """
    Return the rows, compressed; blocks for a large file.

    Raises:
        FileRefusedError: there are too many.
    """
    return _packed((book.units, book.people))


def unpack(body: bytes) -> Workbook:
    """Return what `pack` was given; blocks for a large file."""
    units, people = json.loads(zlib.decompress(body))
    return Workbook(_sheet(UNIT_SHEET, units), _sheet(PERSON_SHEET, people))


def pack_sheet(sheet: RawSheet) -> bytes:
    """
    Return the rows of one sheet, compressed; blocks for a large file.

    Raises:
        FileRefusedError: there are too many.
    """
    return _packed((sheet,))


def unpack_sheet(body: bytes, title: str) -> RawSheet:
    """Return what `pack_sheet` was given; blocks for a large file."""
    [rows] = json.loads(zlib.decompress(body))
    return _sheet(title, rows)


def _packed(sheets: Sequence[RawSheet]) -> bytes:
    rows = [[[row.number, list(row.cells)] for row in sheet.rows] for sheet in sheets]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) > MOST_BYTES:
        raise refused("tệp có quá nhiều dòng.", "chia thành nhiều tệp.")
    return zlib.compress(text, 6)


def _sheet(title: str, rows: Sequence[tuple[int, Sequence[str]]]) -> RawSheet:
    return RawSheet(title, [RawRow(number, tuple(cells)) for number, cells in rows])


def fields(sheet: RawSheet, number: int) -> Sequence[Field]:
    """Return the cells of a row that can be mended; none if there is no such row."""
    heads = headings.find(sheet.title, sheet.rows[0] if sheet.rows else None)
    row = next((row for row in sheet.rows[1:] if row.number == number), None)
    if row is None:
        return ()
    return [Field(place, str(column), row.cell(place)) for column, place in heads.places.items()]


def mend(book: Workbook, number: int, cells: Mapping[int, str]) -> Workbook:
    """Return the file with cells of one row of «Cán bộ» changed, by their places."""
    return Workbook(book.units, mend_sheet(book.people, number, cells))


def mend_sheet(sheet: RawSheet, number: int, cells: Mapping[int, str]) -> RawSheet:
    """Return the sheet with cells of one row changed, by their places."""
    known = {field.place for field in fields(sheet, number)}
    rows = []
    for row in sheet.rows:
        if row.number == number and known:
            width = max(len(row.cells), *(place + 1 for place in known))
            old = [*row.cells, *[""] * (width - len(row.cells))]
            rows.append(
                RawRow(number, tuple(cells[at] if at in cells and at in known else old[at] for at in range(width)))
            )
        else:
            rows.append(row)
    return RawSheet(sheet.title, rows)
