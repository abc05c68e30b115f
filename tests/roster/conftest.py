"""Rosters on disk, and the office on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from roster.faults import PERSON_SHEET, UNIT_SHEET
from tests.roster.office import PEOPLE, PERSON_HEADS, UNIT_HEADS, UNITS, Office

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from storage.database import Database


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@pytest.fixture
def xlsx(tmp_path: Path) -> Callable[..., Path]:
    """Write an XLSX: `edit(workbook, {title: worksheet})` may spoil it."""

    def write(
        people: Sequence[str] = PEOPLE[:3],
        units: Sequence[str] = UNITS,
        *,
        titles: tuple[str, str] = (UNIT_SHEET, PERSON_SHEET),
        edit: Callable[[Any, dict[str, Any]], None] | None = None,
    ) -> Path:
        path = tmp_path / "danh_sach.xlsx"
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
            sheets: dict[str, Any] = {}
            for title, heads, lines in zip(titles, (UNIT_HEADS, PERSON_HEADS), (units, people), strict=True):
                sheets[title] = made = book.add_worksheet(title)
                for row, line in enumerate((heads, *lines)):
                    for column, cell in enumerate(line.split("|")):
                        made.write_string(row, column, cell)
            if edit is not None:
                edit(book, sheets)
        return path

    return write


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Write don_vi.csv and can_bo.csv."""

    def write(
        people: Sequence[str] = PEOPLE[:3],
        units: Sequence[str] = UNITS,
        *,
        delimiter: str = ",",
        encoding: str = "utf-8-sig",
    ) -> Path:
        for name, heads, lines in (("don_vi", UNIT_HEADS, units), ("can_bo", PERSON_HEADS, people)):
            text = "\r\n".join((heads, *lines)).replace("|", delimiter)
            (tmp_path / f"{name}.csv").write_bytes(text.encode(encoding, errors="replace"))
        return tmp_path

    return write
