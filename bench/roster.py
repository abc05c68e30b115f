"""How long checking a large roster takes: reading, comparing with an empty database, in seconds."""

from __future__ import annotations

import random
import resource
import sys
import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from roster import imports
from roster.faults import PERSON_SHEET, UNIT_SHEET
from roster.headings import Col
from roster.sheet_writer import RosterBook

if TYPE_CHECKING:
    from pathlib import Path

    from storage.database import Database

TODAY = date(2026, 11, 21)
_PROVINCES = 34
_ROLES = ("Chủ tịch", "Ủy viên BCH", "Tổ trưởng", "Tổ phó")
_KIB_A_MIB = 1_024


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds to read and to check, and the most memory that the reading child took so far, in MiB."""

    rows: int
    read_s: float
    check_s: float
    child_mib: int


def write_roster(path: Path, people: int, seed: int = 1) -> None:
    """Write a made-up roster: one unit for every four posts, in 34 provinces."""
    chance = random.Random(seed)
    codes: list[str] = []
    with RosterBook(path) as book:
        sheet = book.sheet(UNIT_SHEET)
        book.row(sheet, UNIT_SHEET, 2, {Col.UNIT_CODE: "VN", Col.UNIT_NAME: "Gốc", Col.UNIT_TYPE: "TLD"})
        for place in range(max(people // len(_ROLES), 1)):
            parent = "VN" if place < _PROVINCES else codes[chance.randrange(_PROVINCES)]
            codes.append(f"T{place:06}")
            unit = {
                Col.UNIT_CODE: codes[-1],
                Col.UNIT_NAME: f"CĐCS Công ty số {place}",
                Col.UNIT_TYPE: "LDLD_TINH" if place < _PROVINCES else "CDCS",
                Col.PARENT: parent,
                Col.MEMBERS: chance.randrange(5_000),
            }
            book.row(sheet, UNIT_SHEET, place + 3, unit)
        sheet = book.sheet(PERSON_SHEET)
        for place in range(people):
            post = {
                Col.PERSON_CODE: f"CB{place:07}" if place % 3 else None,
                Col.FULL_NAME: f"Nguyễn Thị Hòa {place % 997}",
                Col.PHONE: f"09{place:08}",
                Col.UNIT_CODE: codes[min(place // len(_ROLES), len(codes) - 1)],
                Col.ROLE: _ROLES[place % len(_ROLES)],
                Col.ELECTED_ON: date(2024, 5, 1),
            }
            book.row(sheet, PERSON_SHEET, place + 2, post)


async def check_seconds(database: Database, path: Path) -> Measured:
    """Read and check the file at `path`, as `taphuan roster check` does."""
    started = time.perf_counter()
    workbook = await imports.read_file(path)
    read = time.perf_counter()
    async with database.connect() as conn:
        plan = await imports.check_workbook(workbook, conn, TODAY, replace=False)
    if plan.errors:
        raise ValueError(plan.errors[0].line())
    checked = time.perf_counter()
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    mib = most // _KIB_A_MIB if sys.platform == "linux" else most // _KIB_A_MIB**2
    return Measured(workbook.row_count, read - started, checked - read, mib)
