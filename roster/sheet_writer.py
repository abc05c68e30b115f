"""Writing sheets as the importer reads them: text stays text (never a formula), dates are dates."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Self

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from roster.headings import COLUMNS, DATES, REQUIRED, Col

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_WIDTHS = {Col.UNIT_NAME: 44, Col.FULL_NAME: 28, Col.COURSE: 40, Col.DOCUMENT: 32}
_WIDTH = 16
_TEXTS = frozenset({Col.UNIT_CODE, Col.PARENT, Col.MANAGER, Col.PERSON_CODE, Col.PHONE, Col.ORGANISER, Col.DOCUMENT})


class RosterBook:
    """
    An XLSX under way; leaving the `with` writes it.

    Raises:
        OSError: the file cannot be written, told before anything is collected if its place is at fault.
    """

    def __init__(self, path: Path) -> None:
        path.open("wb").close()
        self._book = xlsxwriter.Workbook(str(path), _OPTIONS)
        self._text = self._book.add_format({"num_format": "@"})
        self._day = self._book.add_format({"num_format": "dd/mm/yyyy"})
        self._heading = self._book.add_format({"bold": True, "bg_color": "#DDEBF7", "text_wrap": True})
        self._required = self._book.add_format({"bold": True, "bg_color": "#FCE4D6", "text_wrap": True})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._book.close()
        except XlsxWriterException as failure:
            raise OSError(str(failure)) from failure

    def sheet(self, title: str) -> Any:
        """Start a sheet of `COLUMNS`: headings, widths, formats and a frozen first row."""
        sheet = self._book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(COLUMNS[title]):
            form = self._text if column in _TEXTS else self._day if column in DATES else None
            sheet.set_column(place, place, _WIDTHS.get(column, _WIDTH), form)
        for place, column in enumerate(COLUMNS[title]):
            sheet.write_string(0, place, column, self._required if column in REQUIRED[title] else self._heading)
        return sheet

    def notes(self, title: str, lines: list[str]) -> None:
        """Add a sheet of plain text, a line a row."""
        sheet = self._book.add_worksheet(title)
        sheet.set_column(0, 0, 110)
        for row, line in enumerate(lines):
            sheet.write_string(row, 0, line)

    def row(self, sheet: Any, title: str, number: int, values: Mapping[Col, str | int | date | None]) -> None:
        """Write a row; `number` counts from 1 as Excel does."""
        for place, column in enumerate(COLUMNS[title]):
            match values.get(column):
                case None | "":
                    pass
                case date() as day:
                    sheet.write_datetime(number - 1, place, datetime.combine(day, time()), self._day)
                case int() as count:
                    sheet.write_number(number - 1, place, count)
                case str() as text:
                    sheet.write_string(number - 1, place, text, self._text)
