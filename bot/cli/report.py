"""`taphuan report make`: a unit's report for a period, as a Word draft, a workbook or a PDF."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from channels.messages import UnitId
from learning import periods
from learning.calendar import day_of, local
from learning.roles import GROUP_TYPES, Track
from reports import files, period, targets
from reports.files import Form
from storage import reporting, rollup
from storage.database import allow_long, read_as_one
from storage.units import unit_by_code

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping
    from datetime import datetime

    from content.model import Library
    from reports.period import PeriodReport
    from storage.database import Database

REFUSED = 1


def add_arguments(parser: ArgumentParser) -> None:
    """Describe the subcommands; they end in `args.report_command` and the options of `make`."""
    commands = parser.add_subparsers(dest="report_command", required=True, metavar="LỆNH")
    make = commands.add_parser("make", help="lập báo cáo một kỳ")
    make.add_argument("--unit", required=True, metavar="MÃ", help="mã đơn vị")
    make.add_argument("--period", required=True, metavar="KỲ", help="2026-H2, 2026-M11, 2026-Q4, 2026-W47 hoặc 2026")
    make.add_argument("--format", choices=[form.value for form in Form], default=Form.DOCX.value)
    make.add_argument("-o", "--output", type=Path, metavar="TỆP", help="mặc định bao-cao-MÃ-KỲ ở thư mục này")
    make.add_argument("--json", action="store_true", help="in các số liệu của báo cáo")


async def run(
    args: Namespace, database: Database, library: Library, assigned: Mapping[Track, str], now: datetime
) -> int:
    """
    Write the report of `args.unit` for `args.period`, and say where, or print its figures too with `args.json`.

    Returns:
        The exit code: 0, or 1 if there is no such unit or period, it has not begun, or the file cannot be written.
    """
    try:
        when = periods.parse(args.period)
    except ValueError:
        return _refuse(f"Kỳ «{args.period[:20]}» sai; mẫu: 2026-H2, 2026-M11, 2026-Q4, 2026-W47, 2026.")
    if day_of(now) < when.first:
        return _refuse(f"Kỳ {when.code} chưa bắt đầu (từ {when.first:%d/%m/%Y}).")
    await _fold(database, assigned, now)
    async with database.connect() as conn:
        await read_as_one(conn)
        await allow_long(conn)
        record = await unit_by_code(conn, args.unit)
        unit = await reporting.unit_by_id(conn, UnitId(record.id)) if record else None
        if unit is None:
            return _refuse(f"Không tìm thấy đơn vị có mã «{args.unit}».")
        if unit.unit_type in GROUP_TYPES:
            return _refuse("Báo cáo lập cho công đoàn cơ sở trở lên, không lập cho một tổ.")
        compulsory = [module.id for module in library.modules_for(Track.STAFF)]
        measured = await targets.measures(conn, unit.id, min(now, when.cut_off), compulsory)
        made = await period.make(conn, unit, when, now, targets.as_rows(measured))
        form = Form(args.format)
        to = args.output or Path(files.name(made, form))
        try:
            await files.write(conn, made, form, to)
        except OSError as error:
            return _refuse(f"Không ghi được «{to}»: {error.strerror or error}.")
    if args.json:
        print(json.dumps(as_json(made) | {"file": str(to)}, ensure_ascii=False, indent=2))
    else:
        print(f"Đã ghi {to}")
        if made.note:
            sys.stderr.write(f"{made.note}\n")
    return 0


def _refuse(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return REFUSED


async def _fold(database: Database, assigned: Mapping[Track, str], now: datetime) -> None:
    while True:
        async with database.begin() as conn:
            if not await rollup.fold(conn, assigned, day_of(now)):
                return


def as_json(made: PeriodReport) -> dict[str, object]:
    """Return a report's figures for scripts."""
    held = made.training
    return {
        "unit": made.unit.code,
        "period": made.period.code,
        "first": made.period.first.isoformat(),
        "last": made.period.last.isoformat(),
        "as_of": local(made.kept_at or made.made_at).isoformat(timespec="seconds"),
        "as_of_then": made.is_as_of_then,
        "note": made.note,
        "total": made.total.as_dict(),
        "before": None if made.before is None else made.before.as_dict(),
        "roles": [{"role": row.role.value, **row.counts.as_dict()} for row in made.roles],
        "own": made.own.as_dict(),
        "units": [{"unit": row.code, "name": row.name, **row.counts.as_dict()} for row in made.units],
        "training": {
            "classes": held.classes,
            "attendances": held.attendances,
            "persons": held.persons,
            "hours": held.hours,
        },
        "targets": [
            {
                "key": row.key,
                "title": row.title,
                "numerator": row.numerator,
                "denominator": row.denominator,
                "percent": row.percent,
                "cutoff": row.cutoff.isoformat(),
            }
            for row in made.targets
        ],
    }
