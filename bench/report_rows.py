"""One program that writes the detail of a report as a workbook: `python -m bench.report_rows WHO ROWS FILE`."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from channels.messages import UnitId
from learning.periods import parse
from learning.roles import Role
from reports.period import PeriodReport
from storage.period_figures import PAGE, Detail, Training
from storage.posts import Counts
from storage.reporting import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator


def details(rows: int) -> Iterator[list[Detail]]:
    """So many rows of invented units, in pages as the database gives them."""
    for begin in range(0, rows, PAGE):
        yield [
            Detail(
                f"T{number % 34 + 1:02}-C{number:06}",
                f"Công đoàn cơ sở Công ty TNHH Một thành viên số {number}",
                "CDCS",
                "ngoai_nha_nuoc",
                f"Liên đoàn Lao động tỉnh số {number % 34 + 1}",
                Role.CHAIR,
                Counts(40, number % 41, number % 31, number % 21, number % 11),
                Counts(40, number % 41, number % 31, number % 21, number % 11),
            )
            for number in range(begin, min(begin + PAGE, rows))
        ]


def ours(rows: int, file: Path) -> None:
    """Write them as `taphuan report make --format xlsx` does."""
    from reports.sheets import Book  # noqa: PLC0415 - each child loads its own writer only

    period = parse("2026-H2")
    unit = Unit(UnitId(1), "VN", "Tổng Liên đoàn Lao động Việt Nam", "TLD")
    made_at = datetime(2026, 12, 1, tzinfo=UTC)
    report = PeriodReport(unit, None, period, made_at, period.cut_off, None, [], Counts(), [], Training(), [])
    book = Book(file, report)
    for page in details(rows):
        book.add(page)
    book.close()


def peer(rows: int, file: Path) -> None:
    """Write the same cells by openpyxl's write-only mode."""
    import openpyxl  # noqa: PLC0415 - each child loads its own writer only
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - the peer's: our own run must not pay for it

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Chi tiết")
    for page in details(rows):
        for found in page:
            counts = found.own
            shares = []
            for part in (counts.completed, counts.recognised):
                cell = WriteOnlyCell(sheet, part / counts.posts)
                cell.number_format = "0.0%"
                shares.append(cell)
            day = WriteOnlyCell(sheet, datetime(2026, 11, 30))  # noqa: DTZ001 - Excel knows no zones
            day.number_format = "dd/mm/yyyy"
            texts = ("2026-H2", found.code, found.name, found.unit_type, "Ngoài nhà nước", found.above)
            numbers = (counts.posts, counts.joined, counts.started, counts.completed)
            sheet.append(
                [*texts, "dưới 1.000", "Chủ tịch", "Đơn vị", *numbers, shares[0], counts.recognised, shares[1], day]
            )
    book.save(file)


def main(who: str, rows: str, file: str) -> None:
    """Write the file; print its seconds and the most memory held, in MB."""
    started = time.perf_counter()
    worked = time.process_time()
    {"taphuan": ours, "openpyxl": peer}[who](int(rows), Path(file))
    found = {
        "seconds": round(time.perf_counter() - started, 2),
        "cpu_s": round(time.process_time() - worked, 2),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024),
        "file_mb": round(Path(file).stat().st_size / 2**20, 1),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
