"""`taphuan bench roster`: how long checking a large roster takes, beside openpyxl that only reads the same file."""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from bench.machine import here
from roster import imports
from roster.faults import PERSON_SHEET, UNIT_SHEET
from roster.headings import Col
from roster.sheet_writer import RosterBook
from storage import schema
from storage.database import open_database

if TYPE_CHECKING:
    from argparse import Namespace

    from storage.database import Database

TODAY = date(2026, 11, 21)
PEOPLE = 120_000
GOAL_S = 60
_PROVINCES = 34
_ROLES = ("Chủ tịch", "Ủy viên BCH", "Tổ trưởng", "Tổ phó")
_KIB_A_MIB = 1_024


async def run(args: Namespace) -> int:
    """Measure once, print, and return 0; the figures say for themselves whether the goal is met."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lon.xlsx"
        await asyncio.to_thread(write_roster, path, PEOPLE)
        database = open_database(f"sqlite:///{folder}/bench.db")
        await schema.upgrade(database)
        measured = await check_seconds(database, path)
        await database.close()
        peer = await asyncio.to_thread(_only_read, path)
    figures = {
        "rows": measured.rows,
        "read_s": round(measured.read_s, 1),
        "check_s": round(measured.check_s, 1),
        "total_s": round(measured.read_s + measured.check_s, 1),
        "goal_s": GOAL_S,
        "reader_memory_mib": measured.child_mib,
    }
    result = {"name": "roster", "machine": here(), "figures": figures, "peers": {"openpyxl_only_reads": peer}}
    if args.json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(
            f"{result['machine']}\n{measured.rows} rows: read {figures['read_s']} s, checked {figures['check_s']} s"
            f" (goal for both {GOAL_S} s), {measured.child_mib} MiB to read\nopenpyxl only reads: {peer['read_s']} s\n"
        )
    return 0


def _only_read(path: Path) -> dict[str, float]:
    started = time.perf_counter()
    book = load_workbook(path, read_only=True, data_only=True)
    for sheet in book.worksheets:
        for _ in sheet.iter_rows(values_only=True):
            pass
    book.close()
    return {"read_s": round(time.perf_counter() - started, 1)}


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
