"""A file as read: two sheets of rows of text, and nothing decided yet."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row that holds something; `number` is its place in Excel."""

    number: int
    cells: tuple[str, ...]

    def cell(self, place: int | None) -> str:
        """The text at that place, empty when the row is shorter or the column is not there."""
        return self.cells[place] if place is not None and place < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class RawSheet:
    """The rows of a sheet; the first is the heading unless the sheet is empty."""

    title: str
    rows: list[RawRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Workbook:
    """«Đơn vị» and «Cán bộ»."""

    units: RawSheet
    people: RawSheet

    @property
    def row_count(self) -> int:
        """Rows in both sheets, headings included."""
        return len(self.units.rows) + len(self.people.rows)
