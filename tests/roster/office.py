"""Rosters in memory, and an office that checks and imports them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from roster import imports
from roster.faults import PERSON_SHEET, UNIT_SHEET
from roster.sheets import RawRow, RawSheet, Workbook
from storage.tables import position

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Table

    from roster.plan import Plan, Summary
    from storage.database import Database

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
UNIT_HEADS = "Mã đơn vị|Tên đơn vị|Loại|Mã cấp trên|Số đoàn viên"
PERSON_HEADS = "Mã cán bộ|Họ và tên|Điện thoại|Mã đơn vị|Chức danh|Ngày bầu"
UNITS = (
    "T01|LĐLĐ tỉnh Mẫu|LDLD_TINH||",
    "C1|CĐCS Công ty Một|CDCS|T01|120",
    "C1-G1|Tổ 1|TO_CD|C1|30",
    "C2|CĐCS Công ty Hai|CDCS|T01|45",
)
PEOPLE = (
    "CB1|Nguyễn Thị Hòa|0900000001|C1|Chủ tịch|05/03/2024",
    "CB2|Trần Văn Bình|0900000002|C1-G1|Tổ trưởng|",
    "|Lê Thị Cúc|0900000003|C2|Chủ tịch|",
    "||||Tổ phó|",
)


def sheet(title: str, heads: str, lines: Sequence[str]) -> RawSheet:
    """Lines of cells separated by | as a sheet; the heading is row 1."""
    rows = [RawRow(number, tuple(line.split("|"))) for number, line in enumerate((heads, *lines), start=1)]
    return RawSheet(title, rows)


def workbook(
    people: Sequence[str] = PEOPLE[:3],
    units: Sequence[str] = UNITS,
    *,
    unit_heads: str = UNIT_HEADS,
    person_heads: str = PERSON_HEADS,
) -> Workbook:
    """A file that has been read."""
    return Workbook(sheet(UNIT_SHEET, unit_heads, units), sheet(PERSON_SHEET, person_heads, people))


@dataclass
class Office:
    """Checks and imports on one database, as of `TODAY` unless told."""

    database: Database

    async def check(self, book: Workbook, *, replace: bool = False, today: date = TODAY) -> Plan:
        async with self.database.connect() as conn:
            return await imports.check_workbook(book, conn, today, replace=replace)

    async def take(self, book: Workbook, *, replace: bool = False, today: date = TODAY) -> Summary:
        async with self.database.begin() as conn:
            plan = await imports.check_workbook(book, conn, today, replace=replace)
            return await imports.apply(conn, plan, today, NOW)

    async def rows(self, table: Table) -> list[dict[str, Any]]:
        async with self.database.connect() as conn:
            found = await conn.execute(select(table).order_by(*table.primary_key.columns))
            return [dict(row) for row in found.mappings()]

    async def held(self) -> list[dict[str, Any]]:
        return [row for row in await self.rows(position) if row["valid_to"] is None]
