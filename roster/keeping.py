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
    """A cell of a row of «Cán bộ» that may be mended: its column's place and heading, and what stands in it."""

    place: int
    name: str
    text: str


def pack(book: Workbook) -> bytes:
    """
    Return the rows, compressed; blocks for a large file.

    Raises:
        FileRefusedError: there are too many.
    """
    sheets = [[[row.number, list(row.cells)] for row in sheet.rows] for sheet in (book.units, book.people)]
    text = json.dumps(sheets, ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) > MOST_BYTES:
        raise refused("tệp có quá nhiều dòng.", "chia thành nhiều tệp.")
    return zlib.compress(text, 6)


def unpack(body: bytes) -> Workbook:
    """Return what `pack` was given; blocks for a large file."""
    units, people = json.loads(zlib.decompress(body))
    return Workbook(_sheet(UNIT_SHEET, units), _sheet(PERSON_SHEET, people))


def _sheet(title: str, rows: Sequence[tuple[int, Sequence[str]]]) -> RawSheet:
    return RawSheet(title, [RawRow(number, tuple(cells)) for number, cells in rows])


def fields(book: Workbook, number: int) -> Sequence[Field]:
    """Return the cells of a row of «Cán bộ» that can be mended; none if there is no such row."""
    heads = headings.find(PERSON_SHEET, book.people.rows[0] if book.people.rows else None)
    row = next((row for row in book.people.rows[1:] if row.number == number), None)
    if row is None:
        return ()
    return [Field(place, str(column), row.cell(place)) for column, place in heads.places.items()]


def mend(book: Workbook, number: int, cells: Mapping[int, str]) -> Workbook:
    """Return the file with cells of one row of «Cán bộ» changed, by their places."""
    known = {field.place for field in fields(book, number)}
    rows = []
    for row in book.people.rows:
        if row.number == number and known:
            width = max(len(row.cells), *(place + 1 for place in known))
            old = [*row.cells, *[""] * (width - len(row.cells))]
            rows.append(
                RawRow(number, tuple(cells[at] if at in cells and at in known else old[at] for at in range(width)))
            )
        else:
            rows.append(row)
    return Workbook(book.units, RawSheet(PERSON_SHEET, rows))
