"""One row of a workbook by its headings; a faulty cell is told by sheet and cell, and gives a stand-in."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from exchange import texts
from exchange.book import COLUMNS, MARK, REQUIRED, Col, Sheet
from exchange.faults import Fault
from learning.text import fold
from roster import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from roster.sheets import RawRow, RawSheet

_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_LETTERS = 26


class Cells:
    """The cells of one row."""

    def __init__(
        self, sheet: Sheet, row: RawRow, places: dict[Col, int], required: frozenset[Col], faults: list[Fault]
    ) -> None:
        self._sheet, self._row, self._places = sheet, row, places
        self._required, self._faults = required, faults

    def place(self, column: Col | None = None) -> str:
        """Where a cell stands, as «Câu hỏi» F7; the row where no column is given or the sheet has no such column."""
        if column is None or column not in self._places:
            return f"«{self._sheet}» dòng {self._row.number}"
        return f"«{self._sheet}» {_letters(self._places[column])}{self._row.number}"

    def complain(self, column: Col | None, message: str) -> None:
        """File a fault about a cell."""
        self._faults.append(Fault(self.place(column), message))

    def _raw(self, column: Col) -> str:
        raw = self._row.cell(self._places.get(column))
        if len(raw) >= files.MOST_IN_A_CELL:
            self.complain(column, f"Ô dài từ {files.MOST_IN_A_CELL} ký tự, quá dài; hãy viết ngắn lại.")
        return raw

    def lines(self, column: Col) -> str:
        """The text of a cell with its line breaks; complained about where it is empty and may not be."""
        text = texts.lines(self._raw(column))
        if not text and column in self._required:
            self.complain(column, f"Ô «{column}» còn trống; hãy điền.")
        return text

    def card(self, column: Col) -> str:
        """The text of a cell with its empty lines, which part a card's paragraphs."""
        paragraphs = re.split(r"\n[^\S\n]*\n\s*", self._raw(column).strip())
        return "\n\n".join(filter(None, map(texts.lines, paragraphs))) or self.lines(column)

    def text(self, column: Col) -> str:
        """The text of a cell on one line."""
        return " ".join(self.lines(column).split())

    def number(self, column: Col, low: int, high: int, otherwise: int | None = None) -> int:
        """A whole number from `low` to `high`; `otherwise` where the cell is empty, `low` where it is faulty."""
        text = self.text(column)
        if not text and otherwise is not None:
            return otherwise
        if re.fullmatch(r"[0-9]{1,6}", text) and low <= int(text) <= high:
            return int(text)
        if text:
            self.complain(column, f"«{text[:20]}» không phải số nguyên từ {low} đến {high}.")
        return low

    def day(self, column: Col) -> date | None:
        """A date; None where the cell is empty or faulty."""
        text = self.text(column)
        found = _DAY.fullmatch(text)
        parts = found.groups()[::-1] if found else iso.groups() if (iso := _ISO.fullmatch(text)) else None
        if parts:
            try:
                return date(*map(int, parts))
            except ValueError:
                self.complain(column, f"«{text}» không có trong lịch.")
                return None
        if text:
            self.complain(column, f"«{text[:20]}» không phải ngày; mẫu: 01/07/2025.")
        return None

    def option(self, column: Col, options: Iterable[str]) -> str:
        """The option that the cell names, whatever its case and diacritics; "" where it is empty or names none."""
        text = self.text(column)
        by_name = {fold(option): str(option) for option in options}
        if text and fold(text) not in by_name:
            self.complain(column, f"{column} «{text[:20]}» không có; chỉ dùng: {', '.join(by_name.values())}.")
        return by_name.get(fold(text), "")

    def flag(self, column: Col) -> bool:
        """Whether the cell holds an x."""
        text = self.text(column)
        if text and fold(text) not in {MARK, "co"}:
            self.complain(column, f"Ô «{column}» chỉ ghi {MARK}, hoặc để trống.")
        return bool(text)


def rows(sheet: Sheet, raw: RawSheet, faults: list[Fault], required: frozenset[Col] | None = None) -> Iterator[Cells]:
    """
    Yield the rows of a sheet below its headings; a heading that is missing, unknown or twice is a fault.

    Args:
        sheet: which sheet it is.
        raw: its rows.
        faults: told what is wrong.
        required: the columns that must be filled in, when not those of the form.
    """
    required = REQUIRED[sheet] if required is None else required
    if not raw.rows:
        return
    by_name = {fold(column): column for column in COLUMNS[sheet]}
    places: dict[Col, int] = {}
    for place, cell in enumerate(raw.rows[0].cells):
        column = by_name.get(fold(cell))
        where = f"«{sheet}» {_letters(place)}{raw.rows[0].number}"
        if column is None and cell.strip():
            faults.append(Fault(where, f"Không hiểu cột «{cell.strip()[:40]}»; hãy giữ tên cột của mẫu."))
        elif column in places:
            faults.append(Fault(where, f"Cột «{column}» có hai lần."))
        elif column is not None:
            places[column] = place
    if missing := [column for column in COLUMNS[sheet] if column in required and column not in places]:
        faults.append(Fault(f"«{sheet}» dòng 1", f"Thiếu cột: {', '.join(missing)}."))
        return
    for row in raw.rows[1:]:
        if any(cell.strip() for cell in row.cells):
            yield Cells(sheet, row, places, required, faults)


def stray(sheet: Sheet, id_: str, owners: Sheet) -> Fault:
    """The fault of rows that belong to nothing of the sheet `owners`."""
    return Fault(f"«{sheet}»", f"«{id_[:30]}» không có ở trang «{owners}».")


def _letters(place: int) -> str:
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters
