"""A small table as a file: CSV and XLSX. Every text stays text, whatever sign it begins with."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ROWS = 5_000
CSV, XLSX = "csv", "xlsx"
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_WIDTH = 22

Cell = str | int


def write(form: str, title: str, heading: Sequence[str], rows: Sequence[Sequence[Cell]], note: str) -> bytes:
    """
    Return the file; takes a while for thousands of rows, so call it in a thread.

    Args:
        form: `CSV` or `XLSX`.
        title: the sheet's name, at most 31 letters.
        heading: the columns.
        rows: at most `MOST_ROWS` are written.
        note: what the figures are and of when, on a line of its own above them.
    """
    rows = rows[:MOST_ROWS]
    return _csv(heading, rows, note) if form == CSV else _xlsx(title, heading, rows, note)


def _inert(cell: Cell) -> Cell:
    """A spreadsheet takes what follows an apostrophe for text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_SIGNS) else cell


def _csv(heading: Sequence[str], rows: Sequence[Sequence[Cell]], note: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([note])
    writer.writerow(heading)
    writer.writerows([_inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")  # Excel takes a file without the mark for another encoding


def _xlsx(title: str, heading: Sequence[str], rows: Sequence[Sequence[Cell]], note: str) -> bytes:
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(title)
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet.set_column(0, len(heading) - 1, _WIDTH)
        sheet.freeze_panes(2, 0)
        sheet.write_string(0, 0, note)
        for place, name in enumerate(heading):
            sheet.write_string(1, place, name, bold)
        for number, row in enumerate(rows, 2):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                else:
                    sheet.write_number(number, place, cell)
    return out.getvalue()
