"""The demo's roster as the spreadsheet that any union would send in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learning.calendar import Shift
from roster.export import local_number
from roster.faults import PERSON_SHEET, UNIT_SHEET
from roster.headings import Col
from roster.sheet_writer import RosterBook
from roster.values import SECTORS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from bot.demo.people import CadreRow, Roster
    from bot.demo.units import UnitRow

    Values = Mapping[Col, str | int | date | None]


def write_roster(path: Path, roster: Roster) -> None:
    """Write the roster to an XLSX file in the layout that `roster.imports` reads."""
    with RosterBook(path) as book:
        units = book.sheet(UNIT_SHEET)
        for number, unit in enumerate(roster.units, 2):
            book.row(units, UNIT_SHEET, number, _unit(unit))
        cadres = book.sheet(PERSON_SHEET)
        for number, cadre in enumerate(roster.cadres, 2):
            book.row(cadres, PERSON_SHEET, number, _cadre(cadre))


def _mark(yes: bool | None) -> str | None:
    return "x" if yes else None


def _unit(row: UnitRow) -> Values:
    return {
        Col.UNIT_CODE: row.code,
        Col.UNIT_NAME: row.name,
        Col.UNIT_TYPE: row.unit_type,
        Col.PARENT: row.parent,
        Col.MANAGER: row.manager,
        Col.SECTOR: SECTORS[row.sector] if row.sector else None,
        Col.MEMBERS: row.member_count,
        Col.MEMBERS_ON: row.member_count_on,
        Col.VALID_FROM: row.valid_from,
        Col.VALID_TO: row.valid_to,
    }


def _cadre(row: CadreRow) -> Values:
    return {
        Col.PERSON_CODE: row.code,
        Col.FULL_NAME: row.full_name,
        Col.PHONE: local_number(row.phone) if row.phone else None,
        Col.UNIT_CODE: row.unit,
        Col.ROLE: row.role.label,
        Col.FULL_TIME: _mark(row.is_full_time),
        Col.ELECTED_ON: row.elected_on,
        Col.FIRST_TERM: _mark(row.is_first_term),
        Col.TERM_ENDS: row.term_ends_on,
        Col.FEMALE: _mark(row.is_female),
        Col.SHIFT: Shift(row.shift).label if row.shift else None,
        Col.RECEIVES: _mark(row.receives_reports),
    }
